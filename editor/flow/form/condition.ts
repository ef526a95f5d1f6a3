/** A condition as people build it: comparisons joined by one word. */
export interface Condition {
  readonly join: "and" | "or";
  readonly parts: readonly Comparison[];
}
export interface Comparison {
  readonly subject: string;
  readonly operator: Operator;
  readonly value: string;
}
export const OPERATORS = ["is", "isNot", "contains", "above", "below", "atLeast", "atMost", "filled", "empty"] as const;
export type Operator = (typeof OPERATORS)[number];

const SIGNS: Readonly<Partial<Record<Operator, string>>> = {
  is: "==",
  isNot: "!=",
  contains: "contains",
  above: ">",
  below: "<",
  atLeast: ">=",
  atMost: "<=",
};
const BY_SIGN = new Map(Object.entries(SIGNS).map(([operator, sign]) => [sign, operator as Operator]));
const PART =
  /^([A-Za-z_][\w.-]*)\s*(==|!=|>=|<=|>|<|\bcontains\b)\s*("[^"]*"|'[^']*'|-?\d+(?:\.\d+)?|true|false|blank|empty|nil)$/;

export function hasValue(operator: Operator): boolean {
  return operator !== "filled" && operator !== "empty";
}

/** The Liquid expression of a condition. */
export function written({ join, parts }: Condition): string {
  return parts.map(writtenPart).join(` ${join} `);
}

function writtenPart({ subject, operator, value }: Comparison): string {
  if (operator === "filled") return `${subject} != blank`;
  if (operator === "empty") return `${subject} == blank`;
  return `${subject} ${SIGNS[operator]} ${literal(value, operator)}`;
}

function literal(value: string, operator: Operator): string {
  const isPlain = operator !== "contains" && /^(-?\d+(\.\d+)?|true|false)$/.test(value);
  if (isPlain) return value;
  return value.includes("'") ? `"${value.replaceAll('"', "”")}"` : `'${value}'`;
}

/** Reads an expression back. Null: it says more than the form can show, and stays a text. */
export function readCondition(expression: string): Condition | null {
  const pieces = apart(expression.trim());
  if (!pieces) return null;
  const { join, parts } = pieces;
  const read = parts.map(readPart);
  return read.every((part) => part !== null) ? { join, parts: read } : null;
}

/** The comparisons and the one word between them; words inside of quotes do not count. */
function apart(expression: string): { readonly join: "and" | "or"; readonly parts: readonly string[] } | null {
  const parts: string[] = [""];
  const joins = new Set<string>();
  for (const token of expression.match(/"[^"]*"|'[^']*'|\s+|[^\s"']+/g) ?? []) {
    if (token === "and" || token === "or") {
      joins.add(token);
      parts.push("");
    } else parts[parts.length - 1] += token;
  }
  if (joins.size > 1) return null;
  return { join: joins.has("or") ? "or" : "and", parts: parts.map((part) => part.trim()) };
}

function readPart(part: string): Comparison | null {
  const [, subject, sign = "", value = ""] = PART.exec(part) ?? [];
  if (subject === undefined) return null;
  if (value === "blank" || value === "empty" || value === "nil" || value === "''" || value === '""') {
    if (sign === "==") return { subject, operator: "empty", value: "" };
    return sign === "!=" ? { subject, operator: "filled", value: "" } : null;
  }
  const operator = BY_SIGN.get(sign);
  if (!operator) return null;
  return { subject, operator, value: /^["']/.test(value) ? value.slice(1, -1) : value };
}
