import type { Capabilities } from "../../engine/core/domain/channel.ts";

const HOUR_MS = 3_600_000;

/** Whether a person may write freely now. `hours`: how long after the customer's last message that is allowed. */
export type Window =
  | { readonly type: "always" }
  | { readonly type: "open"; readonly until: string; readonly hours: number }
  /** `since` null: the customer has never written. */
  | { readonly type: "closed"; readonly since: string | null; readonly hours: number };

/** What the server decides by, too: where a channel gives people longer than the bot, so much longer. */
export function windowFor(
  talk: { readonly windowExpiresAt: string | null; readonly lastInboundAt: string | null },
  capabilities: Pick<Capabilities, "serviceWindowHours" | "agentWindowHours"> | undefined,
  now: number,
): Window {
  const service = capabilities?.serviceWindowHours ?? null;
  if (talk.windowExpiresAt === null || service === null) return { type: "always" };
  const hours = capabilities?.agentWindowHours ?? service;
  const end = Date.parse(talk.windowExpiresAt) + (hours - service) * HOUR_MS;
  const until = new Date(end).toISOString();
  if (end > now) return { type: "open", until, hours };
  return { type: "closed", since: talk.lastInboundAt === null ? null : until, hours };
}
