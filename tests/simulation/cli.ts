import { parseArgs } from "node:util";
import { planted } from "./planted/registry.ts";
import { add, failureText, newSummary, progressLine, summaryText } from "./report.ts";
import { simulate } from "./simulation.ts";
import { type Found, range, runTasks, seedTasks, type Task } from "./threads.ts";
import { makeWorld } from "./world.ts";

const USAGE = `npm run simulate -- [--seeds 500] [--from 1] [--threads 2]     many seeds
npm run simulate -- --seed 42 [--trace]                        one seed, with all that happens in it
npm run simulate -- --planted [--only "drop UNIQUE"]           whether planted bugs are found`;
const PROGRESS_MS = 5000;
const MOST_FAILURES = 10;
/** Seeds within which a planted bug must be found. */
const PLANTED_SEEDS = 2000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    from: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    planted: { type: "boolean", default: false },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.planted) process.exitCode = await findPlanted();
else if (values.seed !== undefined) process.exitCode = await one(Number(values.seed));
else process.exitCode = await many(Number(values.from), Number(values.seeds));

async function one(seed: number): Promise<number> {
  const bug = planted.find(({ name }) => name === values.only) ?? null;
  const print = values.trace ? { print: (line: string) => console.log(line) } : {};
  const outcome = await simulate(await makeWorld(), seed, { planted: bug, ...print });
  const summary = newSummary();
  add(summary, outcome);
  console.log(summaryText(summary, outcome.cpuMs));
  console.log(`trace ${outcome.trace}`);
  if (outcome.broken)
    console.error(values.trace ? `seed ${seed} failed: ${outcome.broken.message}` : failureText(outcome));
  return outcome.broken ? 1 : 0;
}

async function many(from: number, count: number): Promise<number> {
  const summary = newSummary();
  const startedAt = performance.now();
  const wall = (): number => performance.now() - startedAt;
  const threads = runTasks(seedTasks(range(from, count)), Number(values.threads), (message) => {
    if (message.type !== "outcome") return;
    add(summary, message.outcome);
    if (!message.outcome.broken) return;
    console.error(failureText(message.outcome));
    if (summary.failures >= MOST_FAILURES) threads.stop();
  });
  const progress = setInterval(() => console.log(progressLine(summary, count, wall())), PROGRESS_MS);
  process.once("SIGINT", () => threads.stop());
  await threads.done;
  clearInterval(progress);
  console.log(summaryText(summary, wall()));
  return summary.failures > 0 ? 1 : 0;
}

async function findPlanted(): Promise<number> {
  const from = Number(values.from);
  const wanted = planted.flatMap(({ name }, index) =>
    values.only === undefined || values.only === name ? [index] : [],
  );
  const tasks: readonly Task[] = wanted.map((index) => ({ type: "planted", index, from, most: PLANTED_SEEDS }));
  const all: Found[] = [];
  const threads = runTasks(tasks.values(), Number(values.threads), (message) => {
    if (message.type !== "found") return;
    all.push(message.found);
    console.log(foundLine(message.found));
  });
  process.once("SIGINT", () => threads.stop());
  await threads.done;
  const good = all.filter(({ seed, falseAlarm, unmet }) => seed !== null && falseAlarm === null && unmet.length === 0);
  console.log(`${good.length} of ${wanted.length} planted bugs were found`);
  return good.length === wanted.length ? 0 : 1;
}

function foundLine({ index, seed, needed, invariant, message, falseAlarm, unmet }: Found): string {
  const name = (planted[index]?.name ?? "").padEnd(34);
  const trouble = [
    ...(falseAlarm ? [`the seed fails without the bug, too: ${falseAlarm}`] : []),
    ...unmet.map((piece) => `no statement has ${piece}: the entry must follow the SQL of the engine`),
  ];
  const result =
    seed === null
      ? `NOT FOUND in ${needed} seeds`
      : `seed ${String(seed).padEnd(5)} after ${String(needed).padEnd(4)} ${invariant.padEnd(5)} ${message}`;
  return [`${name} ${result.slice(0, 170)}`, ...trouble.map((line) => `    ${line}`)].join("\n");
}
