import { Liquid, type Template } from "liquidjs";
import type { Json } from "../domain/json.ts";
import { LIMITS } from "../domain/limits.ts";
import { money } from "../domain/money.ts";

/** Compiled templates that are kept; the flows of a workspace hold far fewer. */
const KEPT = 5000;

/** What a template may look at: variables and the built-in roots. Plain JSON only. */
export type Scope = Readonly<Record<string, unknown>>;

/** Names that every scope has, beside the run's own variables. */
export const BUILT_IN_ROOTS: ReadonlySet<string> = new Set([
  "contact",
  "workspace",
  "conversation",
  "now",
  "language",
  "message",
]);

const engine = new Liquid({
  // Without `templates`, include and render would read files from the working directory.
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  groupedExpressions: true,
  relativeReference: false,
  parseLimit: LIMITS.templateChars,
  renderLimit: LIMITS.templateRenderMs,
  memoryLimit: LIMITS.templateMemory,
});
for (const tag of ["include", "render", "layout", "block"]) delete engine.tags[tag];
engine.registerFilter(
  "money",
  function (this: { context: { getSync(path: string[]): unknown } }, cents: unknown, currency?: unknown) {
    const language = this.context.getSync(["language"]);
    const own = this.context.getSync(["workspace", "currency"]);
    const code = typeof currency === "string" ? currency : typeof own === "string" ? own : "EUR";
    return money(Number(cents), code, typeof language === "string" ? language : "fr");
  },
);

const templates = new Map<string, Template[]>();

function compiled(text: string): Template[] {
  const known = templates.get(text);
  if (known) return known;
  if (text.length > LIMITS.templateChars) throw new Error("the text is too long");
  const made = engine.parse(text);
  if (templates.size >= KEPT) templates.clear();
  templates.set(text, made);
  return made;
}

/** Fills in `{{ placeholders }}`. A placeholder that fails prints nothing: a contact never sees an error. Values are never rendered again. */
export function renderText(text: string, scope: Scope): string {
  if (!text.includes("{")) return text;
  try {
    return String(engine.renderSync(compiled(text), scope)).slice(0, LIMITS.templateOutputChars);
  } catch {
    return text.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, "").trim();
  }
}

/** The value of a Liquid expression, e.g. `order.total | plus: 5`; null when it has none or fails. */
export function evaluate(expression: string, scope: Scope): Json {
  if (expression.length > LIMITS.templateChars) return null;
  try {
    const value: unknown = engine.evalValueSync(expression, scope as object);
    return toJson(value);
  } catch {
    return null;
  }
}

/** Whether a Liquid condition holds. One that fails does not hold. */
export function condition(expression: string, scope: Scope): boolean {
  if (expression.length > LIMITS.templateChars) return false;
  try {
    const value: unknown = engine.evalValueSync(expression, scope as object);
    return value !== false && value !== null && value !== undefined && value !== "";
  } catch {
    return false;
  }
}

/** What is wrong with a text that holds placeholders, in the parser's words; null: nothing. */
export function templateProblem(text: string): string | null {
  if (!text.includes("{{") && !text.includes("{%")) return null;
  try {
    compiled(text);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** What is wrong with a condition or value expression; null: nothing. */
export function expressionProblem(expression: string): string | null {
  if (expression.trim() === "") return "it is empty";
  if (expression.length > LIMITS.templateChars) return "it is too long";
  if (/\{\{|\{%|%\}|\}\}/.test(expression)) return "write it without braces";
  if (mixesAndOr(expression)) return "put parentheses around each part: `and` and `or` are mixed";
  try {
    engine.parse(`{{ ${expression} }}`);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** The names at the root of everything that a text reads: `{{ order.number }}` reads `order`. */
export function variablesOf(text: string): readonly string[] {
  if (!text.includes("{{") && !text.includes("{%")) return [];
  try {
    return engine.globalVariablesSync(compiled(text), { partials: false });
  } catch {
    return [];
  }
}

/** The names at the root of an expression. */
export function variablesOfExpression(expression: string): readonly string[] {
  return variablesOf(`{{ ${expression} }}`);
}

/** Liquid reads `and`/`or` from the right without precedence, which surprises everybody: parentheses are asked for. */
function mixesAndOr(expression: string): boolean {
  const words = expression.replace(/"[^"]*"|'[^']*'/g, "").split(/([()])/);
  const levels: Set<string>[] = [new Set()];
  for (const part of words) {
    if (part === "(") levels.push(new Set());
    else if (part === ")") levels.pop();
    else for (const word of part.match(/\b(and|or)\b/g) ?? []) levels[levels.length - 1]?.add(word);
    if (levels.some((level) => level.size > 1)) return true;
  }
  return false;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.slice(0, LIMITS.templateOutputChars);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value;
  try {
    const text = JSON.stringify(value);
    return text === undefined || text.length > LIMITS.templateOutputChars ? null : (JSON.parse(text) as Json);
  } catch {
    return null;
  }
}
