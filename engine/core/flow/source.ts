import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Diagnostic, TextRange } from "../domain/diagnostic.ts";
import type { Bilingual } from "../domain/language.ts";
import { LIMITS } from "../domain/limits.ts";

/** A YAML text that was read: its values, and where each of them stands. Never throws, whatever the text is. */
export interface YamlSource {
  /** Plain JSON; undefined when the text cannot be used. */
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  rangeOf(path: readonly (string | number)[], part?: "key" | "value"): TextRange;
}

export const FORBIDDEN_KEYS = new Set([
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
]);

/** Reads YAML that a stranger may have written: size and depth are looked at before any parser sees it (S-30 … S-32). */
export function readYaml(text: string): YamlSource {
  const counter = new LineCounter();
  const at = (start: number, end: number): TextRange => rangeAt(counter, text, start, end);
  const problem = dangerOf(text);
  if (problem) {
    counter.addNewLine(0);
    return { value: undefined, diagnostics: [finding("invalid-yaml", problem, at(0, 0))], rangeOf: () => at(0, 0) };
  }
  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter: counter,
      version: "1.2",
      schema: "core",
      merge: false,
      // Looked at below: the parser compares every key with every other one, a thousand nodes a million times.
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    return {
      value: undefined,
      diagnostics: [finding("invalid-yaml", unreadable(String(error)), at(0, 0))],
      rangeOf: () => at(0, 0),
    };
  }
  const diagnostics: Diagnostic[] = [];
  for (const error of [...document.errors, ...document.warnings]) {
    diagnostics.push(
      finding("invalid-yaml", syntaxSentence(error.code, error.message), at(error.pos[0], error.pos[1])),
    );
  }
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases++;
    },
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && key.range)
          diagnostics.push(
            finding("invalid-yaml", syntaxSentence("DUPLICATE_KEY", ""), at(key.range[0], key.range[1])),
          );
        seen.add(key.value);
      }
    },
    Pair: (_, pair) => {
      const { key } = pair;
      if (!isScalar(key) || (typeof key.value !== "string" && typeof key.value !== "number")) {
        const range = isNode(key) && key.range ? at(key.range[0], key.range[1]) : at(0, 0);
        diagnostics.push(
          finding("invalid-yaml", { fr: "Une clé doit être un simple mot.", en: "A key must be a plain word." }, range),
        );
      } else if (FORBIDDEN_KEYS.has(String(key.value)) && key.range) {
        const sentence = {
          fr: `Le mot « ${key.value} » ne peut pas servir de nom : choisissez-en un autre.`,
          en: `The word "${key.value}" cannot be a name: choose another one.`,
        };
        diagnostics.push(finding("forbidden-name", sentence, at(key.range[0], key.range[1])));
      }
    },
  });
  if (aliases > LIMITS.yamlAliases) {
    diagnostics.push(
      finding(
        "invalid-yaml",
        {
          fr: "Trop de renvois (*alias) : écrivez les valeurs en toutes lettres.",
          en: "Too many aliases: write the values out.",
        },
        at(0, 0),
      ),
    );
  }
  let value: unknown;
  if (diagnostics.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: LIMITS.yamlAliases });
    } catch (error) {
      diagnostics.push(finding("invalid-yaml", unreadable(String(error)), at(0, 0)));
    }
  }
  return {
    value,
    diagnostics,
    rangeOf: (path, part = "value") => {
      const range = rangeIn(document, path, part);
      return at(range[0], range[1]);
    },
  };
}

export function finding(code: string, message: Bilingual, range: TextRange): Diagnostic {
  return { code, severity: "error", message, range };
}

