import { parseArgs } from "node:util";
import { clock } from "./clock.ts";
import { diskFull, locked } from "./disk.ts";
import { memory } from "./memory.ts";
import { provider } from "./provider.ts";
import { replicas } from "./replicas.ts";
import { type Result, tableOf } from "./result.ts";
import type { Scenario, Setting } from "./scenario.ts";
import { failpoints, random } from "./under-kills.ts";

/** Every way to harm the program, by name. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  failpoints,
  random,
  "disk-full": diskFull,
  locked,
  provider,
  clock,
  memory,
  replicas,
};

const USAGE = `npm run chaos -- [--scenario ${Object.keys(SCENARIOS).join("|")}|all] [--db sqlite|pg] [--kills N]
  [--parallel P] [--per-second R] [--seed N] [--no-evidence] [--short]

Harms real processes and looks whether a message was lost or doubled. Ends with 1 when a promise is broken.
  --kills       how often a process is killed (random, failpoints); default 100
  --parallel    how many programs are harmed side by side; default 2
  --per-second  messages of customers per second, over all programs; default 100
  --no-evidence suppresses delivery reports: what nobody can know may then be sent twice, with a badge
  --short       the short form of a scenario, as in npm test`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      scenario: { type: "string", default: "all" },
      db: { type: "string", default: "sqlite" },
      kills: { type: "string", default: "100" },
      parallel: { type: "string", default: "2" },
      "per-second": { type: "string", default: "100" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      "no-evidence": { type: "boolean", default: false },
      short: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const names = values.scenario === "all" ? Object.keys(SCENARIOS) : values.scenario.split(",");
  const unknown = names.find((name) => !SCENARIOS[name]);
  if (values.help || unknown !== undefined || !["sqlite", "pg"].includes(values.db)) {
    console.log(unknown === undefined ? USAGE : `There is no scenario "${unknown}".\n\n${USAGE}`);
    return values.help ? 0 : 2;
  }
  let stopping = false;
  process.on("SIGINT", () => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log("\nstopping: what is running is brought to rest and judged; once more to leave at once");
  });
  const startedAt = Date.now();
  let told = 0;
  const setting: Setting = {
    seed: Number(values.seed),
    db: values.db === "pg" ? "pg" : "sqlite",
    kills: Number(values.kills),
    parallel: Number(values.parallel),
    perSecond: Number(values["per-second"]),
    evidence: !values["no-evidence"],
    isShort: values.short,
    stopping: () => stopping,
    progress(line) {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${seconds} s  ${line}`);
      else if (seconds - told >= 10) {
        told = seconds;
        console.log(`${seconds} s  ${line}`);
      }
    },
  };
  console.log(`seed ${setting.seed}`);
  const results: Result[] = [];
  for (const name of names) {
    if (stopping) break;
    try {
      results.push(...((await SCENARIOS[name]?.(setting)) ?? []));
    } catch (error) {
      const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
      results.push({
        scenario: name,
        kills: 0,
        acked: 0,
        sent: 0,
        lost: 0,
        doubled: 0,
        badged: 0,
        slowestRecoveryMs: 0,
        violations: [sentence],
      });
    }
  }
  console.log(`\n${tableOf(results)}\n${Math.round((Date.now() - startedAt) / 1000)} s`);
  return results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

process.exit(await main());
