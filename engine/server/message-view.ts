import { z } from "zod";
import type { Channel } from "../core/domain/channel.ts";
import { filesOf, textOf } from "../core/domain/message.ts";
import { smsSize } from "../core/domain/sms-segments.ts";
import type { MessageView } from "../ports.ts";

/** A message as the API gives it (spec 9). */
export const apiMessage = z.object({
  id: z.string(),
  conversationId: z.string(),
  direction: z.enum(["in", "out"]),
  author: z.enum(["contact", "bot", "assistant", "agent"]),
  /** The person who wrote, where a person did and is known. */
  authorName: z.string().nullable(),
  kind: z.string(),
  text: z.string(),
  attachments: z.array(
    z.object({
      kind: z.string(),
      mimeType: z.string().nullable(),
      fileName: z.string().nullable(),
      sizeBytes: z.number().nullable(),
      url: z.string().nullable(),
    }),
  ),
  choices: z.array(z.object({ id: z.string(), label: z.string() })),
  externalId: z.string().nullable(),
  status: z.string(),
  error: z
    .object({
      code: z.string(),
      providerCode: z.string().nullable(),
      detail: z.string().nullable(),
      /** What it means and what to do about it; null: the channel says nothing more. */
      advice: z.object({ fr: z.string(), en: z.string() }).nullable(),
    })
    .nullable(),
  maybeDuplicate: z.boolean(),
  position: z.number(),
  sentAt: z.string().nullable(),
  createdAt: z.string(),
  contact: z.object({
    id: z.string(),
    name: z.string(),
    identities: z.array(z.object({ channel: z.string(), kind: z.string(), value: z.string() })),
  }),
  channel: z.string(),
  accountId: z.string(),
  /** Of a text message of ours: the parts that carriers count and charge. */
  segments: z.number().nullable(),
});
export type ApiMessage = z.infer<typeof apiMessage>;

/** A message in the API's words; its channel knows what the provider's codes mean. */
export function messageView(message: MessageView, channel: Pick<Channel, "capabilities" | "explain">): ApiMessage {
  const { content, contact, error } = message;
  const media = content.type === "media" ? content.media : null;
  return {
    id: message.id,
    conversationId: message.conversationId,
    direction: message.direction,
    author: message.author,
    authorName: message.authorName ?? null,
    kind: media ? media.kind : content.type,
    text: textOf(content),
    attachments: filesOf(content).map((file, index) => ({
      kind: file.kind,
      mimeType: file.mimeType ?? null,
      fileName: file.fileName ?? null,
      sizeBytes: file.sizeBytes ?? null,
      url: file.path ? `/api/media/${message.id}${index === 0 ? "" : `?n=${index}`}` : (file.url ?? null),
    })),
    choices: content.type === "choices" ? content.choices.map(({ id, label }) => ({ id, label })) : [],
    externalId: message.externalId,
    status: message.status,
    error: error && {
      code: error.code,
      providerCode: error.providerCode ?? null,
      detail: error.detail ?? null,
      advice: error.advice ?? null,
    },
    maybeDuplicate: message.maybeDuplicate,
    position: message.position,
    sentAt: message.sentAt,
    createdAt: message.createdAt,
    contact: {
      id: contact.id,
      name: contact.name,
      identities: contact.identities.map(({ channel, kind, value }) => ({ channel, kind, value })),
    },
    channel: message.channel,
    accountId: message.accountId,
    segments:
      channel.capabilities.charged === "parts" && message.direction === "out" && content.type === "text"
        ? smsSize(content.text).segments
        : null,
  };
}
