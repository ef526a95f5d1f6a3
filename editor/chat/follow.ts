import type { Line } from "./client.ts";

/** A stream of new lines that is opened again, from where it was, for as long as it is wanted. */
export interface Following {
  readonly done: Promise<void>;
  /** Something has changed: try now, and from the beginning when the thread is another. */
  wake(): void;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Asks for everything after what has come. */
  readonly open: () => Promise<Response>;
  readonly wait: (ms: number) => Promise<void>;
  readonly connection: (connection: "connecting" | "open" | "offline" | "refused") => void;
  readonly line: (line: Line) => void;
  readonly typing: () => void;
  /** The visitor has another thread now. */
  readonly moved: () => Promise<void>;
  /** The server does not know the session any more. */
  readonly gone: () => void;
  readonly isRefused: (error: unknown) => boolean;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export function follow(options: FollowOptions): Following {
  const { signal, open, connection } = options;
  let early = (): void => {};

  const once = async (): Promise<void> => {
    const answer = await open();
    if (answer.status === 401) {
      options.gone();
      return;
    }
    if (!answer.ok || !answer.body) throw new Error(`no stream: ${answer.status}`);
    connection("open");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = block.split("\n").find((part) => part.startsWith("data:"));
        if (data && block.includes("event: message")) {
          options.line(JSON.parse(data.slice(5)) as Line);
        } else if (block.includes("event: typing")) options.typing();
        else if (block.includes("event: moved")) await options.moved();
      }
    }
  };

  const run = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS;
    while (!signal.aborted) {
      try {
        await once();
        waitMs = FIRST_WAIT_MS;
      } catch (error) {
        if (signal.aborted) return;
        connection(options.isRefused(error) ? "refused" : "offline");
      }
      if (signal.aborted) return;
      // A little chance in it: a crowd that lost its server must not come back at one moment.
      const jitter = 0.5 + (performance.now() % 100) / 200;
      await Promise.race([options.wait(waitMs * jitter), new Promise<void>((done) => (early = done))]);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  };
  return { done: run(), wake: () => early() };
}
