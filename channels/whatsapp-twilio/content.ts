import { createHash } from "node:crypto";
import type { Account, Call } from "../../engine/core/domain/channel.ts";
import type { OutboundContent, Place } from "../../engine/core/domain/message.ts";
import { twilioCall, twilioUrl } from "../shared/twilio-account.ts";
import type { WhatsappTwilioAccount } from "./index.ts";

/**
 * What Twilio must keep before it can be sent: buttons, a list, a place (platform facts B.6). Words stand in it as they
 * are, so that the same question is made once; what differs each time, the ids of the choices, are its variables.
 */
export interface Content {
  /** Names this content by what is in it, for `SendContext.uploaded`. */
  readonly key: string;
  readonly types: Readonly<Record<string, unknown>>;
  /** `ContentVariables`; Twilio refuses it empty (21656). */
  readonly variables: Readonly<Record<string, string>>;
}

export function choicesContent(content: Extract<OutboundContent, { readonly type: "choices" }>): Content {
  const variables = Object.fromEntries(content.choices.map(({ id }, index) => [String(index + 1), id]));
  const body = literal(content.text);
  const id = (index: number): string => `{{${index + 1}}}`;
  const types =
    content.listLabel === undefined
      ? {
          "twilio/quick-reply": {
            body,
            actions: content.choices.map(({ label }, index) => ({ title: literal(label), id: id(index) })),
          },
        }
      : {
          "twilio/list-picker": {
            body,
            button: literal(content.listLabel),
            items: content.choices.map(({ label, description }, index) => ({
              item: literal(label),
              id: id(index),
              ...(description ? { description: literal(description) } : {}),
            })),
          },
        };
  return { key: keyOf(types), types, variables };
}

export function placeContent({ latitude, longitude, name, address }: Place): Content {
  const label = [name, address].filter((part) => part).join(", ");
  const types = { "twilio/location": { latitude, longitude, ...(label ? { label: literal(label) } : {}) } };
  return { key: keyOf(types), types, variables: {} };
}

/** The call that makes it; its answer names it. */
export function createContent({ key, types, variables }: Content, { config }: Account<WhatsappTwilioAccount>): Call {
  const value = {
    friendly_name: `relais_${key.slice(-16)}`,
    // A name for people who look into the console; WhatsApp asks for it only where a template is approved.
    language: "fr",
    ...(Object.keys(variables).length > 0 ? { variables: sampled(variables) } : {}),
    types,
  };
  return twilioCall(config, twilioUrl("content", "/v1/Content"), {
    purpose: "upload",
    method: "POST",
    body: { type: "json", value },
    uploadKey: key,
  });
}

/** Values to stand in when none are given; Twilio wants one for each variable. */
function sampled(variables: Content["variables"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, `choice_${name}`]));
}

/** Double braces are Twilio's: in an owner's or a customer's words they are only braces. */
function literal(text: string): string {
  return text.replace(/\{(?=\{)/g, "{\u200b");
}

function keyOf(types: Content["types"]): string {
  return `content:${createHash("sha256").update(JSON.stringify(types)).digest("hex")}`;
}
