import type { Account, Call, MediaFetch, Recipient, SendContext } from "../../engine/core/domain/channel.ts";
import {
  filesToSend,
  type Media,
  type OutboundContent,
  type TemplateParameter,
} from "../../engine/core/domain/message.ts";
import type { WhatsappAccount } from "./index.ts";

/**
 * The calls that say one content. A file of ours is uploaded first: as long as its id is not among `uploaded`, the
 * first call is the upload; the engine performs it, keeps the id and asks again (platform facts A.8, A.10).
 */
export function render(
  content: OutboundContent,
  to: Recipient,
  account: Account<WhatsappAccount>,
  send: SendContext,
): readonly Call[] {
  const address = addressOf(to);
  if (!address) return [];
  const missing = filesToSend(content).find(
    (media) => media.path !== undefined && send.uploaded[media.path] === undefined,
  );
  if (missing?.path) return [upload(missing, missing.path, account)];
  const body = bodyOf(content, send);
  if (!body) return [];
  return [
    call(account, "messages", {
      messaging_product: "whatsapp",
      recipient_type: "individual",
      ...address,
      ...body,
      ...(send.repliesTo && content.type !== "reaction" ? { context: { message_id: send.repliesTo } } : {}),
      biz_opaque_callback_data: send.effectId,
    }),
  ];
}

/** Shows that an answer is being written, and that the last message was read. Lasts 25 seconds at most. */
export function typing(
  _: Recipient,
  account: Account<WhatsappAccount>,
  lastInboundExternalId: string,
): readonly Call[] {
  const body = {
    messaging_product: "whatsapp",
    status: "read",
    message_id: lastInboundExternalId,
    typing_indicator: { type: "text" },
  };
  return [{ ...call(account, "messages", body), purpose: "typing" }];
}

/** The id in a webhook lives seven days, the address behind it five minutes: it is asked for just before the download. */
export function fetchMedia(media: Media, account: Account<WhatsappAccount>): MediaFetch {
  const { config } = account;
  const headers = authorization(account);
  return {
    ...(media.remoteId
      ? {
          lookup: {
            url: `{base}/${config.graphVersion}/${encodeURIComponent(media.remoteId)}?phone_number_id=${config.phoneNumberId}`,
            headers,
          },
        }
      : {}),
    ...(media.url && !media.remoteId ? { url: media.url } : {}),
    headers: { ...headers, "user-agent": "relais" },
    hosts: ["lookaside.fbsbx.com", "*.fbcdn.net", "{base}"],
    maxBytes: 100 * 1024 * 1024,
  };
}

