/**
 * What a text states that can be checked word for word, each in one spelling: `4.9 eur`, `3 day`, `9:30 h`, `14/7`,
 * `sunday`, `free`, `link example.com/terms`, `phone 199001234`, and numbers that have no unit: `12`. French and English.
 */
export function claimsOf(text: string): readonly string[] {
  const found: string[] = [];
  const take =
    (claim: (...groups: readonly string[]) => string | null) =>
    (...match: readonly unknown[]): string => {
      const groups = match.slice(1, -2).map((group) => (group === undefined ? "" : String(group)));
      const said = claim(String(match[0]), ...groups);
      if (said === null) return String(match[0]);
      found.push(said);
      return " ; ";
    };
  let rest = ` ${text.normalize("NFKC").toLowerCase()} `;
  rest = rest.replace(LINK, take(linkClaim)).replace(BARE_DOMAIN, take(linkClaim));
  rest = withoutMarks(rest);
  rest = rest.replace(PHONE, take(phoneClaim));
  rest = inDigits(rest.replace(/(\d)[\s.](?=\d{3}(?!\d))/g, "$1"));
  rest = rest
    .replace(
      /\b(\d{4})-(\d\d?)-(\d\d?)\b/g,
      take((_, year, month, day) => date(day, month, year)),
    )
    .replace(
      /\b(\d\d?)\/(\d\d?)(?:\/(\d{4}|\d\d))?\b/g,
      take((_, day, month, year) => date(day, month, year)),
    )
    .replace(
      DAY_OF_MONTH,
      take((_, day, month, year) => date(day, monthOf(month), year)),
    )
    .replace(
      MONTH_AND_DAY,
      take((_, month, day, year) => date(day, monthOf(month), year)),
    )
    .replace(
      MONTH,
      take((_, month) => `month ${monthOf(month)}`),
    )
    .replace(
      WEEKDAY,
      take((_, name) => weekday(name)),
    )
    .replace(
      FREE,
      take(() => "free"),
    )
    .replace(
      CLOCK,
      take((_, hours, minutes, half, alone) => time(hours, minutes, half || alone)),
    )
    .replace(RANGE, (_, from: string, to: string, unit: string) => `${from} ${unit} ; ${to} ${unit}`)
    .replace(
      BEFORE,
      take((_, sign, number) => amount(number, sign)),
    )
    .replace(
      AFTER,
      take((_, number, unit) => amount(number, unit)),
    );
  for (const [number] of rest.matchAll(/\d+(?:[.,]\d+)?/g)) found.push(value(number));
  return found;
}

