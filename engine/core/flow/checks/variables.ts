import type { FlowEdit } from "../../domain/diagnostic.ts";
import {
  BUILT_IN_ROOTS,
  expressionProblem,
  templateProblem,
  variablesOf,
  variablesOfExpression,
} from "../../run/expression.ts";
import type { FlowDocument } from "../document.ts";
import type { Check, CheckedFlow, Finding } from "./check.ts";
import type { Edge, Vertex } from "./graph.ts";
import { nearestOf } from "./near.ts";
import { exampleOf, waysIn } from "./paths.ts";
import { perNode } from "./per-node.ts";
import { type FoundString, stringsIn } from "./strings.ts";

/** Variables that the engine itself sets. */
const GIVEN = ["lastText", "referral", "result", "form"];

/** Names that a text gives itself: `{% assign x = … %}`, `{% for item in … %}`. */
const LOCAL = /\{%-?\s*(?:assign|capture|for|tablerow|increment|decrement)\s+([\w-]+)/g;

/** Placeholders and conditions must be readable. */
export const invalidTemplate: Check = {
  code: "invalid-template",
  find: perNode((vertex) => {
    const { comment: _, title: __, ...fields } = vertex.node;
    const expressions = expressionsOf(vertex);
    return stringsIn(fields).flatMap(({ path, text }): readonly Finding[] => {
      const problem = expressions.has(text) ? expressionProblem(text) : (templateProblem(text) ?? mixedIn(text));
      if (!problem) return [];
      return [
        {
          severity: "error",
          path: ["nodes", vertex.id, ...path],
          node: vertex.id,
          message: expressions.has(text)
            ? {
                fr: `Corrigez la condition « ${text.slice(0, 80)} », elle ne peut pas être lue : ${problem}.`,
                en: `Correct the condition "${text.slice(0, 80)}", it cannot be read: ${problem}.`,
              }
            : {
                fr: `Corrigez ce texte, l'un de ses repères ne peut pas être lu : ${problem}.`,
                en: `Correct this text, one of its placeholders cannot be read: ${problem}.`,
              },
        },
      ];
    });
  }),
};

/** Conditions inside a text: `{% if a and b or c %}`. */
function mixedIn(text: string): string | null {
  for (const [, written] of text.matchAll(/\{%-?\s*(?:if|elsif|unless)\s+(.*?)-?%\}/gs)) {
    const problem = expressionProblem((written ?? "").trim());
    if (problem) return problem;
  }
  return null;
}

/** What of a node is an expression, told from what it compiles to. */
function expressionsOf({ sketch }: Vertex): ReadonlySet<string> {
  const found = stringsIn([sketch.entry, sketch.always, sketch.again])
    .filter(({ path }) => path[path.length - 1] === "expression")
    .map(({ text }) => text);
  for (const { delay } of sketch.after ?? []) {
    if ("until" in delay && delay.until !== "opening") found.push(delay.until);
    if ("minutes" in delay) found.push(delay.minutes);
  }
  return new Set(found);
}

/** A name that nothing ever gives a value is probably misspelt. */
export const unknownVariable: Check = {
  code: "unknown-variable",
  find: ({ document, graph }) => {
    const written = writtenIn({ document, graph });
    const closeTo = nearestOf([...written, ...BUILT_IN_ROOTS]);
    const wayTo = waysIn(graph);
    return [...graph.vertices.values()].flatMap((vertex) =>
      readsOf(vertex)
        .filter((name) => !written.has(name))
        .map((name): Finding => {
          const close = closeTo(name);
          const way = wayTo(vertex.id);
          const places = placesOf(vertex, name);
          const first = places[0];
          return {
            severity: "error",
            path: ["nodes", vertex.id, ...(first?.path ?? [])],
            ...(first ? {} : { part: "key" as const }),
            node: vertex.id,
            message: {
              fr: `La variable « ${name} » n'est jamais remplie${close ? ` : vouliez-vous dire « ${close} » ?` : " : enregistrez-la dans un bloc, ou déclarez-la sous variables."}`,
              en: `The variable "${name}" never gets a value${close ? `: did you mean "${close}"?` : ": save it in a node, or declare it under variables."}`,
            },
            ...(way ? { example: exampleOf(graph, document, way) } : {}),
            fix: close && first ? renamed(vertex.id, places, name, close) : declared(document, name),
          };
        }),
    );
  },
};

/** On some way the variable is read before anything has set it: the contact would see a hole. */
export const variableUnset: Check = {
  code: "variable-unset",
  find: ({ document, graph }) => {
    const written = writtenIn({ document, graph });
    const given = new Set([...Object.keys(document.variables ?? {}), ...GIVEN]);
    const readers = new Map<string, Vertex[]>();
    for (const vertex of graph.vertices.values()) {
      if (!graph.reached.has(vertex.id)) continue;
      for (const name of readsOf(vertex)) {
        if (!written.has(name) || given.has(name)) continue;
        readers.set(name, [...(readers.get(name) ?? []), vertex]);
      }
    }
    const unset = unsetIn({ document, graph }, [...readers.keys()]);
    return [...readers].flatMap(([name, vertices], index) => {
      const bit = 1n << BigInt(index);
      const missed = vertices.filter(({ id }) => ((unset.get(id) ?? 0n) & bit) !== 0n);
      if (missed.length === 0) return [];
      const wayTo = waysIn(graph, (from, edge) => !sets(from, edge, name));
      return missed.map((vertex): Finding => {
        const way = wayTo(vertex.id);
        const first = placesOf(vertex, name)[0];
        return {
          severity: "warning",
          path: ["nodes", vertex.id, ...(first?.path ?? [])],
          ...(first ? {} : { part: "key" as const }),
          node: vertex.id,
          message: {
            fr: `Sur un chemin, « ${name} » n'est pas encore rempli quand le bloc « ${vertex.id} » s'en sert : donnez-lui une valeur avant, ou une valeur par défaut sous variables.`,
            en: `On one way, "${name}" has no value yet when node "${vertex.id}" uses it: give it one before, or a default under variables.`,
          },
          ...(way ? { example: exampleOf(graph, document, way) } : {}),
          fix: declared(document, name),
        };
      });
    });
  },
};

/**
 * For every node the variables, as bits in the order of `names`, that nothing has set on some way to it. All at once:
 * one walk per variable would be quadratic in a large flow.
 */
function unsetIn({ graph }: CheckedFlow, names: readonly string[]): ReadonlyMap<string, bigint> {
  const bits = new Map(names.map((name, index) => [name, 1n << BigInt(index)]));
  const all = (1n << BigInt(names.length)) - 1n;
  const unset = new Map(graph.entries.map((id) => [id, all]));
  const waiting = new Set(graph.entries);
  for (const id of waiting) {
    waiting.delete(id);
    const vertex = graph.vertices.get(id);
    const before = unset.get(id) ?? 0n;
    for (const edge of vertex?.out ?? []) {
      const set = vertex?.variables.writes.filter((name) => vertex && sets(vertex, edge, name)) ?? [];
      const after = before & ~set.reduce((mask, name) => mask | (bits.get(name) ?? 0n), 0n);
      const known = unset.get(edge.to) ?? 0n;
      if ((known | after) === known) continue;
      unset.set(edge.to, known | after);
      waiting.add(edge.to);
    }
  }
  return unset;
}

/** Whether leaving a node this way has set the variable. A node that can succeed sets it only then. */
function sets(vertex: Vertex, { exit }: Edge, name: string): boolean {
  if (!vertex.variables.writes.includes(name)) return false;
  if (vertex.exits.some(({ when }) => when === "success")) return exit.when === "success";
  return exit.when === "choice" || exit.when === "always";
}

function writtenIn({ document, graph }: CheckedFlow): ReadonlySet<string> {
  const written = new Set([...Object.keys(document.variables ?? {}), ...GIVEN]);
  for (const { variables } of graph.vertices.values()) for (const name of variables.writes) written.add(name);
  return written;
}

function readsOf({ node, variables }: Vertex): readonly string[] {
  if (variables.reads.length === 0) return [];
  const local = new Set(["forloop", "tablerowloop"]);
  for (const { text } of stringsIn(node)) for (const [, name] of text.matchAll(LOCAL)) if (name) local.add(name);
  return [...new Set(variables.reads)].filter((name) => !local.has(name));
}

/** The fields of a node that read the variable. */
function placesOf(vertex: Vertex, name: string): readonly FoundString[] {
  const { comment: _, title: __, exits: ___, ...fields } = vertex.node;
  const expressions = expressionsOf(vertex);
  return stringsIn(fields).filter(({ text }) =>
    expressions.has(text) ? variablesOfExpression(text).includes(name) : variablesOf(text).includes(name),
  );
}

function renamed(id: string, places: readonly FoundString[], name: string, close: string): NonNullable<Finding["fix"]> {
  // Only the root of a path: `order.number` reads `order`, whatever `number` is called.
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const root = new RegExp(`(?<![\\w.'"-])${escaped}(?![\\w-])`, "g");
  const edits = places.map(({ path, text }): FlowEdit => {
    const value = /\{[{%]/.test(text)
      ? text.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, (tag) => tag.replace(root, close))
      : text.replace(root, close);
    return { type: "set", path: ["nodes", id, ...path], value };
  });
  return { title: { fr: `Écrire « ${close} »`, en: `Write "${close}"` }, edits };
}

function declared(document: FlowDocument, name: string): NonNullable<Finding["fix"]> {
  const value = { ...document.variables, [name]: { default: "" } };
  return {
    title: { fr: `Déclarer « ${name} », vide au départ`, en: `Declare "${name}", empty at first` },
    edits: [{ type: "set", path: ["variables"], value }],
  };
}
