import type { Language } from "../domain/language.ts";
import type { Entry } from "./playbook.ts";
import { isTopic, wordsOf } from "./words.ts";

export interface Ranked<E extends Ranking = Entry> {
  readonly entry: E;
  /** How well it fits, BM25 over title, synonyms and text. */
  readonly score: number;
  /** The share of the question's words that title or synonyms hold, weighted by how rare they are: 0 … 1. */
  readonly covered: number;
  /** The same with the entry's own text. */
  readonly coveredByAll: number;
  /** The same over the words that say what the question is about. */
  readonly topics: number;
}

/** What is ranked: an entry of the playbook, a product. */
export type Ranking = Pick<Entry, "title" | "also" | "text">;

/** Entries made ready once, for any number of questions in one language. */
export interface RankIndex<E extends Ranking = Entry> {
  readonly language: Language;
  readonly documents: readonly Document<E>[];
  /** In how many documents each word stands. */
  readonly having: ReadonlyMap<string, number>;
  readonly averageLength: number;
}
interface Document<E extends Ranking> {
  readonly entry: E;
  readonly title: ReadonlySet<string>;
  /** How often each word of the text stands in it. */
  readonly body: ReadonlyMap<string, number>;
  readonly length: number;
}

const K1 = 1.2;
const B = 0.5;
/** A word of the title counts as much as three of the text. */
const TITLE_WEIGHT = 3;

export function indexOf<E extends Ranking>(entries: readonly E[], language: Language): RankIndex<E> {
  const having = new Map<string, number>();
  const documents = entries.map((entry): Document<E> => {
    const title = new Set([entry.title, ...entry.also].flatMap((one) => wordsOf(one, language)));
    const body = new Map<string, number>();
    const words = wordsOf(entry.text, language);
    for (const word of words) body.set(word, (body.get(word) ?? 0) + 1);
    for (const word of new Set([...title, ...body.keys()])) having.set(word, (having.get(word) ?? 0) + 1);
    return { entry, title, body, length: title.size + words.length };
  });
  const averageLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  return { language, documents, having, averageLength };
}

/** The entries that fit a question, best first. Entries that share no word with it are left out. */
export function rank<E extends Ranking>(question: string, index: RankIndex<E>): readonly Ranked<E>[] {
  const { documents, having, averageLength } = index;
  const asked = [...new Set(wordsOf(question, index.language))].map((word) => {
    const count = having.get(word) ?? 0;
    return { word, worth: Math.log(1 + (documents.length - count + 0.5) / (count + 0.5)), isTopic: isTopic(word) };
  });
  const total = asked.reduce((sum, { worth }) => sum + worth, 0);
  const totalTopics = asked.reduce((sum, { worth, isTopic: counts }) => sum + (counts ? worth : 0), 0);
  return documents
    .flatMap(({ entry, title, body, length }): readonly Ranked<E>[] => {
      let [score, covered, coveredByAll, topics] = [0, 0, 0, 0];
      for (const { word, worth, isTopic: counts } of asked) {
        const inTitle = title.has(word);
        const count = (inTitle ? TITLE_WEIGHT : 0) + (body.get(word) ?? 0);
        if (count === 0) continue;
        score += (worth * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / averageLength));
        if (inTitle) covered += worth;
        coveredByAll += worth;
        if (counts) topics += worth;
      }
      if (score === 0) return [];
      const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
      return [
        {
          entry,
          score,
          covered: share(covered, total),
          coveredByAll: share(coveredByAll, total),
          topics: share(topics, totalTopics),
        },
      ];
    })
    .sort((a, b) => b.score - a.score);
}
