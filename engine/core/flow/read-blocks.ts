import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { TextRange } from "../domain/diagnostic.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { dangerOf, FORBIDDEN_KEYS, rangeAt, rangeIn, readYaml, type YamlSource } from "./source.ts";

/** Between the keys of a path: no key holds it. */
const BETWEEN = "\n";

interface ReadBlock {
  readonly document: Document;
  readonly key: string;
  readonly value: unknown;
}
interface Placed extends ReadBlock {
  readonly block: Block;
}

/**
 * Reads like `readYaml`, but looks anew only at blocks whose text it has not seen: for whoever reads the same flow after
 * every keystroke. The values of blocks that did not change are the same objects as before. What is not laid out
 * plainly, or has anything wrong in it, is read whole.
 */
export function createBlockReader(): (text: string) => YamlSource {
  let known = new Map<string, ReadBlock | null>();
  return (text) => {
    const blocks = dangerOf(text) ? null : blocksOf(text);
    if (!blocks || blocks.length === 0) return readYaml(text);
    const seen = new Map<string, ReadBlock | null>();
    const placed: Placed[] = [];
    for (const block of blocks) {
      const own = text.slice(block.start, block.end);
      const read = known.get(own) ?? seen.get(own) ?? readBlock(own);
      seen.set(own, read);
      if (!read || read.key !== block.path[block.path.length - 1]) return readYaml(text);
      placed.push({ ...read, block });
    }
    known = seen;
    return together(text, placed);
  };
}

/** Null: not one plain entry, so only the whole text can say what it means. */
function readBlock(text: string): ReadBlock | null {
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const { contents } = document;
  if (document.errors.length + document.warnings.length > 0 || !isMap(contents) || contents.items.length !== 1)
    return null;
  let isPlain = true;
  visit(document, {
    Alias: () => {
      isPlain = false;
    },
    Node: (_, node) => {
      if (isAlias(node) || node.anchor !== undefined) isPlain = false;
    },
    Pair: (_, { key }) => {
      const isWord = isScalar(key) && (typeof key.value === "string" || typeof key.value === "number");
      if (!isWord || FORBIDDEN_KEYS.has(String(key.value))) isPlain = false;
    },
  });
  const [pair] = contents.items;
  if (!isPlain || !pair || !isScalar(pair.key)) return null;
  const key = String(pair.key.value);
  const value = (document.toJS() as Record<string, unknown>)[key];
  return { document, key, value };
}

function together(text: string, placed: readonly Placed[]): YamlSource {
  const value: Record<string, unknown> = {};
  for (const { block, key, value: own } of placed) {
    const [holder] = block.path;
    if (block.isHolder)
      value[key] = placed.some((one) => one.block.path[1] !== undefined && one.block.path[0] === key) ? {} : null;
    else if (block.path.length === 1) value[key] = own;
    else (value[holder ?? ""] as Record<string, unknown>)[key] = own;
  }
  let counter: LineCounter | null = null;
  let own: ReadonlyMap<string, Placed> | null = null;
  const at = (start: number, end: number): TextRange => {
    counter ??= lineStarts(text);
    return rangeAt(counter, text, start, end);
  };
  return {
    value,
    diagnostics: [],
    rangeOf: (path, part = "value") => {
      own ??= new Map(placed.map((one) => [one.block.path.join(BETWEEN), one]));
      const found = path.length < 2 ? undefined : own.get(`${path[0]}${BETWEEN}${path[1]}`);
      const [start, end] = found ? inside(found, path.slice(1), part) : placeOf(path, part, placed);
      return at(start, end);
    },
  };
}

function lineStarts(text: string): LineCounter {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) counter.addNewLine(at + 1);
  return counter;
}

/** Offsets of a path that is no node or place of its own; one that is not there gives the nearest parent that is. */
function placeOf(
  path: readonly (string | number)[],
  part: "key" | "value",
  placed: readonly Placed[],
): readonly [number, number] {
  const [first] = path;
  const entry = placed.find(({ block }) => block.path.length === 1 && block.path[0] === String(first));
  const within = placed.filter(({ block }) =>
    entry ? block.path[1] !== undefined && block.path[0] === String(first) : true,
  );
  if (entry && (!entry.block.isHolder || (part === "key" && path.length === 1) || within.length === 0))
    return inside(entry, path, part);
  const [from, to] = [within[0], within[within.length - 1]];
  if (!from || !to) return [0, 0];
  return [from.block.start + startOf(from), to.block.start + endOf(to)];
}

function inside(one: Placed, rest: readonly (string | number)[], part: "key" | "value"): readonly [number, number] {
  const [start, end] = rangeIn(one.document, rest, part);
  return [one.block.start + start, one.block.start + end];
}

function startOf({ document }: ReadBlock): number {
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}
function endOf({ document }: ReadBlock): number {
  return isNode(document.contents) ? (document.contents.range?.[1] ?? 0) : 0;
}
