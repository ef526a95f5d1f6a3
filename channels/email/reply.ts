/** Marks that `html.ts` leaves in a text: a quote begins, ends; from here on all is quoted. No mail holds them itself. */
export const QUOTE_BEGINS = "\ue000";
export const QUOTE_ENDS = "\ue001";
export const ALL_QUOTED = "\ue002";

/** Lines over which clients wrap the sentence before a quote. */
const WRAPPED_LINES = 4;
const MOST_SENTENCE_CHARS = 500;
/** Words of Outlook's block of headers; two of them must follow the first. */
const HEADER_LINES = 6;

/** "On Monday, Shop wrote:" as mail programs say it; the colon and the verb are at the end. */
const WROTE_BEGINS = /^(on|le|am|el|il|op|den|em|a)\s/i;
const WROTE_ENDS =
  /\b(wrote|a [ée]crit|[ée]crit|schrieb(\s.{0,120})?|escribi[óo]|ha scritto|schreef(\s.{0,120})?|escreveu)\s?:$/i;
const ORIGINAL =
  /^[-_ ]{2,}\s?(original message|original email|message d['’]origine|message original|message initial|message transf[ée]r[ée]|forwarded message|reply message|urspr[üu]ngliche nachricht|mensaje original|messaggio originale)\s?[-_ ]{2,}$/i;
const FORWARDED = /^(d[ée]but du message (r[ée]exp[ée]di[ée]|transf[ée]r[ée])|begin forwarded message)\s?:$/i;
const FIRST_HEADER = /^\*?(de|from|von|da)\s?:\*?\s+\S/i;
const MORE_HEADERS = /^\*?(envoy[ée](\s+le)?|sent|date|gesendet|[àa]|to|cc|objet|subject|betreff|an)\s?:\*?(\s|$)/i;
const LINE = /^[_\-=]{10,}$/;

/** What phones and programs add below; as the last lines only. */
const SENT_WITH =
  /^\*?(envoy[ée] (de(puis)?|[àa] partir de|avec|via|par) (mon|ma|l['’]|le |la |my|outlook|gmail|yahoo|proton|mail|la messagerie|t[ée]l[ée]phone|smartphone|iphone|ipad|samsung|android|windows|orange|free|sfr|bouygues|laposte)|sent (from|via|with) (my|the|mail|outlook|yahoo|gmail|proton|samsung|iphone|ipad|android|windows|mobile)|get outlook for|obtenir outlook pour|t[ée]l[ée]charger outlook pour|provenance\s?: courrier pour|gesendet von (mein|outlook|mail)|von meinem .{1,30} gesendet|verzonden vanaf|enviado desde mi|inviato da(l mio)? ip)/i;
const LEGAL =
  /^(ce (message|courriel|mail|e-mail)( [ée]lectronique)?(,? (et|ainsi que) (toutes? (les|ses)|les|ses|ces|toute) (pi[èe]ces?|[ée]ventuel).{0,60})? (est|sont|contient|peut|peuvent)\b.{0,80}(confidentiel|destin|usage)|this (e-?mail|message)( and (any|all|its) .{0,60})? (is|are|may|contains?)\b.{0,80}(confidential|intended|privileged)|avis de confidentialit[ée]|confidentiality notice|pensez [àa] l['’]environnement|please consider the environment)/i;
const SEPARATOR = /^(--|— ?|__)\s?$/;

/**
 * What a person wrote themselves, without what they quoted and how they signed. A hint, not the truth: the whole body is
 * kept beside it. When nothing would be left (answers between the lines, a forwarded mail), all of it is given back.
 */
export function visibleReply(body: string): string {
  const lines = body
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200b\ufeff]/g, "")
    .replace(/\u00a0/g, " ")
    .split("\n");
  const words = tidy(unsigned(unquoted(withoutMarked(lines))));
  return words !== "" ? words : tidy(body.replace(/[\ue000-\ue002]/g, "").split("\n"));
}

function withoutMarked(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let depth = 0;
  for (const line of lines) {
    const ends = line.indexOf(ALL_QUOTED);
    let words = "";
    for (const char of ends === -1 ? line : line.slice(0, ends)) {
      if (char === QUOTE_BEGINS) depth++;
      else if (char === QUOTE_ENDS) depth = Math.max(0, depth - 1);
      else if (depth === 0) words += char;
    }
    if (depth === 0 || words !== "") kept.push(words);
    if (ends !== -1 && depth === 0) break;
  }
  return kept;
}

function unquoted(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? "").trim();
    if (line.startsWith(">")) {
      // The sentence before it may have been wrapped or quoted itself; it said who wrote, and is none of the reply.
      continue;
    }
    if (ORIGINAL.test(line) || FORWARDED.test(line) || isHeaderBlock(lines, at)) break;
    const sentence = sentenceAt(lines, at);
    if (sentence === 0) {
      kept.push(lines[at] ?? "");
      continue;
    }
    const next = lines.slice(at + sentence).find((one) => one.trim() !== "");
    // Not marked line by line: everything that follows is the quote. Marked: what stands below it may be the answer.
    if (next === undefined || !next.trim().startsWith(">")) {
      if (kept.some((one) => one.trim() !== "") || next === undefined) break;
      kept.push(...lines.slice(at));
      break;
    }
    at += sentence - 1;
  }
  return kept;
}

/** How many lines the sentence "On … wrote:" takes here; 0: there is none. */
function sentenceAt(lines: readonly string[], at: number): number {
  if (!WROTE_BEGINS.test((lines[at] ?? "").trim())) return 0;
  let sentence = "";
  for (let count = 1; count <= WRAPPED_LINES; count++) {
    const line = (lines[at + count - 1] ?? "").trim();
    if (line === "" && count > 1) return 0;
    sentence = `${sentence} ${line}`.trim();
    if (sentence.length > MOST_SENTENCE_CHARS) return 0;
    if (WROTE_ENDS.test(sentence)) return /\d|@/.test(sentence) ? count : 0;
  }
  return 0;
}

/** Outlook: a line, then From, Sent, To, Subject of the mail that is quoted. */
function isHeaderBlock(lines: readonly string[], at: number): boolean {
  let from = at;
  if (LINE.test((lines[at] ?? "").trim())) {
    from = at + 1;
    while (from < at + 4 && (lines[from] ?? "").trim() === "") from++;
  }
  if (!FIRST_HEADER.test((lines[from] ?? "").trim())) return false;
  const following = lines.slice(from + 1, from + 1 + HEADER_LINES).filter((line) => MORE_HEADERS.test(line.trim()));
  return following.length >= 2;
}

function unsigned(lines: readonly string[]): readonly string[] {
  let hasWords = false;
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? "").trim();
    const isShort = line.length < 160;
    if (isShort && SEPARATOR.test(line) && hasWords) return lines.slice(0, at);
    if (isShort && SENT_WITH.test(line) && isNearEnd(lines, at)) return lines.slice(0, at);
    if (hasWords && LEGAL.test(`${line} ${(lines[at + 1] ?? "").trim()}`.slice(0, MOST_SENTENCE_CHARS)))
      return lines.slice(0, at);
    hasWords ||= line !== "";
  }
  return lines;
}

/** Such a line ends a mail; in the middle of one it is somebody's sentence. */
function isNearEnd(lines: readonly string[], at: number): boolean {
  let following = 0;
  for (let next = at + 1; next < lines.length && following <= 2; next++)
    if ((lines[next] ?? "").trim() !== "") following++;
  return following <= 2;
}

function tidy(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
