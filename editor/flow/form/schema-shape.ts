import type { z } from "zod";
import type { Bilingual } from "../../../engine/core/domain/language.ts";
import type { Control } from "../../../engine/core/nodes/fields.ts";
import type { NodeType } from "../../../engine/core/nodes/node-type.ts";

/** What a schema holds, as far as a form needs to know. */
export type Shape =
  | { readonly kind: "text"; readonly maxLength: number | null }
  | { readonly kind: "localized" }
  | { readonly kind: "number"; readonly min: number | null; readonly max: number | null }
  | { readonly kind: "switch" }
  | { readonly kind: "select"; readonly options: readonly string[] }
  | { readonly kind: "list"; readonly item: z.ZodType }
  | { readonly kind: "record"; readonly value: z.ZodType }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, z.ZodType>> }
  | { readonly kind: "union"; readonly options: readonly z.ZodType[] }
  | { readonly kind: "any" };

/** One field of a node's form. */
export interface FormField {
  readonly key: string;
  readonly label: Bilingual;
  readonly help: Bilingual | null;
  readonly control: Control;
  readonly isMore: boolean;
  readonly schema: z.ZodType;
}

interface Meta {
  readonly label?: Bilingual;
  readonly help?: Bilingual;
  readonly control?: Control;
  readonly section?: "more";
}
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly defaultValue?: unknown;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** The schema without what says that it may be missing. */
function bare(schema: z.ZodType): z.ZodType {
  const { innerType, type } = definitionOf(schema);
  return innerType && ["optional", "default", "nullable", "prefault"].includes(type) ? bare(innerType) : schema;
}

export function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

/** What is taken when nothing is written; undefined: nothing. */
export function defaultOf(schema: z.ZodType): unknown {
  const found = schema.safeParse(undefined);
  return found.success ? found.data : undefined;
}

export function shapeOf(schema: z.ZodType): Shape {
  const own = bare(schema);
  const { type, element, valueType, options = [], entries, values = [], shape } = definitionOf(own);
  const bag = (own as unknown as { _zod: { bag: { minimum?: number; maximum?: number } } })._zod.bag;
  switch (type) {
    case "string":
      return { kind: "text", maxLength: bag.maximum ?? null };
    case "number":
    case "int":
      return { kind: "number", min: finite(bag.minimum), max: finite(bag.maximum) };
    case "boolean":
      return { kind: "switch" };
    case "literal":
      return values[0] === true ? { kind: "switch" } : { kind: "any" };
    case "enum":
      return { kind: "select", options: Object.values(entries ?? {}) };
    case "array":
      return element ? { kind: "list", item: element } : { kind: "any" };
    case "record":
      return valueType ? { kind: "record", value: valueType } : { kind: "any" };
    case "object":
      return { kind: "object", fields: shape ?? {} };
    case "union": {
      const kinds = options.map((option) => definitionOf(bare(option)).type);
      return kinds.length === 2 && kinds[0] === "string" && kinds[1] === "record"
        ? { kind: "localized" }
        : { kind: "union", options };
    }
    default:
      return { kind: "any" };
  }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && Math.abs(value) < 1e9 ? value : null;
}

/** The fields of a node type that its schema describes, in the order of the schema. */
export function fieldsOf(type: NodeType): readonly FormField[] {
  const { shape = {} } = definitionOf(bare(type.schema));
  return Object.entries(shape).flatMap(([key, schema]): readonly FormField[] => {
    const meta = schema.meta() as Meta | undefined;
    if (!meta?.label || !meta.control) return [];
    const { label, help = null, control, section } = meta;
    return [{ key, label, help, control, isMore: section === "more", schema }];
  });
}
