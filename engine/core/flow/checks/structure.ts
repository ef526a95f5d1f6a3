import { nearest } from "../nearest.ts";
import type { Check, Finding } from "./check.ts";
import { exampleTo, titleOf } from "./graph.ts";

/** The start must be a node. */
export const startMissing: Check = {
  code: "start-missing",
  find: ({ document }) => {
    if (document.nodes[document.start]) return [];
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

/** Exits and interrupts must lead to nodes that exist. */
export const danglingExit: Check = {
  code: "dangling-exit",
  find: ({ document }) => {
    const names = Object.keys(document.nodes);
    const missing = (to: string, path: readonly (string | number)[], more: Partial<Finding>): Finding => {
      const close = nearest(to, names);
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
        ...more,
      };
    };
    const exits = Object.entries(document.nodes).flatMap(([id, node]) =>
      Object.entries(node.exits ?? {}).flatMap(([exit, to]) =>
        document.nodes[to] ? [] : [missing(to, ["nodes", id, "exits", exit], { node: id, exit })],
      ),
    );
    const interrupts = document.interrupts.flatMap(({ to }, index) =>
      document.nodes[to] ? [] : [missing(to, ["interrupts", index, "to"], {})],
    );
    return [...exits, ...interrupts];
  },
};

/** Every way out that matters is connected: else the conversation stops in the middle. */
export const missingExit: Check = {
  code: "missing-exit",
  find: ({ document, graph }) =>
    [...graph.vertices.values()].flatMap((vertex) =>
      vertex.exits
        .filter(({ name, need }) => need === "required" && vertex.node.exits?.[name] === undefined)
        .map(
          (exit): Finding => ({
            severity: "error",
            path: ["nodes", vertex.id],
            part: "key",
            node: vertex.id,
            exit: exit.name,
            message: {
              fr: `La conversation s'arrête ici : reliez la sortie « ${exit.name} » du bloc « ${titleOf(vertex)} » à un autre bloc.`,
              en: `The conversation stops here: connect the exit "${exit.name}" of node "${titleOf(vertex)}" to another node.`,
            },
            ...(graph.reached.has(vertex.id) ? { example: exampleTo(graph, document, vertex.id) } : {}),
            fix: endFix(document.nodes, vertex.id, exit.name),
          }),
        ),
    ),
};

function endFix(nodes: Readonly<Record<string, unknown>>, id: string, exit: string): NonNullable<Finding["fix"]> {
  const end = Object.entries(nodes).find(([, node]) => (node as { type: string }).type === "end")?.[0];
  const name = end ?? "end";
  return {
    title: { fr: "Terminer la conversation ici", en: "End the conversation here" },
    edits: [
      ...(end ? [] : [{ type: "set" as const, path: ["nodes", name], value: { type: "end" } }]),
      { type: "set" as const, path: ["nodes", id, "exits", exit], value: name },
    ],
  };
}

/** A node that nothing leads to is never seen by anybody. */
export const unreachableNode: Check = {
  code: "unreachable-node",
  find: ({ graph }) =>
    [...graph.vertices.values()]
      .filter(({ id }) => !graph.reached.has(id))
      .map((vertex) => ({
        severity: "warning",
        path: ["nodes", vertex.id],
        part: "key",
        node: vertex.id,
        message: {
          fr: `Aucun chemin ne mène au bloc « ${titleOf(vertex)} » : reliez-le ou supprimez-le.`,
          en: `No way leads to node "${titleOf(vertex)}": connect it or remove it.`,
        },
        fix: {
          title: { fr: "Supprimer ce bloc", en: "Remove this node" },
          edits: [{ type: "remove", path: ["nodes", vertex.id] }],
        },
      })),
};

/** A circle that never waits would run for ever; the engine would stop it with an apology. */
export const loopWithoutWait: Check = {
  code: "loop-without-wait",
  find: ({ graph }) => {
    const passing = (id: string): boolean =>
      graph.vertices.get(id)?.type.waitsFor(graph.vertices.get(id)?.node ?? { type: "" }) === null;
    const state = new Map<string, "open" | "done">();
    const found: Finding[] = [];
    const visit = (id: string, trail: readonly string[]): void => {
      if (state.get(id) === "done" || !passing(id)) return;
      if (state.get(id) === "open") {
        const circle = trail.slice(trail.indexOf(id));
        found.push({
          severity: "error",
          path: ["nodes", id],
          part: "key",
          node: id,
          message: {
            fr: `Les blocs ${circle.map((one) => `« ${one} »`).join(", ")} tournent en rond sans attendre le client : ajoutez une question ou une attente.`,
            en: `Nodes ${circle.map((one) => `"${one}"`).join(", ")} go round without waiting for the contact: add a question or a wait.`,
          },
          example: { chat: [], path: circle },
        });
        return;
      }
      state.set(id, "open");
      for (const { to } of graph.vertices.get(id)?.out ?? []) visit(to, [...trail, id]);
      state.set(id, "done");
    };
    for (const id of graph.vertices.keys()) visit(id, []);
    return found;
  },
};

/** Somebody must be reachable: by a hand-over, or by the assistant, which hands over by itself. */
export const noWayToAPerson: Check = {
  code: "no-way-to-a-person",
  find: ({ document, graph }) => {
    if (document.triggers.length === 0) return [];
    const people = [...graph.vertices.values()].some(
      ({ id, type, node }) => graph.reached.has(id) && (type.waitsFor(node) === "people" || type.group === "assistant"),
    );
    if (people) return [];
    return [
      {
        severity: "warning",
        path: ["flow"],
        message: {
          fr: "Aucun chemin ne mène à un humain : ajoutez un bloc « Passer à un humain » ou un mot-clé qui y mène.",
          en: 'No way leads to a person: add a node "Hand over", or a keyword that leads to one.',
        },
      },
    ];
  },
};

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
