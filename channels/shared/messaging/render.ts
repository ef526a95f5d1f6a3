import type { Account, Call, MediaFetch, Recipient, SendContext } from "../../../engine/core/domain/channel.ts";
import type { Media, MediaKind, OutboundContent } from "../../../engine/core/domain/message.ts";
import type { MessagingAccount, Product } from "./account.ts";

const ATTACHMENT: Readonly<Record<MediaKind, string>> = {
  image: "image",
  video: "video",
  audio: "audio",
  document: "file",
  sticker: "image",
};

/**
 * The calls that say one content. A file of ours is uploaded first and sent by its id, which serves for every later
 * message, too (platform facts C.2; attachment ids last 90 days). `metadata` comes back in the echo and proves what
 * arrived. Outside the service window only a person's own words may go, and must say that they are.
 */
export function renderer<Config extends MessagingAccount>(product: Product<Config>) {
  return (content: OutboundContent, to: Recipient, account: Account<Config>, send: SendContext): readonly Call[] => {
    const person = personOf(product, to);
    if (!person) return [];
    const file = content.type === "media" ? content.media : null;
    if (file?.path !== undefined && send.uploaded[file.path] === undefined)
      return [upload(product, file, file.path, account)];
    const message = messageOf(content, send);
    if (!message) return [];
    const byHand = send.windowClosed === true && send.author === "agent";
    return [
      call(account, "messages", {
        recipient: { id: person },
        ...(byHand ? { messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" } : { messaging_type: "RESPONSE" }),
        message: { ...message, metadata: send.effectId },
      }),
    ];
  };
}

/** Marks what the person wrote as read, and shows for twenty seconds that an answer is being written. */
export function typingOf<Config extends MessagingAccount>(product: Product<Config>) {
  return (to: Recipient, account: Account<Config>): readonly Call[] => {
    const person = personOf(product, to);
    if (!person) return [];
    return ["mark_seen", "typing_on"].map((sender_action) => ({
      ...call(account, "messages", { recipient: { id: person }, sender_action }),
      purpose: "typing",
    }));
  };
}

/** Files of contacts lie on Meta's own hosts under addresses that expire, and need no token. */
export function fetchMedia(media: Media): MediaFetch {
  return {
    ...(media.url ? { url: media.url } : {}),
    headers: { "user-agent": "relais" },
    hosts: ["*.fbcdn.net", "*.fbsbx.com", "*.cdninstagram.com", "{base}"],
    maxBytes: 25 * 1024 * 1024,
  };
}

export function personOf<Config extends MessagingAccount>(product: Product<Config>, to: Recipient): string | undefined {
  return to.identities.find(({ kind }) => kind === product.identityKind)?.value;
}

export function authorization({ config }: Account<MessagingAccount>): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${config.accessToken}` };
}

function call(account: Account<MessagingAccount>, path: string, value: unknown): Call {
  return {
    purpose: "send",
    via: "http",
    method: "POST",
    url: `{base}/${account.config.graphVersion}/me/${path}`,
    headers: authorization(account),
    body: { type: "json", value },
  };
}

function upload<Config extends MessagingAccount>(
  product: Product<Config>,
  media: Media,
  path: string,
  account: Account<Config>,
): Call {
  const message = { attachment: { type: ATTACHMENT[media.kind], payload: { is_reusable: true } } };
  return {
    ...call(account, "message_attachments", null),
    purpose: "upload",
    body: {
      type: "multipart",
      fields: { ...product.uploadFields, message: JSON.stringify(message) },
      file: { field: "filedata", media },
    },
    uploadKey: path,
  };
}

/** `fit` has made sure of the limits; what the channel cannot say is null. */
function messageOf(content: OutboundContent, send: SendContext): Readonly<Record<string, unknown>> | null {
  switch (content.type) {
    case "text":
      return { text: content.text };
    case "choices":
      return content.listLabel === undefined
        ? {
            text: content.text,
            quick_replies: content.choices.map(({ id, label }) => ({
              content_type: "text",
              title: label,
              payload: id,
            })),
          }
        : template({ template_type: "generic", elements: content.choices.map(card(content.listLabel)) });
    case "link":
      return template({
        template_type: "button",
        text: content.text,
        buttons: [{ type: "web_url", url: content.url, title: content.label }],
      });
    case "media": {
      const { kind, path, url, remoteId } = content.media;
      const id = (path === undefined ? undefined : send.uploaded[path]) ?? remoteId;
      const payload = id ? { attachment_id: id } : { url, is_reusable: true };
      return { attachment: { type: ATTACHMENT[kind], payload } };
    }
    case "location":
    case "locationRequest":
    case "contacts":
    case "template":
    case "products":
    case "reaction":
      return null;
  }
}

function template(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { attachment: { type: "template", payload } };
}

/** A card needs something besides its title: the picture or the line below, and always the button. */
const card =
  (button: string) =>
  ({
    id,
    label,
    description,
    imageUrl,
  }: {
    readonly id: string;
    readonly label: string;
    readonly description?: string;
    readonly imageUrl?: string;
  }) => ({
    title: label,
    ...(description ? { subtitle: description } : {}),
    ...(imageUrl ? { image_url: imageUrl } : {}),
    buttons: [{ type: "postback", title: button, payload: id }],
  });
