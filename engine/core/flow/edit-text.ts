import { Document, isCollection, isMap, isNode, isScalar, type Node, parseDocument, type Scalar } from "yaml";
import type { FlowEdit, FlowPath } from "../domain/diagnostic.ts";
import { editValue, moved } from "./edit-value.ts";
import { endOf, entryRange, inline, LINE_WIDTH, lineEnd, pairOf, plainItem, printedEntry, styled } from "./entries.ts";

/**
 * One edit in a text: first the smallest change that could do, then larger ones, until the text means what the edit
 * wants. Every candidate is read again before it counts. Throws when none does.
 */
export function editText(source: string, path: FlowPath, edit: FlowEdit): string {
  const document = read(source);
  if (document.errors.length > 0) throw new Error("the text does not parse");
  const own: FlowEdit = { ...edit, path };
  const value: unknown = document.toJS();
  const wanted = JSON.stringify(editValue(value, own).value);
  if (wanted === JSON.stringify(value)) return source;
  for (const way of [smallest, reprinted]) {
    for (const candidate of way(source, document, own)) {
      const after = read(candidate);
      if (after.errors.length === 0 && JSON.stringify(after.toJS()) === wanted) return candidate;
    }
  }
  throw new Error(`${path.join(".")} cannot be changed in this text`);
}

function read(source: string): Document {
  return parseDocument(source, { version: "1.2", schema: "core" });
}

function smallest(source: string, document: Document, edit: FlowEdit): readonly string[] {
  const key = edit.path[edit.path.length - 1];
  const parent = edit.path.length === 1 ? document.contents : document.getIn(edit.path.slice(0, -1), true);
  if (key === undefined || !isCollection(parent) || !parent.range) return [];
  const cut = (start: number, end: number, insert = ""): string => source.slice(0, start) + insert + source.slice(end);
  const index = isMap(parent) ? parent.items.indexOf(pairOf(parent, key) as never) : Number(key);
  const item: unknown = parent.items[index];
  const ranges = parent.items.map((one) => itemRange(one));
  switch (edit.type) {
    case "rename": {
      const name = isMap(parent) ? pairOf(parent, key)?.key : null;
      if (!isNode(name) || !name.range) return [];
      return [cut(name.range[0], name.range[1], onOneLine(edit.to, parent.flow === true) ?? edit.to)];
    }
    case "set": {
      if (item !== undefined) {
        const old = isMap(parent) ? pairOf(parent, key)?.value : item;
        const printed = onOneLine(edit.value, parent.flow === true, isScalar(old) ? old : undefined);
        if (!isNode(old) || !old.range || printed === null || !isOnOneLine(source, old)) return [];
        return [cut(old.range[0], old.range[1], printed)];
      }
      if (parent.flow === true) {
        const printed = onOneLine(edit.value, true);
        if (printed === null) return [];
        const one = isMap(parent) ? `${onOneLine(String(key), true)}: ${printed}` : printed;
        const last = ranges[ranges.length - 1];
        if (last) return [cut(last[1], last[1], `, ${one}`)];
        return [cut(parent.range[0], parent.range[1], isMap(parent) ? `{ ${one} }` : `[${one}]`)];
      }
      const last = ranges[ranges.length - 1];
      const first = ranges[0];
      if (!last || !first) return [];
      const column = first[0] - (source.lastIndexOf("\n", first[0] - 1) + 1);
      const end = lineEnd(source, last[1], last[0]);
      const glue = source.slice(0, end).endsWith("\n") ? "" : "\n";
      if (isMap(parent)) return [cut(end, end, glue + printedEntry(String(key), edit.value, column))];
      const dash = source.lastIndexOf("-", first[0]) - (source.lastIndexOf("\n", first[0] - 1) + 1);
      return dash < 0 ? [] : [cut(end, end, glue + plainItem(edit.value, dash))];
    }
    case "remove": {
      const range = ranges[index];
      if (!range) return [];
      if (parent.flow === true) {
        const next = ranges[index + 1];
        const before = ranges[index - 1];
        if (next) return [cut(range[0], next[0])];
        return before
          ? [cut(before[1], range[1])]
          : [cut(parent.range[0], parent.range[1], isMap(parent) ? "{}" : "[]")];
      }
      return [cut(...lines(source, range))];
    }
    case "move": {
      const order = moved(
        ranges.map((_, one) => one),
        index,
        edit.to,
      );
      const spans = ranges.map((range) => (!range ? null : parent.flow === true ? range : lines(source, range)));
      if (spans.some((span) => span === null)) return [];
      const known = spans as readonly (readonly [number, number])[];
      let text = "";
      let at = 0;
      for (const [place, [start, end]] of known.entries()) {
        const from = known[order[place] ?? place] ?? [start, end];
        text += source.slice(at, start) + source.slice(from[0], from[1]);
        at = end;
      }
      return [text + source.slice(at)];
    }
  }
}