function authorization(account: Account<WhatsappAccount>): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${account.config.accessToken}` };
}

function call(account: Account<WhatsappAccount>, path: string, value: unknown): Call {
  const { graphVersion, phoneNumberId } = account.config;
  return {
    purpose: "send",
    via: "http",
    method: "POST",
    url: `{base}/${graphVersion}/${phoneNumberId}/${path}`,
    headers: authorization(account),
    body: { type: "json", value },
  };
}

function upload(media: Media, path: string, account: Account<WhatsappAccount>): Call {
  return {
    ...call(account, "media", null),
    purpose: "upload",
    body: {
      type: "multipart",
      fields: { messaging_product: "whatsapp", type: media.mimeType ?? "application/octet-stream" },
      file: { field: "file", media },
    },
    uploadKey: path,
  };
}

/** A number with its plus, or a user id in its own field; with both, the number reaches more kinds of message. */
function addressOf(to: Recipient): { readonly to: string } | { readonly recipient: string } | null {
  const phone = to.identities.find(({ kind }) => kind === "phone");
  if (phone) return { to: phone.value };
  const user = to.identities.find(({ kind }) => kind === "whatsappUser" || kind === "whatsappParent");
  return user ? { recipient: user.value } : null;
}

function bodyOf(content: OutboundContent, send: SendContext): Readonly<Record<string, unknown>> | null {
  switch (content.type) {
    case "text":
      return {
        type: "text",
        text: { body: content.text, preview_url: content.previewUrl ?? /https?:\/\//.test(content.text) },
      };
    case "choices":
      return { type: "interactive", interactive: interactive(content, send) };
    case "link":
      return {
        type: "interactive",
        interactive: {
          type: "cta_url",
          body: { text: content.text },
          action: { name: "cta_url", parameters: { display_text: content.label, url: content.url } },
        },
      };
    case "media": {
      const { kind, fileName } = content.media;
      const captioned = content.caption !== undefined && kind !== "audio" && kind !== "sticker";
      return {
        type: kind,
        [kind]: {
          ...reference(content.media, send),
          ...(captioned ? { caption: content.caption } : {}),
          ...(kind === "document" && fileName ? { filename: fileName } : {}),
        },
      };
    }
    case "location": {
      const { latitude, longitude, name, address } = content.place;
      return {
        type: "location",
        location: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) },
      };
    }
    case "locationRequest":
      return {
        type: "interactive",
        interactive: {
          type: "location_request_message",
          body: { text: content.text },
          action: { name: "send_location" },
        },
      };
    case "contacts":
      return {
        type: "contacts",
        contacts: content.cards.map((card) => ({
          name: { formatted_name: card.name, first_name: card.firstName ?? card.name },
          ...(card.phones.length > 0 ? { phones: card.phones.map((phone) => ({ phone, type: "WORK" })) } : {}),
          ...(card.emails.length > 0 ? { emails: card.emails.map((email) => ({ email, type: "WORK" })) } : {}),
          ...(card.organization ? { org: { company: card.organization } } : {}),
        })),
      };
    case "reaction":
      return { type: "reaction", reaction: { message_id: content.toExternalId, emoji: content.emoji } };
    case "template":
      return { type: "template", template: template(content, send) };
    case "products":
      return {
        type: "interactive",
        interactive: {
          type: "product_list",
          header: { type: "text", text: content.header },
          body: { text: content.text },
          action: {
            catalog_id: content.catalogId,
            sections: content.sections.map(({ title, skus }) => ({
              title,
              product_items: skus.map((sku) => ({ product_retailer_id: sku })),
            })),
          },
        },
      };
  }
}

/** Rows of a list carry descriptions or a button that opens it; else the choices are buttons. `fit` has made sure of the limits. */
function interactive(content: Extract<OutboundContent, { readonly type: "choices" }>, send: SendContext): unknown {
  const header =
    content.header &&
    ("text" in content.header
      ? { type: "text", text: content.header.text }
      : { type: content.header.media.kind, [content.header.media.kind]: reference(content.header.media, send) });
  const common = {
    ...(header ? { header } : {}),
    body: { text: content.text },
    ...(content.footer ? { footer: { text: content.footer } } : {}),
  };
  if (content.listLabel !== undefined) {
    const rows = content.choices.map(({ id, label, description }) => ({
      id,
      title: label,
      ...(description ? { description } : {}),
    }));
    return {
      type: "list",
      ...common,
      action: { button: content.listLabel, sections: [{ title: content.listLabel, rows }] },
    };
  }
  return {
    type: "button",
    ...common,
    action: { buttons: content.choices.map(({ id, label }) => ({ type: "reply", reply: { id, title: label } })) },
  };
}

function template(content: Extract<OutboundContent, { readonly type: "template" }>, send: SendContext): unknown {
  const { header, body, buttons } = content.parameters;
  const components = [
    ...(header ? [{ type: "header", parameters: header.map((one) => parameter(one, send)) }] : []),
    ...(body ? [{ type: "body", parameters: body.map((one) => parameter(one, send)) }] : []),
    ...(buttons ?? []).map(({ index, type, value }) => ({
      type: "button",
      sub_type: type === "quickReply" ? "quick_reply" : type === "copyCode" ? "copy_code" : "url",
      index: String(index),
      parameters: [
        type === "quickReply"
          ? { type: "payload", payload: value }
          : type === "copyCode"
            ? { type: "coupon_code", coupon_code: value }
            : { type: "text", text: value },
      ],
    })),
  ];
  return { name: content.name, language: { code: content.language }, ...(components.length > 0 ? { components } : {}) };
}

/** Variables may hold no line breaks and no long runs of spaces: Meta refuses the whole message. */
function parameter(one: TemplateParameter, send: SendContext): unknown {
  if (one.type === "media") return { type: one.media.kind, [one.media.kind]: reference(one.media, send) };
  const text = one.text.replace(/\s+/g, " ").trim();
  return { type: "text", ...(one.name ? { parameter_name: one.name } : {}), text };
}

function reference(media: Media, send: SendContext): { readonly id: string } | { readonly link: string } {
  const uploaded = media.path === undefined ? undefined : send.uploaded[media.path];
  if (uploaded) return { id: uploaded };
  return media.url ? { link: media.url } : { id: media.remoteId ?? "" };
}