const LINK =
  /(?:(?:https?|ftp|javascript|data|tel|mailto|sms|whatsapp):|www\.)[^\s<>()"'«»]+|[\w.+-]+@[\w-]+\.[\w.-]+/g;
/** A name with a dot in it, as "example.shop/terms"; not "e.g." and not a number. */
const BARE_DOMAIN = /(?<![\w@./-])(?:[a-z0-9-]{2,}\.)+[a-z]{2,24}(?:\/[^\s<>()"'«»]*)?(?![\w@])/g;
const PHONE = /(?:\+|\b)\d(?:[\s.-]?\(?\d\)?){8,}/g;

function linkClaim(link: string): string {
  const bare = link
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/[.,;:!?/]+$/, "");
  return `link ${bare}`;
}

function phoneClaim(phone: string): string {
  return `phone ${phone.replace(/\D/g, "").replace(/^(?:0033|33|0)/, "")}`;
}

function withoutMarks(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "");
}

const MONTHS: readonly (readonly string[])[] = [
  ["janvier", "january", "jan"],
  ["fevrier", "february", "feb"],
  ["mars", "march"],
  ["avril", "april", "apr"],
  ["mai", "may"],
  ["juin", "june"],
  ["juillet", "july"],
  ["aout", "august", "aug"],
  ["septembre", "september", "sept"],
  ["octobre", "october", "oct"],
  ["novembre", "november", "nov"],
  ["decembre", "december", "dec"],
];
const MONTH_NAMES = MONTHS.flat().join("|");
const DAY_OF_MONTH = new RegExp(`\\b(\\d\\d?)(?:er|st|nd|rd|th)?(?: of)? (${MONTH_NAMES})\\b(?: (\\d{4}))?`, "g");
const MONTH_AND_DAY = new RegExp(`\\b(${MONTH_NAMES}) (\\d\\d?)(?:st|nd|rd|th)?\\b(?!\\d)(?:,? (\\d{4}))?`, "g");
/** "may" alone is a verb, "mars" and "mai" are months only after a word that says so. */
const MONTH = new RegExp(
  `\\b(${MONTHS.flat()
    .filter((name) => name.length > 4)
    .join("|")}|(?<=\\b(?:en|de|in|of) )(?:mars|mai|juin|may|june|july|aout))\\b`,
  "g",
);
const monthOf = (name: string): string => String(MONTHS.findIndex((names) => names.includes(name)) + 1);

function date(day: string, month: string, year = ""): string | null {
  if (Number(day) < 1 || Number(day) > 31 || Number(month) < 1 || Number(month) > 12) return null;
  return `${Number(day)}/${Number(month)}${year === "" ? "" : `/${year.slice(-2)}`}`;
}

const WEEKDAYS: readonly (readonly string[])[] = [
  ["monday", "lundi"],
  ["tuesday", "mardi"],
  ["wednesday", "mercredi"],
  ["thursday", "jeudi"],
  ["friday", "vendredi"],
  ["saturday", "samedi"],
  ["sunday", "dimanche"],
];
const WEEKDAY = new RegExp(`\\b(${WEEKDAYS.flat().join("|")})s?\\b`, "g");
const weekday = (name: string): string => WEEKDAYS.find((names) => names.includes(name))?.[0] ?? name;

/** No price is a price. "Feel free" promises nothing. */
const FREE = /\b(?:gratuit\w*|offerte?s?|sans frais|free of charge|for free|(?<!feel )free(?! to\b))\b/g;
const CLOCK =
  /\b(\d\d?)(?:(?:\s?(?:h|heures?|hours?|o'clock)\s?|:)(\d\d)?(?:\s?([ap])\.?m\.?)?|\s?([ap])\.?m\.?)(?!\w)/g;

function time(hours = "", minutes = "", half = ""): string {
  const late = half === "p" && Number(hours) < 12 ? 12 : 0;
  return `${Number(hours) + late}:${minutes === "" ? "00" : minutes} h`;
}

/** Units as people write them; both currencies and measures. */
const UNITS: readonly (readonly [name: string, spellings: string])[] = [
  ["eur", "€|euros?|eur"],
  ["usd", "\\$|dollars?|usd"],
  ["gbp", "£|gbp|pounds?"],
  ["chf", "chf|francs?"],
  ["pct", "%|pour ?cents?|percent"],
  ["day", "jours?|days?"],
  ["week", "semaines?|weeks?"],
  ["month", "mois|months?"],
  ["year", "ans?|annees?|years?"],
  ["min", "min|minutes?"],
  ["kg", "kgs?|kilos?"],
  ["g", "g|gr|grammes?|grams?"],
  ["km", "kms?|kilometres?|kilometers?"],
  ["cm", "cm"],
  ["mm", "mm"],
  ["ml", "ml"],
  ["cl", "cl"],
  ["l", "l|litres?|liters?"],
  ["m", "m|metres?|meters?"],
];
const UNIT = UNITS.map(([, spellings]) => spellings).join("|");
const NUMBER = "\\d+(?:[.,]\\d+)?";
/** "2 à 4 jours": both are days. */
const RANGE = new RegExp(`(${NUMBER})\\s?(?:a|et|ou|to|and|or|-|–)\\s?(${NUMBER})\\s?(${UNIT})(?!\\w)`, "g");
const BEFORE = new RegExp(`(€|\\$|£)\\s?(${NUMBER})`, "g");
const AFTER = new RegExp(`(${NUMBER})\\s?(${UNIT})(?!\\w)`, "g");

function amount(number: string, spelling: string): string {
  const unit = UNITS.find(([, spellings]) => new RegExp(`^(?:${spellings})$`).test(spelling))?.[0] ?? spelling;
  return Number(value(number)) === 0 && ["eur", "usd", "gbp", "chf"].includes(unit)
    ? "free"
    : `${value(number)} ${unit}`;
}

/** "12,50" and "12.50" are one. */
function value(number: string): string {
  return number.length > 12 ? number : String(Number(number.replace(",", ".")));
}

const WORDS = new Map<string, number>(
  Object.entries({
    ...{ zero: 0, deux: 2, trois: 3, quatre: 4, cinq: 5, sept: 7, huit: 8, neuf: 9, dix: 10, onze: 11, douze: 12 },
    ...{ treize: 13, quatorze: 14, quinze: 15, seize: 16, vingt: 20, trente: 30, quarante: 40, cinquante: 50 },
    ...{ soixante: 60, cent: 100, mille: 1000, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8 },
    ...{ nine: 9, ten: 10, eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16 },
    ...{ seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60 },
    ...{ seventy: 70, eighty: 80, ninety: 90, hundred: 100, thousand: 1000 },
  }),
);
const WRITTEN = new RegExp(
  `\\b(?:${[...WORDS.keys()].join("|")})(?:(?:[ -]| et )(?:une?|one|${[...WORDS.keys()].join("|")}))*\\b`,
  "g",
);

/** Written numbers as digits: "trente-deux" is 32, "two hundred" is 200. "pour cent" stays a unit. */
function inDigits(text: string): string {
  return text.replace(/pour cents?/g, "%").replace(WRITTEN, (words) => {
    let sum = 0;
    for (const word of words.split(/[ -]/)) {
      const one = word === "et" ? 0 : /^(?:une?|one)$/.test(word) ? 1 : (WORDS.get(word) ?? 0);
      const multiplies = sum > 0 && (one >= 100 || (one === 20 && sum === 4));
      sum = multiplies ? sum * one : sum + one;
    }
    return String(sum);
  });
}