/** What must not reach the parser: some nested texts end the whole process, not only the parsing. */
export function dangerOf(text: string): Bilingual | null {
  if (text.length > LIMITS.flowBytes) {
    return { fr: "Le fichier est trop grand (1 Mo au plus).", en: "The file is too large (1 MB at most)." };
  }
  if (text.includes("\0"))
    return { fr: "Le fichier contient un caractère nul.", en: "The file holds a null character." };
  let depth = 0;
  let indents: number[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const indent = /^[ ]*(?:- *)*/.exec(line)?.[0].length ?? 0;
    indents = [...indents.filter((one) => one < indent), indent];
    const dashes = /^[ ]*((?:- +)*)/.exec(line)?.[1]?.length ?? 0;
    for (const char of line) {
      if (char === "[" || char === "{") depth++;
      else if ((char === "]" || char === "}") && depth > 0) depth--;
      if (depth + indents.length > LIMITS.flowDepth) return tooDeep();
    }
    if (dashes / 2 > LIMITS.flowDepth || indents.length > LIMITS.flowDepth) return tooDeep();
  }
  return null;
}

function tooDeep(): Bilingual {
  return { fr: "Le fichier est imbriqué trop profondément.", en: "The file is nested too deeply." };
}

function unreadable(detail: string): Bilingual {
  const line = detail.split("\n")[0] ?? "";
  return { fr: `Ce texte YAML ne peut pas être lu : ${line}`, en: `This YAML text cannot be read: ${line}` };
}

function syntaxSentence(code: string, message: string): Bilingual {
  const line = message.split("\n")[0] ?? "";
  switch (code) {
    case "DUPLICATE_KEY":
      return { fr: "Cette clé est écrite deux fois : supprimez-en une.", en: "This key is written twice: remove one." };
    case "TAB_AS_INDENT":
      return { fr: "Remplacez les tabulations par des espaces.", en: "Replace the tabs by spaces." };
    case "BAD_INDENT":
      return {
        fr: "Le décalage de cette ligne ne correspond pas aux lignes voisines.",
        en: "The indentation of this line does not fit its neighbours.",
      };
    case "MISSING_CHAR":
      return { fr: `Il manque un caractère : ${line}`, en: `A character is missing: ${line}` };
    case "TAG_RESOLVE_FAILED":
      return {
        fr: "Les types spéciaux (!…) ne sont pas acceptés : écrivez une valeur simple.",
        en: "Special types (!…) are not accepted: write a plain value.",
      };
    default:
      return unreadable(line);
  }
}

/** Where a path stands; a path that is not there gives the nearest parent that is. */
export function rangeIn(
  document: Document,
  path: readonly (string | number)[],
  part: "key" | "value",
): readonly [number, number] {
  let node: unknown = document.contents;
  let found: readonly [number, number] = rangeOfNode(node) ?? [0, 0];
  for (const [index, key] of path.entries()) {
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(key));
      if (!pair) break;
      const keyRange = rangeOfNode(pair.key);
      const wanted = index === path.length - 1 && part === "key" ? keyRange : (rangeOfNode(pair.value) ?? keyRange);
      found = wanted ?? found;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      const range = rangeOfNode(node);
      if (!range) break;
      found = range;
    } else break;
  }
  return found;
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The entries of a mapping by their keys: a flow with a thousand findings asks for its nodes a thousand times. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairs.get(map);
  if (known) return known;
  const made = new Map<string, Pair>();
  for (const pair of map.items) if (isScalar(pair.key)) made.set(String(pair.key.value), pair);
  pairs.set(map, made);
  return made;
}

function rangeOfNode(node: unknown): readonly [number, number] | null {
  if (!isNode(node)) return null;
  const { range } = node as Node;
  return range ? [range[0], range[1]] : null;
}

export function rangeAt(counter: LineCounter, text: string, start: number, end: number): TextRange {
  const position = (offset: number) => {
    if (counter.lineStarts.length === 0) return { offset: 0, line: 1, column: 1 };
    const { line, col } = counter.linePos(Math.min(offset, text.length));
    return { offset, line: Math.max(1, line), column: Math.max(1, col) };
  };
  return { start: position(start), end: position(Math.max(start, end)) };
}
