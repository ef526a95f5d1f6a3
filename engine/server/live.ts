import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ChannelAccountId, ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import { holds } from "../core/domain/rights.ts";
import type { Change, FlowFileChange } from "../ports.ts";
import type { Auth } from "./auth.ts";
import type { ServerDeps } from "./deps.ts";
import type { Permission, Principal } from "./route.ts";

const HEARTBEAT_MS = 20_000;
/** Whoever may not see any more hears nothing any more after this time; at once when this process or a notice tells. */
const ASK_AGAIN_MS = 4000;
/** Streams that one process holds open at most, and changes that wait for one slow reader. */
const MOST_STREAMS = 1000;
/** Of them for one person or token: many tabs, but not everybody's. */
const MOST_OF_ONE = 50;
const MOST_WAITING = 1000;
const MOST_KNOWN = 20_000;

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

/** `session`: rights changed, perhaps one's own. */
type Told = { readonly type: "reload" | "session" };

/** Streams of changes for screens: each says what to look at anew, never what it says. They end when `closing` does. */
export function liveChanges(
  deps: Pick<ServerDeps, "store" | "flows">,
  auth: Pick<Auth, "renew" | "atAccounts">,
  closing: AbortSignal,
): (c: Context, principal: Principal) => Response {
  const accountOf = accountsOfConversations(deps);
  let streams = 0;
  const streamsOf = new Map<string, number>();
  return (c, who) => {
    const whose = `${who.type} ${who.id}`;
    const own = streamsOf.get(whose) ?? 0;
    if (streams >= MOST_STREAMS || (who.type !== "admin" && own >= MOST_OF_ONE))
      return c.json({ error: "too many streams" }, 503, { "retry-after": "10" });
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      streams++;
      streamsOf.set(whose, (streamsOf.get(whose) ?? 0) + 1);
      let waiting: string[] = [];
      let wake = (): void => {};
      let principal: Principal | null = who;
      const askAgain = (tellOf = false): void => {
        auth.renew(who).then(
          (found) => {
            principal = found && auth.atAccounts(found, "conversations.view") ? found : null;
            if (!principal) wake();
            else if (tellOf && principal.type === "user") tell({ type: "session" });
          },
          // The database does not answer: nobody is let go, nobody hears more than before.
          () => {},
        );
      };
      const asking = setInterval(() => askAgain(), ASK_AGAIN_MS);
      asking.unref();
      const tell = (change: Change | FlowFileChanged | Told): void => {
        waiting.push(JSON.stringify(change));
        // A reader that does not keep up is told to look anew instead of filling our memory.
        if (waiting.length > MOST_WAITING) waiting = [JSON.stringify({ type: "reload" })];
        wake();
      };
      const stopListening = deps.store.onChange((change) => {
        if (change.type === "access") askAgain(true);
        if (!principal) return;
        const permission = NEEDS[change.type];
        if (!permission || !("workspaceId" in change) || change.workspaceId !== principal.workspaceId) return;
        if (change.type === "flows") {
          if (principal.permissions.has(permission)) tell(change);
          return;
        }
        const scope = auth.atAccounts(principal, permission)?.scope;
        if (!scope) return;
        if (scope.accounts === "all" || !("conversationId" in change)) return tell(change);
        accountOf(change.workspaceId, change.conversationId).then(
          (accountId) => {
            if (principal && accountId !== null && holds(scope, accountId)) tell(change);
          },
          // Nobody can say whose it is: the reader looks at everything it may see.
          () => tell({ type: "reload" }),
        );
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
        const left = (streamsOf.get(whose) ?? 1) - 1;
        if (left > 0) streamsOf.set(whose, left);
        else streamsOf.delete(whose);
        clearInterval(asking);
        stopListening();
        stopWatching();
        closing.removeEventListener("abort", end);
      }
    });
  };
}

/** Of which account conversations are: that never changes, so it is asked once. */
function accountsOfConversations({ store }: Pick<ServerDeps, "store">) {
  const known = new Map<ConversationId, Promise<ChannelAccountId | null>>();
  return (workspaceId: WorkspaceId, id: ConversationId): Promise<ChannelAccountId | null> => {
    const found = known.get(id);
    if (found) return found;
    if (known.size >= MOST_KNOWN) known.clear();
    const asked = store.conversations.get(workspaceId, id).then((conversation) => conversation?.accountId ?? null);
    known.set(id, asked);
    // What is not there yet, or could not be read, is asked again.
    asked.then(
      (accountId) => accountId ?? known.delete(id),
      () => known.delete(id),
    );
    return asked;
  };
}
