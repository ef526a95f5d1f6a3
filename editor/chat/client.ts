import type { MessageContent } from "../../engine/core/domain/message.ts";

/** A line of the thread as the server gives it. */
export interface Line {
  readonly id: string;
  readonly position: number;
  readonly author: "contact" | "bot" | "assistant" | "agent";
  readonly status: string;
  readonly content: MessageContent;
  readonly createdAt: string;
}

/** What the visitor says. */
export type Said =
  | { readonly text: string }
  | { readonly choice: { readonly id: string; readonly label: string } }
  | {
      readonly file: {
        readonly path: string;
        readonly mimeType: string;
        readonly fileName: string;
        readonly sizeBytes: number;
      };
    };

/** A message that the server has not taken yet: it keeps its id over every try, so it cannot arrive twice. */
export interface Pending {
  readonly clientMessageId: string;
  readonly said: Said;
  readonly failed: boolean;
}

export interface ChatState {
  readonly lines: readonly Line[];
  readonly pending: readonly Pending[];
  readonly connection: "connecting" | "open" | "offline" | "unavailable";
  /** An answer is being prepared. */
  readonly typing: boolean;
  readonly title: string;
  readonly color: string;
}

/** What of a browser the client needs; tests bring their own. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly randomId: () => string;
  readonly wait: (ms: number) => Promise<void>;
}

export interface ChatClient {
  readonly state: () => ChatState;
  readonly start: () => Promise<void>;
  readonly say: (said: Said) => void;
  readonly retry: () => void;
  readonly upload: (file: File) => Promise<boolean>;
  readonly stop: () => void;
  /** Address of a file of the thread. */
  readonly mediaUrl: (line: Line) => string;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Between two tries to send what is waiting; the browser's own word that it is online comes before. */
const RETRY_MS = 2000;
/** No answer after this time: nobody seems to write any more. */
const TYPING_MS = 25_000;

/** Talks to the server: one visitor, one thread. Lines are known by their position, so none is lost or shown twice. */
export function createChatClient(
  base: string,
  language: string,
  changed: (state: ChatState) => void,
  around: Surroundings,
): ChatClient {
  const key = `relais:${base}`;
  const kept = JSON.parse(around.storage.getItem(key) ?? "{}") as {
    token?: string;
    pending?: Pending[];
    title?: string;
    color?: string;
  };
  let token = kept.token ?? null;
  let state: ChatState = {
    lines: [],
    pending: (kept.pending ?? []).map((one) => ({ ...one, failed: false })),
    connection: "connecting",
    typing: false,
    title: kept.title ?? "",
    color: kept.color ?? "",
  };
  let stopped = false;
  const leaving = new AbortController();
  let sending = false;

  const update = (change: Partial<ChatState>): void => {
    state = { ...state, ...change };
    around.storage.setItem(
      key,
      JSON.stringify({ token, pending: state.pending, title: state.title, color: state.color }),
    );
    changed(state);
  };
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    around.fetch(`${base}/chat/api${path}`, {
      ...init,
      headers: { ...init.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });

  const session = async (): Promise<void> => {
    if (token) return;
    const answer = await call("/sessions", { method: "POST" });
    if (!answer.ok) throw new Error(`no session: ${answer.status}`);
    const made = (await answer.json()) as { token: string; title: string; color: string };
    token = made.token;
    update({ title: made.title, color: made.color });
  };

  const take = (line: Line): void => {
    if (state.lines.some(({ position }) => position === line.position)) return;
    const lines = [...state.lines, line].sort((a, b) => a.position - b.position);
    update({ lines, typing: line.author === "contact" && state.typing });
  };

  let typingNo = 0;
  const showTyping = (): void => {
    const no = ++typingNo;
    update({ typing: true });
    void around.wait(TYPING_MS).then(() => {
      if (no === typingNo && state.typing) update({ typing: false });
    });
  };

  /** The stream of new lines; ends when the connection does. */
  const follow = async (): Promise<void> => {
    const last = state.lines[state.lines.length - 1]?.position ?? 0;
    const answer = await call(`/events?after=${last}`, {
      headers: { accept: "text/event-stream" },
      signal: leaving.signal,
    });
    if (answer.status === 401) {
      token = null;
      throw new Error("the session is gone");
    }
    if (!answer.ok || !answer.body) throw new Error(`no stream: ${answer.status}`);
    update({ connection: "open" });
    void flush();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    while (!stopped) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = block.split("\n").find((part) => part.startsWith("data:"));
        if (data && block.includes("event: message")) take(JSON.parse(data.slice(5)) as Line);
        if (block.includes("event: typing")) showTyping();
      }
    }
    await reader.cancel();
  };

  const flush = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    let again = false;
    try {
      for (
        let next = state.pending.find(({ failed }) => !failed);
        next && !stopped;
        next = state.pending.find(({ failed }) => !failed)
      ) {
        const { clientMessageId, said } = next;
        await session();
        const answer = await call("/messages", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ clientMessageId, language, ...said }),
        });
        if (answer.status === 429) {
          await around.wait(Number(answer.headers.get("retry-after") ?? "2") * 1000);
          continue;
        }
        if (answer.status >= 500) throw new Error(`not taken: ${answer.status}`);
        const refused = !answer.ok;
        update({
          pending: state.pending.flatMap((one) =>
            one.clientMessageId !== clientMessageId ? [one] : refused ? [{ ...one, failed: true }] : [],
          ),
        });
      }
    } catch {
      // Still in the list: sent with the same id when the connection is back, even if the stream never noticed.
      update({ connection: "offline" });
      again = true;
    } finally {
      sending = false;
    }
    if (!again || stopped) {
      if (!again && state.connection === "offline" && state.pending.length === 0) update({ connection: "open" });
      return;
    }
    await around.wait(RETRY_MS);
    await flush();
  };

  const run = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS;
    while (!stopped) {
      try {
        await session();
        await follow();
        waitMs = FIRST_WAIT_MS;
      } catch {
        update({ connection: state.lines.length === 0 && state.pending.length === 0 ? "unavailable" : "offline" });
      }
      if (stopped) return;
      await around.wait(waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  };

  return {
    state: () => state,
    start: run,
    say(said) {
      update({ pending: [...state.pending, { clientMessageId: around.randomId(), said, failed: false }] });
      void flush();
    },
    retry() {
      update({ pending: state.pending.map((one) => ({ ...one, failed: false })) });
      void flush();
    },
    async upload(file) {
      await session();
      const answer = await call("/files", { method: "POST", body: file });
      if (!answer.ok) return false;
      const saved = (await answer.json()) as { path: string; mimeType: string; sizeBytes: number };
      this.say({ file: { ...saved, fileName: file.name.slice(0, 200) } });
      return true;
    },
    stop() {
      stopped = true;
      leaving.abort();
    },
    mediaUrl: (line) => `${base}/chat/api/media/${line.position}?token=${encodeURIComponent(token ?? "")}`,
  };
}
