import type { ChatLook } from "../../engine/core/domain/chat.ts";

/** What the visitor says. */
export type Said =
  | { readonly text: string }
  | { readonly choice: { readonly id: string; readonly label: string } }
  | {
      readonly file: {
        readonly ticket: string;
        readonly fileName: string;
        readonly mimeType: string;
        readonly sizeBytes: number;
      };
    };

/** A message that the server has not taken yet: it keeps its id over every try, so it cannot arrive twice. */
export interface Pending {
  readonly clientMessageId: string;
  readonly said: Said;
  /** The server does not want it as it is. */
  readonly failed: boolean;
  readonly at: number;
}

/** What stays in the browser, the same for all tabs. */
export interface Kept {
  readonly token: string | null;
  readonly pending: readonly Pending[];
  /** The last position that was seen. */
  readonly seen: number;
  /** The visitor's own choice; null: they have made none. */
  readonly sound: boolean | null;
  readonly look: ChatLook | null;
  readonly signedInAs: string | null;
}

const EMPTY: Kept = { token: null, pending: [], seen: 0, sound: null, look: null, signedInAs: null };

export interface Keeper {
  readonly key: string;
  read(): Kept;
  /** Reads, changes and writes in one go: between tabs of one browser nothing comes between. */
  change(how: (was: Kept) => Partial<Kept>): void;
}

/** Browsers without storage (private windows of some) keep it in memory. */
export function keeper(key: string, storage: Pick<Storage, "getItem" | "setItem">): Keeper {
  let memory: string | null = null;
  const read = (): Kept => {
    let text = memory;
    try {
      text = storage.getItem(key) ?? memory;
      return { ...EMPTY, ...(JSON.parse(text ?? "{}") as Partial<Kept>) };
    } catch {
      return EMPTY;
    }
  };
  return {
    key,
    read,
    change(how) {
      const was = read();
      memory = JSON.stringify({ ...was, ...how(was) });
      try {
        storage.setItem(key, memory);
      } catch {
        // Full or forbidden: this tab still knows.
      }
    },
  };
}
