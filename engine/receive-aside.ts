import { Worker } from "node:worker_threads";
import type { Received } from "./core/domain/channel.ts";
import type { ReceiveAside } from "./ports.ts";

/** A mail that takes longer, or more memory, is no honest mail (S-82). */
const TIME_MS = 5000;
const MEMORY_MB = 256;

interface Answer {
  readonly id: number;
  readonly received?: Received;
  readonly error?: string;
}
interface Waiting {
  readonly done: (received: Received) => void;
  readonly failed: (error: Error) => void;
}

/**
 * `receive` beside the main loop, one request after the other: whoever sends something that is hard to read stops
 * nobody but themselves. The thread is made when it is first needed, and anew after it was stopped.
 */
export function createReceiveAside(timeMs = TIME_MS): {
  readonly receive: ReceiveAside;
  close(): Promise<void>;
} {
  let thread: Worker | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let jobs = 0;

  const started = (): Worker => {
    if (thread) return thread;
    const made = new Worker(new URL("./receive-thread.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    made.unref();
    made.once("exit", () => {
      if (thread === made) thread = null;
    });
    thread = made;
    return made;
  };

  const run = (job: object): Promise<Received> =>
    new Promise<Received>((resolve, reject) => {
      const worker = started();
      const id = ++jobs;
      const end = (): void => {
        clearTimeout(timer);
        worker.off("message", heard).off("error", failed).off("exit", gone);
      };
      const waiting: Waiting = {
        done: (received) => {
          end();
          resolve(received);
        },
        failed: (error) => {
          end();
          reject(error);
        },
      };
      const heard = (answer: Answer): void => {
        if (answer.id !== id) return;
        if (answer.received) waiting.done(answer.received);
        else waiting.failed(new Error(answer.error ?? "no answer"));
      };
      const failed = (error: unknown): void => waiting.failed(new Error(`reading it failed: ${String(error)}`));
      const gone = (): void => waiting.failed(new Error("reading it ended the thread"));
      const timer = setTimeout(() => {
        thread = null;
        waiting.failed(new Error(`reading it took longer than ${timeMs} ms`));
        void worker.terminate();
      }, timeMs);
      worker.on("message", heard).on("error", failed).on("exit", gone);
      worker.postMessage({ ...job, id });
    });

  return {
    receive(channel, request, accounts) {
      const plain = accounts.map(({ id, config }) => ({ id, config }));
      const next = last.then(() => run({ channel, request, accounts: plain }));
      last = next.catch(() => {});
      return next;
    },
    async close() {
      await thread?.terminate();
    },
  };
}
