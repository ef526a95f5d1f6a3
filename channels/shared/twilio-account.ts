import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
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

const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
const SERVICE_SID = /^(MG[0-9a-f]{32})?$/i;

/** The fields of an account's form that every number of Twilio's has. */
export const twilioFields = {
  accountSid: accountField(
    z.string().regex(ACCOUNT_SID),
    { fr: "Account SID", en: "Account SID" },
    {
      help: {
        fr: "Sur l'accueil de la console Twilio. Un sous-compte a le sien.",
        en: "On the home page of Twilio's console. A sub-account has its own.",
      },
      placeholder: `AC${"0".repeat(32)}`,
      wrong: { fr: "AC suivi de 32 chiffres et lettres.", en: "AC and 32 digits and letters." },
    },
  ),
  authToken: accountField(
    z.string().min(1),
    { fr: "Auth Token", en: "Auth token" },
    {
      secret: true,
      help: {
        fr: "Juste en dessous de l'Account SID. Une clé d'API (SK…) ne convient pas : elle ne signe pas les messages reçus.",
        en: "Just below the Account SID. An API key (SK…) will not do: it signs no incoming messages.",
      },
    },
  ),
  messagingServiceSid: accountField(
    z.string().regex(SERVICE_SID).default(""),
    { fr: "Service de messagerie", en: "Messaging service" },
    {
      advanced: true,
      help: {
        fr: "Si vos numéros sont dans un service de messagerie : son identifiant, sous Messaging › Services.",
        en: "If your numbers are in a messaging service: its SID, under Messaging › Services.",
      },
      placeholder: `MG${"0".repeat(32)}`,
      wrong: { fr: "MG suivi de 32 chiffres et lettres.", en: "MG and 32 digits and letters." },
    },
  ),
  secondaryAuthToken: accountField(
    z.string().default(""),
    { fr: "Auth Token secondaire", en: "Secondary auth token" },
    {
      secret: true,
      advanced: true,
      help: {
        fr: "Le temps de remplacer l'Auth Token : Twilio peut signer avec l'un ou l'autre.",
        en: "While the auth token is being replaced: Twilio may sign with either.",
      },
    },
  ),
};

/** What Twilio lets a number send; `usual` fits nearly everybody. */
export function paceField(usual: number) {
  return accountField(
    z.number().int().min(1).max(1_000_000).default(usual),
    { fr: "Messages par seconde", en: "Messages per second" },
    {
      advanced: true,
      help: {
        fr: "Ce que Twilio autorise pour ce numéro ; au-delà, les messages attendent.",
        en: "What Twilio allows for this number; beyond it, messages wait.",
      },
    },
  );
}

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
