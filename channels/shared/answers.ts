import type { Received, WebhookResponse } from "../../engine/core/domain/channel.ts";

const PLAIN = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

export function plainAnswer(status: number, body = ""): WebhookResponse {
  return { status, headers: PLAIN, body };
}

/** Not signed by anybody we know: nothing of it is looked at. */
export function forged(): Received {
  return { verdict: "forged", events: [], setAside: [], misrouted: 0, response: plainAnswer(401, "invalid signature") };
}

/** Signed, but not readable: kept for the operator, and taken, or the provider would send it for days. */
export function unreadable(reason: string, part: string): Received {
  return {
    verdict: "unreadable",
    events: [],
    setAside: [{ reason, part: part.slice(0, 100_000) }],
    misrouted: 0,
    response: plainAnswer(200, "ok"),
  };
}
