import { inLanguage } from "../../domain/language.ts";
import type { ExitSpec } from "../../nodes/node-type.ts";
import type { FlowDocument } from "../document.ts";
import { nearest } from "../nearest.ts";
import type { Check, Finding } from "./check.ts";
import { type FlowGraph, titleOf, type Vertex } from "./graph.ts";
import { nearestOf } from "./near.ts";
import { exampleOf, type Way, waysIn } from "./paths.ts";
import { freeName } from "./people.ts";

/** The start must be a node. */
export const startMissing: Check = {
  code: "start-missing",
  find: ({ document }) => {
    if (Object.hasOwn(document.nodes, document.start)) return [];
    const close = nearest(document.start, Object.keys(document.nodes));
    return [
      {
        severity: "error",
        path: ["start"],
        message: {
          fr: `Le scénario commence par « ${document.start} », qui n'existe pas : choisissez un bloc de départ.`,
          en: `The flow starts at "${document.start}", which does not exist: choose a node to start at.`,
        },
        ...(close
          ? {
              fix: {
                title: { fr: `Commencer par « ${close} »`, en: `Start at "${close}"` },
                edits: [{ type: "set", path: ["start"], value: close }],
              },
            }
          : {}),
      },
    ];
  },
};

/** Exits must lead to nodes that exist. */
export const danglingExit: Check = {
  code: "dangling-exit",
  find: ({ document, graph }) => {
    const closeTo = nearestOf(Object.keys(document.nodes));
    return [...graph.vertices.values()].flatMap(({ id, node }) =>
      Object.entries(node.exits ?? {}).flatMap(([exit, to]) =>
        Object.hasOwn(document.nodes, to)
          ? []
          : [{ ...missingNode(closeTo(to), to, ["nodes", id, "exits", exit]), node: id, exit }],
      ),
    );
  },
};

/** The words that work anywhere must lead to nodes that exist. */
export const interruptDangling: Check = {
  code: "interrupt-dangling",
  find: ({ document }) => {
    const closeTo = nearestOf(Object.keys(document.nodes));
    return document.interrupts.flatMap(({ to }, index) =>
      Object.hasOwn(document.nodes, to) ? [] : [missingNode(closeTo(to), to, ["interrupts", index, "to"])],
    );
  },
};

function missingNode(close: string | null, to: string, path: readonly (string | number)[]): Finding {
  return {
    severity: "error",
    path,
    message: {
      fr: `« ${to} » n'existe pas : reliez cette sortie à un bloc existant${close ? `, par exemple « ${close} »` : ""}.`,
      en: `"${to}" does not exist: connect this exit to an existing node${close ? `, perhaps "${close}"` : ""}.`,
    },
    ...(close
      ? {
          fix: {
            title: { fr: `Relier à « ${close} »`, en: `Connect to "${close}"` },
            edits: [{ type: "set", path, value: close }],
          },
        }
      : {}),
  };
}

/** Every way out that matters is connected: else the conversation stops in the middle. */
export const missingExit: Check = {
  code: "missing-exit",
  find: ({ document, graph }) => {
    const wayTo = waysIn(graph);
    return [...graph.vertices.values()].flatMap((vertex) =>
      Object.keys(vertex.node.exits ?? {}).length === 0
        ? []
        : unconnected(vertex).map((exit): Finding => {
            const label = inLanguage(exit.label, document.languages[0] ?? "fr");
            return {
              severity: "error",
              path: ["nodes", vertex.id],
              part: "key",
              node: vertex.id,
              exit: exit.name,
              message: {
                fr: `La conversation s'arrête ici : reliez la sortie « ${label} » (${exit.name}) du bloc « ${titleOf(vertex)} » à un autre bloc.`,
                en: `The conversation stops here: connect the exit "${label}" (${exit.name}) of node "${titleOf(vertex)}" to another node.`,
              },
              ...stopAt(graph, document, wayTo(vertex.id), vertex, exit),
              fix: endFix(document, vertex.id, [exit.name]),
            };
          }),
    );
  },
};

