import type { OfferedChoice } from "./offer.ts";

const NUMBERS: readonly (readonly string[])[] = [
  ["1", "un", "une", "one", "premier", "premiere", "1er", "1ere", "first", "1st"],
  ["2", "deux", "two", "deuxieme", "second", "seconde", "2e", "2eme", "2nd"],
  ["3", "trois", "three", "troisieme", "third", "3e", "3eme", "3rd"],
  ["4", "quatre", "four", "quatrieme", "fourth", "4e", "4eme", "4th"],
  ["5", "cinq", "five", "cinquieme", "fifth", "5e", "5eme", "5th"],
  ["6", "six", "sixieme", "sixth", "6e", "6eme", "6th"],
  ["7", "sept", "seven", "septieme", "seventh", "7e", "7eme", "7th"],
  ["8", "huit", "eight", "huitieme", "eighth", "8e", "8eme", "8th"],
  ["9", "neuf", "nine", "neuvieme", "ninth", "9e", "9eme", "9th"],
  ["10", "dix", "ten", "dixieme", "tenth", "10e", "10eme", "10th"],
  ["11", "onze", "eleven", "onzieme", "eleventh", "11e", "11eme", "11th"],
  ["12", "douze", "twelve", "douzieme", "twelfth", "12e", "12eme", "12th"],
  ["13", "treize", "thirteen", "treizieme", "thirteenth", "13e", "13eme", "13th"],
  ["14", "quatorze", "fourteen", "quatorzieme", "fourteenth", "14e", "14eme", "14th"],
  ["15", "quinze", "fifteen", "quinzieme", "fifteenth", "15e", "15eme", "15th"],
  ["16", "seize", "sixteen", "seizieme", "sixteenth", "16e", "16eme", "16th"],
  ["17", "dixsept", "seventeen", "dixseptieme", "seventeenth", "17e", "17eme", "17th"],
  ["18", "dixhuit", "eighteen", "dixhuitieme", "eighteenth", "18e", "18eme", "18th"],
  ["19", "dixneuf", "nineteen", "dixneuvieme", "nineteenth", "19e", "19eme", "19th"],
  ["20", "vingt", "twenty", "vingtieme", "twentieth", "20e", "20eme", "20th"],
];
const NUMBER_OF = new Map(NUMBERS.flatMap((words, index) => words.map((word) => [word, index + 1] as const)));
/** Words around a number or a label that change nothing: "le deuxième svp", "number 2 please". */
const FILLERS = new Set(
  "le la les l un une one du de des the a an numero number no n choix choice option reponse answer svp stp please merci je veux voudrais prends prendrai choisis i want take would like id to est c pour moi alors ok donc plutot mon ma mes my".split(
    " ",
  ),
);
/** "pas d'accord" is not "d'accord". `n` and `no` also shorten "number": before a digit they deny nothing. */
const NEGATION = / (?:pas|ne|jamais|aucun|aucune|sans|sauf|not|never|without|don|dont|neither|nor|(?:n|no)(?! \d)) /;
const LAST = new Set(["dernier", "derniere", "last"]);

/** Without its accent it would be the English article, and fall out with the fillers. */
const TEA = /(?<!\p{L})thé(?!\p{L})/iu;

/** A part of a label counts as the label from this length on: "bio", "thé". */
const WHOLE_WORD_LENGTH = 3;
/** A typing error is forgiven in words of this length and more. */
const FORGIVEN_LENGTH = 4;

/** Text without accents, case, punctuation and emoji, words separated by one space. Keycap digits become digits. */
export function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * Which of the choices a free text means: by number or ordinal word, by label or synonym without accents and case, by
 * a label that it holds, with one typing error. Null when nothing fits or two fit equally well: never a guess.
 */
export function matchChoice<C extends OfferedChoice>(text: string, choices: readonly C[]): C | null {
  const said = plain(text);
  if (said === "" || choices.length === 0) return null;
  const names = choices.map((choice) =>
    [choice.label, ...(choice.synonyms ?? [])].map(plain).filter((name) => name !== ""),
  );
  const exact = only(choices, (_, index) => names[index]?.includes(said) ?? false);
  if (exact) return exact;
  const byNumber = numbered(said, choices);
  if (byNumber) return byNumber;
  const spaced = ` ${said} `;
  const held = only(choices, (_, index) => names[index]?.some((name) => holds(spaced, name)) ?? false);
  if (held) return held;
  const core = TEA.test(text) ? said : withoutFillers(said);
  if (core === "" || NEGATION.test(spaced)) return null;
  const inside = only(
    choices,
    (_, index) =>
      names[index]?.some((name) => core.length >= WHOLE_WORD_LENGTH && ` ${name} `.includes(` ${core} `)) ?? false,
  );
  if (inside) return inside;
  return only(choices, (_, index) => names[index]?.some((name) => nearly(core, withoutFillers(name) || name)) ?? false);
}

/** Whether the name stands in the text as whole words, and nothing around it denies it. */
function holds(spaced: string, name: string): boolean {
  return spaced.includes(` ${name} `) && !NEGATION.test(spaced.replace(` ${name} `, " "));
}

/** Whether a text is one of the keywords (`exact`) or holds one as whole words (`contains`). */
export function matchesKeyword(
  text: string,
  keywords: readonly string[],
  how: "exact" | "contains" = "exact",
): boolean {
  const said = plain(text);
  if (said === "") return false;
  return keywords.some((keyword) => {
    const word = plain(keyword);
    if (word === "") return false;
    return how === "exact" ? said === word : ` ${said} `.includes(` ${word} `);
  });
}

/** The number that a short text says: "2", "le deuxième", "two"; null: none. */
export function numberSaid(text: string): number | null {
  const words = plain(text)
    .replace(/dix (sept|huit|neuf)/g, "dix$1")
    .split(" ")
    .filter((word) => NUMBER_OF.has(word) || !FILLERS.has(word));
  const meaning = words.filter((word) => !(FILLERS.has(word) && words.length > 1));
  const [word] = meaning;
  return meaning.length === 1 && word !== undefined ? (NUMBER_OF.get(word) ?? null) : null;
}

function numbered<C>(said: string, choices: readonly C[]): C | null {
  if (withoutFillers(said).split(" ").length === 1 && LAST.has(withoutFillers(said)))
    return choices[choices.length - 1] ?? null;
  const number = numberSaid(said);
  return number === null ? null : (choices[number - 1] ?? null);
}

function withoutFillers(text: string): string {
  return text
    .split(" ")
    .filter((word) => !FILLERS.has(word))
    .join(" ");
}

function only<C>(choices: readonly C[], fits: (choice: C, index: number) => boolean): C | null {
  const found = choices.filter(fits);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function nearly(said: string, name: string): boolean {
  if (said === name) return true;
  if (name.length < FORGIVEN_LENGTH || said.length < FORGIVEN_LENGTH - 1) return false;
  return withinOneEdit(said, name);
}

/** Damerau-Levenshtein distance of at most one: a letter more, less, other, or two swapped. */
function withinOneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const restA = endA - start;
  const restB = endB - start;
  if (restA <= 1 && restB <= 1) return true;
  return restA === 2 && restB === 2 && a[start] === b[start + 1] && a[start + 1] === b[start];
}
