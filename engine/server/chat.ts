import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Hono } from "hono";
import { z } from "zod";
import { type ChatLook, chatLook } from "../core/domain/chat.ts";
import type { ChannelAccountId, ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import { LIMITS } from "../core/domain/limits.ts";
import { filesOf, type Message, type MessageContent } from "../core/domain/message.ts";
import type { ChannelAccount } from "../ports.ts";
import { acceptedType, fileNameOf } from "./accepted-file.ts";
import { readBody, utf8Of } from "./body.ts";
import { chatStream } from "./chat-stream.ts";
import { clientAddress, type ServerDeps } from "./deps.ts";
import { fileAnswer } from "./file-answer.ts";
import { fileOfTicket, ticketOf } from "./file-ticket.ts";
import { createLimiter } from "./limiter.ts";
import { type SitePerson, sitePersonOf } from "./site-identity.ts";

const BODY_BYTES = 32_000;
const PAGE = 200;
const SIGN_IN_TRIES = 20;
const SIGN_IN_WAIT_MS = 100;

type Bindings = { Bindings: { incoming?: IncomingMessage } };

/** Who holds a session: known by its key alone. */
export interface Visitor {
  readonly workspaceId: WorkspaceId;
  readonly accountId: ChannelAccountId;
  readonly visitorId: string;
}

/** What a visitor says: a file by the ticket that its upload gave. */
const saidFile = z.strictObject({ ticket: z.string().max(2000), fileName: z.string().max(500) });
const marked = z.strictObject({ position: z.int().min(0), isRead: z.boolean() });
const signed = z.strictObject({ token: z.string().max(4000) });

/** The web chat for visitors: sessions that nobody can guess, messages that are neither lost nor doubled. */
export function chatRoutes(deps: ServerDeps, closing: AbortSignal): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const newSessions = createLimiter(deps.clock, 30, 60_000);
  const newMessages = createLimiter(deps.clock, 60, 60_000);
  const newFiles = createLimiter(deps.clock, 5, 60_000);
  const marks = createLimiter(deps.clock, 120, 60_000);
  const signIns = createLimiter(deps.clock, 30, 60_000);
  const stream = chatStream(deps, closing);

  /** By its id, or by the name that its owner gave the widget. */
  const accountOf = (id: string | undefined): ChannelAccount | undefined => {
    const own = deps.accounts().filter(({ channel, status }) => channel === "web" && status === "active");
    return id === undefined || id === "" ? own[0] : own.find((account) => account.id === id || account.address === id);
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
      c.header("access-control-expose-headers", "retry-after");
    }
    if (c.req.method === "OPTIONS") return c.body(null, allowed ? 204 : 403);
    if (origin && !allowed) return c.json({ error: "this site may not use this chat" }, 403);
    return next();
  });

  const address = (c: {
    env: { incoming?: IncomingMessage };
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
  const bodyOf = async (request: Request): Promise<unknown> => {
    const bytes = await readBody(request, BODY_BYTES);
    if (!bytes) return undefined;
    try {
      return JSON.parse(utf8Of(bytes) ?? "");
    } catch {
      return null;
    }
  };

  app.get("/look", (c) => {
    const account = accountOf(c.req.query("account"));
    if (!account) return c.json({ error: "there is no such chat" }, 404);
    return c.json(lookOf(account), 200, { "cache-control": "public, max-age=60" });
  });

  app.post("/sessions", (c) => {
    const wait = newSessions(address(c));
    if (wait !== null) return c.json({ error: "too many new chats" }, 429, { "retry-after": String(wait) });
    const account = accountOf(c.req.query("account"));
    if (!account) return c.json({ error: "there is no such chat" }, 404);
    return c.json({ token: `${account.id}.${deps.ids.token()}`, ...lookOf(account) });
  });

  app.post("/messages", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    const wait = newMessages(visitor.visitorId) ?? newMessages(address(c));
    if (wait !== null) return c.json({ error: "too many messages" }, 429, { "retry-after": String(wait) });
    const said = await bodyOf(c.req.raw);
    if (said === undefined) return c.json({ error: "too large" }, 413, { connection: "close" });
    const message = withFile(deps, visitor, said);
    if (message === null) return c.json({ error: "this file was not uploaded here" }, 400);
    const received = deps.channels.of("web").receive(
      {
        method: "POST",
        url: `${deps.settings.publicUrl}/chat/api/messages`,
        headers: {},
        query: {},
        body: new TextEncoder().encode(JSON.stringify(message)),
        receivedAt: new Date(deps.clock.now()).toISOString(),
        visitor: { accountId: visitor.accountId, visitorId: visitor.visitorId },
      },
      deps.accounts().filter((account) => account.channel === "web"),
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
    stream.spoke(visitor);
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
    return stream.open(c, visitor, {
      after: positionOf(c.req.header("last-event-id") ?? c.req.query("after")),
      conversation: () => conversationOf(visitor),
      lines: (conversationId, after) => linesAfter(deps, visitor.workspaceId, conversationId, after),
    });
  });

  /** What has reached the visitor, and what they have seen: agents see it at their messages. */
  app.post("/seen", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    if (marks(visitor.visitorId) !== null) return c.body(null, 204);
    const mark = marked.safeParse(await bodyOf(c.req.raw));
    if (!mark.success) return c.json({ error: "not a mark" }, 400);
    const conversationId = await conversationOf(visitor);
    const { position, isRead } = mark.data;
    if (conversationId) await deps.store.visitors.seen(visitor.workspaceId, conversationId, position, isRead);
    return c.body(null, 204);
  });

  /** The site's own server says who the visitor is, by a token that it signed with this chat's secret. */
  app.post("/identity", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    const account = visitor && accountOf(visitor.accountId);
    if (!visitor || !account) return c.json({ error: "unknown session" }, 401);
    const wait = signIns(address(c));
    if (wait !== null) return c.json({ error: "too many tries" }, 429, { "retry-after": String(wait) });
    const { identitySecret = "" } = account.config as { readonly identitySecret?: string };
    if (identitySecret === "") return c.json({ error: "this chat has no secret to check identities with" }, 403);
    const body = signed.safeParse(await bodyOf(c.req.raw));
    const person = body.success ? sitePersonOf(body.data.token, identitySecret, deps.clock.now()) : null;
    if (!person) return c.json({ error: "the token is not valid" }, 403);
    const done = await signedIn(deps, visitor, person);
    if (done === "busy") return c.json({ error: "please try again" }, 503, { "retry-after": "1" });
    if (done === "another") return c.json({ error: "this session is somebody else's" }, 409);
    stream.moved(visitor);
    return c.json({ id: person.id, name: person.name });
  });

  app.post("/logout", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    await deps.store.visitors.signOut(visitor.workspaceId, visitor.accountId, visitor.visitorId);
    stream.moved(visitor);
    return c.body(null, 204);
  });

  app.post("/files", async (c) => {
    const visitor = visitorOf(c.req.header("authorization"));
    if (!visitor) return c.json({ error: "unknown session" }, 401);
    const wait = newFiles(visitor.visitorId) ?? newFiles(address(c));
    if (wait !== null) return c.json({ error: "too many files" }, 429, { "retry-after": String(wait) });
    const bytes = await readBody(c.req.raw, LIMITS.chatFileBytes);
    if (!bytes) return c.json({ error: "the file is too large (16 MB at most)" }, 413, { connection: "close" });
    if (bytes.byteLength === 0) return c.json({ error: "the file is empty" }, 400);
    const mimeType = await acceptedType(bytes);
    if (!mimeType) return c.json({ error: "this kind of file is not accepted" }, 415);
    const { path, sizeBytes } = await deps.files.save(bytes, mimeType);
    const ticket = ticketOf(deps.settings.signingKey, visitor.visitorId, { path, mimeType, sizeBytes });
    return c.json({ ticket, sizeBytes, mimeType }, 201);
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
    c.header("cross-origin-resource-policy", "cross-origin");
    return fileAnswer(c, deps, page.items[0]?.content);
  });

  return app;
}

