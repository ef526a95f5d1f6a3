import type { Bilingual } from "../domain/language.ts";
import type { FlowNode, NodeNoun } from "../nodes/node-type.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import type { FlowDifference, NodeChange } from "./difference.ts";

const BLOCK: NodeNoun = {
  fr: { one: "bloc", many: "blocs", the: "le bloc" },
  en: { one: "block", many: "blocks", the: "the block" },
};

const HEAD_WORDS: Readonly<Record<string, Bilingual>> = {
  name: { fr: "change le nom", en: "changes the name" },
  description: { fr: "change la description", en: "changes the description" },
  languages: { fr: "change les langues", en: "changes the languages" },
  channels: { fr: "change les canaux", en: "changes the channels" },
  playbook: { fr: "change de playbook", en: "changes the playbook" },
  triggers: { fr: "change ce qui le déclenche", en: "changes what starts it" },
  interrupts: { fr: "change les mots valables partout", en: "changes the words that work anywhere" },
  variables: { fr: "change les variables", en: "changes the variables" },
  settings: { fr: "change les réglages", en: "changes the settings" },
  start: { fr: "commence ailleurs", en: "starts elsewhere" },
};

/**
 * A change in one plain sentence: « Ajoute 1 question, change 2 textes, supprime l'attente de 2 h. » Nothing changed:
 * says so.
 */
export function changeInWords(difference: FlowDifference): Bilingual {
  const added = difference.nodes.flatMap((one) => (one.type === "added" ? [one.node] : []));
  const removed = difference.nodes.flatMap((one) => (one.type === "removed" ? [one.node] : []));
  const parts = [
    ...counted(added, { fr: "ajoute", en: "adds" }, null),
    ...insideNodes(difference.nodes),
    ...difference.head.flatMap(({ path }) => HEAD_WORDS[String(path[0])] ?? []),
    ...counted(removed, { fr: "supprime", en: "removes" }, "the"),
    ...many(difference.nodes.filter(({ type }) => type === "renamed").length, RENAMED),
    ...many(difference.placed.length, PLACED),
  ];
  if (parts.length === 0) return { fr: "Ne change rien.", en: "Changes nothing." };
  return { fr: sentence(parts.map(({ fr }) => fr)), en: sentence(parts.map(({ en }) => en)) };
}

function sentence(parts: readonly string[]): string {
  const text = parts.join(", ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** Nodes of one kind are counted together; of a single one that goes, it is said which. */
function counted(nodes: readonly FlowNode[], verb: Bilingual, single: "the" | null): readonly Bilingual[] {
  const groups = new Map<string, { readonly noun: NodeNoun; readonly nodes: FlowNode[] }>();
  for (const node of nodes) {
    const noun = nodeTypeOf(node.type).noun ?? BLOCK;
    const group = groups.get(noun.en.one) ?? { noun, nodes: [] };
    group.nodes.push(node);
    groups.set(noun.en.one, group);
  }
  return [...groups.values()].map(({ noun, nodes: all }) => {
    const [first] = all;
    if (single === "the" && all.length === 1 && first)
      return { fr: `${verb.fr} ${named(noun, first, "fr")}`, en: `${verb.en} ${named(noun, first, "en")}` };
    const word = (language: "fr" | "en"): string => (all.length === 1 ? noun[language].one : noun[language].many);
    return { fr: `${verb.fr} ${all.length} ${word("fr")}`, en: `${verb.en} ${all.length} ${word("en")}` };
  });
}

/** `l'attente de 2 h`, `the message "Welcome"`. */
function named(noun: NodeNoun, node: FlowNode, language: "fr" | "en"): string {
  const preview = node.title ?? nodeTypeOf(node.type).preview(node, language);
  if (preview === "") return noun[language].the;
  if (noun.isMeasured) return `${noun[language].the} ${language === "fr" ? "de" : "of"} ${preview}`;
  return language === "fr" ? `${noun.fr.the} « ${preview} »` : `${noun.en.the} "${preview}"`;
}

type Amount = { readonly fr: (count: number) => string; readonly en: (count: number) => string };
const s = (count: number): string => (count > 1 ? "s" : "");
const RENAMED: Amount = {
  fr: (n) => `renomme ${n} bloc${s(n)}`,
  en: (n) => `renames ${n} block${s(n)}`,
};
const PLACED: Amount = { fr: (n) => `déplace ${n} bloc${s(n)}`, en: (n) => `moves ${n} block${s(n)}` };
const TEXTS: Amount = { fr: (n) => `change ${n} texte${s(n)}`, en: (n) => `changes ${n} text${s(n)}` };
const EXITS: Amount = {
  fr: (n) => `relie autrement ${n} sortie${s(n)}`,
  en: (n) => `connects ${n} exit${s(n)} differently`,
};
const FIELDS: Amount = { fr: (n) => `change ${n} réglage${s(n)}`, en: (n) => `changes ${n} setting${s(n)}` };
const NOTES: Amount = { fr: (n) => `change ${n} commentaire${s(n)}`, en: (n) => `changes ${n} comment${s(n)}` };

function many(count: number, words: Amount): readonly Bilingual[] {
  return count === 0 ? [] : [{ fr: words.fr(count), en: words.en(count) }];
}

function insideNodes(nodes: readonly NodeChange[]): readonly Bilingual[] {
  const fields = nodes.flatMap((one) => (one.type === "changed" ? one.fields : []));
  const count = (kind: string): number => fields.filter((field) => field.kind === kind).length;
  return [
    ...many(count("text"), TEXTS),
    ...many(count("field"), FIELDS),
    ...many(count("exit"), EXITS),
    ...many(count("note"), NOTES),
  ];
}
