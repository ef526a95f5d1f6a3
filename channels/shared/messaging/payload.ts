import { z } from "zod";

/**
 * The shapes of Meta's messaging webhooks and answers (Messenger and Instagram), in Meta's own spelling (platform facts
 * C.1, C.2; Instagram Messaging webhooks, read 2026-11-21). Lenient: unknown fields pass.
 */
const text = z.string();
/** Ids are opaque and long, yet they become keys of the database; some products write them as numbers. */
const id = z.union([text.min(1).max(1000), z.number().transform(String)]);
const person = z.looseObject({ id: id.optional(), user_ref: text.optional() });
const timestamp = z.union([text, z.number()]).optional();

export const attachment = z.looseObject({
  type: text,
  title: text.nullish(),
  url: text.nullish(),
  payload: z
    .looseObject({
      url: text.nullish(),
      title: text.nullish(),
      sticker_id: z.union([z.number(), text]).nullish(),
      coordinates: z.looseObject({ lat: z.number(), long: z.number() }).nullish(),
    })
    .nullish(),
});
export type Attachment = z.infer<typeof attachment>;

export const referral = z.looseObject({
  ref: text.nullish(),
  source: text.nullish(),
  type: text.nullish(),
  ad_id: id.nullish(),
  referer_uri: text.nullish(),
  ads_context_data: z.looseObject({ ad_title: text.nullish() }).nullish(),
  product: z.looseObject({ id: id.nullish() }).nullish(),
});
export type Referral = z.infer<typeof referral>;

export const message = z.looseObject({
  mid: id,
  text: text.nullish(),
  is_echo: z.boolean().nullish(),
  is_deleted: z.boolean().nullish(),
  is_unsupported: z.boolean().nullish(),
  app_id: id.nullish(),
  metadata: text.nullish(),
  quick_reply: z.looseObject({ payload: text }).nullish(),
  reply_to: z
    .looseObject({ mid: id.nullish(), story: z.looseObject({ id: id.nullish(), url: text.nullish() }).nullish() })
    .nullish(),
  attachments: z.array(z.unknown()).nullish(),
  referral: referral.nullish(),
});
export type Message = z.infer<typeof message>;

export const event = z.looseObject({
  sender: person.optional(),
  recipient: person.optional(),
  timestamp,
  message: message.optional(),
  message_edit: z.looseObject({ mid: id, text: text.nullish(), num_edit: z.number().nullish() }).optional(),
  postback: z
    .looseObject({ mid: id.nullish(), title: text.nullish(), payload: text.nullish(), referral: referral.nullish() })
    .optional(),
  referral: referral.optional(),
  optin: z
    .looseObject({
      type: text.nullish(),
      ref: text.nullish(),
      payload: text.nullish(),
      notification_messages_status: text.nullish(),
    })
    .optional(),
  delivery: z.looseObject({ mids: z.array(id).nullish(), watermark: timestamp }).optional(),
  read: z.looseObject({ watermark: timestamp, mid: id.nullish() }).optional(),
  reaction: z.looseObject({ mid: id, action: text, emoji: text.nullish(), reaction: text.nullish() }).optional(),
  pass_thread_control: z.looseObject({ new_owner_app_id: id.nullish() }).optional(),
  take_thread_control: z.looseObject({ new_owner_app_id: id.nullish() }).optional(),
  policy_enforcement: z.looseObject({ action: text.nullish(), reason: text.nullish() }).optional(),
});
export type Event = z.infer<typeof event>;

export const entry = z.looseObject({
  id,
  time: timestamp,
  messaging: z.array(z.unknown()).nullish(),
  standby: z.array(z.unknown()).nullish(),
  changes: z.array(z.unknown()).nullish(),
});
export type Entry = z.infer<typeof entry>;

/** Entries are read one by one: a broken one must not lose its neighbours. */
export const delivery = z.looseObject({ object: text, entry: z.array(z.unknown()) });

/** A number, or a number as text; nothing else, as `Number(null)` is 0 and 0 is a code of Meta's. */
const code = z.union([z.number(), text.regex(/^\d{1,9}$/).transform(Number)]);
export const answer = z.looseObject({
  message_id: text.min(1).optional(),
  attachment_id: z.union([text.min(1), z.number().transform(String)]).optional(),
  recipient_id: text.optional(),
  error: z
    .looseObject({
      code,
      error_subcode: code.optional(),
      message: text.optional(),
      is_transient: z.boolean().optional(),
    })
    .optional(),
});

export const profile = z.looseObject({
  name: text.nullish(),
  first_name: text.nullish(),
  last_name: text.nullish(),
  username: text.nullish(),
  locale: text.nullish(),
});
