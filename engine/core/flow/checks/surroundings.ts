import type { FlowNode } from "../../nodes/node-type.ts";
import { matchesKeyword, plain } from "../../run/match.ts";
import type { FlowDocument, Trigger } from "../document.ts";
import { nearest } from "../nearest.ts";
import type { Check, Finding } from "./check.ts";

/** What nodes name outside their flow; the fields are those of `callFlow`, `sendTemplate` and `answer`. */
interface Named {
  readonly type: string;
  readonly flow?: string;
  readonly template?: string;
  readonly language?: string | Readonly<Record<string, string>>;
  readonly playbook?: string;
}

/** The flow that a node calls; null: it calls none. */
export function calledBy(node: FlowNode): string | null {
  const { type, flow } = node as Named;
  return type === "callFlow" && flow !== undefined ? flow : null;
}

/** A sub-flow must exist. */
export const subFlowMissing: Check = {
  code: "sub-flow-missing",
  find: ({ document }, { flows }) => {
    const names = new Set(flows.map(({ flow }) => flow));
    return Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] => {
      const called = calledBy(node);
      if (called === null || called === document.flow || names.has(called)) return [];
      const close = nearest(called, [...names]);
      return [
        {
          severity: "error",
          path: ["nodes", id, "flow"],
          node: id,
          message: {
            fr: `Le scénario « ${called} » n'existe pas${close ? ` : vouliez-vous dire « ${close} » ?` : " : créez-le, ou choisissez-en un autre."}`,
            en: `The flow "${called}" does not exist${close ? `: did you mean "${close}"?` : ": make it, or choose another one."}`,
          },
          ...replaced(close, ["nodes", id, "flow"]),
        },
      ];
    });
  },
};

/** Flows that call each other in a circle would never come back. */
export const subFlowCycle: Check = {
  code: "sub-flow-cycle",
  find: ({ document }, { flows }) => {
    const byName = new Map(flows.map((flow) => [flow.flow, flow]));
    return Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] => {
      const first = calledBy(node);
      if (first === null) return [];
      const before = new Map<string, string | null>([[first, null]]);
      for (const name of before.keys()) {
        if (name === document.flow) break;
        for (const inner of Object.values(byName.get(name)?.nodes ?? {})) {
          const called = calledBy(inner);
          if (called !== null && !before.has(called)) before.set(called, name);
        }
      }
      if (!before.has(document.flow)) return [];
      const circle = [document.flow];
      for (let at = before.get(document.flow); at; at = before.get(at)) circle.unshift(at);
      const names = [document.flow, ...circle].join(" → ");
      return [
        {
          severity: "error",
          path: ["nodes", id, "flow"],
          node: id,
          message: {
            fr: `Ce scénario s'appelle lui-même (${names}) : la conversation tournerait en rond. Appelez-en un autre, ou reliez la suite ici.`,
            en: `This flow calls itself (${names}): the conversation would go round. Call another one, or connect what follows here.`,
          },
        },
      ];
    });
  },
};

/** Words that two flows, or two interrupts of one flow, listen to: only one of them will answer. */
export const keywordClash: Check = {
  code: "keyword-clash",
  find: ({ document }, { flows }) => {
    const between = document.triggers.flatMap((trigger, index) =>
      flows.flatMap(({ flow, triggers }): readonly Finding[] => {
        const shared = triggers.map((other) => sharedBy(trigger, other)).find((one) => one !== null);
        if (!shared) return [];
        const wins = flow < document.flow ? flow : document.flow;
        return [
          {
            severity: "warning",
            path: ["triggers", index],
            message: {
              fr: `${shared.fr} déclenche aussi « ${flow} » : c'est « ${wins} » qui répondra. Changez l'un des deux déclencheurs.`,
              en: `${shared.en} triggers "${flow}", too: "${wins}" will be the one that answers. Change one of the two triggers.`,
            },
          },
        ];
      }),
    );
    const taken: FlowDocument["interrupts"][number][] = [];
    const within = document.interrupts.flatMap((interrupt, index): readonly Finding[] => {
      const found = interrupt.keywords
        .map((word) => ({ word, first: taken.find(({ keywords, match }) => matchesKeyword(word, keywords, match)) }))
        .find(({ first }) => first && first.to !== interrupt.to);
      taken.push(interrupt);
      if (!found?.first) return [];
      return [
        {
          severity: "warning",
          path: ["interrupts", index],
          message: {
            fr: `Le mot « ${found.word} » mène déjà à « ${found.first.to} » : il n'arrivera jamais à « ${interrupt.to} ». Retirez-le d'un côté.`,
            en: `The word "${found.word}" already leads to "${found.first.to}": it will never get to "${interrupt.to}". Remove it on one side.`,
          },
        },
      ];
    });
    return [...between, ...within];
  },
};

