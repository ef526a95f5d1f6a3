import { type Headers, headerOf, headersOf, parameterized, quotedPrintable, textIn, wordsOf } from "./headers.ts";

/** Of a hostile mail, this much is looked at; honest ones have a handful of parts, three deep (S-82). */
const MOST_PARTS = 200;
const DEEPEST = 12;
const MOST_BOUNDARY_CHARS = 200;
const LF = 10;

/** One leaf of a mail: a text or a file. */
export interface Part {
  readonly headers: Headers;
  /** `text/plain`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly disposition: string;
  readonly fileName: string;
  readonly contentId: string;
  /** As it travelled; `bytesOf` decodes it. */
  readonly body: Uint8Array;
}

export interface Mime {
  readonly headers: Headers;
  /** Content type of the whole. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly parts: readonly Part[];
  /** More parts or deeper than is looked at: what lies beyond is not here. */
  readonly cut: boolean;
}

/** Takes a mail apart. Never throws; one look at the bytes per level of nesting. */
export function mimeOf(raw: Uint8Array): Mime {
  const parts: Part[] = [];
  let cut = false;
  const walk = (bytes: Uint8Array, depth: number): Headers => {
    const { headers, bodyAt } = headersOf(bytes);
    const body = bytes.subarray(bodyAt);
    const { value: type, parameters } = typeOf(headers);
    const boundary = parameters.get("boundary") ?? "";
    const sections = type.startsWith("multipart/") && boundary !== "" ? sectionsOf(body, boundary) : null;
    if (sections && sections.length > 0) {
      for (const section of sections) {
        if (depth >= DEEPEST || parts.length >= MOST_PARTS) {
          cut = true;
          break;
        }
        walk(section, depth + 1);
      }
      return headers;
    }
    const { value: disposition, parameters: more } = parameterized(headerOf(headers, "content-disposition") ?? "");
    parts.push({
      headers,
      type: type.startsWith("multipart/") || !/^[a-z0-9.+_-]+\/[a-z0-9.+_-]+$/.test(type) ? "text/plain" : type,
      parameters,
      disposition,
      fileName: more.get("filename") ?? parameters.get("name") ?? "",
      contentId: (headerOf(headers, "content-id") ?? "").replace(/[<>\s]/g, ""),
      body,
    });
    return headers;
  };
  const headers = walk(raw, 0);
  const { value: type, parameters } = typeOf(headers);
  return { headers, type, parameters, parts, cut };
}

function typeOf(headers: Headers): ReturnType<typeof parameterized> {
  return parameterized(headerOf(headers, "content-type") ?? "text/plain");
}

/** What stands between the boundary lines; a mail that was cut off ends its last section. */
function sectionsOf(body: Uint8Array, boundary: string): readonly Uint8Array[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = Buffer.from(`--${boundary.slice(0, MOST_BOUNDARY_CHARS)}`, "utf8");
  const sections: Uint8Array[] = [];
  let begins = -1;
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > 0 && bytes[at - 1] !== LF) continue;
    const lineEnds = bytes.indexOf(LF, at);
    const rest = bytes
      .subarray(at + mark.length, lineEnds === -1 ? bytes.length : lineEnds)
      .toString("latin1")
      .trim();
    const closes = rest === "--";
    if (!closes && rest !== "") continue;
    if (begins !== -1) sections.push(bytes.subarray(begins, withoutLineEnd(bytes, begins, at)));
    begins = lineEnds === -1 ? bytes.length : lineEnds + 1;
    if (closes) return sections;
    if (sections.length > MOST_PARTS) return sections;
  }
  if (begins !== -1 && begins < bytes.length) sections.push(bytes.subarray(begins));
  return sections;
}

/** The line end before a boundary belongs to the boundary. */
function withoutLineEnd(bytes: Uint8Array, begins: number, at: number): number {
  let end = at;
  if (end > begins && bytes[end - 1] === LF) end--;
  if (end > begins && bytes[end - 1] === 13) end--;
  return end;
}

/** The bytes of a part as they were before they travelled. */
export function bytesOf(part: Part): Uint8Array {
  const encoding = (headerOf(part.headers, "content-transfer-encoding") ?? "").trim().toLowerCase();
  if (encoding === "base64") return Buffer.from(Buffer.from(part.body).toString("latin1"), "base64");
  return encoding === "quoted-printable" ? quotedPrintable(part.body) : part.body;
}

/** The text of a part: charset decoded, flowed lines put together (RFC 3676), line ends as `\n`. */
export function textOfPart(part: Part): string {
  const text = textIn(part.parameters.get("charset"), bytesOf(part)).replace(/\r\n?/g, "\n");
  if (part.type !== "text/plain" || part.parameters.get("format")?.toLowerCase() !== "flowed") return text;
  return unflowed(text, part.parameters.get("delsp")?.toLowerCase() === "yes");
}

function unflowed(text: string, deleteSpace: boolean): string {
  const lines: string[] = [];
  let flows = false;
  let depth = -1;
  for (const line of text.split("\n")) {
    const quotes = /^>*/.exec(line)?.[0].length ?? 0;
    const words = line.slice(quotes).replace(/^ /, "");
    const last = lines.length - 1;
    if (flows && quotes === depth && words !== "-- ") lines[last] = (lines[last] ?? "") + words;
    else lines.push(quotes > 0 ? `${">".repeat(quotes)} ${words}` : words);
    flows = words.endsWith(" ") && words !== "-- ";
    depth = quotes;
    if (flows && deleteSpace) lines[lines.length - 1] = (lines[lines.length - 1] ?? "").slice(0, -1);
  }
  return lines.join("\n");
}

/** A file name without folders and control characters; "" when nothing is left. */
export function plainFileName(name: string): string {
  const last = wordsOf(name).split(/[\\/]/).pop() ?? "";
  return last
    .replace(/[<>:"|?*\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/^\.+/, "")
    .trim()
    .slice(0, 150);
}
