import { LIMITS } from "../../engine/core/domain/limits.ts";
import type { Said } from "./kept.ts";
import type { Surroundings } from "./surroundings.ts";

/** A file on its way. It stays in this tab only: browsers keep no files for us. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  /** 0 … 1. */
  readonly progress: number;
  readonly problem: "tooLarge" | "empty" | "kind" | "cut" | "tooMany" | null;
  /** To look at it, while it is a picture. */
  readonly preview: string | null;
}

export interface Uploads {
  add(files: readonly File[]): void;
  retry(id: string): void;
  cancel(id: string): void;
}

const MOST_AT_ONCE = 5;

/** Files leave one after the other; each becomes a message when it has arrived. */
export function uploads(options: {
  readonly base: string;
  readonly token: () => Promise<string>;
  readonly randomId: () => string;
  readonly send: Surroundings["upload"];
  readonly changed: (list: readonly Upload[]) => void;
  readonly done: (file: Extract<Said, { readonly file: unknown }>["file"]) => void;
}): Uploads {
  let list: readonly Upload[] = [];
  let busy: { readonly id: string; readonly abort: AbortController } | null = null;

  const set = (next: readonly Upload[]): void => {
    list = next;
    options.changed(list);
  };
  const change = (id: string, to: Partial<Upload>): void =>
    set(list.map((one) => (one.id === id ? { ...one, ...to } : one)));
  const drop = (id: string): void => {
    const one = list.find((upload) => upload.id === id);
    if (one?.preview) URL.revokeObjectURL(one.preview);
    set(list.filter((upload) => upload.id !== id));
  };

  const next = async (): Promise<void> => {
    const one = list.find(({ problem }) => problem === null);
    if (busy || !one) return;
    const abort = new AbortController();
    busy = { id: one.id, abort };
    const answer = await options
      .token()
      .then((token) =>
        options.send({
          url: `${options.base}/chat/api/files`,
          token,
          file: one.file,
          progress: (progress) => change(one.id, { progress }),
          signal: abort.signal,
        }),
      )
      .catch(() => null);
    busy = null;
    const isHere = list.some(({ id }) => id === one.id);
    if (isHere && answer?.status === 201) {
      const { ticket, mimeType, sizeBytes } = JSON.parse(answer.body) as {
        readonly ticket: string;
        readonly mimeType: string;
        readonly sizeBytes: number;
      };
      drop(one.id);
      options.done({ ticket, mimeType, sizeBytes, fileName: one.file.name.slice(-200) || "file" });
    } else if (isHere) change(one.id, { progress: 0, problem: problemOf(answer?.status ?? 0) });
    await next();
  };

  window.addEventListener("online", () => {
    if (!list.some(({ problem }) => problem === "cut")) return;
    set(list.map((one) => (one.problem === "cut" ? { ...one, problem: null } : one)));
    void next();
  });

  return {
    add(files) {
      const room = Math.max(0, MOST_AT_ONCE - list.length);
      const added = files.map((file, index): Upload => {
        const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type);
        const problem = index >= room ? "tooMany" : checked(file);
        return {
          id: options.randomId(),
          file,
          progress: 0,
          problem,
          preview: isPicture && problem === null ? URL.createObjectURL(file) : null,
        };
      });
      set([...list, ...added]);
      void next();
    },
    retry(id) {
      change(id, { problem: null, progress: 0 });
      void next();
    },
    cancel(id) {
      if (busy?.id === id) busy.abort.abort();
      drop(id);
    },
  };
}

function checked(file: File): Upload["problem"] {
  if (file.size > LIMITS.chatFileBytes) return "tooLarge";
  return file.size === 0 ? "empty" : null;
}

function problemOf(status: number): Upload["problem"] {
  if (status === 413) return "tooLarge";
  if (status === 415 || status === 400) return "kind";
  return status === 429 ? "tooMany" : "cut";
}
