import { useSyncExternalStore } from "react";

/** What a person wrote and the server has not taken yet. */
export interface Unsent {
  /** The same at every try: the server takes it once. */
  readonly clientId: string;
  readonly text: string;
  readonly at: string;
  /** The last position of the thread when it was written. */
  readonly after: number;
  readonly state: "sending" | "failed";
  readonly error: string;
}

const KEPT = "relais.inbox";
interface Kept {
  readonly drafts: Readonly<Record<string, string>>;
  readonly unsent: Readonly<Record<string, readonly Unsent[]>>;
}
const NONE: readonly Unsent[] = [];
const readers = new Set<() => void>();
let kept: Kept = read();

function read(): Kept {
  const empty: Kept = { drafts: {}, unsent: {} };
  if (typeof localStorage === "undefined") return empty;
  try {
    const { drafts = {}, unsent = {} } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Kept>;
    // Nobody is sending any more what was under way when the page was left.
    const stopped = Object.entries(unsent).map(
      ([id, list]) => [id, list.map((one): Unsent => ({ ...one, state: "failed" }))] as const,
    );
    return { drafts, unsent: Object.fromEntries(stopped) };
  } catch {
    return empty;
  }
}

function write(next: Kept): void {
  kept = next;
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // A full or forbidden storage: it is kept as long as the page stands.
  }
  for (const tell of readers) tell();
}

function subscribe(tell: () => void): () => void {
  readers.add(tell);
  return () => readers.delete(tell);
}

export function useDraft(talk: string): readonly [string, (text: string) => void] {
  const draft = useSyncExternalStore(subscribe, () => kept.drafts[talk] ?? "");
  return [draft, (text) => setDraft(talk, text)];
}

export function setDraft(talk: string, text: string): void {
  const { [talk]: _, ...others } = kept.drafts;
  write({ ...kept, drafts: text === "" ? others : { ...others, [talk]: text } });
}

export function useUnsent(talk: string): readonly Unsent[] {
  return useSyncExternalStore(subscribe, () => kept.unsent[talk] ?? NONE);
}

/** Puts it in, or in the place of the one with the same id. */
export function keepUnsent(talk: string, one: Unsent): void {
  const list = kept.unsent[talk] ?? NONE;
  const isKnown = list.some(({ clientId }) => clientId === one.clientId);
  const next = isKnown ? list.map((old) => (old.clientId === one.clientId ? one : old)) : [...list, one];
  write({ ...kept, unsent: { ...kept.unsent, [talk]: next } });
}

export function dropUnsent(talk: string, clientId: string): void {
  const { [talk]: list = NONE, ...others } = kept.unsent;
  const left = list.filter((one) => one.clientId !== clientId);
  write({ ...kept, unsent: left.length === 0 ? others : { ...others, [talk]: left } });
}

/** What the thread shows already is not shown a second time while the server's answer is still under way. */
export function stillUnsent(
  unsent: readonly Unsent[],
  thread: readonly { readonly author: string; readonly text: string; readonly position: number }[],
): readonly Unsent[] {
  const seen = new Set<number>();
  return unsent.filter(({ text, after }) => {
    const there = thread.find(
      (one) => one.author === "agent" && one.position > after && one.text === text.trim() && !seen.has(one.position),
    );
    if (there) seen.add(there.position);
    return !there;
  });
}

/** Whoever signs out leaves no words behind. */
export function forgetWritten(): void {
  write({ drafts: {}, unsent: {} });
}
