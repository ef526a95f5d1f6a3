import type { ChatLook } from "../../engine/core/domain/chat.ts";
import type { MessageContent } from "../../engine/core/domain/message.ts";
import { type Following, follow } from "./follow.ts";
import { type Kept, keeper, type Pending, type Said } from "./kept.ts";
import { leadAmongTabs, type Surroundings } from "./surroundings.ts";
import { type Upload, uploads } from "./upload.ts";

/** A line of the thread as the server gives it. */
export interface Line {
  readonly id: string;
  readonly position: number;
  readonly author: "contact" | "bot" | "assistant" | "agent";
  readonly name?: string;
  readonly clientId?: string;
  readonly status: string;
  readonly content: MessageContent;
  readonly createdAt: string;
}

export interface ChatState {
  readonly lines: readonly Line[];
  readonly pending: readonly Pending[];
  readonly uploads: readonly Upload[];
  readonly connection: "connecting" | "open" | "offline" | "unavailable" | "refused";
  /** An answer is being prepared. */
  readonly typing: boolean;
  readonly look: ChatLook | null;
  /** Lines of the other side that nobody has seen yet, in any tab. */
  readonly unread: number;
  readonly sound: boolean;
  /** Who the site says that the visitor is; null: nobody knows. */
  readonly signedInAs: string | null;
}

export interface ChatClient {
  readonly state: () => ChatState;
  readonly start: () => void;
  readonly say: (said: Said) => void;
  readonly retry: (clientMessageId: string) => void;
  readonly discard: (clientMessageId: string) => void;
  readonly attach: (files: readonly File[]) => void;
  readonly retryUpload: (id: string) => void;
  readonly cancelUpload: (id: string) => void;
  /** Everything that is here has been seen. */
  readonly seen: () => void;
  readonly setSound: (on: boolean) => void;
  /** A token that the site's server signed says who the visitor is. False: it was refused. */
  readonly signIn: (token: string) => Promise<boolean>;
  /** Nothing of the conversation stays in this browser. */
  readonly signOut: () => Promise<void>;
  readonly stop: () => void;
  readonly mediaUrl: (line: Line) => string;
}

/** Between two tries to send what is waiting; the browser's own word that it is online comes before. */
const RETRY_MS = 2000;
/** No answer after this time: nobody seems to write any more. */
const TYPING_MS = 25_000;
const MARK_MS = 400;

