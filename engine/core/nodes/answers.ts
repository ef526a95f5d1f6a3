import type { Json } from "../domain/json.ts";
import { toE164 } from "../domain/phone.ts";
import { plain } from "../run/match.ts";

/** What an open question expects. */
export type Expected = "text" | "number" | "email" | "phone" | "date" | "time" | "consent" | "file" | "location";

export interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const DAY_MS = 86_400_000;
const MONTHS: readonly (readonly string[])[] = [
  ["janvier", "janv", "january", "jan"],
  ["fevrier", "fevr", "february", "feb"],
  ["mars", "march", "mar"],
  ["avril", "avr", "april", "apr"],
  ["mai", "may"],
  ["juin", "june", "jun"],
  ["juillet", "juil", "july", "jul"],
  ["aout", "august", "aug"],
  ["septembre", "sept", "september", "sep"],
  ["octobre", "oct", "october"],
  ["novembre", "nov", "november"],
  ["decembre", "dec", "december"],
];
const WEEKDAYS: readonly (readonly string[])[] = [
  ["dimanche", "sunday"],
  ["lundi", "monday"],
  ["mardi", "tuesday"],
  ["mercredi", "wednesday"],
  ["jeudi", "thursday"],
  ["vendredi", "friday"],
  ["samedi", "saturday"],
];
const YES = new Set([
  ...["oui", "yes", "ok", "okay", "accepte", "agree", "agreed", "sure", "yep", "volontiers"],
  ...["d accord", "j accepte", "i agree", "bien sur"],
]);
const NO = new Set(["non", "no", "refuse", "je refuse", "pas d accord", "nope", "i refuse", "i do not agree"]);

/** The value of an answer in words, or null when it is not one. Dates are `2026-03-02`, times `09:30`, consent a boolean. */
export function valueOfAnswer(
  text: string,
  expected: Expected,
  bounds: Bounds,
  around: { readonly now: string; readonly country: string; readonly english: boolean },
): Json {
  const trimmed = text.trim();
  switch (expected) {
    case "text":
      return within(trimmed.length, { min: bounds.min ?? 1, max: bounds.max }) ? trimmed : null;
    case "number":
      return numberOf(trimmed, bounds);
    case "email":
      return emailOf(trimmed);
    case "phone":
      return toE164(trimmed, around.country);
    case "date":
      return dateOf(trimmed, around);
    case "time":
      return timeOf(trimmed);
    case "consent": {
      const said = plain(trimmed);
      return YES.has(said) ? true : NO.has(said) ? false : null;
    }
    case "file":
    case "location":
      return null;
  }
}

function within(value: number, { min, max }: Bounds): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

function numberOf(text: string, bounds: Bounds): number | null {
  const match = /^\D{0,20}?(-?\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?)\D{0,20}$/u.exec(text);
  if (!match?.[1]) return null;
  const value = Number(match[1].replace(/[\s\u00a0\u202f]/g, "").replace(",", "."));
  return Number.isFinite(value) && within(value, bounds) ? value : null;
}

function emailOf(text: string): string | null {
  const match = /(?:^|[\s<(])([^\s@<>(),;:"]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})(?=$|[\s>),.;])/iu.exec(
    text,
  );
  return match?.[1] && text.length < 300 ? match[1].toLowerCase() : null;
}

function dateOf(text: string, around: { readonly now: string; readonly english: boolean }): string | null {
  const said = plain(text);
  const today = Date.parse(around.now.slice(0, 10));
  if (/\b(apres demain|day after tomorrow)\b/.test(said)) return iso(today + 2 * DAY_MS);
  if (/\b(demain|tomorrow)\b/.test(said)) return iso(today + DAY_MS);
  if (/\b(aujourd hui|today)\b/.test(said)) return iso(today);
  const isoDate = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/.exec(text);
  if (isoDate) return dated(Number(isoDate[1]), Number(isoDate[2]), Number(isoDate[3]));
  const numbers = /\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?\b/.exec(text);
  if (numbers) {
    const [first, second] = [Number(numbers[1]), Number(numbers[2])];
    const [day, month] = around.english && second > 12 ? [second, first] : [first, second];
    return yearless(today, day, month, numbers[3]);
  }
  const words = said.split(" ");
  const month = MONTHS.findIndex((names) => words.some((word) => names.includes(word))) + 1;
  const day = words.map((word) => Number(/^(\d{1,2})(?:er|st|nd|rd|th)?$/.exec(word)?.[1])).find((value) => value > 0);
  if (month > 0 && day)
    return yearless(
      today,
      day,
      month,
      words.find((word) => /^\d{4}$/.test(word)),
    );
  const weekday = WEEKDAYS.findIndex((names) => words.some((word) => names.includes(word)));
  if (weekday < 0) return null;
  const ahead = (weekday - new Date(today).getUTCDay() + 7) % 7 || 7;
  return iso(today + ahead * DAY_MS);
}

/** A day without its year is the next one that comes. */
function yearless(today: number, day: number, month: number, year: string | undefined): string | null {
  if (year) return dated(year.length === 2 ? 2000 + Number(year) : Number(year), month, day);
  const thisYear = new Date(today).getUTCFullYear();
  const date = dated(thisYear, month, day);
  return date && Date.parse(date) < today ? dated(thisYear + 1, month, day) : date;
}

function dated(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year > 1900 && year < 2200
    ? iso(date.getTime())
    : null;
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function timeOf(text: string): string | null {
  const said = text.toLowerCase().replace(/\s+/g, " ");
  if (/\bmidi\b|\bnoon\b/.test(said)) return "12:00";
  const match = /\b(\d{1,2})\s*(?:(?:h|:|\.|heures?|o'clock)\s*(\d{2})?)?\s*(am|pm)?\b/.exec(said);
  if (!match) return null;
  const afternoon = match[3] === "pm" && Number(match[1]) < 12;
  const hour = Number(match[1]) + (afternoon ? 12 : 0) - (match[3] === "am" && Number(match[1]) === 12 ? 12 : 0);
  const minute = Number(match[2] ?? 0);
  return hour < 24 && minute < 60 ? `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}` : null;
}
