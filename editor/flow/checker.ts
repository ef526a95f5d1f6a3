import type { Diagnostic } from "../../engine/core/domain/diagnostic.ts";
import type { Around, Findings, Question } from "./check-worker.ts";

export type Checker = ReturnType<typeof openChecker>;

/** Asks the worker for findings. Only the newest text counts: what was asked before it ends and is answered with null. */
export function openChecker(file: string) {
  const worker = new Worker(new URL("./check-worker.ts", import.meta.url), { type: "module" });
  const tell = (question: Question): void => worker.postMessage(question);
  let last = 0;
  let waiting: { readonly number: number; readonly done: (found: readonly Diagnostic[] | null) => void } | null = null;
  worker.addEventListener("message", ({ data }: MessageEvent<Findings>) => {
    if (waiting?.number !== data.number) return;
    waiting.done(data.diagnostics);
    waiting = null;
  });
  return {
    around: (around: Around): void => tell({ type: "around", around }),
    check: (source: string): Promise<readonly Diagnostic[] | null> =>
      new Promise((done) => {
        waiting?.done(null);
        waiting = { number: ++last, done };
        tell({ type: "check", number: last, file, source });
      }),
    close: (): void => worker.terminate(),
  };
}
