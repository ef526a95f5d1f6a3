import type { InboundEvent, Referral } from "../../engine/core/domain/inbound-event.ts";
import type { InboundContent, Media, Place } from "../../engine/core/domain/message.ts";
import { formValues } from "../shared/form-values.ts";
import { type Dialect, type Form, filesOf, type MessageBase, mediaEvents } from "../shared/twilio-webhook.ts";
import { identitiesOf } from "../shared/whatsapp-identities.ts";
import type { WhatsappTwilioAccount } from "./index.ts";

const PREFIX = "whatsapp:";

/** How WhatsApp messages come in through Twilio (platform facts B.1). */
export const dialect: Dialect<WhatsappTwilioAccount> = {
  own: ({ from }) => PREFIX + from,
  read,
};

function read(form: Form, base: MessageBase): readonly InboundEvent[] | string {
  const from = form("From").replace(PREFIX, "");
  // `From` is a number or a user id; the other one comes beside it, where Twilio knows it.
  const identities = identitiesOf({
    phone: from.startsWith("+") ? from : form("WaId"),
    user: form("ExternalUserId") || from,
  });
  if (identities.length === 0) return "a message without a sender";
  const name = form("ProfileName");
  const repliesTo = form("OriginalRepliedMessageSid");
  const referral = referralOf(form);
  const message = {
    type: "message" as const,
    from: { identities, ...(name ? { name } : {}) },
    ...(repliesTo ? { repliesTo } : {}),
    ...(form("Forwarded") === "true" || form("FrequentlyForwarded") === "true" ? { forwarded: true } : {}),
    ...(referral ? { referral } : {}),
  };
  const isSticker = form("MessageType") === "sticker";
  const files = filesOf(form).map((media): Media => (isSticker ? { ...media, kind: "sticker" } : media));
  if (files.length > 0) return mediaEvents(files, form("Body"), base, message);
  const { sid, accountId, at } = base;
  return [{ ...message, accountId, at, dedupeKey: sid, externalId: sid, content: contentOf(form) }];
}

/** What a message without a file says. A tap repeats its label in `Body`. */
function contentOf(form: Form): InboundContent {
  const text = form("Body");
  const row = form("ListId");
  if (row) return { type: "choice", id: row, label: form("ListTitle") || text || row };
  const label = form("ButtonText");
  const button = form("ButtonPayload") || label;
  if (button) return { type: "choice", id: button, label: label || text || button };
  const place = placeOf(form);
  if (place) return { type: "location", place };
  const answers = form("InteractiveData") || form("FlowData");
  if (answers) return { type: "form", name: "flow", values: formValues(answers) };
  const type = form("MessageType");
  // A text may be empty; another kind without words is one that we do not know.
  if (text === "" && type !== "" && type !== "text") return { type: "unsupported", what: type };
  return { type: "text", text };
}

function placeOf(form: Form): Place | null {
  const [latitude, longitude] = [form("Latitude"), form("Longitude")];
  if (latitude === "" || longitude === "" || !Number.isFinite(Number(latitude)) || !Number.isFinite(Number(longitude)))
    return null;
  const [name, address] = [form("Label"), form("Address")];
  return {
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...(name ? { name } : {}),
    ...(address ? { address } : {}),
  };
}

/** An ad that was tapped. `ReferralNumMedia=0` comes without any ad. */
function referralOf(form: Form): Referral | null {
  const [sourceId, url, headline, body, ref] = [
    form("ReferralSourceId"),
    form("ReferralSourceUrl"),
    form("ReferralHeadline"),
    form("ReferralBody"),
    form("ReferralCtwaClid"),
  ];
  const source = form("ReferralSourceType");
  if (![source, sourceId, url, headline, body, ref].some((part) => part !== "")) return null;
  return {
    source: source || "ad",
    ...(sourceId ? { sourceId } : {}),
    ...(url ? { url } : {}),
    ...(headline ? { headline } : {}),
    ...(body ? { body } : {}),
    ...(ref ? { ref } : {}),
  };
}
