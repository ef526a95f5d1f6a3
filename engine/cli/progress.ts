/** Between two lines of progress. */
const EVERY_MS = 1000;

/** How a long copy goes on: one line on a terminal that is written over, none elsewhere. */
export function showRows(): { readonly rows: (table: string, count: number) => void; readonly end: () => void } {
  let shownAt = Date.now();
  let open = false;
  return {
    rows(table, count) {
      if (!process.stderr.isTTY || Date.now() - shownAt < EVERY_MS) return;
      shownAt = Date.now();
      open = true;
      process.stderr.write(`\r\u001b[K${table}: ${count} …`);
    },
    end() {
      if (open) process.stderr.write("\r\u001b[K");
      open = false;
    },
  };
}

/** Ctrl-C, or a polite kill, ends the work at its next pause instead of in the middle. */
export function interruptible(): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error("Interrupted: nothing was changed."));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return {
    signal: controller.signal,
    done() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
