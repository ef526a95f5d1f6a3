import type { ScreenLanguage } from "./words.ts";

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** « il y a 3 heures », "3 hours ago". */
export function ago(at: string, language: ScreenLanguage, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** `14:02` */
export function clock(at: Date, language: ScreenLanguage): string {
  return at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

/** `21 nov. 2026, 14:02` */
export function dateAndTime(at: string, language: ScreenLanguage): string {
  return new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}
