import type { Json } from "../core/domain/json.ts";
import { again, failed, type Perform } from "./effect-type.ts";

const MAX_BYTES = 1_000_000;
const SAFE = new Set(["GET", "PUT", "DELETE"]);

/** Calls a web service of the owner's choice. What cannot be repeated safely is never repeated on a guess. */
export const http: Perform<"http"> = async (effect, context) => {
  const outcome = await context.http.request({
    method: effect.method,
    url: effect.url,
    headers: {
      accept: "application/json",
      ...(effect.body === undefined ? {} : { "content-type": "application/json" }),
      ...effect.headers,
      "idempotency-key": context.claimed.id,
    },
    ...(effect.body === undefined ? {} : { body: effect.body }),
    timeoutMs: effect.timeoutMs,
    maxBytes: MAX_BYTES,
    redirects: true,
  });
  switch (outcome.type) {
    case "response":
      if (outcome.status >= 500 && (effect.repeatable || SAFE.has(effect.method)) && context.claimed.attempt < 3) {
        return again(context, "unavailable", `HTTP ${outcome.status}`);
      }
      return { type: "done", result: { status: outcome.status, body: bodyOf(outcome.body) } };
    case "notSent":
      return outcome.blocked ? failed("refused", outcome.detail) : again(context, "unavailable", outcome.detail);
    case "unknown":
      return effect.repeatable || SAFE.has(effect.method)
        ? again(context, "timeout", outcome.detail)
        : failed("unknownOutcome", outcome.detail);
  }
};

function bodyOf(bytes: Uint8Array): Json {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
