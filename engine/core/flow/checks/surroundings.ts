import { plain } from "../../run/match.ts";
import { nearest } from "../nearest.ts";
import type { Check, Finding } from "./check.ts";

interface Calls {
  readonly type: string;
  readonly flow?: string;
  readonly template?: string;
  readonly playbook?: string;
}

/** A sub-flow must exist. */
export const subFlowMissing: Check = {
  code: "sub-flow-missing",
  find: ({ document }, { flows }) =>
    Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] => {
      const { type, flow } = node as Calls;
      if (
        type !== "callFlow" ||
        flow === undefined ||
        flow === document.flow ||
        flows.some((other) => other.flow === flow)
      )
        return [];
      const close = nearest(
        flow,
        flows.map((other) => other.flow),
      );
      return [
        {
          severity: "error",
          path: ["nodes", id, "flow"],
          node: id,
          message: {
            fr: `Le scénario « ${flow} » n'existe pas${close ? ` : vouliez-vous dire « ${close} » ?` : "."}`,
            en: `The flow "${flow}" does not exist${close ? `: did you mean "${close}"?` : "."}`,
          },
        },
      ];
    }),
};

/** Flows that call each other in a circle would never come back. */
export const subFlowCycle: Check = {
  code: "sub-flow-cycle",
  find: ({ document }, { flows }) => {
    const callsOf = (name: string): readonly string[] => {
      const flow = name === document.flow ? document : flows.find((other) => other.flow === name);
      return Object.values(flow?.nodes ?? {}).flatMap((node) => {
        const { type, flow: called } = node as Calls;
        return type === "callFlow" && called ? [called] : [];
      });
    };
    const seen = new Set<string>();
    const queue = [...callsOf(document.flow)];
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (name === document.flow) {
        return [
          {
            severity: "error",
            path: ["flow"],
            message: {
              fr: "Ce scénario s'appelle lui-même, directement ou par un autre : la conversation tournerait en rond.",
              en: "This flow calls itself, directly or through another one: the conversation would go round.",
            },
          },
        ];
      }
      if (seen.has(name)) continue;
      seen.add(name);
      queue.push(...callsOf(name));
    }
    return [];
  },
};

/** A keyword that two flows listen to: only one of them will ever answer. */
export const keywordClash: Check = {
  code: "keyword-clash",
  find: ({ document }, { flows }) => {
    const wordsOf = (flow: typeof document): readonly string[] =>
      flow.triggers.flatMap((trigger) => (trigger.on === "keyword" ? trigger.keywords.map(plain) : []));
    const anyMessage = (flow: typeof document): boolean => flow.triggers.some(({ on }) => on === "message");
    return document.triggers.flatMap((trigger, index): readonly Finding[] => {
      if (trigger.on === "message") {
        const other = flows.find(anyMessage);
        if (!other) return [];
        const wins = other.flow < document.flow ? other.flow : document.flow;
        return [
          {
            severity: "warning",
            path: ["triggers", index],
            message: {
              fr: `« ${other.flow} » répond aussi à tout message : c'est « ${wins} » qui répondra.`,
              en: `"${other.flow}" answers every message, too: "${wins}" will be the one that answers.`,
            },
          },
        ];
      }
      if (trigger.on !== "keyword") return [];
      return flows.flatMap((other): readonly Finding[] => {
        const shared = trigger.keywords.find((word) => wordsOf(other).includes(plain(word)));
        if (shared === undefined) return [];
        const wins = other.flow < document.flow ? other.flow : document.flow;
        return [
          {
            severity: "warning",
            path: ["triggers", index],
            message: {
              fr: `Le mot « ${shared} » déclenche aussi « ${other.flow} » : c'est « ${wins} » qui répondra.`,
              en: `The word "${shared}" triggers "${other.flow}", too: "${wins}" will be the one that answers.`,
            },
          },
        ];
      });
    });
  },
};

/** The assistant can only answer from a playbook. */
export const playbookMissing: Check = {
  code: "playbook-missing",
  find: ({ document }, { playbooks }) => {
    const asks = Object.entries(document.nodes).find(([, node]) => node.type === "answer");
    const name = document.playbook ?? document.flow;
    if (!asks || playbooks.includes(name)) return [];
    return [
      {
        severity: "error",
        path: ["nodes", asks[0]],
        part: "key",
        node: asks[0],
        message: {
          fr: `L'assistant n'a pas de fiche : ajoutez « ${name}.playbook.yaml », ou nommez-en une autre (playbook: …).`,
          en: `The assistant has no playbook: add "${name}.playbook.yaml", or name another one (playbook: …).`,
        },
      },
    ];
  },
};

/** Only an approved template is delivered. */
export const templateNotApproved: Check = {
  code: "template-not-approved",
  find: ({ document }, { templates }) => {
    if (templates === null) return [];
    return Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] => {
      const { template } = node as Calls;
      if (template === undefined || templates.some(({ name, status }) => name === template && status === "APPROVED"))
        return [];
      return [
        {
          severity: "error",
          path: ["nodes", id, "template"],
          node: id,
          message: {
            fr: `Le modèle « ${template} » n'est pas approuvé : WhatsApp refuserait de l'envoyer.`,
            en: `The template "${template}" is not approved: WhatsApp would refuse to send it.`,
          },
        },
      ];
    });
  },
};

/** Without a trigger a flow only runs when another one calls it. */
export const noTrigger: Check = {
  code: "no-trigger",
  find: ({ document }) =>
    document.triggers.length > 0
      ? []
      : [
          {
            severity: "info",
            path: ["flow"],
            message: {
              fr: "Rien ne déclenche ce scénario : il ne sert que si un autre l'appelle.",
              en: "Nothing triggers this flow: it only runs when another one calls it.",
            },
          },
        ],
};
