import { inLanguage, type LocalizedText } from "../../domain/language.ts";
import { matchesKeyword, plain } from "../../run/match.ts";
import type { FlowDocument } from "../document.ts";
import type { Check, Finding } from "./check.ts";
import type { Vertex } from "./graph.ts";
import { perNode } from "./per-node.ts";
import { stringsIn } from "./strings.ts";

/** Every text in every language of the flow. */
export const missingTranslation: Check = {
  code: "missing-translation",
  find: perNode(
    ({ id, type, node }, { document }) =>
      type.texts(node).flatMap(({ path, text }): readonly Finding[] => {
        if (typeof text === "string") return [];
        const missing = document.languages.filter(
          (language) => (text[language] ?? text[language.slice(0, 2)] ?? "").trim() === "",
        );
        return missing.map((language) => ({
          severity: "warning",
          path: ["nodes", id, ...path],
          node: id,
          message: {
            fr: `Il manque ce texte en « ${language} » : traduisez-le, sinon le client verrait « ${inLanguage(text, ...document.languages).slice(0, 60)} ».`,
            en: `This text is missing in "${language}": translate it, else the contact would see "${inLanguage(text, ...document.languages).slice(0, 60)}".`,
          },
          fix: {
            title: {
              fr: "Mettre le texte actuel en attendant la traduction",
              en: "Put the present text until it is translated",
            },
            edits: [
              {
                type: "set",
                path: ["nodes", id, ...path, language],
                value: inLanguage(text, ...document.languages.filter((one) => one !== language)),
              },
            ],
          },
        }));
      }),
    ({ document }) => [document.languages.join()],
  ),
};

/** Two choices that read the same, words that mean two of them, and conditions that an earlier one always answers. */
export const choiceUnreachable: Check = {
  code: "choice-unreachable",
  find: perNode(
    (vertex, { document }) => [
      ...document.languages.flatMap((language) => sameWords(vertex, language)),
      ...shadowed(vertex, document),
      ...askedBefore(vertex),
    ],
    ({ document }) => [document.languages.join(), JSON.stringify(document.interrupts)],
  ),
};

interface Option {
  readonly id?: string;
  readonly label?: LocalizedText;
  readonly synonyms?: readonly string[];
}

/** Labels of choices with what else the contact may say for them. */
function optionsOf({ type, node }: Vertex): readonly {
  readonly path: readonly (string | number)[];
  readonly label: LocalizedText;
  readonly synonyms: readonly string[];
  readonly exit: string | undefined;
}[] {
  const { choices } = node as unknown as { readonly choices?: readonly (Option | string)[] };
  return type
    .texts(node)
    .filter(({ role }) => role === "choice")
    .map(({ path, text }, index) => {
      const option = choices?.[index];
      const more: Option = typeof option === "object" ? option : {};
      return { path, label: text, synonyms: more.synonyms ?? [], exit: more.id };
    });
}

function sameWords(vertex: Vertex, language: string): readonly Finding[] {
  const labels = new Map<string, number>();
  const words = new Map<string, number>();
  const options = optionsOf(vertex);
  for (const [index, { label }] of options.entries()) {
    const words = plain(inLanguage(label, language));
    if (words !== "" && !labels.has(words)) labels.set(words, index);
  }
  return options.flatMap(({ path, label, synonyms }, index): readonly Finding[] => {
    const read = inLanguage(label, language);
    const first = labels.get(plain(read));
    if (first !== undefined && first !== index) {
      return [
        {
          severity: "error",
          path: ["nodes", vertex.id, ...path],
          node: vertex.id,
          message: {
            fr: `Deux choix se lisent « ${read} » : donnez-leur des noms différents, le client ne peut pas les distinguer.`,
            en: `Two choices read "${read}": give them different names, the contact cannot tell them apart.`,
          },
        },
      ];
    }
    const double = synonyms.find((word) => {
      const other = labels.get(plain(word)) ?? words.get(plain(word));
      return other !== undefined && other !== index;
    });
    for (const word of synonyms) if (!words.has(plain(word))) words.set(plain(word), index);
    if (double === undefined) return [];
    return [
      {
        severity: "warning",
        path: ["nodes", vertex.id, ...path],
        node: vertex.id,
        message: {
          fr: `Le mot « ${double} » désigne deux choix : retirez-le de l'un des deux, sinon il ne choisit rien.`,
          en: `The word "${double}" means two choices: remove it from one of them, else it picks neither.`,
        },
      },
    ];
  });
}

/** A keyword that works everywhere takes the words of a choice away, unless both lead to the same place. */
function shadowed(vertex: Vertex, { interrupts, languages }: FlowDocument): readonly Finding[] {
  return optionsOf(vertex).flatMap(({ path, label, exit }): readonly Finding[] => {
    for (const read of new Set(languages.map((language) => inLanguage(label, language)))) {
      const by = interrupts.find(({ keywords, match }) => matchesKeyword(read, keywords, match));
      if (!by || (exit !== undefined && vertex.node.exits?.[exit] === by.to)) continue;
      return [
        {
          severity: "warning",
          path: ["nodes", vertex.id, ...path],
          node: vertex.id,
          message: {
            fr: `Écrit à la main, « ${read} » déclenche le mot-clé qui mène à « ${by.to} » au lieu de ce choix : changez l'un des deux.`,
            en: `Typed by hand, "${read}" triggers the keyword that leads to "${by.to}" instead of this choice: change one of the two.`,
          },
        },
      ];
    }
    return [];
  });
}

function askedBefore({ id, node, sketch }: Vertex): readonly Finding[] {
  const seen = new Map<string, string>();
  return (sketch.always ?? []).flatMap(({ exit, when }): readonly Finding[] => {
    const condition = when?.type === "when" ? String(when.params.expression) : undefined;
    if (condition === undefined) return [];
    const first = seen.get(condition.trim());
    if (first === undefined) {
      seen.set(condition.trim(), exit);
      return [];
    }
    const place = stringsIn(node).filter(({ text }) => text === condition)[1];
    return [
      {
        severity: "error",
        path: ["nodes", id, ...(place?.path ?? [])],
        node: id,
        exit,
        message: {
          fr: `La sortie « ${exit} » n'est jamais prise : « ${first} » pose déjà la même condition. Changez-la ou supprimez-la.`,
          en: `The exit "${exit}" is never taken: "${first}" asks for the same condition. Change it or remove it.`,
        },
      },
    ];
  });
}
