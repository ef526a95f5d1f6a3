import type { LucideIcon } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";

/** Something the command palette can do. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** Commands of one group stand together under its name. */
  readonly group: string;
  readonly icon?: LucideIcon;
  /** More words that find it. */
  readonly words?: string;
  readonly keys?: string;
  readonly run: () => void;
}

const sources = new Map<symbol, readonly Command[]>();
const readers = new Set<() => void>();
let all: readonly Command[] = [];

function told(): void {
  all = [...sources.values()].flat();
  for (const read of readers) read();
}

/** While the component stands, the palette holds these commands. Give a list that only changes when its commands do. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    const key = Symbol("commands");
    sources.set(key, commands);
    told();
    return () => {
      sources.delete(key);
      told();
    };
  }, [commands]);
}

export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => all,
  );
}

/** Lower case without accents: « Réglages » is found by `reg`. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Commands that hold every word of the search; those whose title begins with it come first. */
export function matching(commands: readonly Command[], search: string): readonly Command[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title, group, words: more = "" }) => {
    const text = folded(`${title} ${group} ${more}`);
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? "";
  return [...found].sort(
    (a, b) => Number(!folded(a.title).startsWith(first)) - Number(!folded(b.title).startsWith(first)),
  );
}
