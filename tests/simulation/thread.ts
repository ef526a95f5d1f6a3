import { parentPort } from "node:worker_threads";
import type { Planted } from "./planted/planted.ts";
import { planted } from "./planted/registry.ts";
import { simulate } from "./simulation.ts";
import type { Found, Message, Task } from "./threads.ts";
import { makeWorld, type World } from "./world.ts";

/** One seed in so many is played a second time: the trace must be the same. */
const REPEAT_ONE_IN = 50;

const world = makeWorld();

parentPort?.on("message", (task: Task) => {
  const work = async (): Promise<void> => {
    const made = await world;
    if (task.type === "planted") return post({ type: "found", found: await findPlanted(made, task) });
    for (const seed of task.seeds) {
      const outcome = await simulate(made, seed);
      const again = seed % REPEAT_ONE_IN === 0 && !outcome.broken ? await simulate(made, seed) : outcome;
      const same = again.trace === outcome.trace;
      post({
        type: "outcome",
        outcome: same
          ? outcome
          : { ...outcome, broken: { invariant: "determinism", message: `traces ${outcome.trace} and ${again.trace}` } },
      });
    }
    post({ type: "idle" });
  };
  work().catch((error: unknown) => {
    throw error;
  });
});

function post(message: Message): void {
  parentPort?.postMessage(message);
}

/** Plays seeds with a bug in them until one shows it; the same seed without the bug must be sound. */
async function findPlanted(
  made: World,
  { index, from, most }: Extract<Task, { readonly type: "planted" }>,
): Promise<Found> {
  const bug = planted[index];
  if (!bug) throw new Error(`there is no planted bug ${index}`);
  let steps = 0;
  for (let seed = from; seed < from + most; seed++) {
    const { broken, steps: more } = await simulate(made, seed, { planted: bug });
    steps += more;
    if (!broken) continue;
    const sound = await simulate(made, seed, {
      planted: { name: "", what: "", ...(bug.faults ? { faults: bug.faults } : {}) },
    });
    return {
      index,
      seed,
      needed: seed - from + 1,
      invariant: broken.invariant,
      message: broken.message,
      falseAlarm: sound.broken?.message ?? null,
      unmet: await unmetAfter(made, bug, seed),
    };
  }
  return {
    index,
    seed: null,
    needed: most,
    invariant: "",
    message: `${steps} steps`,
    falseAlarm: null,
    unmet: unmetOf(bug),
  };
}

/** Seeds in which every piece of SQL that a bug rewrites must have been said. */
const MEETING_SEEDS = 12;

/**
 * Pieces of SQL that no statement has: then the bug is not what it says, and its entry must follow the engine's SQL.
 * A bug is often found before all of its pieces were met: the others are looked for in seeds without it.
 */
async function unmetAfter(made: World, bug: Planted, seed: number): Promise<readonly string[]> {
  const look: Planted = {
    name: "",
    what: "",
    ...(bug.faults ? { faults: bug.faults } : {}),
    statement(sql, simulation) {
      for (const one of bug.rewrites ?? []) one.text(sql, simulation);
      return undefined;
    },
  };
  for (let more = 1; more <= MEETING_SEEDS && unmetOf(bug).length > 0; more++)
    await simulate(made, seed + more, { planted: look });
  return unmetOf(bug);
}

function unmetOf({ rewrites = [] }: Planted): readonly string[] {
  return rewrites.filter(({ met }) => met === 0).map(({ name }) => name);
}
