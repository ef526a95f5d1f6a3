import { createHash } from "node:crypto";
import { fileTypeFromBuffer } from "file-type";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { ChannelAccountId, ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import type { Message, MessageContent } from "../core/domain/message.ts";
import type { ChannelAccount } from "../ports.ts";
import { readBody } from "./body.ts";
import { clientAddress, type ServerDeps } from "./deps.ts";
import { fileAnswer } from "./file-answer.ts";
import { createLimiter } from "./limiter.ts";

const BODY_BYTES = 32_000;
const FILE_BYTES = 16_000_000;
const PAGE = 200;
const HEARTBEAT_MS = 20_000;
const UNKNOWN_MS = 5000;
/** Streams that one process holds open at most. */
const MOST_STREAMS = 5000;

interface Visitor {
  readonly workspaceId: WorkspaceId;
  readonly accountId: ChannelAccountId;
  readonly visitorId: string;
}

/** The web chat for visitors: sessions that nobody can guess, messages that are neither lost nor doubled. */
export function chatRoutes(
  deps: ServerDeps,
  closing: AbortSignal,
): Hono<{ Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }> {
  const app = new Hono<{ Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }>();
  const newSessions = createLimiter(deps.clock, 30, 60_000);
  const newMessages = createLimiter(deps.clock, 60, 60_000);
  const newFiles = createLimiter(deps.clock, 5, 60_000);
  let streams = 0;
  /** Open streams by visitor: the first words of a new visitor wake only their own. */
  const streamsOf = new Map<string, Set<() => void>>();

  const accountOf = (id: string | undefined): ChannelAccount | undefined => {
    const own = deps.accounts().filter(({ channel, status }) => channel === "web" && status === "active");
    return id === undefined ? own[0] : own.find((account) => account.id === id);
  };
  const allowedOrigin = (account: ChannelAccount | undefined, origin: string | undefined): string | null => {
    if (!origin) return null;
    if (origin === new URL(deps.settings.publicUrl).origin) return origin;
    const { allowedOrigins } = (account?.config ?? {}) as { readonly allowedOrigins?: readonly string[] };
    return (allowedOrigins ?? []).includes(origin) ? origin : null;
  };

  app.use("*", async (c, next) => {
    const origin = c.req.header("origin");
    const account = accountOf(c.req.query("account"));
    const host = c.req.header("host");
    // Pages of this very server may ask under whatever name they were opened.
    const own = origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
    const allowed = own ? origin : allowedOrigin(account, origin);
    if (allowed && !own) {
      c.header("access-control-allow-origin", allowed);
      c.header("vary", "Origin");
      c.header("access-control-allow-headers", "authorization, content-type, last-event-id");
      c.header("access-control-allow-methods", "GET, POST");
    }
    if (c.req.method === "OPTIONS") return c.body(null, allowed ? 204 : 403);
    if (origin && !allowed) return c.json({ error: "this site may not use this chat" }, 403);
    return next();
  });

  const address = (c: {
    env: { incoming?: { socket?: { remoteAddress?: string } } };
    req: { header(name: string): string | undefined };
  }): string =>
    clientAddress(
      c.env?.incoming?.socket?.remoteAddress ?? "",
      c.req.header("x-forwarded-for"),
      deps.settings.trustedProxies,
    );

  /** A visitor shows the key that only they hold; the database knows its hash. */
  const visitorOf = (authorization: string | undefined): Visitor | null => {
    const match = /^Bearer (acc_[0-9a-z]+)\.([A-Za-z0-9_-]{43})$/.exec(authorization ?? "");
    const account = match?.[1] === undefined ? undefined : accountOf(match[1]);
    if (!account || !match?.[2]) return null;
    const visitorId = createHash("sha256").update(match[2]).digest("hex");
    return { workspaceId: account.workspaceId, accountId: account.id, visitorId };
  };
  const conversationOf = (visitor: Visitor): Promise<ConversationId | null> =>
    deps.store.conversations.ofIdentity(visitor.workspaceId, visitor.accountId, {
      kind: "visitor",
      value: visitor.visitorId,
    });

  app.post("/sessions", (c) => {
    const wait = newSessions(address(c));
    if (wait !== null) return c.json({ error: "too many new chats" }, 429, { "retry-after": String(wait) });
    const account = accountOf(c.req.query("account"));
    if (!account) return c.json({ error: "there is no such chat" }, 404);
    const { title, color } = account.config as { readonly title: string; readonly color: string };
    return c.json({ token: `${account.id}.${deps.ids.token()}`, title, color });
  });

  app.post("/messages", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    const wait = newMessages(visitor.visitorId) ?? newMessages(address(c));
    if (wait !== null) return c.json({ error: "too many messages" }, 429, { "retry-after": String(wait) });
    const body = await readBody(c.req.raw, BODY_BYTES);
    if (!body) return c.json({ error: "too large" }, 413, { connection: "close" });
    const channel = deps.channels.of("web");
    const accounts = deps.accounts().filter((account) => account.channel === "web");
    const received = channel.receive(
      {
        method: "POST",
        url: `${deps.settings.publicUrl}/chat/api/messages`,
        headers: {},
        query: {},
        body,
        receivedAt: new Date(deps.clock.now()).toISOString(),
        visitor: { accountId: visitor.accountId, visitorId: visitor.visitorId },
      },
      accounts,
    );
    const [event] = received.events;
    if (received.verdict !== "accepted" || event?.type !== "message")
      return c.json({ error: received.response.body }, 400);
    const accepted = await deps.store.inbox.accept({
      id: deps.ids.make("delivery"),
      channel: "web",
      receivedAt: event.at,
      headers: {},
      body: new Uint8Array(),
      events: received.events,
      setAside: [],
    });
    deps.accepted(accepted);
    for (const spoke of streamsOf.get(visitor.visitorId) ?? []) spoke();
    const [first] = accepted.messages;
    if (!first) return c.json({ error: "not stored" }, 503);
    if (
      accepted.duplicates > 0 &&
      !(await isSame(deps, visitor, first.conversationId, first.position, event.content))
    ) {
      return c.json({ error: "this id was used for another message" }, 409);
    }
    return c.json({ messageId: first.messageId, position: first.position }, 202);
  });

  app.get("/messages", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    const conversationId = await conversationOf(visitor);
    if (!conversationId) return c.json({ items: [] });
    return c.json({
      items: await linesAfter(deps, visitor.workspaceId, conversationId, positionOf(c.req.query("after"))),
    });
  });

  app.get("/events", (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    if (streams >= MOST_STREAMS) return c.json({ error: "too many visitors" }, 503, { "retry-after": "10" });
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      streams++;
      let position = positionOf(c.req.header("last-event-id") ?? c.req.query("after"));
      let conversationId = await conversationOf(visitor);
      let wake: () => void = () => {};
      let pending = true;
      let thinking = false;
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
      const mine = streamsOf.get(visitor.visitorId) ?? new Set();
      const spoke = (): void => {
        thinking = true;
        look();
      };
      streamsOf.set(visitor.visitorId, mine.add(spoke));
      const end = (): void => wake();
      closing.addEventListener("abort", end);
      stream.onAbort(end);
      try {
        while (!stream.aborted && !closing.aborted) {
          if (pending) {
            pending = false;
            conversationId ??= await conversationOf(visitor);
            // The rows are the truth, by their position; a change only says that it is time to look.
            if (conversationId) {
              for (const line of await linesAfter(deps, visitor.workspaceId, conversationId, position)) {
                position = line.position;
                await stream.writeSSE({ id: String(position), event: "message", data: JSON.stringify(line) });
              }
              if (thinking) {
                thinking = false;
                const conversation = await deps.store.conversations.get(visitor.workspaceId, conversationId);
                if (conversation?.owner === "bot" && conversation.botEnabled)
                  await stream.writeSSE({ event: "typing", data: "{}" });
              }
            }
            continue;
          }
          await new Promise<void>((done) => {
            wake = done;
            setTimeout(done, conversationId === null ? UNKNOWN_MS : HEARTBEAT_MS).unref();
          });
          // Who has not spoken yet has no conversation to hear of: another process may have taken the first words.
          if (conversationId === null) pending = true;
          if (!pending && !stream.aborted && !closing.aborted) await stream.write(": still here\n\n");
        }
        if (!stream.aborted) await stream.write("retry: 1000\n\n");
      } finally {
        streams--;
        mine.delete(spoke);
        if (mine.size === 0) streamsOf.delete(visitor.visitorId);
        stopListening();
        closing.removeEventListener("abort", end);
      }
    });
  });

  app.post("/files", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    const wait = newFiles(visitor.visitorId);
    if (wait !== null) return c.json({ error: "too many files" }, 429, { "retry-after": String(wait) });
    const bytes = await readBody(c.req.raw, FILE_BYTES);
    if (!bytes) return c.json({ error: "the file is too large (16 MB at most)" }, 413, { connection: "close" });
    if (bytes.byteLength === 0) return c.json({ error: "the file is empty" }, 400);
    const kind = await fileTypeFromBuffer(bytes);
    const mimeType = kind?.mime ?? "application/octet-stream";
    if (!/^(image\/(png|jpeg|gif|webp)|audio\/|video\/|application\/pdf)/.test(mimeType))
      return c.json({ error: "this kind of file is not accepted" }, 415);
    const saved = await deps.files.save(bytes, mimeType);
    return c.json({ path: saved.path, sizeBytes: saved.sizeBytes, mimeType }, 201);
  });

  app.get("/media/:position", async (c) => {
    const visitor = visitorOf(c.req.header("authorization") ?? `Bearer ${c.req.query("token") ?? ""}`);
    const conversationId = visitor && (await conversationOf(visitor));
    if (!visitor || !conversationId) return c.json({ error: "not found" }, 404);
    const wanted = positionOf(c.req.param("position"));
    const page = await deps.store.conversations.messages(visitor.workspaceId, {
      conversationId,
      afterPosition: wanted - 1,
      limit: 1,
    });
    return fileAnswer(c, deps, page.items[0]?.content);
  });

  return app;
}

