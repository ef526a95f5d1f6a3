import { plain } from "../run/match.ts";

/**
 * What an answer promises and its sources do not hold: prices, numbers, times, dates, addresses of the web or of mail.
 * An answer with any of these is not sent (S-41, spec 5). Pure text comparison, so a model cannot talk its way around.
 */
export function unfounded(answer: string, sources: readonly string[]): readonly string[] {
  const ground = sources.join("\n");
  const numbers = new Set(numbersOf(ground));
  const claims = numbersOf(answer).filter((one) => !numbers.has(one) && !isSmall(one));
  const links = [...linksOf(answer)].filter((link) => !linksOf(ground).has(link));
  return [...new Set([...claims, ...links])];
}

/** A list's own numbering, "one of two": no promise. */
function isSmall(number: string): boolean {
  return /^[0-3]$/.test(number);
}

/** Every number as it is meant: "12,50 €" and "12.50" are one, "9h30" is 9 and 30, phone numbers are their digits. */
function numbersOf(text: string): readonly string[] {
  const joined = withoutLinks(text)
    .replace(/(\d)[\s\u00a0\u202f.](?=\d{3}(?!\d))/g, "$1")
    .replace(/(\+?\d{1,3}[\s.-]?)?(?:\d[\s.-]?){8,}\d/g, (phone) => phone.replace(/\D/g, "").replace(/^(33|0)/, ""));
  return (joined.match(/\d+(?:[.,]\d+)?/g) ?? []).map((number) => {
    const value = Number(number.replace(",", "."));
    return number.length > 8 ? number : String(value);
  });
}

function linksOf(text: string): Set<string> {
  const found =
    text.match(
      /(?:https?:\/\/|www\.)[^\s<>()"']+|[\w.+-]+@[\w-]+\.[\w.-]+|\b[a-z0-9-]+\.(?:fr|com|net|org|eu|io|shop|re)\b(?:\/[^\s<>()"']*)?/gi,
    ) ?? [];
  return new Set(
    found.map((link) =>
      link
        .toLowerCase()
        .replace(/^https?:\/\//, "")
        .replace(/^www\./, "")
        .replace(/[.,;:!?/]+$/, ""),
    ),
  );
}

function withoutLinks(text: string): string {
  return text.replace(/(?:https?:\/\/|www\.)\S+/gi, " ");
}

/** Signs that no person types: they hide words from readers and show them to models (S-40). */
export function withoutHiddenSigns(text: string): string {
  return text.replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/gu, "");
}

/** Words by which a contact asks for a person, whatever the playbook says. */
const PERSON = [
  "humain",
  "conseiller",
  "conseillere",
  "une personne",
  "quelqu un",
  "un agent",
  "vendeur",
  "responsable",
  "service client",
  "human",
  "real person",
  "a person",
  "someone",
  "an agent",
  "representative",
  "operator",
];
const WISH =
  /\b(parler|parle|discuter|joindre|contacter|passez|passer|appeler|appelez|voir|avoir|veux|voudrais|souhaite|besoin|speak|talk|chat|call|reach|contact|want|need|give me|get me)\b/;

export function wantsPerson(question: string, words: readonly string[]): boolean {
  const said = ` ${plain(question)} `;
  if (words.some((word) => said.includes(` ${plain(word)} `))) return true;
  const named = PERSON.find((word) => said.includes(` ${word} `));
  return named !== undefined && (WISH.test(said) || said.trim().split(" ").length <= 3);
}
