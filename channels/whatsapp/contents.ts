import type { InboundContent, Media, MediaKind } from "../../engine/core/domain/message.ts";
import { formValues } from "../shared/form-values.ts";
import type { WaMessage } from "./payload.ts";

const MEDIA: ReadonlyMap<string, MediaKind> = new Map([
  ["image", "image"],
  ["video", "video"],
  ["audio", "audio"],
  ["voice", "audio"],
  ["document", "document"],
  ["sticker", "sticker"],
]);

/** What a message says, in our words. Types that Meta adds later become `unsupported`, never an error. */
export function contentOf(message: WaMessage): InboundContent {
  const kind = MEDIA.get(message.type);
  if (kind) return mediaOf(kind, message);
  switch (message.type) {
    case "text":
      return message.text ? { type: "text", text: message.text.body } : unsupported(message);
    case "location":
      if (!message.location) return unsupported(message);
      return { type: "location", place: placeOf(message.location) };
    case "contacts":
      return { type: "contacts", cards: (message.contacts ?? []).map(cardOf) };
    case "button":
      return {
        type: "choice",
        id: message.button?.payload ?? message.button?.text ?? "",
        label: message.button?.text ?? message.button?.payload ?? "",
      };
    case "interactive":
      return interactiveOf(message);
    case "order":
      if (!message.order) return unsupported(message);
      return {
        type: "order",
        ...(message.order.catalog_id ? { catalogId: message.order.catalog_id } : {}),
        ...(message.order.text ? { text: message.order.text } : {}),
        items: message.order.product_items.map((item) => ({
          sku: item.product_retailer_id,
          quantity: Math.max(1, Math.floor(item.quantity) || 1),
        })),
      };
    case "reaction":
      if (!message.reaction) return unsupported(message);
      return {
        type: "reaction",
        toExternalId: message.reaction.message_id,
        ...(message.reaction.emoji ? { emoji: message.reaction.emoji } : {}),
      };
    default:
      return unsupported(message);
  }
}

function mediaOf(kind: MediaKind, message: WaMessage): InboundContent {
  const file = message[message.type as "image"];
  if (!file?.id && !file?.url) return unsupported(message);
  const media: Media = {
    kind,
    ...(file.id ? { remoteId: file.id } : {}),
    ...(file.mime_type ? { mimeType: file.mime_type } : {}),
    ...(file.sha256 ? { sha256: file.sha256 } : {}),
    ...(file.filename ? { fileName: file.filename } : {}),
    ...(file.voice || message.type === "voice" ? { voice: true } : {}),
  };
  return { type: "media", media, ...(file.caption ? { caption: file.caption } : {}) };
}

function interactiveOf(message: WaMessage): InboundContent {
  const reply = message.interactive?.button_reply ?? message.interactive?.list_reply;
  if (reply) return { type: "choice", id: reply.id, label: reply.title };
  const form = message.interactive?.nfm_reply;
  if (!form) return unsupported(message);
  return { type: "form", name: form.name ?? "flow", values: formValues(form.response_json) };
}

function placeOf(location: NonNullable<WaMessage["location"]>) {
  const { latitude, longitude, name, address } = location;
  return { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) };
}

function cardOf(card: NonNullable<WaMessage["contacts"]>[number]) {
  return {
    name: card.name?.formatted_name ?? card.name?.first_name ?? "",
    phones: (card.phones ?? []).flatMap(({ phone, wa_id }) => ((phone ?? wa_id) ? [phone ?? wa_id ?? ""] : [])),
    emails: (card.emails ?? []).flatMap(({ email }) => (email ? [email] : [])),
    ...(card.org?.company ? { organization: card.org.company } : {}),
  };
}

function unsupported(message: WaMessage): InboundContent {
  const reason = message.errors?.[0]?.title ?? message.errors?.[0]?.message;
  return { type: "unsupported", what: message.unsupported?.type ?? message.type, ...(reason ? { reason } : {}) };
}
