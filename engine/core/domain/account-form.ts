import { z } from "zod";
import type { AccountControl } from "./account-field.ts";
import type { Bilingual } from "./language.ts";

/** One field of an account's form, in the order of the schema. */
export interface AccountFormField {
  readonly name: string;
  readonly label: Bilingual;
  readonly help: Bilingual | null;
  readonly control: AccountControl;
  readonly secret: boolean;
  readonly generated: boolean;
  readonly destination: boolean;
  readonly advanced: boolean;
  readonly required: boolean;
  readonly placeholder: string | null;
  /** What it is when nothing is given; null: there is no such thing. */
  readonly default: unknown;
  /** With `select`: what may be chosen. */
  readonly options: readonly string[] | null;
  /** How those are called, by value. */
  readonly choices: Readonly<Record<string, Bilingual>> | null;
  readonly wrong: Bilingual | null;
}

/** The fields of a channel's account, as its schema declares them with `accountField`. */
export function accountForm(schema: z.ZodType): readonly AccountFormField[] {
  const { properties = {}, required = [] } = accountJsonSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    const options = property.enum?.every((one) => typeof one === "string") ? (property.enum as string[]) : null;
    return {
      name,
      label: property.label ?? { fr: name, en: name },
      help: property.help ?? null,
      control: property.control ?? (options ? "select" : (CONTROLS[property.type ?? ""] ?? "text")),
      secret: property.secret === true,
      generated: property.generated === true,
      destination: property.destination === true,
      advanced: property.advanced === true,
      required: required.includes(name) && property.generated !== true,
      placeholder: property.placeholder ?? null,
      default: property.default ?? null,
      options,
      choices: property.choices ?? null,
      wrong: property.wrong ?? null,
    };
  });
}

/** JSON Schema of what an account takes, with the words and hints of each field. */
export function accountJsonSchema(schema: z.ZodType): AccountJsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as AccountJsonSchema;
}

/** Names of the fields that are encrypted. */
export function secretFieldsOf(schema: z.ZodType): readonly string[] {
  return accountForm(schema).flatMap(({ name, secret }) => (secret ? [name] : []));
}

/**
 * What is wrong with given values, by field; `""` for what concerns them together. Inside lists it is also said at its
 * place, `fields.0.label`. Values are never repeated.
 */
export function accountProblems(
  schema: z.ZodType,
  error: { readonly issues: readonly z.core.$ZodIssue[] },
): Readonly<Record<string, Bilingual>> {
  const fields = new Map(accountForm(schema).map((field) => [field.name, field]));
  const problems: Record<string, Bilingual> = {};
  for (const issue of error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) problems[key] ??= { fr: "Ce champ n’existe pas.", en: "There is no such field." };
      continue;
    }
    const name = String(issue.path[0] ?? "");
    problems[name] ??= sentenceOf(issue, fields.get(name) ?? null);
    if (issue.path.length > 1) problems[issue.path.join(".")] ??= sentenceOf(issue, null);
  }
  return problems;
}

/** One value of an account: what it may be, and how it is drawn. */
export interface AccountProperty {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly AccountProperty[];
  readonly oneOf?: readonly AccountProperty[];
  readonly items?: AccountProperty;
  readonly properties?: Readonly<Record<string, AccountProperty>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly label?: Bilingual;
  readonly help?: Bilingual;
  readonly control?: AccountControl;
  readonly secret?: boolean;
  readonly generated?: boolean;
  readonly destination?: boolean;
  readonly advanced?: boolean;
  readonly placeholder?: string;
  readonly choices?: Readonly<Record<string, Bilingual>>;
  readonly wrong?: Bilingual;
}
export interface AccountJsonSchema {
  readonly properties?: Readonly<Record<string, AccountProperty>>;
  readonly required?: readonly string[];
}

const CONTROLS: Readonly<Record<string, AccountControl>> = {
  integer: "number",
  number: "number",
  boolean: "switch",
  array: "list",
};
const NEEDED: Bilingual = { fr: "Ce champ est obligatoire.", en: "This field is needed." };

function sentenceOf(issue: z.core.$ZodIssue, field: AccountFormField | null): Bilingual {
  const own = "params" in issue ? issue.params : undefined;
  if (own && typeof own.fr === "string" && typeof own.en === "string") return { fr: own.fr, en: own.en };
  const isMissing =
    (issue.code === "invalid_type" && issue.input === undefined && /received undefined/.test(issue.message)) ||
    (issue.code === "too_small" && issue.origin === "string" && issue.minimum === 1);
  if (isMissing) return NEEDED;
  if (field?.wrong) return field.wrong;
  const example = field?.placeholder
    ? { fr: ` Exemple : ${field.placeholder}`, en: ` Example: ${field.placeholder}` }
    : { fr: "", en: "" };
  switch (issue.code) {
    case "too_small":
      return issue.origin === "string"
        ? { fr: `Au moins ${issue.minimum} caractères.`, en: `At least ${issue.minimum} characters.` }
        : { fr: `Au moins ${issue.minimum}.`, en: `At least ${issue.minimum}.` };
    case "too_big":
      return issue.origin === "string"
        ? { fr: `Au plus ${issue.maximum} caractères.`, en: `At most ${issue.maximum} characters.` }
        : { fr: `Au plus ${issue.maximum}.`, en: `At most ${issue.maximum}.` };
    case "invalid_value":
      return { fr: `À choisir parmi : ${issue.values.join(", ")}.`, en: `One of: ${issue.values.join(", ")}.` };
    default:
      return {
        fr: `Cette valeur n’a pas la forme attendue.${example.fr}`,
        en: `This value does not have the expected form.${example.en}`,
      };
  }
}
