/**
 * A text in parts of at most `length` UTF-16 units, and of at most `bytes` in UTF-8 where that is given: at a blank line, else a line, else a sentence, else a word; a single
 * longer word (a link) only where nothing else is possible, and never inside a character. Joined by the white space that
 * was between them, the parts are the text again.
 */
export function splitText(text: string, length: number, bytes = Number.POSITIVE_INFINITY): readonly string[] {
  const parts: string[] = [];
  let rest = text.trim();
  for (;;) {
    const room = Math.min(length, unitsWithin(rest, bytes));
    if (rest.length <= room) break;
    const at = cutAt(rest, room);
    parts.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  if (rest !== "" || parts.length === 0) parts.push(rest);
  return parts;
}

/** How many units of the beginning fit into so many bytes of UTF-8; at least one character. */
function unitsWithin(text: string, bytes: number): number {
  // No unit takes more than three bytes: most texts need no counting.
  if (text.length * 3 <= bytes) return text.length;
  let units = 0;
  let used = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (used > bytes && units > 0) return units;
    units += character.length;
  }
  return units;
}

/** Where to cut so that the first part is not longer than allowed and not needlessly short. */
function cutAt(text: string, length: number): number {
  const head = text.slice(0, length + 1);
  const least = length / 3;
  for (const mark of ["\n\n", "\n"]) {
    const at = head.lastIndexOf(mark);
    if (at >= least) return at;
  }
  const sentence = lastMatch(head, /[.!?…]["»”)]?\s/g);
  if (sentence >= least) return sentence;
  const word = Math.max(head.lastIndexOf(" "), head.lastIndexOf("\n"));
  if (word > 0) return word;
  // One word that is longer than a message: not inside a surrogate pair or before a combining mark.
  let at = length;
  while (at > 1 && /^(?:[\uDC00-\uDFFF]|\p{M}|\u200D)/u.test(text.slice(at))) at--;
  return at;
}

function lastMatch(text: string, pattern: RegExp): number {
  let last = -1;
  for (const match of text.matchAll(pattern)) last = match.index + match[0].trimEnd().length;
  return last;
}
