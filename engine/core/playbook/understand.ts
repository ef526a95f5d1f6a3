import type { UnderstandEffect, Understood } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Language } from "../domain/language.ts";
import { valueOfAnswer } from "../nodes/answers.ts";
import { matchChoice, plain } from "../run/match.ts";
import { wantsPerson } from "./person.ts";
import { isTopic, wordsOf } from "./words.ts";

/** What dates, phone numbers and words are read with. */
export interface Around {
  readonly now: string;
  readonly country: string;
}

/** How alike question and example must be, 0 … 1, and how much more than the next best intent's. */
const ALIKE = 0.4;
const CLEARLY = 1.15;

/** Reads a text without any model: the intent whose examples are most like it, and the values that stand in it. */
export function understandBySimilarity(effect: UnderstandEffect, around: Around): Understood {
  return {
    intent: closestIntent(effect.question, effect.intents, effect.language),
    fields: fieldsIn(effect, around),
    wantsPerson: wantsPerson(effect.question, []),
    provider: "builtin",
  };
}

/** The intent that a text is about; null: none, or two as much. */
export function closestIntent(
  question: string,
  intents: UnderstandEffect["intents"],
  language: Language,
): string | null {
  const examples = intents.flatMap(({ id, label, examples: said }) =>
    [...label.split(" / "), ...said].map((one) => ({ id, words: new Set(wordsOf(one, language)) })),
  );
  const asked = new Set(wordsOf(question, language));
  if (asked.size === 0) return null;
  // A word that stands with many intents tells them less apart.
  const worth = (word: string): number => {
    const having = new Set(examples.filter(({ words }) => words.has(word)).map(({ id }) => id)).size;
    return Math.log(1 + (intents.length + 1) / (having + 0.5)) * (isTopic(word) ? 1 : 0.4);
  };
  const weight = (words: ReadonlySet<string>): number => [...words].reduce((sum, word) => sum + worth(word) ** 2, 0);
  const mine = weight(asked);
  const best = new Map<string, number>();
  for (const { id, words } of examples) {
    const shared = weight(new Set([...asked].filter((word) => words.has(word))));
    const likeness = shared === 0 ? 0 : shared / Math.sqrt(mine * weight(words));
    best.set(id, Math.max(best.get(id) ?? 0, likeness));
  }
  const [first, second] = [...best].sort((a, b) => b[1] - a[1]);
  if (!first || first[1] < ALIKE) return null;
  return second && first[1] < second[1] * CLEARLY ? null : first[0];
}

/** The values that stand in a text as a person would type them. Free texts cannot be told apart without a model. */
function fieldsIn({ question, fields, language }: UnderstandEffect, around: Around): JsonObject {
  const found: Record<string, Json> = {};
  for (const field of fields) {
    const value = valueIn(question, field, language, around);
    if (value !== null) found[field.name] = value;
  }
  return found;
}

const PHONE = /(?:\+|\b)\d(?:[\s.()-]?\d){7,14}\b/g;

function valueIn(
  question: string,
  field: UnderstandEffect["fields"][number],
  language: Language,
  around: Around,
): Json {
  switch (field.expect) {
    case "text":
      return null;
    case "choice":
      return choiceIn(question, field.choices ?? []);
    case "phone": {
      const numbers = question.match(PHONE) ?? [];
      return numbers.map((one) => valueOfField(one, "phone", language, around)).find((value) => value !== null) ?? null;
    }
    case "number": {
      // "pour 4 personnes le 12/03 au 06 39…" says one number.
      const rest = question
        .replace(PHONE, " ")
        .replace(/\b\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b|\b\d{1,2}\s?[h:]\s?\d{0,2}\b/g, " ");
      const numbers = rest.match(/-?\d+(?:[.,]\d+)?/g) ?? [];
      return numbers.length === 1 ? valueOfField(numbers[0] ?? "", "number", language, around) : null;
    }
    case "time":
      return /\b\d{1,2}\s?(?:h|:|heures?|am|pm|o'clock)|\bmidi\b|\bnoon\b/i.test(question)
        ? valueOfField(
            question
              .replace(PHONE, " ")
              .replace(/\b\d{1,2}\/\d{1,2}(?:\/\d{2,4})?\b/g, " ")
              .replace(/^.*?(?=\b\d{1,2}\s?(?:h|:|heures?|am|pm|o'clock))/is, ""),
            "time",
            language,
            around,
          )
        : null;
    case "email":
    case "date":
      return valueOfField(question, field.expect, language, around);
  }
}

/** A value in its one spelling; null: it is not one. Also for what a model says. */
export function valueOfField(
  text: string,
  expect: Exclude<UnderstandEffect["fields"][number]["expect"], "choice">,
  language: Language,
  around: Around,
): Json {
  return valueOfAnswer(text, expect, {}, { ...around, english: language.startsWith("en") });
}

/** The one choice that a text names. */
export function choiceIn(text: string, choices: readonly string[]): string | null {
  const said = ` ${plain(text)} `;
  const held = choices.filter((choice) => said.includes(` ${plain(choice)} `));
  if (held.length === 1) return held[0] ?? null;
  return (
    matchChoice(
      text,
      choices.map((label, index) => ({ id: String(index), label })),
    )?.label ?? null
  );
}