/** A node from which nothing leads on, though it neither ends the conversation nor hands it over. */
export const deadEnd: Check = {
  code: "dead-end",
  find: ({ document, graph }) => {
    const wayTo = waysIn(graph);
    return [...graph.vertices.values()].flatMap((vertex): readonly Finding[] => {
      const open = unconnected(vertex);
      const [exit] = open;
      if (!exit || Object.keys(vertex.node.exits ?? {}).length > 0) return [];
      return [
        {
          severity: "error",
          path: ["nodes", vertex.id],
          part: "key",
          node: vertex.id,
          exit: exit.name,
          message: {
            fr: `La conversation s'arrête au bloc « ${titleOf(vertex)} » : reliez-le à la suite, à une fin ou à un humain.`,
            en: `The conversation stops at node "${titleOf(vertex)}": connect it to what follows, to an end or to a person.`,
          },
          ...stopAt(graph, document, wayTo(vertex.id), vertex, exit),
          fix: endFix(
            document,
            vertex.id,
            open.map(({ name }) => name),
          ),
        },
      ];
    });
  },
};

function unconnected(vertex: Vertex): readonly ExitSpec[] {
  return vertex.exits.filter(({ name, need }) => need === "required" && vertex.node.exits?.[name] === undefined);
}

/** The way to a node and out of it into nothing. */
function stopAt(
  graph: FlowGraph,
  document: FlowDocument,
  way: Way | null,
  vertex: Vertex,
  exit: ExitSpec,
): Pick<Finding, "example"> {
  if (!way) return {};
  return { example: exampleOf(graph, document, [...way.slice(0, -1), { id: vertex.id, exit }]) };
}

function endFix(document: FlowDocument, id: string, exits: readonly string[]): NonNullable<Finding["fix"]> {
  const end = Object.entries(document.nodes).find(([, node]) => node.type === "end")?.[0];
  const name = end ?? freeName(document, "end");
  return {
    title: { fr: "Terminer la conversation ici", en: "End the conversation here" },
    edits: [
      ...(end ? [] : [{ type: "set" as const, path: ["nodes", name], value: { type: "end" } }]),
      ...exits.map((exit) => ({ type: "set" as const, path: ["nodes", id, "exits", exit], value: name })),
    ],
  };
}

/** A node that nothing leads to is never seen by anybody. */
export const unreachableNode: Check = {
  code: "unreachable-node",
  find: ({ document, graph }) => {
    if (!graph.vertices.has(document.start)) return [];
    const lost = [...graph.vertices.values()].filter(({ id }) => !graph.reached.has(id));
    const led = new Set(lost.flatMap(({ id, out }) => out.flatMap(({ to }) => (to === id ? [] : [to]))));
    return lost.map((vertex) => ({
      severity: "warning",
      path: ["nodes", vertex.id],
      part: "key",
      node: vertex.id,
      message: {
        fr: `Aucun chemin ne mène au bloc « ${titleOf(vertex)} » : reliez-le ou supprimez-le.`,
        en: `No way leads to node "${titleOf(vertex)}": connect it or remove it.`,
      },
      // Of a row of lost nodes the first goes first: the others would leave an exit without a target.
      ...(led.has(vertex.id) ? {} : { fix: removal(document, vertex.id) }),
    }));
  },
};

function removal(document: FlowDocument, id: string): NonNullable<Finding["fix"]> {
  const placed = document.layout !== undefined && Object.hasOwn(document.layout, id);
  return {
    title: { fr: "Supprimer ce bloc", en: "Remove this node" },
    edits: [
      { type: "remove", path: ["nodes", id] },
      ...(placed ? [{ type: "remove" as const, path: ["layout", id] }] : []),
    ],
  };
}

/** Nobody waits for an answer for ever. */
export const questionWithoutTimeout: Check = {
  code: "question-without-timeout",
  find: ({ graph }) =>
    [...graph.vertices.values()]
      .filter(
        ({ type, node, exits }) => type.waitsFor(node) === "contact" && !exits.some(({ when }) => when === "time"),
      )
      .map((vertex) => ({
        severity: "info",
        path: ["nodes", vertex.id],
        part: "key",
        node: vertex.id,
        message: {
          fr: `Si le client ne répond pas, le bloc « ${titleOf(vertex)} » attend sans fin : ajoutez un délai (timeoutHours).`,
          en: `If the contact does not answer, node "${titleOf(vertex)}" waits for ever: add a time limit (timeoutHours).`,
        },
        fix: {
          title: { fr: "Attendre 20 heures au plus", en: "Wait 20 hours at most" },
          edits: [{ type: "set", path: ["nodes", vertex.id, "timeoutHours"], value: 20 }],
        },
      })),
};