/** Talks to the server: one visitor, one thread, however many tabs. Lines are known by their position, so none is lost or shown twice. */
export function createChatClient(
  { base, account, language }: { readonly base: string; readonly account: string; readonly language: string },
  changed: (state: ChatState) => void,
  heard: () => void,
  around: Surroundings,
): ChatClient {
  const kept = keeper(`relais:${base}:${account}`, around.storage);
  const tabs = around.tabs(`relais:${base}:${account}`);
  let state: ChatState = {
    lines: [],
    pending: kept.read().pending,
    uploads: [],
    connection: "connecting",
    typing: false,
    look: kept.read().look,
    unread: 0,
    sound: kept.read().sound ?? kept.read().look?.sound ?? false,
    signedInAs: kept.read().signedInAs,
  };
  let stopped = false;
  let sending = false;
  let following: Following | null = null;
  /** Everything up to here has come; lines that came as the answer to our own words may have others before them. */
  let followed = 0;

  const show = (change: Partial<ChatState>): void => {
    const { pending, seen, sound, signedInAs, look } = kept.read();
    const next = { ...state, ...change };
    const unread = next.lines.filter(({ author, position }) => author !== "contact" && position > seen).length;
    state = { ...next, pending, unread, look, signedInAs, sound: sound ?? look?.sound ?? false };
    changed(state);
  };
  const keep = (change: (was: Kept) => Partial<Kept>): void => {
    kept.change(change);
    show({});
  };
  const call = (path: string, init: RequestInit = {}): Promise<Response> => {
    const { token } = kept.read();
    return around.fetch(`${base}/chat/api${path}`, {
      ...init,
      headers: { ...init.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
  };
  const post = (path: string, body: unknown): Promise<Response> =>
    call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  let opening: Promise<void> | null = null;
  /** One session for all tabs: whoever comes first makes it. */
  const session = (): Promise<void> => {
    if (kept.read().token) return Promise.resolve();
    opening ??= around
      .alone(`relais:${base}:${account}:session`, async () => {
        if (kept.read().token) return;
        const answer = await call(`/sessions?account=${encodeURIComponent(account)}`, { method: "POST" });
        if (answer.status === 403 || answer.status === 404) throw new Refused();
        if (!answer.ok) throw new Error(`no session: ${answer.status}`);
        const { token, ...look } = (await answer.json()) as ChatLook & { readonly token: string };
        keep(() => ({ token, look }));
      })
      .finally(() => {
        opening = null;
      });
    return opening;
  };
  const forget = (): void => {
    kept.change(() => ({ token: null, seen: 0, signedInAs: null }));
    followed = 0;
    show({ lines: [], typing: false });
  };

  const take = (line: Line, isNews: boolean): void => {
    const lines = [...state.lines.filter(({ position }) => position !== line.position), line].sort(
      (a, b) => a.position - b.position,
    );
    const isNew =
      isNews && line.author !== "contact" && !state.lines.some(({ position }) => position === line.position);
    if (line.clientId)
      kept.change(({ pending }) => ({ pending: pending.filter((one) => one.clientMessageId !== line.clientId) }));
    show({ lines, typing: line.author === "contact" && state.typing });
    if (isNew && line.position > kept.read().seen) heard();
  };
  let typingNo = 0;
  const showTyping = (): void => {
    const no = ++typingNo;
    show({ typing: true });
    void around.wait(TYPING_MS).then(() => {
      if (no === typingNo && state.typing) show({ typing: false });
    });
  };

  /** Everything that waits, in order, one after the other, from one tab at a time. */
  const flush = async (): Promise<void> => {
    if (sending || stopped || !kept.read().pending.some(({ failed }) => !failed)) return;
    sending = true;
    const ok = await around
      .alone(`relais:${base}:${account}:send`, sendAll)
      .then(() => true)
      .catch((error: unknown) => {
        // Still in the list: sent with the same id when the connection is back.
        show({ connection: error instanceof Refused ? "refused" : "offline" });
        return error instanceof Refused;
      });
    sending = false;
    if (ok || stopped) return;
    await around.wait(RETRY_MS);
    await flush();
  };
  const sendAll = async (): Promise<void> => {
    for (;;) {
      const next = kept.read().pending.find(({ failed }) => !failed);
      if (!next || stopped) return;
      await session();
      const { clientMessageId, said } = next;
      const words = "file" in said ? { file: { ticket: said.file.ticket, fileName: said.file.fileName } } : said;
      const answer = await post("/messages", { clientMessageId, language, ...words });
      if (answer.status === 401) {
        forget();
        continue;
      }
      if (answer.status === 429) {
        await around.wait(Number(answer.headers.get("retry-after") ?? "2") * 1000);
        continue;
      }
      if (answer.status >= 500) throw new Error(`not taken: ${answer.status}`);
      if (!answer.ok) {
        keep(({ pending }) => ({
          pending: pending.map((one) => (one.clientMessageId === clientMessageId ? { ...one, failed: true } : one)),
        }));
        continue;
      }
      const { position, messageId } = (await answer.json()) as {
        readonly position: number;
        readonly messageId: string;
      };
      const line = lineOf(next, messageId, position, new Date(around.now()).toISOString());
      take(line, false);
      tabs.tell({ type: "line", line, streamed: false });
      if (state.connection !== "open") show({ connection: "open" });
      following?.wake();
    }
  };

  /** One tab listens to the server and tells the others. */
  const lead = (signal: AbortSignal): Promise<void> => {
    following = follow({
      signal,
      open: async () => {
        await session();
        return call(`/events?after=${followed}`, { headers: { accept: "text/event-stream" }, signal });
      },
      wait: around.wait,
      connection(connection) {
        show({ connection: connection === "offline" && state.lines.length === 0 ? "unavailable" : connection });
        tabs.tell({ type: "connection", connection: state.connection });
        if (connection === "open") void flush();
      },
      line(line) {
        followed = Math.max(followed, line.position);
        take(line, true);
        tabs.tell({ type: "line", line, streamed: true });
        mark(false);
      },
      typing() {
        showTyping();
        tabs.tell({ type: "typing" });
      },
      async moved() {
        tabs.tell({ type: "moved" });
        await beginAnew();
      },
      gone() {
        forget();
        tabs.tell({ type: "moved" });
      },
      isRefused: (error) => error instanceof Refused,
    });
    return following.done;
  };
  /** What was said before this tab was opened. */
  const readBack = async (): Promise<void> => {
    if (!kept.read().token) return;
    const answer = await call(`/messages?after=${followed}`).catch(() => null);
    if (!answer?.ok) return;
    const { items } = (await answer.json()) as { readonly items: readonly Line[] };
    for (const line of items) {
      followed = Math.max(followed, line.position);
      take(line, false);
    }
    if (items.length >= 100) await readBack();
  };
  /** Another thread from now on: what is in it is no news. */
  const beginAnew = async (): Promise<void> => {
    followed = 0;
    show({ lines: [], typing: false });
    await readBack();
    keep(() => ({ seen: followed }));
  };

  let marked = { position: 0, isRead: false };
  let marking = false;
  /** Tells the server what has arrived and what was seen; a little later, so that it is one word for many lines. */
  const mark = (isRead: boolean): void => {
    const position = Math.max(
      0,
      ...state.lines.filter(({ author }) => author !== "contact").map((line) => line.position),
    );
    if (position === 0 || (marked.position >= position && (marked.isRead || !isRead))) return;
    marked = { position, isRead };
    if (marking) return;
    marking = true;
    void around.wait(MARK_MS).then(() => {
      marking = false;
      void post("/seen", marked).catch(() => {});
    });
  };

  const filesOf = uploads({
    base,
    token: async () => {
      await session();
      return kept.read().token ?? "";
    },
    randomId: around.randomId,
    send: around.upload,
    changed: (list) => show({ uploads: list }),
    done: (file) => client.say({ file }),
  });

  tabs.hear((message) => {
    switch (message.type) {
      case "line":
        if (message.streamed) followed = Math.max(followed, message.line.position);
        return take(message.line, message.streamed);
      case "typing":
        return showTyping();
      case "connection":
        return show({ connection: message.connection });
      case "moved":
        return void beginAnew();
    }
  });
  const stopHearing = around.changedElsewhere(kept.key, () => {
    const { pending } = kept.read();
    show({});
    if (pending.some(({ failed }) => !failed)) void flush();
  });

  let stopLeading = (): void => {};
  const client: ChatClient = {
    state: () => state,
    start() {
      void readBack().then(() => {
        stopLeading = leadAmongTabs(`relais:${base}:${account}:lead`, lead);
      });
      void flush();
    },
    say(said) {
      keep(({ pending }) => ({
        pending: [...pending, { clientMessageId: around.randomId(), said, failed: false, at: around.now() }],
      }));
      void flush();
    },
    retry(clientMessageId) {
      keep(({ pending }) => ({
        pending: pending.map((one) => (one.clientMessageId === clientMessageId ? { ...one, failed: false } : one)),
      }));
      void flush();
    },
    discard(clientMessageId) {
      keep(({ pending }) => ({ pending: pending.filter((one) => one.clientMessageId !== clientMessageId) }));
    },
    attach: filesOf.add,
    retryUpload: filesOf.retry,
    cancelUpload: filesOf.cancel,
    seen() {
      const last = state.lines[state.lines.length - 1]?.position ?? 0;
      if (last > kept.read().seen) keep(() => ({ seen: last }));
      mark(true);
    },
    setSound: (on) => keep(() => ({ sound: on })),
    async signIn(token) {
      for (let tries = 0; tries < 2; tries++) {
        await session();
        const answer = await post("/identity", { token });
        // This browser was somebody else's: what they said stays with them.
        if (answer.status === 409 || answer.status === 401) {
          forget();
          continue;
        }
        if (!answer.ok) return false;
        const { id, name } = (await answer.json()) as { readonly id: string; readonly name: string | null };
        const isNew = kept.read().signedInAs === null;
        keep(() => ({ signedInAs: name ?? id }));
        if (!isNew) return true;
        tabs.tell({ type: "moved" });
        await beginAnew();
        return true;
      }
      return false;
    },
    async signOut() {
      await post("/logout", {}).catch(() => null);
      kept.change(() => ({ pending: [] }));
      forget();
      tabs.tell({ type: "moved" });
      following?.wake();
    },
    stop() {
      stopped = true;
      stopLeading();
      stopHearing();
      tabs.close();
    },
    mediaUrl: (line) => `${base}/chat/api/media/${line.position}?token=${encodeURIComponent(kept.read().token ?? "")}`,
  };
  return client;
}

/** The server knows no such chat, or does not want this site: trying again changes nothing. */
class Refused extends Error {}

function lineOf({ said, clientMessageId }: Pending, id: string, position: number, createdAt: string): Line {
  const content: MessageContent =
    "text" in said
      ? { type: "text", text: said.text }
      : "choice" in said
        ? { type: "choice", ...said.choice }
        : { type: "media", media: { kind: kindOf(said.file.mimeType), ...said.file } };
  return { id, position, author: "contact", clientId: clientMessageId, status: "received", content, createdAt };
}

function kindOf(mimeType: string): "image" | "audio" | "video" | "document" {
  const [family] = mimeType.split("/");
  return family === "image" || family === "audio" || family === "video" ? family : "document";
}