/** What a visitor sees of a message: nothing of the engine's own. */
export interface ChatLine {
  readonly id: string;
  readonly position: number;
  readonly author: Message["author"];
  readonly status: Message["status"];
  readonly content: MessageContent;
  readonly createdAt: string;
}

async function linesAfter(
  deps: ServerDeps,
  workspaceId: WorkspaceId,
  conversationId: ConversationId,
  after: number,
): Promise<readonly ChatLine[]> {
  const page = await deps.store.conversations.messages(workspaceId, {
    conversationId,
    afterPosition: after,
    limit: PAGE,
  });
  const lines: ChatLine[] = [];
  for (const { id, position, author, status, content, createdAt } of page.items) {
    // A bot's line appears when its turn has come, so that the order is the order of sending.
    if (status === "queued" || status === "cancelled") {
      if (status === "queued") break;
      continue;
    }
    lines.push({ id, position, author, status, content, createdAt });
  }
  return lines;
}

async function isSame(
  deps: ServerDeps,
  visitor: Visitor,
  conversationId: ConversationId,
  position: number,
  content: MessageContent,
): Promise<boolean> {
  const page = await deps.store.conversations.messages(visitor.workspaceId, {
    conversationId,
    afterPosition: position - 1,
    limit: 1,
  });
  return JSON.stringify(page.items[0]?.content) === JSON.stringify(content);
}

function positionOf(text: string | undefined): number {
  const value = Number(text ?? "0");
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
