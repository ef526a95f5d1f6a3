import type { Account, Call, Recipient, SendContext } from "../../engine/core/domain/channel.ts";
import type { OutboundContent } from "../../engine/core/domain/message.ts";
import { messageCall, senderField, twilioCall, twilioUrl } from "../shared/twilio-account.ts";
import { linkOf } from "../shared/twilio-media.ts";
import { choicesContent, createContent, placeContent } from "./content.ts";
import type { WhatsappTwilioAccount } from "./index.ts";
import { findTemplate, templateSid, templateVariables } from "./template.ts";

type Fields = readonly (readonly [string, string])[];
type WhatsappAccount = Account<WhatsappTwilioAccount>;

/**
 * The calls that say one content. Buttons, lists and places are made at Twilio first: as long as their SID is not among
 * `uploaded`, the first call makes them; the engine keeps the SID and asks again.
 */
export function render(
  content: OutboundContent,
  to: Recipient,
  account: WhatsappAccount,
  send: SendContext,
): readonly Call[] {
  const address = addressOf(to);
  const said = address === null ? null : bodyOf(content, account, send);
  if (address === null || said === null) return [];
  if ("call" in said) return [said.call];
  const { config } = account;
  return [messageCall(config, [["To", address], senderField(config, `whatsapp:${config.from}`), ...said.fields], send)];
}

/** Shows that an answer is being written, and that the last message was read. */
export function typing(_: Recipient, { config }: WhatsappAccount, lastInboundExternalId: string): readonly Call[] {
  // The second file of a message has an id of ours, which begins with Twilio's.
  const messageId = lastInboundExternalId.replace(/:\d+$/, "");
  return [
    twilioCall(config, twilioUrl("messaging", "/v3/Indicators/Typing.json"), {
      purpose: "typing",
      method: "POST",
      body: { type: "json", value: { channel: "WHATSAPP", messageId } },
    }),
  ];
}

/** A number, or a user id: Twilio takes both in the same place (platform facts B.6). */
function addressOf(to: Recipient): string | null {
  const identity =
    to.identities.find(({ kind }) => kind === "phone") ?? to.identities.find(({ kind }) => kind === "whatsappUser");
  return identity ? `whatsapp:${identity.value}` : null;
}

function bodyOf(
  content: OutboundContent,
  account: WhatsappAccount,
  send: SendContext,
): { readonly fields: Fields } | { readonly call: Call } | null {
  switch (content.type) {
    case "text":
      return { fields: [["Body", content.text]] };
    case "media":
      return media(content, send);
    case "choices":
    case "location": {
      const made = content.type === "choices" ? choicesContent(content) : placeContent(content.place);
      const sid = send.uploaded[made.key];
      return sid ? { fields: ofContent(sid, made.variables) } : { call: createContent(made, account) };
    }
    case "template": {
      const sid = templateSid(content, send);
      return sid
        ? { fields: ofContent(sid, templateVariables(content, send)) }
        : { call: findTemplate(content, account) };
    }
    default:
      return null;
  }
}

/** A file by its address, which Twilio fetches itself; where only we can reach it, its words and its link. */
function media(content: Extract<OutboundContent, { readonly type: "media" }>, send: SendContext) {
  const link = linkOf(content.media, send);
  const { caption } = content;
  if (link?.startsWith("https://")) {
    const words: Fields = caption && content.media.kind !== "audio" ? [["Body", caption]] : [];
    return { fields: [...words, ["MediaUrl", link] as const] };
  }
  const words = [caption, link].filter((part) => part).join("\n");
  return words === "" ? null : { fields: [["Body", words] as const] };
}

/** With a Content SID neither words nor files may stand beside it. */
function ofContent(sid: string, variables: Readonly<Record<string, string>>): Fields {
  const some = Object.keys(variables).length > 0;
  return [["ContentSid", sid], ...(some ? [["ContentVariables", JSON.stringify(variables)] as const] : [])];
}
