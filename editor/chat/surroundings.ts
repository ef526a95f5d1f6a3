import type { ChatState, Line } from "./client.ts";

/** What tabs tell each other. */
export type TabMessage =
  | { readonly type: "line"; readonly line: Line; readonly streamed: boolean }
  | { readonly type: "typing" }
  | { readonly type: "moved" }
  | { readonly type: "connection"; readonly connection: ChatState["connection"] };

export interface Tabs {
  tell(message: TabMessage): void;
  hear(listen: (message: TabMessage) => void): void;
  close(): void;
}

/** What of a browser the client needs. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  readonly storage: Pick<Storage, "getItem" | "setItem">;
  readonly now: () => number;
  readonly randomId: () => string;
  /** Ends early when the browser says that it is online again. */
  readonly wait: (ms: number) => Promise<void>;
  /** Runs in one tab at a time. */
  readonly alone: <T>(name: string, run: () => Promise<T>) => Promise<T>;
  readonly tabs: (name: string) => Tabs;
  readonly changedElsewhere: (key: string, listen: () => void) => () => void;
  /** Sends bytes and tells how far it is; rejects when aborted or cut. */
  readonly upload: (request: {
    readonly url: string;
    readonly token: string;
    readonly file: Blob;
    readonly progress: (share: number) => void;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly status: number; readonly body: string }>;
}

export function browserSurroundings(): Surroundings {
  return {
    fetch: (...given) => fetch(...given),
    storage: safeStorage(),
    now: () => Date.now(),
    randomId: () => crypto.randomUUID?.() ?? uuid(),
    wait: (ms) =>
      new Promise((done) => {
        const end = (): void => {
          clearTimeout(timer);
          window.removeEventListener("online", end);
          done();
        };
        const timer = setTimeout(end, ms);
        window.addEventListener("online", end);
      }),
    alone: (name, run) => (navigator.locks ? navigator.locks.request(name, run) : run()) as ReturnType<typeof run>,
    tabs(name) {
      if (!("BroadcastChannel" in window)) return { tell: () => {}, hear: () => {}, close: () => {} };
      const channel = new BroadcastChannel(name);
      return {
        tell: (message) => channel.postMessage(message),
        hear(listen) {
          channel.onmessage = ({ data }) => listen(data as TabMessage);
        },
        close: () => channel.close(),
      };
    },
    changedElsewhere(key, listen) {
      const told = (event: StorageEvent): void => {
        if (event.key === key) listen();
      };
      window.addEventListener("storage", told);
      return () => window.removeEventListener("storage", told);
    },
    upload: ({ url, token, file, progress, signal }) =>
      new Promise((done, failed) => {
        // `fetch` cannot say how much of a body has left.
        const request = new XMLHttpRequest();
        request.open("POST", url);
        request.setRequestHeader("authorization", `Bearer ${token}`);
        request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
        request.onload = () => done({ status: request.status, body: request.responseText });
        request.onerror = () => failed(new Error("cut"));
        request.onabort = () => failed(new Error("cancelled"));
        signal.addEventListener("abort", () => request.abort());
        request.send(file);
      }),
  };
}

/**
 * One of the tabs leads until it closes; a tab that comes into view takes over, because browsers put hidden ones to
 * sleep. Without locks every tab leads itself. Returns how to stop.
 */
export function leadAmongTabs(name: string, lead: (signal: AbortSignal) => Promise<void>): () => void {
  const over = new AbortController();
  let leading = false;
  const stand = async (steal: boolean): Promise<void> => {
    const mine = new AbortController();
    const stop = (): void => mine.abort();
    over.signal.addEventListener("abort", stop);
    try {
      await navigator.locks.request(name, steal ? { steal } : { signal: over.signal }, () => {
        leading = true;
        return lead(mine.signal);
      });
    } catch {
      // Taken by a tab that is looked at, or over.
    } finally {
      leading = false;
      mine.abort();
      over.signal.removeEventListener("abort", stop);
    }
    if (!over.signal.aborted) await stand(false);
  };
  if (!navigator.locks) {
    void lead(over.signal);
    return () => over.abort();
  }
  const seen = (): void => {
    if (document.visibilityState === "visible" && !leading) void stand(true);
  };
  document.addEventListener("visibilitychange", seen);
  void stand(document.visibilityState === "visible");
  return () => {
    document.removeEventListener("visibilitychange", seen);
    over.abort();
  };
}

function safeStorage(): Pick<Storage, "getItem" | "setItem"> {
  try {
    return window.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => {} };
  }
}

/** A random UUID where pages without https have no `crypto.randomUUID`. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
