import type { z } from "zod";
import type { Diagnostic, TextRange } from "../domain/diagnostic.ts";
import type { Bilingual } from "../domain/language.ts";
import type { FlowNode } from "../nodes/node-type.ts";
import { nodeTypes } from "../nodes/registry.ts";
import { type FlowDocument, flowHead } from "./document.ts";
import { nearest } from "./nearest.ts";
import { finding, readYaml, type YamlSource } from "./source.ts";

/** A flow file that was read. `document` is null when its text cannot be used; diagnostics then say why. */
export interface ParsedFlow {
  readonly document: FlowDocument | null;
  readonly diagnostics: readonly Diagnostic[];
  rangeOf(path: readonly (string | number)[], part?: "key" | "value"): TextRange;
}

/**
 * A node as its type's schema reads it, by the value that was read from the text: whoever reads the same flow again with
 * the same values (`createBlockReader`) pays for what changed, and nodes that did not change are the same objects.
 */
const checked = new WeakMap<object, z.ZodSafeParseResult<FlowNode>>();

function checkedNode(raw: unknown, schema: z.ZodType<FlowNode>): z.ZodSafeParseResult<FlowNode> {
  if (raw === null || typeof raw !== "object") return schema.safeParse(raw);
  const known = checked.get(raw) ?? schema.safeParse(raw);
  checked.set(raw, known);
  return known;
}

/** Reads a flow: YAML, then the head, then every node by its own type. Never throws; every finding has its place. */
export function parseFlow(
  source: string,
  options: { readonly file?: string; readonly read?: (text: string) => YamlSource } = {},
): ParsedFlow {
  const yaml = (options.read ?? readYaml)(source);
  const { rangeOf } = yaml;
  const diagnostics: Diagnostic[] = [...yaml.diagnostics];
  if (yaml.value === undefined) return { document: null, diagnostics, rangeOf };
  const head = flowHead.safeParse(yaml.value);
  if (!head.success) {
    for (const issue of head.error.issues) diagnostics.push(...issueFindings(issue, [], rangeOf));
    return { document: null, diagnostics, rangeOf };
  }
  const written = (yaml.value as { readonly nodes: Readonly<Record<string, unknown>> }).nodes;
  const nodes: Record<string, FlowNode> = {};
  for (const [id, raw] of Object.entries(head.data.nodes)) {
    const at = ["nodes", id];
    const type = nodeTypes.get(raw.type);
    if (!type) {
      diagnostics.push(finding("unknown-node-type", unknownType(raw.type), rangeOf([...at, "type"])));
      continue;
    }
    const parsed = checkedNode(written[id], type.schema);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) diagnostics.push(...issueFindings(issue, at, rangeOf));
      continue;
    }
    nodes[id] = parsed.data;
    const exits = type.exits(parsed.data).map(({ name }) => name);
    for (const exit of Object.keys(parsed.data.exits ?? {})) {
      if (exits.includes(exit)) continue;
      const range = rangeOf([...at, "exits", exit], "key");
      diagnostics.push({ ...finding("unknown-exit", unknownExit(id, exit, exits), range), node: id, exit });
    }
  }
  if (options.file !== undefined && options.file !== head.data.flow) {
    const sentence = {
      fr: `Le scénario s'appelle « ${head.data.flow} » mais le fichier « ${options.file} » : donnez-leur le même nom.`,
      en: `The flow is called "${head.data.flow}" but its file "${options.file}": give both the same name.`,
    };
    diagnostics.push(finding("name-mismatch", sentence, rangeOf(["flow"])));
  }
  const broken = diagnostics.some(({ severity }) => severity === "error");
  const document = { ...head.data, nodes } as unknown as FlowDocument;
  return { document: broken ? null : document, diagnostics, rangeOf };
}

/** One sentence per finding of a schema, where it stands. Of a choice of shapes, the one that came closest speaks. */
function issueFindings(
  issue: z.core.$ZodIssue,
  before: readonly (string | number)[],
  rangeOf: ParsedFlow["rangeOf"],
): readonly Diagnostic[] {
  const path = [...before, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  const node = before[1] === undefined ? {} : { node: String(before[1]) };
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...finding("unknown-key", unknownKey(key), rangeOf([...path, key], "key")),
      ...node,
    }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0];
    if (closest && depthOf(closest) > 0)
      return closest.flatMap((inner) => issueFindings(inner, path, rangeOf)).map((one) => ({ ...one, ...node }));
  }
  return [{ ...finding(codeOf(issue), sentenceOf(issue, path), rangeOf(path)), ...node }];
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function codeOf(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_type" && issue.input === undefined ? "missing-field" : "invalid-value";
}

function sentenceOf(issue: z.core.$ZodIssue, path: readonly (string | number)[]): Bilingual {
  const place = path.length === 0 ? "flow" : path.join(".");
  switch (issue.code) {
    case "invalid_type":
      if (/received undefined$/.test(issue.message)) {
        return { fr: `Il manque « ${place} ».`, en: `"${place}" is missing.` };
      }
      return {
        fr: `« ${place} » doit être de type ${issue.expected}.`,
        en: `"${place}" must be of type ${issue.expected}.`,
      };
    case "invalid_value":
      return {
        fr: `« ${place} » doit être l'une de ces valeurs : ${issue.values.join(", ")}.`,
        en: `"${place}" must be one of: ${issue.values.join(", ")}.`,
      };
    case "too_small":
      return {
        fr: `« ${place} » est trop petit : au moins ${issue.minimum}.`,
        en: `"${place}" is too small: at least ${issue.minimum}.`,
      };
    case "too_big":
      return {
        fr: `« ${place} » est trop grand : au plus ${issue.maximum}.`,
        en: `"${place}" is too large: at most ${issue.maximum}.`,
      };
    case "custom":
      return { fr: `« ${place} » : ${issue.message}.`, en: `"${place}": ${issue.message}.` };
    default:
      return { fr: `« ${place} » n'a pas la forme attendue.`, en: `"${place}" does not have the expected form.` };
  }
}

function unknownKey(key: string): Bilingual {
  return {
    fr: `« ${key} » n'existe pas ici : corrigez ou supprimez cette clé.`,
    en: `"${key}" does not exist here: correct or remove this key.`,
  };
}

function unknownType(type: string): Bilingual {
  const close = nearest(type, [...nodeTypes.keys()]);
  return {
    fr: `Le type de bloc « ${type} » n'existe pas${close ? ` : vouliez-vous dire « ${close} » ?` : "."}`,
    en: `There is no node type "${type}"${close ? `: did you mean "${close}"?` : "."}`,
  };
}

function unknownExit(node: string, exit: string, exits: readonly string[]): Bilingual {
  const close = nearest(exit, exits);
  return {
    fr: `Le bloc « ${node} » n'a pas de sortie « ${exit} »${close ? ` : vouliez-vous dire « ${close} » ?` : ` ; il a : ${exits.join(", ")}.`}`,
    en: `Node "${node}" has no exit "${exit}"${close ? `: did you mean "${close}"?` : `; it has: ${exits.join(", ")}.`}`,
  };
}
