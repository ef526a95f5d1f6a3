import { describe, expect, test } from "vitest";
import { planted } from "./planted/registry.ts";
import { failureText } from "./report.ts";
import regress from "./seeds.regress.json" with { type: "json" };
import type { Outcome } from "./simulation.ts";
import { type Found, range, runTasks, seedTasks, type Task } from "./threads.ts";

/** The machine that judges a change has two cores. */
const THREADS = 2;
const SEEDS = 500;
/** `npm run simulate -- --planted` takes more of them. */
const PLANTED_SEEDS = 60;

async function play(seeds: Iterable<number>): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await runTasks(seedTasks(seeds), THREADS, (message) => {
    if (message.type === "outcome") outcomes.push(message.outcome);
  }).done;
  return outcomes;
}

const failuresOf = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.filter(({ broken }) => broken !== null).map(failureText);

describe("the engine, simulated", () => {
  test(`keeps its promises in ${SEEDS} seeds, and one seed is always the same`, async () => {
    const outcomes = await play(range(1, SEEDS));
    expect(failuresOf(outcomes)).toEqual([]);
    expect(outcomes).toHaveLength(SEEDS);
  });

  test("keeps them where it once did not", async () => {
    expect(failuresOf(await play(regress.map(({ seed }) => seed)))).toEqual([]);
  });

  test("is seen to break them when a bug is planted", async () => {
    const tasks = planted.map((_, index): Task => ({ type: "planted", index, from: 1, most: PLANTED_SEEDS }));
    const all: Found[] = [];
    await runTasks(tasks.values(), THREADS, (message) => {
      if (message.type === "found") all.push(message.found);
    }).done;
    const missed = all.filter(({ seed }) => seed === null).map(({ index }) => planted[index]?.name);
    expect(missed).toEqual([]);
    expect(all.flatMap(({ falseAlarm, unmet }) => [...(falseAlarm ? [falseAlarm] : []), ...unmet])).toEqual([]);
    expect(all).toHaveLength(planted.length);
  });
});
