import { type Document, isMap, isScalar, parseDocument } from "yaml";
import type { FlowEdit, FlowPath, TextSplice } from "../domain/diagnostic.ts";
import { editBlocks } from "./edit-blocks.ts";
import { editText } from "./edit-text.ts";
import { editValue } from "./edit-value.ts";
import { entryRange, printedEntry } from "./entries.ts";
import type { YamlSource } from "./source.ts";

/** The changed text, and what undoes the change. */
export interface Edited {
  readonly source: string;
  /** Edits that undo the meaning, whatever else has changed since. */
  readonly inverse: readonly FlowEdit[];
  /** The change itself as splices of the text, one after the other; for editors of the text. */
  readonly splices: readonly TextSplice[];
  /** Splices that give back the very bytes, as long as `source` is still the text. */
  readonly undo: readonly TextSplice[];
}

/**
 * Changes a flow's text where the edits say and nowhere else: comments, order, quoting and spacing of everything else
 * stay, byte for byte. No edits give the same text back. Throws when the text does not parse: such a file is never
 * rewritten.
 */
export function applyEdits(
  source: string,
  edits: readonly FlowEdit[],
  /** Reads the text faster than from its beginning to its end (`createBlockReader`): then only what changes is touched. */
  read?: (text: string) => YamlSource,
): Edited {
  if (edits.length === 0) return { source, inverse: [], splices: [], undo: [] };
  const isSound = read !== undefined && read(source).value !== undefined;
  const quick = isSound ? editBlocks(source, edits) : null;
  if (quick) return edited(source, quick.source, quick.inverse);
  let text = source;
  let pages = openPages(source);
  let value: unknown = pages.document.toJS();
  const inverse: FlowEdit[] = [];
  for (const edit of edits) {
    const done = editValue(value, edit);
    value = done.value;
    inverse.unshift(...done.inverse);
    if (pages.take(edit)) continue;
    text = pages.close();
    pages = openPages(text);
    if (!pages.take(edit)) {
      text = editText(text, edit.path, edit);
      pages = openPages(text);
    }
  }
  return edited(source, pages.close(), inverse);
}

function edited(before: string, source: string, inverse: readonly FlowEdit[]): Edited {
  const splice = spliceBetween(before, source);
  return splice
    ? { source, inverse, splices: [splice.forward], undo: [splice.back] }
    : { source, inverse, splices: [], undo: [] };
}

/** A text with its splices done. Throws when one lies outside of it. */
export function applySplices(source: string, splices: readonly TextSplice[]): string {
  return splices.reduce((text, { at, remove, insert }) => {
    if (at < 0 || at + remove > text.length) throw new Error("the text is not the one that this change belongs to");
    return text.slice(0, at) + insert + text.slice(at + remove);
  }, source);
}

/** What differs between two texts, as one splice each way; null: nothing. */
export function spliceBetween(
  before: string,
  after: string,
): { readonly forward: TextSplice; readonly back: TextSplice } | null {
  if (before === after) return null;
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  let same = 0;
  const most = Math.min(before.length, after.length) - at;
  while (same < most && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  const removed = before.slice(at, before.length - same);
  const inserted = after.slice(at, after.length - same);
  return {
    forward: { at, remove: removed.length, insert: inserted },
    back: { at, remove: inserted.length, insert: removed },
  };
}

/** A part of the text that edits are done in: whole lines of one entry, e.g. of one node. */
interface Page {
  readonly start: number;
  readonly end: number;
  /** How much of an edit's path lies above the page. */
  readonly depth: number;
  text: string;
}

/**
 * The text cut into the entries that edits touch, so that a hundred moved boxes cost one look at the whole file. An edit
 * that fits no entry is not taken: then the pages are put together again first.
 */
function openPages(source: string): {
  readonly document: Document;
  take(edit: FlowEdit): boolean;
  close(): string;
} {
  const document = parsed(source);
  const pages = new Map<string, Page>();
  let order = 0;
  const orders = new Map<Page, number>();
  const open = (name: string, page: Page): Page => {
    pages.set(name, page);
    orders.set(page, order++);
    return page;
  };
  const take = (edit: FlowEdit): boolean => {
    const [top, second] = edit.path;
    if (top === undefined || second === undefined) return false;
    // What changes the row of entries itself is done in the whole text.
    if (edit.path.length === 2 && edit.type !== "set") return false;
    const holder = document.get(top);
    if (!isMap(holder) || holder.flow || holder.items.length === 0) return false;
    const name = JSON.stringify([top, second]);
    let page = pages.get(name);
    if (!page) {
      const entry = entryRange(document, source, [top, second]);
      if (entry) page = open(name, { ...entry, depth: 1, text: source.slice(entry.start, entry.end) });
      else {
        const last = holder.items[holder.items.length - 1];
        const after =
          edit.type === "set" && last && isScalar(last.key)
            ? entryRange(document, source, [top, String(last.key.value)])
            : null;
        if (!after || edit.type !== "set") return false;
        const glue = source.slice(0, after.end).endsWith("\n") ? "" : "\n";
        const made = printedEntry(String(second), nested(edit.path.slice(2), edit.value), after.indent);
        open(name, { start: after.end, end: after.end, depth: 1, text: glue + made });
        return true;
      }
    }
    try {
      page.text = editText(page.text, edit.path.slice(page.depth), edit);
      return true;
    } catch {
      return false;
    }
  };
  const close = (): string => {
    const sorted = [...pages.values()].sort(
      (a, b) => a.start - b.start || a.end - b.end || (orders.get(a) ?? 0) - (orders.get(b) ?? 0),
    );
    let text = "";
    let at = 0;
    for (const page of sorted) {
      text += source.slice(at, page.start) + page.text;
      at = page.end;
    }
    return text + source.slice(at);
  };
  return { document, take, close };
}

function nested(path: FlowPath, value: unknown): unknown {
  return [...path].reverse().reduce((inner: unknown, key) => ({ [key]: inner }), value);
}

export function parsed(source: string): Document {
  const document = parseDocument(source, { version: "1.2", schema: "core", keepSourceTokens: false });
  if (document.errors.length > 0)
    throw new Error(`the text cannot be edited while it does not parse: ${document.errors[0]?.message}`);
  return document;
}
