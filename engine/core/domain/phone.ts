/** Calling codes by country, for numbers written without one. */
const CALLING: Readonly<Record<string, { readonly code: string; readonly trunk: string }>> = {
  FR: { code: "33", trunk: "0" },
  BE: { code: "32", trunk: "0" },
  CH: { code: "41", trunk: "0" },
  LU: { code: "352", trunk: "" },
  DE: { code: "49", trunk: "0" },
  ES: { code: "34", trunk: "" },
  IT: { code: "39", trunk: "" },
  PT: { code: "351", trunk: "" },
  NL: { code: "31", trunk: "0" },
  GB: { code: "44", trunk: "0" },
  IE: { code: "353", trunk: "0" },
  US: { code: "1", trunk: "1" },
  CA: { code: "1", trunk: "1" },
  MA: { code: "212", trunk: "0" },
  TN: { code: "216", trunk: "" },
  DZ: { code: "213", trunk: "0" },
  SN: { code: "221", trunk: "" },
  CI: { code: "225", trunk: "" },
  RE: { code: "262", trunk: "0" },
  GP: { code: "590", trunk: "0" },
  MQ: { code: "596", trunk: "0" },
  GF: { code: "594", trunk: "0" },
  YT: { code: "262", trunk: "0" },
};

/** French numbers of the overseas departments are dialled like mainland ones, but have codes of their own. */
const OVERSEAS: readonly (readonly [RegExp, string])[] = [
  // 06 39 98 is the mainland range that is reserved for fiction.
  [/^0(262|263|692|693|269|639(?!98))/, "262"],
  [/^0(590|690|691)/, "590"],
  [/^0(594|694)/, "594"],
  [/^0(596|696|697)/, "596"],
];

/** A phone number in E.164 (`+33639981234`) as people write it in this country; null when it cannot be one. */
export function toE164(text: string, country: string): string | null {
  const cleaned = text
    .replace(/^whatsapp:/, "")
    .replace(/\(0\)/g, "")
    .replace(/[\s.\-()/\u00a0\u202f]/g, "");
  if (!/^\+?\d{4,15}$/.test(cleaned)) return null;
  if (cleaned.startsWith("+")) return plausible(cleaned);
  if (cleaned.startsWith("00")) return plausible(`+${cleaned.slice(2)}`);
  const own = CALLING[country];
  if (country === "FR" || country in { RE: 1, GP: 1, MQ: 1, GF: 1, YT: 1 }) {
    for (const [pattern, code] of OVERSEAS)
      if (pattern.test(cleaned) && cleaned.length === 10) return `+${code}${cleaned.slice(1)}`;
  }
  if (!own) return null;
  if (own.trunk !== "" && cleaned.startsWith(own.trunk))
    return plausible(`+${own.code}${cleaned.slice(own.trunk.length)}`);
  if (cleaned.startsWith(own.code) && cleaned.length >= own.code.length + 8) return plausible(`+${cleaned}`);
  return plausible(`+${own.code}${cleaned}`);
}

function plausible(number: string): string | null {
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
