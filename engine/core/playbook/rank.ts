import { plain } from "../run/match.ts";
import type { Entry } from "./playbook.ts";

/** Words that say nothing about what is asked. */
const STOP_WORDS = new Set(
  `a ai ait alors as au aux avec avez c ca ce ceci cela ces cet cette ceux comme d dans de des du elle en es est et etes etre eu
   faire fait il ils j je l la le les leur lui m ma mais me mes moi mon n ne nos notre nous on ont ou par pas peut peux plus pour pouvez
   qu que quel quelle quelles quels qui s sa sans se ses si son sommes sont suis sera serai sur svp t ta te tes toi ton tu un une veux voudrais vos votre vous y
   bonjour salut merci stp estce est-ce quoi avoir savoir dire puis bien
   about am an and any are at be been but by can could did do does for from get give had has have he her his how i if in into is it its
   just like me my no not of off on or our out please she so some than that the their them then there these they this to up us was we
   were what when which who will with would you your hello hi thanks thank tell know`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** A word without its ending, so that "livraisons", "livrer" and "livraison" meet. Light on purpose: wrong meetings are worse than missed ones. */
function stem(word: string): string {
  const single = word.replace(/([^s])s$/, "$1");
  if (single.length <= 4) return single;
  const cut = single
    .replace(/(issements?|issement|ations?|ition|itions)$/, "")
    .replace(/(aisons?|ances?|ences?|ments?|eurs?|euses?)$/, "")
    .replace(/(ees?|es|er|ez|ons|ing|ed|ies|s|e|ent)$/, "");
  return cut.length >= 3 ? cut : single;
}

export function wordsOf(text: string): readonly string[] {
  return plain(text)
    .split(" ")
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word))
    .map(stem);
}

export interface Ranked {
  readonly entry: Entry;
  /** How well it fits, BM25 over title, synonyms and text. */
  readonly score: number;
  /** The share of the question's words that title or synonyms hold, weighted by how rare they are: 0 … 1. */
  readonly covered: number;
  /** The same with the entry's own text. */
  readonly coveredByAll: number;
}

const K1 = 1.2;
const B = 0.5;
/** A word of the title counts as much as three of the text. */
const TITLE_WEIGHT = 3;

/** The entries that fit a question, best first. Entries that share no word with it are left out. */
export function rank(question: string, entries: readonly Entry[]): readonly Ranked[] {
  const asked = [...new Set(wordsOf(question))];
  if (asked.length === 0 || entries.length === 0) return [];
  const documents = entries.map((entry) => {
    const title = new Set([entry.title, ...entry.also].flatMap((one) => wordsOf(one)));
    const body = wordsOf(entry.text);
    return { entry, title, body, all: new Set([...title, ...body]), length: title.size + body.length };
  });
  const average = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  const weight = new Map(
    asked.map((word) => {
      const having = documents.filter(({ all }) => all.has(word)).length;
      return [word, Math.log(1 + (documents.length - having + 0.5) / (having + 0.5))] as const;
    }),
  );
  const total = [...weight.values()].reduce((sum, one) => sum + one, 0);
  return documents
    .map(({ entry, title, body, all, length }) => {
      let score = 0;
      let covered = 0;
      let coveredByAll = 0;
      for (const word of asked) {
        const worth = weight.get(word) ?? 0;
        const count = (title.has(word) ? TITLE_WEIGHT : 0) + body.filter((one) => one === word).length;
        score += (worth * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / average));
        if (title.has(word)) covered += worth;
        if (all.has(word)) coveredByAll += worth;
      }
      return { entry, score, covered: covered / total, coveredByAll: coveredByAll / total };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
}
