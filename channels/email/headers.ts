import { storable } from "../shared/meta-signature.ts";

/** Header fields as they came, by name in lower case; a name may come several times, the first is the topmost. */
export type Headers = readonly { readonly name: string; readonly value: string }[];

export interface Address {
  /** What the sender calls themselves, decoded; may be "". */
  readonly name: string;
  /** Lower case. */
  readonly address: string;
}

/** Greater than any honest header; a parser's work grows with it (S-82). */
const MOST_HEADER_BYTES = 256 * 1024;
const MOST_FIELDS = 1000;
const MOST_ADDRESS_CHARS = 8192;
const MOST_ADDRESSES = 50;
const MOST_IDS = 100;
/** No quotes, no comments, no second `@`: whatever else RFC 5321 allows is nobody's real address (S-83). */
const ADDRESS =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\uffff-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/** The header of a mail or part, and where its body begins. */
export function headersOf(bytes: Uint8Array): { readonly headers: Headers; readonly bodyAt: number } {
  const end = endOfHeader(bytes);
  const text = plainText(bytes.subarray(0, Math.min(end.headerEnds, MOST_HEADER_BYTES)));
  const headers: { name: string; value: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const last = headers[headers.length - 1];
    if (/^[ \t]/.test(line)) {
      if (last) last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0 || headers.length >= MOST_FIELDS) continue;
    headers.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return { headers, bodyAt: end.bodyAt };
}

function endOfHeader(bytes: Uint8Array): { readonly headerEnds: number; readonly bodyAt: number } {
  // A part may begin with its empty line: no header at all.
  if (bytes[0] === 10) return { headerEnds: 0, bodyAt: 1 };
  if (bytes[0] === 13 && bytes[1] === 10) return { headerEnds: 0, bodyAt: 2 };
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return { headerEnds: at, bodyAt: at + 2 };
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return { headerEnds: at, bodyAt: at + 3 };
  }
  return { headerEnds: bytes.length, bodyAt: bytes.length };
}

/** Bytes that name no charset: UTF-8 where they are, else what old clients write. */
export function plainText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Bytes in a charset that the sender names; one that nobody knows is treated like none. */
export function textIn(charset: string | undefined, bytes: Uint8Array): string {
  if (charset === undefined || /^(us-)?ascii$/i.test(charset)) return plainText(bytes);
  try {
    return new TextDecoder(charset.replace(/^cp(\d{4})$/i, "windows-$1")).decode(bytes);
  } catch {
    return plainText(bytes);
  }
}

export function headerOf(headers: Headers, name: string): string | undefined {
  return headers.find((one) => one.name === name)?.value;
}

/** The words of a header: encoded words (RFC 2047) decoded, on one line. */
export function wordsOf(value: string): string {
  const joined = value.replace(/(\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, "$1");
  const decoded = joined.replace(/(?:=\?[^?\s]+\?[bq]\?[^?\r\n]*\?=)+/gi, decodedRun);
  return storable(
    decoded
      .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
      .replace(/\s+/g, " ")
      .trim(),
  );
}

/** Words that stand side by side are one text: a character may be cut between them. */
function decodedRun(run: string): string {
  let text = "";
  let charset = "";
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) text += textIn(charset, Uint8Array.from(bytes));
    bytes = [];
  };
  for (const [, named = "", encoding = "", encoded = ""] of run.matchAll(/=\?([^?\s]+)\?([bq])\?([^?\r\n]*)\?=/gi)) {
    const next = named.split("*")[0]?.toLowerCase() ?? "";
    if (next !== charset) flush();
    charset = next;
    const part =
      encoding.toLowerCase() === "b"
        ? Buffer.from(encoded, "base64")
        : quotedPrintable(Buffer.from(encoded.replaceAll("_", " "), "latin1"));
    for (const byte of part) bytes.push(byte);
  }
  flush();
  return text;
}

const HEX = /^[0-9a-f]{2}$/i;

export function quotedPrintable(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 61) {
      out[length++] = byte;
      continue;
    }
    // A line that ends in "=" (and blanks that were added on the way) goes on.
    let end = at + 1;
    while (bytes[end] === 32 || bytes[end] === 9) end++;
    if (bytes[end] === 13 && bytes[end + 1] === 10) at = end + 1;
    else if (bytes[end] === 10) at = end;
    else {
      const code = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
      if (HEX.test(code)) {
        out[length++] = Number.parseInt(code, 16);
        at += 2;
      } else out[length++] = byte;
    }
  }
  return out.subarray(0, length);
}

