import { type Document, isCollection, isMap, isNode, isScalar, parseDocument } from "yaml";
import type { FlowEdit } from "../domain/diagnostic.ts";

/** The changed text, and the edits that undo the change. */
export interface Edited {
  readonly source: string;
  readonly inverse: readonly FlowEdit[];
}

/**
 * Changes a flow's text where the edits say and nowhere else: comments, order, quoting and spacing of everything else
 * stay, byte for byte. No edits give the same text back. Throws when the text does not parse: such a file is never
 * rewritten.
 */
export function applyEdits(source: string, edits: readonly FlowEdit[]): Edited {
  let text = source;
  const inverse: FlowEdit[] = [];
  for (const edit of edits) {
    const before = valueAt(text, edit.path);
    text = applyOne(text, edit);
    inverse.unshift(
      before === undefined ? { type: "remove", path: edit.path } : { type: "set", path: edit.path, value: before },
    );
  }
  return { source: text, inverse };
}

function parsed(source: string): Document {
  const document = parseDocument(source, { version: "1.2", schema: "core" });
  if (document.errors.length > 0)
    throw new Error(`the text cannot be edited while it does not parse: ${document.errors[0]?.message}`);
  return document;
}

function valueAt(source: string, path: FlowEdit["path"]): unknown {
  const node = parsed(source).getIn(path, true);
  return isNode(node) ? (node.toJSON() as unknown) : node;
}

function applyOne(source: string, edit: FlowEdit): string {
  const document = parsed(source);
  const [top, second] = edit.path;
  // The smallest block that holds the change: one node, one trigger; for short paths the top-level entry.
  const block = second === undefined || edit.path.length < 3 ? [top] : [top, second];
  const holder = block.slice(0, -1);
  const entry = entryRange(document, source, block);
  const changed = parsed(source);
  if (edit.type === "remove") changed.deleteIn(edit.path);
  else changed.setIn(edit.path, changed.createNode(edit.value));
  if (!entry) return insertEntry(source, document, changed, holder, block);
  if (edit.type === "remove" && edit.path.length === block.length)
    return source.slice(0, entry.start) + source.slice(entry.end);
  return source.slice(0, entry.start) + printed(changed, block, entry.indent) + source.slice(entry.end);
}

interface EntryRange {
  /** Begin of the line with the key, end after the last line of the value. */
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

/** The whole lines of one entry of a block mapping; null when it is not there or stands inside a flow collection. */
function entryRange(
  document: Document,
  source: string,
  path: readonly (string | number | undefined)[],
): EntryRange | null {
  let node: unknown = document.contents;
  for (const [index, key] of path.entries()) {
    if (isMap(node) && !node.flow) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair || !isScalar(pair.key) || !pair.key.range) return null;
      if (index === path.length - 1) {
        const keyStart = pair.key.range[0];
        const start = source.lastIndexOf("\n", keyStart - 1) + 1;
        const valueEnd = isNode(pair.value) && pair.value.range ? pair.value.range[1] : pair.key.range[1];
        const lineEnd = source.indexOf("\n", Math.max(valueEnd - 1, keyStart));
        return { start, end: lineEnd < 0 ? source.length : lineEnd + 1, indent: keyStart - start };
      }
      node = pair.value;
    } else return null;
  }
  return null;
}

/** One entry as the printer writes it, at its own indentation. */
function printed(document: Document, path: readonly (string | number | undefined)[], indent: number): string {
  const value = document.getIn(path as (string | number)[], true);
  const key = String(path[path.length - 1]);
  const text = new (document.constructor as new (value: unknown) => Document)({ [key]: null });
  text.setIn([key], value);
  if (isCollection(value)) value.flow = value.flow ?? false;
  return text
    .toString({ lineWidth: 0, flowCollectionPadding: true })
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? line : " ".repeat(indent) + line))
    .join("\n")
    .concat("\n");
}

/** A new entry goes after the last one of its mapping; into a mapping on one line, that whole entry is written anew. */
function insertEntry(
  source: string,
  document: Document,
  changed: Document,
  holder: readonly (string | number | undefined)[],
  block: readonly (string | number | undefined)[],
): string {
  const parent = holder.length === 0 ? document.contents : document.getIn(holder as (string | number)[], true);
  if (isMap(parent) && !parent.flow && parent.items.length > 0) {
    const last = parent.items[parent.items.length - 1];
    const lastKey = last && isScalar(last.key) ? String(last.key.value) : "";
    const range = entryRange(document, source, [...holder, lastKey]);
    if (range) {
      const glue = source.slice(0, range.end).endsWith("\n") ? "" : "\n";
      return source.slice(0, range.end) + glue + printed(changed, block, range.indent) + source.slice(range.end);
    }
  }
  if (holder.length === 0) return `${source.replace(/\n*$/, "\n")}${printed(changed, block, 0)}`;
  const own = entryRange(document, source, holder);
  return own
    ? source.slice(0, own.start) + printed(changed, holder, own.indent) + source.slice(own.end)
    : insertEntry(source, document, changed, holder.slice(0, -1), holder);
}
