import type { Diagnostic } from "../../engine/core/domain/diagnostic.ts";
import type { Around, Findings, Question } from "./check-worker.ts";

export type Checker = ReturnType<typeof openChecker>;

/** Asks the worker for findings. Only the newest text counts: what was asked before it is answered with null. */
export function openChecker(file: string) {
  const worker = new Worker(new URL("./check-worker.ts", import.meta.url), { type: "module" });
  const tell = (question: Question): void => worker.postMessage(question);
  let last = 0;
  let isBusy = false;
  let next: { readonly source: string; readonly number: number } | null = null;
  const waiting = new Map<number, (found: readonly Diagnostic[] | null) => void>();
  const ask = ({ source, number }: { readonly source: string; readonly number: number }): void => {
    isBusy = true;
    tell({ type: "check", number, file, source });
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Findings>) => {
    waiting.get(data.number)?.(data.diagnostics);
    waiting.delete(data.number);
    isBusy = false;
    if (next) ask(next);
    next = null;
  });
  return {
    around: (around: Around): void => tell({ type: "around", around }),
    check: (source: string): Promise<readonly Diagnostic[] | null> =>
      new Promise((done) => {
        const number = ++last;
        waiting.set(number, done);
        if (!isBusy) return ask({ source, number });
        if (next) {
          waiting.get(next.number)?.(null);
          waiting.delete(next.number);
        }
        next = { source, number };
      }),
    close: (): void => worker.terminate(),
  };
}
