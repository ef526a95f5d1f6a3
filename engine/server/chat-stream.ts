import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ConversationId } from "../core/domain/ids.ts";
import type { ChatLine, Visitor } from "./chat.ts";
import type { ServerDeps } from "./deps.ts";

const HEARTBEAT_MS = 20_000;
const UNKNOWN_MS = 5000;
/** Streams that one process holds open at most. */
const MOST_STREAMS = 5000;

/** What a stream reads: the rows are the truth, by their position. */
export interface StreamSource {
  readonly after: number;
  readonly conversation: () => Promise<ConversationId | null>;
  readonly lines: (conversationId: ConversationId, after: number) => Promise<readonly ChatLine[]>;
}

/** Streams of new lines to visitors. */
export interface ChatStream {
  open(c: Context, visitor: Visitor, source: StreamSource): Response;
  /** The visitor has said something: an answer is on its way. */
  spoke(visitor: Visitor): void;
  /** The visitor has another thread now: their streams end, and begin anew with it. */
  moved(visitor: Visitor): void;
}

interface Listener {
  readonly spoke: () => void;
  readonly moved: () => void;
}

export function chatStream(deps: ServerDeps, closing: AbortSignal): ChatStream {
  let streams = 0;
  /** Open streams by visitor: the first words of a new visitor wake only their own. */
  const listeners = new Map<string, Set<Listener>>();
  const each = ({ visitorId }: Visitor, tell: (listener: Listener) => void): void => {
    for (const listener of listeners.get(visitorId) ?? []) tell(listener);
  };

  const open: ChatStream["open"] = (c, visitor, source) => {
    if (streams >= MOST_STREAMS) return c.json({ error: "too many visitors" }, 503, { "retry-after": "10" });
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      streams++;
      let position = source.after;
      let conversationId = await source.conversation();
      let wake: () => void = () => {};
      let pending = true;
      let thinking = false;
      let over = false;
      const look = (): void => {
        pending = true;
        wake();
      };
      const stopListening = deps.store.onChange((change) => {
        if (!("conversationId" in change) || change.conversationId !== conversationId) return;
        // Something of this conversation goes to the bot: an answer is on its way.
        if (change.type === "mailbox") thinking = true;
        look();
      });
      const listener: Listener = {
        spoke: () => {
          thinking = true;
          look();
        },
        moved: () => {
          over = true;
          wake();
        },
      };
      const mine = listeners.get(visitor.visitorId) ?? new Set();
      listeners.set(visitor.visitorId, mine.add(listener));
      const end = (): void => wake();
      closing.addEventListener("abort", end);
      stream.onAbort(end);
      const isOpen = (): boolean => !stream.aborted && !closing.aborted && !over;
      const isBots = async (id: ConversationId): Promise<boolean> => {
        const conversation = await deps.store.conversations.get(visitor.workspaceId, id);
        return conversation?.owner === "bot" && conversation.botEnabled;
      };
      const show = async (id: ConversationId): Promise<void> => {
        for (const line of await source.lines(id, position)) {
          position = line.position;
          await stream.writeSSE({ id: String(position), event: "message", data: JSON.stringify(line) });
        }
        if (!thinking) return;
        thinking = false;
        if (await isBots(id)) await stream.writeSSE({ event: "typing", data: "{}" });
      };
      try {
        while (isOpen()) {
          if (pending) {
            pending = false;
            conversationId ??= await source.conversation();
            // A change only says that it is time to look.
            if (conversationId) await show(conversationId);
            continue;
          }
          await new Promise<void>((done) => {
            wake = done;
            setTimeout(done, conversationId === null ? UNKNOWN_MS : HEARTBEAT_MS).unref();
          });
          if (pending || !isOpen()) continue;
          // Another process may have taken the first words, or have signed the visitor in or out.
          const current = await source.conversation();
          if (conversationId !== null && current !== conversationId) over = true;
          else if (conversationId === null) pending = current !== null;
          if (isOpen()) await stream.write(": still here\n\n");
        }
        if (over && !stream.aborted) await stream.writeSSE({ event: "moved", data: "{}" });
        if (!stream.aborted) await stream.write("retry: 1000\n\n");
      } finally {
        streams--;
        mine.delete(listener);
        if (mine.size === 0) listeners.delete(visitor.visitorId);
        stopListening();
        closing.removeEventListener("abort", end);
      }
    });
  };
  return {
    open,
    spoke: (visitor) => each(visitor, ({ spoke }) => spoke()),
    moved: (visitor) => each(visitor, ({ moved }) => moved()),
  };
}
