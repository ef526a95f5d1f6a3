import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Change, FlowFileChange } from "../ports.ts";
import type { Auth } from "./auth.ts";
import type { ServerDeps } from "./deps.ts";
import type { Permission, Principal } from "./route.ts";

const HEARTBEAT_MS = 20_000;
/** Whoever may not see any more hears nothing any more after this time; at once when this process or a notice tells. */
const ASK_AGAIN_MS = 4000;
/** Streams that one process holds open at most, and changes that wait for one slow reader. */
const MOST_STREAMS = 1000;
const MOST_WAITING = 1000;

/** What one must be allowed to see to hear of a change. Changes that are not here are the worker's own. */
const NEEDS: { readonly [T in Change["type"]]?: Permission } = {
  message: "messages.view",
  status: "messages.view",
  conversation: "conversations.view",
  flows: "flows.view",
  accounts: "accounts.view",
  workspace: "conversations.view",
};

/** A flow file on the disk is another one than before, whoever wrote it; `etag` null: it is gone. */
type FlowFileChanged = { readonly type: "flowFile" } & FlowFileChange;

/** Streams of changes for screens: each says what to look at anew, never what it says. They end when `closing` does. */
export function liveChanges(
  deps: Pick<ServerDeps, "store" | "flows">,
  auth: Pick<Auth, "renew">,
  closing: AbortSignal,
): (c: Context, principal: Principal) => Response {
  let streams = 0;
  return (c, who) => {
    if (streams >= MOST_STREAMS) return c.json({ error: "too many streams" }, 503, { "retry-after": "10" });
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      streams++;
      let waiting: string[] = [];
      let wake = (): void => {};
      let principal: Principal | null = who;
      const askAgain = (): void => {
        auth.renew(who).then(
          (found) => {
            principal = found?.permissions.has("conversations.view") ? found : null;
            if (!principal) wake();
          },
          // The database does not answer: nobody is let go, nobody hears more than before.
          () => {},
        );
      };
      const asking = setInterval(askAgain, ASK_AGAIN_MS);
      asking.unref();
      const tell = (change: Change | FlowFileChanged): void => {
        waiting.push(JSON.stringify(change));
        // A reader that does not keep up is told to look anew instead of filling our memory.
        if (waiting.length > MOST_WAITING) waiting = [JSON.stringify({ type: "reload" })];
        wake();
      };
      const stopListening = deps.store.onChange((change) => {
        if (change.type === "access") askAgain();
        if (principal && maySee(principal, change)) tell(change);
      });
      const stopWatching = deps.flows.onChange((change) => {
        if (principal?.permissions.has("flows.view")) tell({ type: "flowFile", ...change });
      });
      const end = (): void => wake();
      closing.addEventListener("abort", end);
      stream.onAbort(end);
      try {
        await stream.write("retry: 1000\n\n");
        while (!stream.aborted && !closing.aborted && principal) {
          const next = waiting.shift();
          if (next !== undefined) {
            await stream.writeSSE({ event: "change", data: next });
            continue;
          }
          const isQuiet = await new Promise<boolean>((done) => {
            const timer = setTimeout(() => done(true), HEARTBEAT_MS);
            timer.unref();
            wake = () => {
              clearTimeout(timer);
              done(false);
            };
          });
          if (isQuiet && !stream.aborted) await stream.write(": still here\n\n");
        }
      } finally {
        streams--;
        clearInterval(asking);
        stopListening();
        stopWatching();
        closing.removeEventListener("abort", end);
      }
    });
  };
}

function maySee(principal: Principal, change: Change): boolean {
  const permission = NEEDS[change.type];
  if (!permission || !("workspaceId" in change)) return false;
  return change.workspaceId === principal.workspaceId && principal.permissions.has(permission);
}
