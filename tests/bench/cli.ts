import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startDriver } from "./driver.ts";
import * as parts from "./parts.ts";
import { messenger } from "./provider-messenger.ts";
import { sms } from "./provider-sms.ts";
import { whatsapp } from "./provider-whatsapp.ts";
import { pinDriver, syncMicros } from "./servers.ts";

const USAGE = `npm run bench -- [--part speed,rates,idle,flow,postgres,full,timers,start,soak] [--seconds 10] [--warm 5] [--customers 1,32,256] [--channel whatsapp|messenger|sms|chat]

Starts Relais, and a bare server beside it that does the least one can do, drives both with the boutique dialogue over
HTTP against a provider of its own, and prints tables. Without --part: speed, rates, idle, flow, postgres. With
--channel chat: visitors of the web chat instead, who write by POST and hear by server-sent events.`;

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "speed,rates,idle,flow,postgres" },
    seconds: { type: "string", default: "10" },
    warm: { type: "string", default: "5" },
    channel: { type: "string", default: "whatsapp" },
    customers: { type: "string", default: "1,32,256" },
    minutes: { type: "string", default: "15" },
    rate: { type: "string", default: "200" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const wanted = new Set(values.channel === "chat" ? ["chat"] : values.part.split(","));
const folder = mkdtempSync(join(tmpdir(), "relais-bench-"));
const clean = (): void => rmSync(folder, { recursive: true, force: true });
process.on("SIGINT", () => {
  clean();
  process.exit(130);
});
const alone = pinDriver();
const providers = new Map([
  ["whatsapp", whatsapp],
  ["messenger", messenger],
  ["sms", sms],
  // The web chat has no provider; the server wants one all the same.
  ["chat", whatsapp],
]);
const provider = providers.get(values.channel);
if (!provider) {
  console.error(`There is no bench for ${values.channel}, but for ${[...providers.keys()].join(", ")}.`);
  process.exit(2);
}
const driver = await startDriver(0, provider);
const bench: parts.Bench = {
  driver,
  folder,
  seconds: Number(values.seconds),
  warmSeconds: Number(values.warm),
  problems: [],
  progress: (text) => process.stderr.write(`… ${text}\n`),
  heading: (title, ...columns) =>
    console.log(`\n**${title}**\n\n| ${columns.join(" | ")} |\n|${columns.map(() => "---|").join("")}`),
  row: (...cells) => console.log(`| ${cells.join(" | ")} |`),
};

const model = /model name\s*:\s*(.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "unknown processor";
console.log(
  `${cpus().length} cores (${model}), ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.version}; a synced commit takes ${syncMicros(folder)} µs here; ${alone ? "server on core 0, driver on core 1" : "server and driver share the cores"}.`,
);
let best = 2000;
const customers = values.customers.split(",").map(Number);
if (wanted.has("chat")) await parts.chat(bench, customers);
if (wanted.has("speed")) best = await parts.closedLoop(bench, customers);
if (wanted.has("rates")) await parts.openLoop(bench, [200, Math.floor(best / 20) * 10]);
if (wanted.has("idle")) await parts.idle(bench);
if (wanted.has("flow")) parts.flow(bench);
if (wanted.has("postgres")) await parts.postgres(bench, 32);
if (wanted.has("full")) await parts.filled(bench, 32);
if (wanted.has("timers")) await parts.timers(bench);
if (wanted.has("start")) await parts.coldStart(bench);
if (wanted.has("soak")) await parts.soak(bench, Number(values.minutes), Number(values.rate));
driver.close();
clean();
if (bench.problems.length > 0) {
  console.error(`\nNot a clean run:\n${[...new Set(bench.problems)].map((problem) => `  ✗ ${problem}`).join("\n")}`);
  process.exit(1);
}
process.exit(0);
