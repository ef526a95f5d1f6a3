import { z } from "zod";
import type { Call } from "../../engine/core/domain/channel.ts";

/** What every number of a Twilio account needs, whatever it speaks. A sub-account has a SID and a token of its own. */
export interface TwilioAccount {
  readonly accountSid: string;
  /** The primary token: it signs webhooks and opens the API. API keys sign nothing. */
  readonly authToken: string;
  /** While a token is being replaced, Twilio may sign with either. */
  readonly secondaryAuthToken?: string | undefined;
  /** The messaging service that sends and receives. */
  readonly messagingServiceSid?: string | undefined;
  /** What Twilio lets this sender send. */
  readonly messagesPerSecond?: number | undefined;
}

export const twilioFields = {
  accountSid: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i)
    .meta({ title: "Account SID" }),
  authToken: z.string().min(1).meta({ title: "Auth token", secret: true }),
  secondaryAuthToken: z.string().min(1).optional().meta({ title: "Secondary auth token", secret: true }),
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-f]{32}$/i)
    .optional()
    .meta({ title: "Messaging service SID" }),
};

/** The products of Twilio's whose API is on a host of its own; the place that the engine fills in is `{base:content}`. */
export type TwilioHost = "api" | "content" | "messaging";

/** The beginning of an address of Twilio's. */
export function twilioUrl(host: TwilioHost, path: string): string {
  return `${host === "api" ? "{base}" : `{base:${host}}`}${path}`;
}

export function credentials({ accountSid, authToken }: TwilioAccount): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` };
}

/** A request to Twilio in the name of an account. */
export function twilioCall(
  config: TwilioAccount,
  url: string,
  more: Pick<Call, "purpose"> & Partial<Pick<Call, "method" | "body" | "uploadKey">>,
): Call {
  return { via: "http", method: "GET", body: { type: "none" }, ...more, url, headers: credentials(config) };
}

/**
 * The call that sends. `evidence` is our own id of the send, planted where Twilio will tell us what became of it (C-6);
 * Twilio refuses callback addresses that it cannot reach.
 */
export function messageCall(
  config: TwilioAccount,
  fields: readonly (readonly [string, string])[],
  send: { readonly effectId: string; readonly publicUrl: string },
): Call {
  const callback: readonly (readonly [string, string])[] = send.publicUrl.startsWith("https://")
    ? [["StatusCallback", `${send.publicUrl}/webhook/twilio?e=${encodeURIComponent(send.effectId)}`]]
    : [];
  return twilioCall(config, twilioUrl("api", `/2010-04-01/Accounts/${config.accountSid}/Messages.json`), {
    purpose: "send",
    method: "POST",
    body: { type: "form", fields: [...fields, ...callback] },
  });
}

/** Who speaks: a number or a name, else the messaging service chooses. */
export function senderField(config: TwilioAccount, from: string): readonly [string, string] {
  return config.messagingServiceSid ? ["MessagingServiceSid", config.messagingServiceSid] : ["From", from];
}
