import { z } from "zod";
import { type FilledForm, type FormField, LINE_LENGTH, TEXT_LENGTH } from "../../engine/core/domain/form.ts";
import type { Json } from "../../engine/core/domain/json.ts";
import { type Bilingual, bilingual } from "../../engine/core/domain/language.ts";
import { toE164 } from "../../engine/core/domain/phone.ts";
import { storable } from "../shared/meta-signature.ts";
import { tooLong, tooMany, WORDS } from "./words.ts";

export type FormFile = FilledForm["files"][string][number];

/** The answers of a form that hold, or what is wrong with each that does not. */
export type Answers =
  | {
      readonly type: "taken";
      /** Null: not answered. A `consent` is true or false, a `file` its names. */
      readonly values: ReadonlyMap<string, Json>;
      readonly files: readonly FormFile[];
    }
  | { readonly type: "refused"; readonly problems: ReadonlyMap<string, Bilingual> };

/** Reads what was filled in by the form's own fields; what is not a field of it is refused. */
export function readAnswers(fields: readonly FormField[], { values, files }: FilledForm, country: string): Answers {
  const problems = new Map<string, Bilingual>();
  const read = new Map<string, Json>();
  const kinds = new Map(fields.map(({ id, kind }) => [id, kind]));
  for (const id of Object.keys(values)) if (!kinds.has(id) || kinds.get(id) === "file") problems.set(id, WORDS.unknown);
  for (const id of Object.keys(files)) if (kinds.get(id) !== "file") problems.set(id, WORDS.unknown);
  for (const field of fields) {
    const answer =
      field.kind === "file" ? filesIn(field, files[field.id] ?? []) : answerTo(field, values[field.id] ?? "", country);
    if ("problem" in answer) problems.set(field.id, answer.problem);
    else read.set(field.id, answer.value);
  }
  if (problems.size > 0) return { type: "refused", problems };
  return { type: "taken", values: read, files: fields.flatMap(({ id }) => files[id] ?? []) };
}

type Answer = { readonly value: Json } | { readonly problem: Bilingual };

function filesIn({ required, maxFiles = 1 }: FormField, files: readonly FormFile[]): Answer {
  if (required && files.length === 0) return { problem: WORDS.fileRequired };
  if (files.length > maxFiles) return { problem: tooMany(maxFiles) };
  return { value: files.length === 0 ? null : files.map(({ fileName }) => fileName).join(", ") };
}

function answerTo(field: FormField, raw: string, country: string): Answer {
  const text = storable(raw).trim();
  if (field.kind === "consent") {
    const agreed = ["on", "true", "yes", "oui", "1"].includes(text.toLowerCase());
    return field.required && !agreed ? { problem: WORDS.consentRequired } : { value: agreed };
  }
  if (text === "") return field.required ? { problem: WORDS.required } : { value: null };
  const most = field.kind === "longText" ? TEXT_LENGTH : LINE_LENGTH;
  if (text.length > most) return { problem: tooLong(most) };
  if (field.kind === "longText") return { value: text.replace(/\r\n?/g, "\n") };
  // A line break in a name or an address is how headers of a mail are forged (S-74).
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) return { problem: WORDS.oneLine };
  switch (field.kind) {
    case "text":
      return { value: text };
    case "email": {
      const address = z.email().max(254).safeParse(text.toLowerCase());
      return address.success ? { value: address.data } : { problem: WORDS.email };
    }
    case "phone": {
      const number = toE164(text, country);
      return number ? { value: number } : { problem: WORDS.phone };
    }
    case "choice":
      return field.options?.some(({ id }) => id === text) ? { value: text } : { problem: WORDS.choice };
    case "date":
      return isDate(text) ? { value: text } : { problem: WORDS.date };
    case "file":
      return { problem: WORDS.unknown };
  }
}

/** `2026-11-21`, a day that there is. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** What is wrong, by field, in the reader's language. */
export function said(problems: ReadonlyMap<string, Bilingual>, language: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...problems].map(([id, problem]) => [id, bilingual(problem, language)]));
}