/** What would set off both triggers, in words; null: nothing. */
function sharedBy(mine: Trigger, other: Trigger): { readonly fr: string; readonly en: string } | null {
  if (mine.on === "message" && other.on === "message") return { fr: "Tout message", en: "Any message" };
  if (mine.on === "keyword" && other.on === "keyword") {
    const word =
      mine.keywords.find((one) => matchesKeyword(one, other.keywords, other.match)) ??
      other.keywords.find((one) => matchesKeyword(one, mine.keywords, mine.match));
    return word === undefined || plain(word) === "" ? null : { fr: `Le mot « ${word} »`, en: `The word "${word}"` };
  }
  if (mine.on === "referral" && other.on === "referral") {
    if (!mine.sources || !other.sources) return { fr: "Un clic sur une annonce", en: "A click on an advertisement" };
    const source = mine.sources.find((one) => other.sources?.includes(one));
    return source === undefined ? null : { fr: `L'annonce « ${source} »`, en: `The advertisement "${source}"` };
  }
  if (mine.on === "form" && other.on === "form") {
    if (!mine.forms || !other.forms) return { fr: "Un formulaire", en: "A form" };
    const form = mine.forms.find((one) => other.forms?.includes(one));
    return form === undefined ? null : { fr: `Le formulaire « ${form} »`, en: `The form "${form}"` };
  }
  return null;
}

/** The assistant can only answer from a playbook. */
export const playbookMissing: Check = {
  code: "playbook-missing",
  find: ({ document }, { playbooks }) =>
    Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] => {
      if (node.type !== "answer") return [];
      const own = (node as Named).playbook;
      const name = own ?? document.playbook ?? document.flow;
      if (playbooks.includes(name)) return [];
      const close = nearest(name, playbooks);
      const path = own === undefined ? ["playbook"] : ["nodes", id, "playbook"];
      return [
        {
          severity: "error",
          path: own === undefined ? ["nodes", id] : path,
          ...(own === undefined ? { part: "key" as const } : {}),
          node: id,
          message: {
            fr: `L'assistant n'a pas de fiche : ajoutez « ${name}.playbook.yaml », ou nommez-en une autre (playbook: ${close ?? "…"}).`,
            en: `The assistant has no playbook: add "${name}.playbook.yaml", or name another one (playbook: ${close ?? "…"}).`,
          },
          ...replaced(close, path),
        },
      ];
    }),
};

/** A template must be known to the provider, in the language that is asked for. */
export const templateUnknown: Check = {
  code: "template-unknown",
  find: ({ document }, { templates }) =>
    templatesIn(document).flatMap(({ id, template, languages }): readonly Finding[] => {
      if (templates === null) return [];
      const same = templates.filter(({ name }) => name === template);
      if (same.length === 0) {
        const close = nearest(
          template,
          templates.map(({ name }) => name),
        );
        return [
          {
            severity: "error",
            path: ["nodes", id, "template"],
            node: id,
            message: {
              fr: `Le modèle « ${template} » n'existe pas${close ? ` : vouliez-vous dire « ${close} » ?` : " : créez-le d'abord chez WhatsApp."}`,
              en: `There is no template "${template}"${close ? `: did you mean "${close}"?` : ": make it at WhatsApp first."}`,
            },
            ...replaced(close, ["nodes", id, "template"]),
          },
        ];
      }
      return languages
        .filter((language) => same.every((one) => one.language !== language))
        .map((language): Finding => {
          const known = same.map((one) => one.language).join(", ");
          return {
            severity: "error",
            path: ["nodes", id, "language"],
            node: id,
            message: {
              fr: `Le modèle « ${template} » n'existe pas en « ${language} » : choisissez parmi ${known}.`,
              en: `The template "${template}" does not exist in "${language}": choose one of ${known}.`,
            },
          };
        });
    }),
};

/** Only an approved template is delivered. */
export const templateNotApproved: Check = {
  code: "template-not-approved",
  find: ({ document }, { templates }) =>
    templatesIn(document).flatMap(({ id, template, languages }) =>
      (templates ?? [])
        .filter(
          ({ name, language, status }) => name === template && languages.includes(language) && status !== "APPROVED",
        )
        .map(
          ({ language, status }): Finding => ({
            severity: "error",
            path: ["nodes", id, "template"],
            node: id,
            message: {
              fr: `Le modèle « ${template} » (${language}) n'est pas approuvé (${status}) : attendez son approbation, ou choisissez-en un autre.`,
              en: `The template "${template}" (${language}) is not approved (${status}): wait until it is, or choose another one.`,
            },
          }),
        ),
    ),
};

function templatesIn(
  document: FlowDocument,
): readonly { readonly id: string; readonly template: string; readonly languages: readonly string[] }[] {
  return Object.entries(document.nodes).flatMap(([id, node]) => {
    const { template, language = [] } = node as Named;
    if (template === undefined) return [];
    return [{ id, template, languages: typeof language === "string" ? [language] : Object.values(language) }];
  });
}

function replaced(close: string | null, path: readonly (string | number)[]): Pick<Finding, "fix"> {
  if (close === null) return {};
  return {
    fix: {
      title: { fr: `Prendre « ${close} »`, en: `Take "${close}"` },
      edits: [{ type: "set", path, value: close }],
    },
  };
}

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
