import { Worker } from "node:worker_threads";
import type { Outcome } from "./simulation.ts";

export type Task =
  | { readonly type: "seeds"; readonly seeds: readonly number[] }
  | { readonly type: "planted"; readonly index: number; readonly from: number; readonly most: number };

export type Message =
  | { readonly type: "outcome"; readonly outcome: Outcome }
  | { readonly type: "found"; readonly found: Found }
  | { readonly type: "idle" };

/** How a planted bug was found, if it was. */
export interface Found {
  readonly index: number;
  readonly seed: number | null;
  readonly needed: number;
  readonly invariant: string;
  readonly message: string;
  /** The seed fails without the bug, too. */
  readonly falseAlarm: string | null;
  readonly unmet: readonly string[];
}

export interface Threads {
  /** Resolves when all tasks are done, or after `stop`. */
  readonly done: Promise<void>;
  stop(): void;
}

/** Works through tasks with so many threads; each takes the next one when it is free. */
export function runTasks(tasks: Iterator<Task>, threads: number, hear: (message: Message) => void): Threads {
  const workers: Worker[] = [];
  let stopped = false;
  const all = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./thread.ts", import.meta.url));
    workers.push(worker);
    return new Promise<void>((done, failed) => {
      const next = (): void => {
        const task = stopped ? null : tasks.next();
        if (!task || task.done) {
          void worker.terminate();
          done();
        } else worker.postMessage(task.value);
      };
      worker.on("message", (message: Message) => {
        hear(message);
        if (message.type !== "outcome") next();
      });
      worker.on("error", failed);
      worker.on("exit", () => done());
      next();
    });
  });
  return {
    done: Promise.all(all).then(() => {}),
    stop() {
      stopped = true;
      for (const worker of workers) void worker.terminate();
    },
  };
}

const CHUNK = 10;

/** The seeds of a range, in portions. */
export function* seedTasks(seeds: Iterable<number>): Generator<Task> {
  let portion: number[] = [];
  for (const seed of seeds) {
    portion.push(seed);
    if (portion.length < CHUNK) continue;
    yield { type: "seeds", seeds: portion };
    portion = [];
  }
  if (portion.length > 0) yield { type: "seeds", seeds: portion };
}

export function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}
