import type { Language } from "./language.ts";

const formats = new Map<string, Intl.NumberFormat>();
/** Prices are few and shown often; formatting one takes longer than the rest of a message. */
const shown = new Map<string, string>();
const KEPT = 5000;

/** An amount as people write it: 1250, "EUR", "fr" -> "12,50 €". Cents that are not a number give "". */
export function money(cents: number, currency: string, language: Language): string {
  if (!Number.isFinite(cents)) return "";
  const price = `${cents} ${language} ${currency}`;
  const known = shown.get(price);
  if (known !== undefined) return known;
  const key = `${language} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    try {
      format = new Intl.NumberFormat(language, { style: "currency", currency });
    } catch {
      format = new Intl.NumberFormat("fr", { style: "currency", currency: "EUR" });
    }
    formats.set(key, format);
  }
  const text = format.format(cents / 100).replace(/[\u00a0\u202f]/g, " ");
  if (shown.size >= KEPT) shown.clear();
  shown.set(price, text);
  return text;
}