/** `text/plain; charset="utf-8"` in its pieces; names in lower case, RFC 2231 put together. */
export function parameterized(value: string): {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
} {
  const [first = "", ...rest] = pieces(value.slice(0, MOST_ADDRESS_CHARS));
  const simple = new Map<string, string>();
  const continued = new Map<string, { readonly order: number; readonly text: string; readonly encoded: boolean }[]>();
  for (const piece of rest) {
    const equals = piece.indexOf("=");
    if (equals <= 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    const text = unquoted(piece.slice(equals + 1).trim());
    const [, base, order, star] = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(name) ?? [];
    if (base === undefined) continue;
    if (order === undefined && star === undefined) simple.set(base, simple.get(base) ?? wordsOf(text));
    else
      continued.set(base, [
        ...(continued.get(base) ?? []),
        { order: Number(order ?? 0), text, encoded: star !== undefined },
      ]);
  }
  for (const [name, parts] of continued) simple.set(name, joined2231(parts));
  return { value: first.trim().toLowerCase(), parameters: simple };
}

function joined2231(
  parts: readonly { readonly order: number; readonly text: string; readonly encoded: boolean }[],
): string {
  let charset: string | undefined;
  const bytes: Uint8Array[] = [];
  for (const [index, { text, encoded }] of [...parts].sort((a, b) => a.order - b.order).entries()) {
    let rest = text;
    const named = index === 0 && encoded ? /^([^']*)'[^']*'/.exec(text) : null;
    if (named) {
      charset = named[1] || undefined;
      rest = text.slice(named[0].length);
    }
    const plain = encoded
      ? rest.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      : rest;
    bytes.push(Buffer.from(plain, encoded ? "latin1" : "utf8"));
  }
  return storable(textIn(charset, Buffer.concat(bytes)));
}

/** Cut at semicolons that are not inside quotes. */
function pieces(value: string): readonly string[] {
  const found: string[] = [];
  let piece = "";
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? "";
    if (quoted && char === "\\") {
      piece += char + (value[++at] ?? "");
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (char === ";" && !quoted) {
      found.push(piece);
      piece = "";
    } else piece += char;
  }
  return [...found, piece];
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, text.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, "$1") : text;
}

/** The addresses of a From, To or Reply-To. One look at every character; what is no address is left out. */
export function addressesOf(value: string | undefined): readonly Address[] {
  const found: Address[] = [];
  let name = "";
  let bare = "";
  let inside: string | null = null;
  let comment = 0;
  let quoted = false;
  const add = (): void => {
    const address = (inside ?? bare).trim().toLowerCase();
    if (ADDRESS.test(address) && address.length <= 200)
      found.push({ name: wordsOf(inside === null ? name : `${bare.trim()} ${name}`), address });
    name = "";
    bare = "";
    inside = null;
  };
  const text = (value ?? "").slice(0, MOST_ADDRESS_CHARS);
  let open = false;
  for (let at = 0; at < text.length && found.length < MOST_ADDRESSES; at++) {
    const char = text[at] ?? "";
    if (char === "\\" && (quoted || comment > 0)) name += text[++at] ?? "";
    else if (quoted) {
      if (char === '"') quoted = false;
      // Words in quotes are a name; as part of an address they make it one that nobody has.
      else if (open) inside += '"';
      else name += char;
    } else if (char === '"') {
      quoted = true;
      if (!open && bare.trim() !== "") bare += '"';
    } else if (char === "(") comment++;
    else if (char === ")" && comment > 0) comment--;
    else if (comment > 0) name += char;
    else if (char === "<") {
      open = true;
      inside = "";
    } else if (char === ">") open = false;
    else if (char === "," || char === ";") add();
    else if (char === ":" && !open) bare = "";
    else if (open) inside += char;
    else bare += char;
  }
  add();
  return found;
}

/** Ids of mails in the order they stand, without brackets. */
export function idsOf(value: string | undefined): readonly string[] {
  return [...(value ?? "").slice(0, 100_000).matchAll(/<([^<>\s]{1,400})>/g)]
    .slice(0, MOST_IDS)
    .map(([, id]) => storable(id ?? ""));
}
