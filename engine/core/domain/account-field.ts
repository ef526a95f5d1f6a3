import type { z } from "zod";
import type { Bilingual } from "./language.ts";

/** How a field of an account is drawn. `secret`: never shown again after it was saved. */
export type AccountControl = "text" | "longText" | "number" | "switch" | "select" | "url" | "phone" | "email" | "list";

export interface AccountFieldFacts {
  /** Where the owner finds the value, in their words. */
  readonly help?: Bilingual;
  readonly control?: AccountControl;
  /** Encrypted at rest, never sent to the browser, never logged. */
  readonly secret?: true;
  /** Made by us when it is left empty (a verify token), and shown to be pasted at the provider. */
  readonly generated?: true;
  /** Where secrets are sent (the host of a mail server): when it changes, kept secrets must be given again. */
  readonly destination?: true;
  /** Behind *More*: has a default that fits nearly everybody. */
  readonly advanced?: true;
  readonly placeholder?: string;
  /** With `select`: how each value is called. */
  readonly choices?: Readonly<Record<string, Bilingual>>;
  /** The sentence when the value does not fit; absent: made from the schema. */
  readonly wrong?: Bilingual;
}

/** Title, help and handling of one field of a channel's account, or of an entry in one of its lists. The last call on a schema: `accountField(z.string(), ...)`. */
export function accountField<S extends z.ZodType>(schema: S, label: Bilingual, facts: AccountFieldFacts = {}): S {
  return schema.meta({ title: label.en, label, ...facts }) as S;
}