/** Begin and end of one entry of a mapping or list. */
function itemRange(item: unknown): readonly [number, number] | undefined {
  if (isNode(item)) return item.range ? [item.range[0], item.range[1]] : undefined;
  const pair = item as Parameters<typeof endOf>[0];
  return isNode(pair.key) && pair.key.range ? [pair.key.range[0], endOf(pair)] : undefined;
}

function lines(source: string, [start, end]: readonly [number, number]): [number, number] {
  return [source.lastIndexOf("\n", start - 1) + 1, lineEnd(source, end, start)];
}

function isOnOneLine(source: string, node: Node): boolean {
  if (!node.range || (isCollection(node) && node.flow !== true)) return false;
  if (isScalar(node) && (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL")) return false;
  return (
    !node.anchor &&
    !node.tag &&
    node.range[1] > node.range[0] &&
    !source.slice(node.range[0], node.range[1]).includes("\n")
  );
}

/** A value as it stands inside a line, quoted as the one before it was; null: it needs lines of its own. */
function onOneLine(value: unknown, inFlow: boolean, like?: Scalar): string | null {
  const line = inline(value);
  if (line === null || typeof value !== "string") return line !== null && line.length < LINE_WIDTH ? line : null;
  if (like?.type === "QUOTE_DOUBLE") return JSON.stringify(value);
  if (like?.type === "QUOTE_SINGLE" && typeof like.value === "string") return `'${value.replaceAll("'", "''")}'`;
  return inFlow ? line : new Document({ k: value }).toString({ lineWidth: 0 }).trimEnd().slice("k: ".length);
}

/** The entry that holds the change, written anew: the innermost one first, then those around it. */
function reprinted(source: string, document: Document, edit: FlowEdit): readonly string[] {
  change(document, edit);
  const before = read(source);
  const found: string[] = [];
  for (let length = edit.path.length; length > 0; length--) {
    const path = edit.path.slice(0, length);
    const entry = entryRange(before, source, path);
    const key = path[length - 1];
    if (!entry || key === undefined) continue;
    const value = document.getIn(path, true);
    const printed = value === undefined ? "" : printedEntry(String(key), value, entry.indent);
    found.push(source.slice(0, entry.start) + printed + source.slice(entry.end));
  }
  const top = edit.path[0];
  const missing = top !== undefined && isMap(before.contents) && !before.contents.flow && !before.has(top);
  if (missing) found.push(`${source.replace(/\n*$/, "\n")}${printedEntry(String(top), document.get(top, true), 0)}`);
  return found;
}

function change(document: Document, edit: FlowEdit): void {
  const { path } = edit;
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path[path.length - 1];
  switch (edit.type) {
    case "set": {
      const old = document.getIn(path, true);
      const node = styled(document.createNode(edit.value) as Node);
      if (isNode(old)) {
        if (old.comment != null) node.comment = old.comment;
        if (old.commentBefore != null) node.commentBefore = old.commentBefore;
      }
      document.setIn(path, node);
      return;
    }
    case "remove":
      document.deleteIn(path);
      return;
    case "rename": {
      const name = isMap(parent) && key !== undefined ? pairOf(parent, key)?.key : null;
      if (isScalar(name)) name.value = edit.to;
      return;
    }
    case "move": {
      if (!isCollection(parent) || key === undefined) return;
      const from = isMap(parent) ? parent.items.indexOf(pairOf(parent, key) as never) : Number(key);
      parent.items = [...moved(parent.items as readonly unknown[], from, edit.to)] as never;
    }
  }
}
