import { inLanguage } from "../../domain/language.ts";
import { BUILT_IN_ROOTS, templateProblem } from "../../run/expression.ts";
import { plain } from "../../run/match.ts";
import { nearest } from "../nearest.ts";
import type { Check, Finding } from "./check.ts";
import { exampleTo } from "./graph.ts";

/** Every text in every language of the flow. */
export const missingTranslation: Check = {
  code: "missing-translation",
  find: ({ document, graph }) =>
    [...graph.vertices.values()].flatMap(({ id, type, node }) =>
      type.texts(node).flatMap(({ path, text }): readonly Finding[] => {
        if (typeof text === "string") return [];
        const missing = document.languages.filter((language) => (text[language] ?? "").trim() === "");
        return missing.map((language) => ({
          severity: "warning",
          path: ["nodes", id, ...path],
          node: id,
          message: {
            fr: `Il manque ce texte en « ${language} » : le client verrait « ${inLanguage(text, ...document.languages).slice(0, 60)} ».`,
            en: `This text is missing in "${language}": the contact would see "${inLanguage(text, ...document.languages).slice(0, 60)}".`,
          },
        }));
      }),
    ),
};

/** Placeholders must be readable. */
export const invalidTemplate: Check = {
  code: "invalid-template",
  find: ({ graph }) =>
    [...graph.vertices.values()].flatMap(({ id, type, node }) =>
      type.texts(node).flatMap(({ path, text }): readonly Finding[] => {
        const problem = (typeof text === "string" ? [text] : Object.values(text))
          .map(templateProblem)
          .find((one) => one !== null);
        if (!problem) return [];
        return [
          {
            severity: "error",
            path: ["nodes", id, ...path],
            node: id,
            message: {
              fr: `Un repère {{ … }} de ce texte ne peut pas être lu : ${problem}.`,
              en: `A placeholder {{ … }} of this text cannot be read: ${problem}.`,
            },
          },
        ];
      }),
    ),
};

/** A name that nothing ever gives a value is probably misspelt. */
export const unknownVariable: Check = {
  code: "unknown-variable",
  find: ({ document, graph }) => {
    const written = new Set([...Object.keys(document.variables ?? {}), "lastText", "referral", "result"]);
    for (const { type, node } of graph.vertices.values())
      for (const name of type.variables(node).writes) written.add(name);
    return [...graph.vertices.values()].flatMap(({ id, type, node }) =>
      type
        .variables(node)
        .reads.filter((name) => !written.has(name))
        .map((name): Finding => {
          const close = nearest(name, [...written, ...BUILT_IN_ROOTS]);
          return {
            severity: "error",
            path: ["nodes", id],
            part: "key",
            node: id,
            message: {
              fr: `La variable « ${name} » n'est jamais remplie${close ? ` : vouliez-vous dire « ${close} » ?` : " : enregistrez-la dans un bloc, ou déclarez-la sous variables."}`,
              en: `The variable "${name}" never gets a value${close ? `: did you mean "${close}"?` : ": save it in a node, or declare it under variables."}`,
            },
          };
        }),
    );
  },
};

/** On some way the variable is read before anything has set it: the contact would see a hole. */
export const variableUnset: Check = {
  code: "variable-unset",
  find: ({ document, graph }) => {
    const always = new Set([...Object.keys(document.variables ?? {}), "lastText", "referral", "result"]);
    const everywhere = new Set<string>(always);
    for (const { type, node } of graph.vertices.values())
      for (const name of type.variables(node).writes) everywhere.add(name);
    // What is certainly set on entering a node: less with every way that leads to it.
    const set = new Map<string, ReadonlySet<string>>();
    const starts = [document.start, ...document.interrupts.map(({ to }) => to)];
    const queue = starts.filter((id) => graph.vertices.has(id));
    for (const id of queue) set.set(id, always);
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const vertex = graph.vertices.get(id);
      const before = set.get(id);
      if (!vertex || !before) continue;
      for (const { exit, to } of vertex.out) {
        const sets = exit.when === "failure" || exit.when === "time" ? [] : vertex.type.variables(vertex.node).writes;
        const after = new Set([...before, ...sets]);
        const known = set.get(to);
        const both = known ? new Set([...known].filter((name) => after.has(name))) : after;
        if (known && both.size === known.size) continue;
        set.set(to, both);
        queue.push(to);
      }
    }
    return [...graph.vertices.values()].flatMap(({ id, type, node }) =>
      type
        .variables(node)
        .reads.filter((name) => everywhere.has(name) && set.has(id) && !set.get(id)?.has(name))
        .map(
          (name): Finding => ({
            severity: "warning",
            path: ["nodes", id],
            part: "key",
            node: id,
            message: {
              fr: `Sur un chemin, « ${name} » n'est pas encore rempli quand le bloc « ${id} » s'en sert : donnez-lui une valeur avant.`,
              en: `On one way, "${name}" has no value yet when node "${id}" uses it: give it one before.`,
            },
            example: exampleTo(graph, document, id),
          }),
        ),
    );
  },
};

/** Two choices that read the same: one of them can never be picked by words. */
export const choiceUnreachable: Check = {
  code: "choice-unreachable",
  find: ({ document, graph }) =>
    [...graph.vertices.values()].flatMap(({ id, type, node }) => {
      const labels = type.texts(node).filter(({ role }) => role === "choice");
      return document.languages.flatMap((language): readonly Finding[] => {
        const seen = new Map<string, number>();
        return labels.flatMap(({ path, text }, index): readonly Finding[] => {
          const label = plain(inLanguage(text, language));
          const shadow = document.interrupts.find(({ keywords }) =>
            keywords.some((keyword) => plain(keyword) === label),
          );
          if (shadow && label !== "") {
            return [
              {
                severity: "info",
                path: ["nodes", id, ...path],
                node: id,
                message: {
                  fr: `Écrit à la main, « ${inLanguage(text, language)} » déclenche le mot-clé qui mène à « ${shadow.to} » au lieu de ce choix.`,
                  en: `Typed by hand, "${inLanguage(text, language)}" triggers the keyword that leads to "${shadow.to}" instead of this choice.`,
                },
              },
            ];
          }
          const first = seen.get(label);
          seen.set(label, index);
          if (first === undefined || label === "") return [];
          return [
            {
              severity: "error",
              path: ["nodes", id, ...path],
              node: id,
              message: {
                fr: `Deux choix se lisent « ${inLanguage(text, language)} » : le client ne peut pas les distinguer.`,
                en: `Two choices read "${inLanguage(text, language)}": the contact cannot tell them apart.`,
              },
            },
          ];
        });
      });
    }),
};

const SECRET =
  /\b(sk-[A-Za-z0-9_-]{16,}|EAA[A-Za-z0-9]{30,}|AC[0-9a-f]{32}|AIza[A-Za-z0-9_-]{30,}|ghp_[A-Za-z0-9]{30,}|xox[bp]-[A-Za-z0-9-]{20,})\b|Bearer\s+[A-Za-z0-9._-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Keys and passwords do not belong in a file that is read, exported and shared. */
export const secretInText: Check = {
  code: "secret-in-text",
  find: ({ document }) =>
    Object.entries(document.nodes).flatMap(([id, node]): readonly Finding[] =>
      SECRET.test(JSON.stringify(node))
        ? [
            {
              severity: "error",
              path: ["nodes", id],
              part: "key",
              node: id,
              message: {
                fr: "Ce bloc contient une clé ou un mot de passe : retirez-le du scénario et gardez-le dans les réglages.",
                en: "This node holds a key or a password: take it out of the flow and keep it in the settings.",
              },
            },
          ]
        : [],
    ),
};