/** A message to the visitor that is on its way takes a moment: it is waited for. */
async function signedIn(
  deps: ServerDeps,
  visitor: Visitor,
  person: SitePerson,
): Promise<"signedIn" | "another" | "busy"> {
  const { workspaceId, accountId, visitorId } = visitor;
  for (let tries = 1; ; tries++) {
    const done = await deps.store.visitors.signIn(workspaceId, accountId, visitorId, person);
    if (done !== "busy" || tries === SIGN_IN_TRIES) return done;
    await new Promise<void>((go) => void deps.clock.after(SIGN_IN_WAIT_MS, go));
  }
}

/** How the chat looks; nothing else of its account leaves the server. */
function lookOf({ config }: ChannelAccount): ChatLook {
  return chatLook.parse(config);
}

/** The message with the file that its ticket stands for; null: a ticket that is not the visitor's. */
function withFile(deps: ServerDeps, visitor: Visitor, said: unknown): unknown {
  if (said === null || typeof said !== "object" || !("file" in said)) return said;
  const given = saidFile.safeParse(said.file);
  const file = given.success ? fileOfTicket(deps.settings.signingKey, visitor.visitorId, given.data.ticket) : null;
  if (!given.success || !file) return null;
  return { ...said, file: { ...file, fileName: fileNameOf(given.data.fileName) } };
}

/** What a visitor sees of a message: nothing of the engine's own. */
export interface ChatLine {
  readonly id: string;
  readonly position: number;
  readonly author: Message["author"];
  /** The person who writes, where a person does. */
  readonly name?: string;
  /** The visitor's own id of what they said. */
  readonly clientId?: string;
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
  for (const { id, position, author, authorName, externalId, status, content, createdAt } of page.items) {
    // A bot's line appears when its turn has come, so that the order is the order of sending.
    if (status === "queued" || status === "cancelled") {
      if (status === "queued") break;
      continue;
    }
    const clientId = author === "contact" ? externalId?.split(":")[1] : undefined;
    lines.push({
      id,
      position,
      author,
      ...(author === "agent" && authorName ? { name: authorName } : {}),
      ...(clientId ? { clientId } : {}),
      status,
      content: withoutPaths(content),
      createdAt,
    });
  }
  return lines;
}

/** A file is asked for by its place in the thread; under which name we keep it is nobody's business. */
function withoutPaths(content: MessageContent): MessageContent {
  const [media] = filesOf(content);
  if (content.type !== "media" || !media) return content;
  const { path: _, remoteId: __, sha256: ___, ...shown } = media;
  return { ...content, media: shown };
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
