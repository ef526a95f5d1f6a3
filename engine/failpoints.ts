import { AsyncLocalStorage } from "node:async_hooks";
import type { Perform, Store } from "./ports.ts";
import type { Database } from "./store/sql.ts";

/** Every way in which the store writes while it works. */
const WRITES = [
  "inbox.accept",
  "mailbox.fireTimers",
  "mailbox.enqueue",
  "mailbox.step",
  "outbox.claim",
  "outbox.settle",
  "outbox.resolveUnknown",
  "outbox.recover",
  "outbox.heartbeat",
  "conversations.sendAsAgent",
  "operations.alive",
] as const;
/** Before the write, in its transaction just before COMMIT, right after COMMIT, and when its changes are told. */
const MOMENTS = ["before", "written", "committed", "told"] as const;

/**
 * The places where a process can be told to die, for tests: `FAILPOINT=mailbox.step.written:3` ends it with SIGKILL at
 * the third pass of that place. Nothing of this is in the way of a process that was not told to.
 */
export const FAILPOINTS: readonly string[] = [
  ...MOMENTS.flatMap((moment) => WRITES.map((write) => `${write}.${moment}`)),
  // A step is decided, nothing of it is written.
  "mailbox.step.decided",
  // Stored, before the provider hears of it.
  "webhook.stored",
  // The attempt is on record, no byte has left.
  "provider.request.before",
  // The provider has answered, nothing is recorded.
  "provider.request.after",
];

/** One of `FAILPOINTS` and at which pass, counted from 1. */
export interface Failpoint {
  readonly name: string;
  readonly pass: number;
}

/** `name:3` or `name`; null when there is no such place. */
export function failpointOf(text: string): Failpoint | null {
  const [name = "", pass = "1"] = text.split(":");
  return FAILPOINTS.includes(name) && /^[1-9]\d{0,5}$/.test(pass) ? { name, pass: Number(pass) } : null;
}

/** The decorations that put a failpoint where it belongs. */
export interface Failpoints {
  database(db: Database): Database;
  store(store: Store): Store;
  perform(perform: Perform): Perform;
  pass(name: string): void;
}

export function createFailpoints(at: Failpoint): Failpoints {
  const writing = new AsyncLocalStorage<string>();
  let left = at.pass;
  const pass = (name: string): void => {
    if (name === at.name && --left === 0) process.kill(process.pid, "SIGKILL");
  };
  const around = <Part extends object>(name: string, part: Part): Part => {
    const decorated = Object.entries(part).map(([method, run]) => {
      const write = `${name}.${method}`;
      if (!WRITES.some((one) => one === write)) return [method, run];
      const decoratedRun = (...parameters: readonly unknown[]): Promise<unknown> =>
        writing.run(write, async () => {
          pass(`${write}.before`);
          const result = await run(...parameters);
          pass(`${write}.told`);
          return result;
        });
      return [method, decoratedRun];
    });
    // The same methods with the same parameters and results.
    return Object.fromEntries(decorated) as Part;
  };
  return {
    pass,
    database: (db) => ({
      ...db,
      async write(script) {
        const write = writing.getStore() ?? "";
        const result = await db.write(function* () {
          const written = yield* script();
          pass(`${write}.written`);
          return written;
        });
        pass(`${write}.committed`);
        return result;
      },
    }),
    store(store) {
      const mailbox = around("mailbox", store.mailbox);
      return {
        ...store,
        inbox: around("inbox", store.inbox),
        outbox: around("outbox", store.outbox),
        conversations: around("conversations", store.conversations),
        operations: around("operations", store.operations),
        mailbox: {
          ...mailbox,
          step: (ref, decide, claim) =>
            mailbox.step(
              ref,
              (input) => {
                const decision = decide(input);
                if (!("needs" in decision)) pass("mailbox.step.decided");
                return decision;
              },
              claim,
            ),
        },
      };
    },
    perform: (perform) => async (call, baseUrl) => {
      if (call.purpose !== "send") return perform(call, baseUrl);
      pass("provider.request.before");
      const outcome = await perform(call, baseUrl);
      pass("provider.request.after");
      return outcome;
    },
  };
}
