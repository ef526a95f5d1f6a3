import type { Context } from "hono";
import { FILE_BYTES, MOST_FILES } from "../core/domain/form.ts";
import { acceptedType, fileNameOf } from "./accepted-file.ts";
import { readBody, utf8Of } from "./body.ts";
import type { FORM_WORDS } from "./form-words.ts";

const TEXT_BYTES = 200_000;
const MULTIPART_BYTES = 25_000_000;
/** Parts of a multipart body: thirty fields, five files, our own marks. More is an attack on the parser. */
const MOST_PARTS = 60;

export interface SentFile {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly fileName: string;
}

/** What a browser or a program sent to a form, not yet compared with its fields. */
export interface SentForm {
  readonly token: string;
  readonly language: string | null;
  /** A field that people do not see was filled in. */
  readonly trapped: boolean;
  readonly values: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, readonly SentFile[]>>;
}

/** Why it cannot be read: a word of `FORM_WORDS`, and the field that it is about. */
export interface Unreadable {
  readonly status: 400 | 413 | 415 | 422;
  readonly word: keyof typeof FORM_WORDS;
  readonly field?: string;
  readonly sent?: SentForm;
}

/** Reads JSON, urlencoded and multipart bodies; nothing in them can name a file of ours (S-9). */
export async function readForm(c: Context): Promise<SentForm | Unreadable> {
  const type = c.req.header("content-type") ?? "";
  const isMultipart = /^multipart\/form-data\s*;/i.test(type);
  const isForm = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
  if (c.req.header("content-encoding") || !(isMultipart || isForm || isJson)) return { status: 415, word: "wrongType" };
  const bytes = await readBody(c.req.raw, isMultipart ? MULTIPART_BYTES : TEXT_BYTES);
  if (!bytes) return { status: 413, word: "tooLarge" };
  if (isMultipart) return multipart(type, bytes);
  const text = utf8Of(bytes);
  if (text === null) return { status: 400, word: "malformed" };
  return isJson ? fromJson(text) : fromEntries([...new URLSearchParams(text)]);
}

/** `{ "token": "…", "language": "fr", "values": { "name": "Léa", "agree": true } }` */
function fromJson(text: string): SentForm | Unreadable {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { status: 400, word: "malformed" };
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) return { status: 400, word: "malformed" };
  const { token, language, values, ...more } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(more).length > 0 || values === null || typeof values !== "object" || Array.isArray(values))
    return { status: 400, word: "malformed" };
  const entries: [string, string][] = [
    ["_token", typeof token === "string" ? token : ""],
    ["_language", typeof language === "string" ? language : ""],
  ];
  for (const [name, value] of Object.entries(values as object)) {
    if (name.startsWith("_") && name !== TRAP) return { status: 400, word: "malformed", field: name };
    if (value === null || value === false) continue;
    if (typeof value !== "string" && typeof value !== "number" && value !== true)
      return { status: 400, word: "malformed", field: name };
    entries.push([name, String(value)]);
  }
  return fromEntries(entries);
}

async function multipart(type: string, bytes: Uint8Array<ArrayBuffer>): Promise<SentForm | Unreadable> {
  const boundary = /boundary="?([^";]{1,200})"?/i.exec(type)?.[1];
  if (!boundary || partsIn(bytes, boundary) > MOST_PARTS) return { status: 400, word: "malformed" };
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData().catch(() => null);
  if (!form) return { status: 400, word: "malformed" };
  const texts: [string, string][] = [];
  const files: [string, File][] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") texts.push([name, value]);
    // A file field that was left alone comes as a file without name and content.
    else if (value.size > 0 || value.name !== "") files.push([name, value]);
  }
  const sent = fromEntries(texts);
  if ("word" in sent) return sent;
  if (files.length > MOST_FILES) return { status: 422, word: "fileMany", field: files[0]?.[0] ?? "", sent };
  const read: Record<string, SentFile[]> = {};
  for (const [field, file] of files) {
    if (file.size === 0) return { status: 422, word: "fileEmpty", field, sent };
    if (file.size > FILE_BYTES) return { status: 422, word: "fileTooLarge", field, sent };
    const content = new Uint8Array(await file.arrayBuffer());
    const mimeType = await acceptedType(content);
    if (!mimeType) return { status: 422, word: "fileKind", field, sent };
    const one = { bytes: content, mimeType, fileName: fileNameOf(file.name) };
    read[field] = [...(read[field] ?? []), one];
  }
  return { ...sent, files: read };
}

/** The name of the field that only programs fill in. */
export const TRAP = "_website";

function fromEntries(entries: readonly (readonly [string, string])[]): SentForm | Unreadable {
  const found = new Map<string, string>();
  for (const [name, value] of entries) {
    // One value each: of two, nobody could say which one was meant.
    if (found.has(name) || name.length > 60 || found.size >= MOST_PARTS) return { status: 400, word: "malformed" };
    found.set(name, value);
  }
  const token = found.get("_token") ?? "";
  const language = found.get("_language") ?? "";
  const trapped = (found.get(TRAP) ?? "") !== "";
  for (const own of ["_token", "_language", TRAP]) found.delete(own);
  return {
    token,
    language: /^[a-z]{2}$/.test(language) ? language : null,
    trapped,
    values: Object.fromEntries(found),
    files: {},
  };
}

function partsIn(bytes: Uint8Array, boundary: string): number {
  const mark = Buffer.from(`--${boundary}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(mark); at >= 0 && count <= MOST_PARTS; at = buffer.indexOf(mark, at + mark.length))
    count++;
  return count;
}
