import { inLanguage } from "../../domain/language.ts";
import type { FlowDocument } from "../document.ts";
import type { Check, CheckContext, Finding } from "./check.ts";
import { graphOf, titleOf, type Vertex } from "./graph.ts";
import { exampleOf, waysIn } from "./paths.ts";
import { calledBy } from "./surroundings.ts";

/** Answers that a contact may have to give before a person can be reached. */
const MOST_TURNS = 4;

/** Somebody must be reachable: by a hand-over, or by the assistant, which hands over by itself. */
export const noWayToAPerson: Check = {
  code: "no-way-to-a-person",
  find: ({ document, graph }, context) => {
    if (document.triggers.length === 0 || !graph.vertices.has(document.start)) return [];
    const leads = leadsToPeople(context);
    if ([...graph.reached].some((id) => leads(graph.vertices.get(id)))) return [];
    const existing = [...graph.vertices.values()].find(({ waitsFor }) => waitsFor === "people")?.id;
    const name = existing ?? freeName(document, "person");
    const interrupt = { keywords: ["humain", "conseiller", "human"], to: name };
    return [
      {
        severity: "warning",
        path: ["flow"],
        message: {
          fr: "Aucun chemin ne mène à un humain : ajoutez un bloc « Passer à un humain » ou un mot-clé qui y mène.",
          en: 'No way leads to a person: add a node "Hand over", or a keyword that leads to one.',
        },
        fix: {
          title: {
            fr: "Passer à un humain quand le client écrit « humain »",
            en: 'Hand over when the contact writes "human"',
          },
          edits: [
            ...(existing ? [] : [{ type: "set" as const, path: ["nodes", name], value: { type: "handOver" } }]),
            { type: "set", path: ["interrupts"], value: [...document.interrupts, interrupt] },
          ],
        },
      },
    ];
  },
};

/** A person should be a few answers away, from every question. */
export const personTooFar: Check = {
  code: "person-too-far",
  find: ({ document, graph }, context) => {
    if (document.triggers.length === 0) return [];
    const leads = leadsToPeople(context);
    const into = new Map<string, { readonly from: string; readonly turns: number }[]>();
    for (const { id, out, waitsFor } of graph.vertices.values()) {
      for (const { exit, to } of out) {
        // What only time or a failure opens is no way that a contact can take.
        if (exit.when === "time" || exit.when === "failure") continue;
        const edges = into.get(to) ?? [];
        edges.push({ from: id, turns: waitsFor === "contact" || waitsFor === "time" ? 1 : 0 });
        into.set(to, edges);
      }
    }
    const turns = new Map<string, number>();
    let rank = [...graph.vertices.values()].filter((vertex) => leads(vertex)).map(({ id }) => id);
    for (let distance = 0; rank.length > 0; distance++) {
      const next: string[] = [];
      for (const id of rank) {
        if (turns.has(id)) continue;
        turns.set(id, distance);
        for (const edge of into.get(id) ?? []) (edge.turns === 0 ? rank : next).push(edge.from);
      }
      rank = next;
    }
    const byKeyword = Math.min(...document.interrupts.map(({ to }) => 1 + (turns.get(to) ?? Infinity)));
    if (byKeyword <= MOST_TURNS) return [];
    const far = [...graph.reached].find((id) => {
      const distance = turns.get(id) ?? Infinity;
      return graph.vertices.get(id)?.waitsFor === "contact" && distance > MOST_TURNS && distance < Infinity;
    });
    const vertex = far === undefined ? undefined : graph.vertices.get(far);
    if (!vertex) return [];
    const count = turns.get(vertex.id) ?? 0;
    return [
      {
        severity: "warning",
        path: ["nodes", vertex.id],
        part: "key",
        node: vertex.id,
        message: {
          fr: `À partir du bloc « ${titleOf(vertex)} », il faut ${count} réponses pour joindre un humain : ajoutez un choix ou un mot-clé qui y mène plus tôt.`,
          en: `From node "${titleOf(vertex)}", it takes ${count} answers to reach a person: add a choice or a keyword that leads there sooner.`,
        },
        example: exampleOf(graph, document, waysIn(graph)(vertex.id) ?? []),
      },
    ];
  },
};

/** Who is passed on must be told. Without `text` the engine's own sentence is said; an empty one says nothing. */
export const silentHandOver: Check = {
  code: "silent-hand-over",
  find: ({ document, graph }) =>
    [...graph.vertices.values()].flatMap(({ id, type, node, waitsFor }): readonly Finding[] => {
      if (waitsFor !== "people") return [];
      return type.texts(node).flatMap(({ path, text }): readonly Finding[] => {
        const silent = document.languages.some((language) => inLanguage(text, language).trim() === "");
        if (!silent) return [];
        return [
          {
            severity: "error",
            path: ["nodes", id, ...path],
            node: id,
            message: {
              fr: `Le bloc « ${id} » passe le client à un humain sans rien lui dire : écrivez-lui une phrase.`,
              en: `Node "${id}" passes the contact to a person without a word: write a sentence.`,
            },
            fix: {
              title: { fr: "Dire la phrase habituelle", en: "Say the usual sentence" },
              edits: [{ type: "remove", path: ["nodes", id, ...path] }],
            },
          },
        ];
      });
    }),
};

/** A name that no node has yet. */
export function freeName(document: FlowDocument, wanted: string): string {
  let name = wanted;
  for (let count = 2; Object.hasOwn(document.nodes, name); count++) name = `${wanted}-${count}`;
  return name;
}

function leadsToPeople(context: CheckContext): (vertex: Vertex | undefined) => boolean {
  const known = new Map<string, boolean>();
  const leads = (vertex: Vertex | undefined): boolean => {
    if (!vertex) return false;
    if (vertex.waitsFor === "people" || vertex.type.group === "assistant") return true;
    const called = calledBy(vertex.node);
    if (called === null) return false;
    const already = known.get(called);
    if (already !== undefined) return already;
    known.set(called, false);
    const flow = context.flows.find((one) => one.flow === called);
    if (!flow) return false;
    const graph = graphOf(flow);
    const found = [...graph.reached].some((id) => leads(graph.vertices.get(id)));
    known.set(called, found);
    return found;
  };
  return leads;
}
