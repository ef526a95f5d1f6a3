import { type FSWatcher, watch } from "node:fs";
import type { FlowFileChange } from "./ports.ts";

/** An editor saves in several steps: one look after the last of them. */
const SETTLE_MS = 80;
/** Folders that tell nothing (network drives, some containers) are looked at this often. */
const LOOK_MS = 5000;

/**
 * Tells of files that changed on the disk, whoever changed them. Costs nothing while nobody listens: the first listener
 * starts it, the last one ends it. `look` gives what is there: etag by flow.
 */
export function createFlowWatch(folder: string, look: () => Promise<ReadonlyMap<string, string>>) {
  const listeners = new Set<(change: FlowFileChange) => void>();
  let known: ReadonlyMap<string, string> | null = null;
  let watcher: FSWatcher | null = null;
  let settle: NodeJS.Timeout | null = null;
  let poll: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();

  const compare = async (): Promise<void> => {
    const before = known;
    const now = await look();
    known = now;
    if (!before) return;
    for (const flow of new Set([...before.keys(), ...now.keys()])) {
      const etag = now.get(flow) ?? null;
      if ((before.get(flow) ?? null) === etag) continue;
      for (const listen of listeners) listen({ flow, etag });
    }
  };
  /** One look after the other; a look that fails (the folder is being replaced) is followed by the next one. */
  const lookAgain = (): Promise<void> => {
    looking = looking.then(compare).catch(() => {});
    return looking;
  };
  const soon = (): void => {
    if (settle) clearTimeout(settle);
    settle = setTimeout(() => void lookAgain(), SETTLE_MS);
    settle.unref();
  };
  const start = (): void => {
    known = null;
    void lookAgain();
    try {
      watcher = watch(folder, { persistent: false }, soon);
      watcher.on("error", () => watcher?.close());
    } catch {
      watcher = null;
    }
    poll = setInterval(() => void lookAgain(), LOOK_MS);
    poll.unref();
  };
  const stop = (): void => {
    watcher?.close();
    watcher = null;
    if (poll) clearInterval(poll);
    if (settle) clearTimeout(settle);
  };
  return {
    onChange(listen: (change: FlowFileChange) => void): () => void {
      listeners.add(listen);
      if (listeners.size === 1) start();
      return () => {
        if (listeners.delete(listen) && listeners.size === 0) stop();
      };
    },
    /** After a write of our own: listeners hear of it without waiting for the disk to tell. */
    wrote: async (): Promise<void> => {
      if (listeners.size > 0) await lookAgain();
    },
  };
}
