import { Document, isCollection, isMap, isNode, isScalar, isSeq, type Node, type Pair, visit } from "yaml";
import type { FlowPath } from "../domain/diagnostic.ts";

export const LINE_WIDTH = 120;

/** The whole lines of one entry of a block mapping. */
export interface EntryRange {
  /** Begin of the line with the key, end after the last line of the value. */
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

/** Where an entry of a block mapping stands; null: it is not there, or shares its line with others. */
export function entryRange(document: Document, source: string, path: FlowPath): EntryRange | null {
  let node: unknown = document.contents;
  for (const [index, key] of path.entries()) {
    if (isMap(node)) {
      const pair = pairOf(node, key);
      if (!pair) return null;
      if (index === path.length - 1) return node.flow ? null : linesOf(pair, source);
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(key)];
    else return null;
  }
  return null;
}

export function pairOf(map: { readonly items: readonly unknown[] }, key: string | number): Pair | undefined {
  return (map.items as readonly Pair[]).find((item) => isScalar(item.key) && String(item.key.value) === String(key));
}

function linesOf(pair: Pair, source: string): EntryRange | null {
  if (!isScalar(pair.key) || !pair.key.range) return null;
  const keyStart = pair.key.range[0];
  const start = source.lastIndexOf("\n", keyStart - 1) + 1;
  // The first key of a list's entry shares its line with the dash.
  if (source.slice(start, keyStart).trim() !== "") return null;
  return { start, end: lineEnd(source, endOf(pair), keyStart), indent: keyStart - start };
}

/** After the last line of something that ends at `end`; a block text ends with its line break. */
export function lineEnd(source: string, end: number, start: number): number {
  const found = source.indexOf("\n", Math.max(end - 1, start));
  return found < 0 ? source.length : found + 1;
}

export function endOf(pair: Pair): number {
  if (isNode(pair.value) && pair.value.range) return Math.max(pair.value.range[1], keyEnd(pair));
  return keyEnd(pair);
}

function keyEnd(pair: Pair): number {
  return isNode(pair.key) && pair.key.range ? pair.key.range[1] : 0;
}

/** One entry of a block mapping as whole lines at this indentation; `value` is a node of the document, or plain JSON. */
export function printedEntry(key: string, value: unknown, indent: number): string {
  if (!isNode(value)) return plainEntry(inline(key) ?? key, value, indent);
  const document = new Document({ [key]: null }, { version: "1.2", schema: "core" });
  document.set(key, value);
  if (isCollection(value)) value.flow = value.flow ?? false;
  return indented(document.toString({ lineWidth: 0, flowCollectionPadding: true }), indent);
}

/** New values look like those around them: a short mapping or list on one line, everything else on lines of its own. */
function plainEntry(key: string, value: unknown, indent: number): string {
  const pad = " ".repeat(indent);
  const line = inline(value);
  if (line !== null && (!isLarge(value) || line.length < LINE_WIDTH - 30))
    return `${pad}${key}: ${blockSafe(value, line)}\n`;
  if (typeof value === "string") {
    const text = new Document({ k: value }).toString({ lineWidth: 0 });
    return indented(`${key}${text.slice(1)}`, indent);
  }
  if (Array.isArray(value)) return `${pad}${key}:\n${value.map((one) => plainItem(one, indent + 2)).join("")}`;
  const entries = Object.entries(value as object);
  return `${pad}${key}:\n${entries.map(([name, one]) => plainEntry(inline(name) ?? name, one, indent + 2)).join("")}`;
}

/** One entry of a block list as whole lines. */
export function plainItem(value: unknown, indent: number): string {
  const pad = " ".repeat(indent);
  const line = inline(value);
  if (line !== null) return `${pad}- ${blockSafe(value, line)}\n`;
  // Printed as an entry without a name: its own lines, with the dash where the first one begins.
  const body = Array.isArray(value)
    ? value.map((one) => plainItem(one, indent + 2)).join("")
    : typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([name, one]) => plainEntry(inline(name) ?? name, one, indent + 2))
          .join("")
      : `${pad}  ${JSON.stringify(value)}\n`;
  return `${pad}- ${body.slice(indent + 2)}`;
}

/** A list, or a mapping of more than texts in languages: what is worth lines of its own when it grows long. */
function isLarge(value: unknown): boolean {
  return value !== null && typeof value === "object";
}

/** In a line of its own a text needs fewer quotes than inside brackets. */
function blockSafe(value: unknown, line: string): string {
  if (typeof value !== "string") return line;
  return new Document({ k: value }).toString({ lineWidth: 0 }).trimEnd().slice("k: ".length);
}

/** A value as it stands inside brackets, on one line; null: it holds a text of several lines. */
export function inline(value: unknown): string | null {
  if (Array.isArray(value)) {
    const parts = value.map(inline);
    return parts.includes(null) ? null : `[${parts.join(", ")}]`;
  }
  if (value !== null && typeof value === "object") {
    const parts = Object.entries(value).map(([key, one]) => {
      const text = inline(one);
      return text === null ? null : `${inline(key)}: ${text}`;
    });
    if (parts.includes(null)) return null;
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  if (value.includes("\n")) return null;
  if (PLAIN.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value);
}

/** Words that need no quotes anywhere, and those that would be something else than a text. */
const PLAIN = /^[\p{L}][\p{L}\p{N} _.'’!?-]*$/u;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$|^\s|\s$/i;

function indented(text: string, indent: number): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? line : " ".repeat(indent) + line))
    .join("\n")
    .concat("\n");
}

/** A node that is put among others of the document: short ones on one line. */
export function styled(node: Node): Node {
  visit(node, {
    Collection: (_, one) => {
      one.flow = one.items.length === 0 || (isFlat(one) && widthOf(one) < LINE_WIDTH - 30);
    },
  });
  return node;
}

function isFlat(one: { readonly items: readonly unknown[] }): boolean {
  return one.items.every((item) => {
    const inner = isNode(item) ? item : (item as Pair).value;
    return !isCollection(inner) && !(isScalar(inner) && typeof inner.value === "string" && inner.value.includes("\n"));
  });
}

function widthOf(one: Node): number {
  return JSON.stringify(one.toJSON()).length;
}
