import type { Context } from "hono";
import { readBody, utf8Of } from "./body.ts";
import type { Reply, Route } from "./route.ts";

const BODY_BYTES = 3_000_000;
const DEPTH = 64;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** What a request asks of a route. */
export interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Parameters, query and body of a request by the route's own schemas, or the answer that says what does not fit. */
export async function askedOf(c: Context, route: Route): Promise<Parts | Reply> {
  const params = route.params.safeParse(c.req.param());
  if (!params.success) return wrong("path", sentenceOf(params.error));
  const values = Object.entries(c.req.queries()).map(([name, all]) => [name, all.length === 1 ? all[0] : all]);
  const query = route.query.safeParse(Object.fromEntries(values));
  if (!query.success) return wrong("query", sentenceOf(query.error));
  const parts = { params: params.data, query: query.data };
  if (route.body === null) return { ...parts, body: undefined };
  const type = c.req.header("content-type") ?? "";
  if (route.body === "text" ? type.startsWith("multipart/") : type !== "" && !JSON_TYPE.test(type)) {
    return { status: 415, body: { error: route.body === "text" ? "send the text itself" : "send JSON" } };
  }
  const bytes = await readBody(c.req.raw, BODY_BYTES);
  if (!bytes) return { status: 413, body: { error: "too large" }, headers: { connection: "close" } };
  const text = utf8Of(bytes);
  if (text === null) return wrong("body", "not UTF-8");
  if (route.body === "text") return { ...parts, body: text };
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return wrong("body", "not JSON");
  }
  if (isDeeper(value, DEPTH)) return wrong("body", "nested too deeply");
  const body = route.body.safeParse(value);
  return body.success ? { ...parts, body: body.data } : wrong("body", sentenceOf(body.error));
}

function wrong(where: string, message: string): Reply {
  return { status: 400, body: { error: `${where}: ${message}` } };
}

function isDeeper(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let deep = 0; level.length > 0; deep++) {
    if (deep > depth) return true;
    level = level.flatMap((one) => (one !== null && typeof one === "object" ? Object.values(one) : []));
  }
  return false;
}

function sentenceOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message))
    .join("; ")
    .slice(0, 1000);
}
