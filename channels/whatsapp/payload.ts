import { z } from "zod";

/**
 * The shapes of Meta's webhooks and answers, in Meta's own spelling (platform facts A.5, A.6, A.13; Graph v25).
 * Lenient: unknown fields pass, and one message that does not fit is set aside without its neighbours.
 */
const text = z.string();
const media = z.looseObject({
  id: text.optional(),
  mime_type: text.optional(),
  sha256: text.optional(),
  caption: text.optional(),
  filename: text.optional(),
  url: text.optional(),
  voice: z.boolean().optional(),
});

/** A number, or a number as text; nothing else, as `Number(null)` is 0 and 0 is a code of Meta's. */
const code = z.union([z.number(), text.regex(/^\d{1,9}$/).transform(Number)]);
/** Ids are opaque and long, yet they become keys of the database. */
const id = text.min(1).max(1000);

export const errorItem = z.looseObject({
  code,
  title: text.optional(),
  message: text.optional(),
  error_data: z.union([z.looseObject({ details: text.optional() }), text]).optional(),
});
export type ErrorItem = z.infer<typeof errorItem>;

const context = z.looseObject({
  from: text.optional(),
  id: text.optional(),
  forwarded: z.boolean().optional(),
  frequently_forwarded: z.boolean().optional(),
  referred_product: z.looseObject({ product_retailer_id: text.optional() }).optional(),
});
export const referral = z.looseObject({
  source_url: text.optional(),
  source_id: text.optional(),
  source_type: text.optional(),
  headline: text.optional(),
  body: text.optional(),
  ctwa_clid: text.optional(),
});

export const message = z.looseObject({
  id,
  from: text.optional(),
  from_user_id: text.optional(),
  from_parent_user_id: text.optional(),
  timestamp: z.union([text, z.number()]),
  type: text,
  group_id: text.optional(),
  context: context.optional(),
  referral: referral.optional(),
  errors: z.array(errorItem).optional(),
  text: z.looseObject({ body: text }).optional(),
  image: media.optional(),
  video: media.optional(),
  audio: media.optional(),
  voice: media.optional(),
  document: media.optional(),
  sticker: media.optional(),
  location: z
    .looseObject({ latitude: z.number(), longitude: z.number(), name: text.optional(), address: text.optional() })
    .optional(),
  contacts: z
    .array(
      z.looseObject({
        name: z.looseObject({ formatted_name: text.optional(), first_name: text.optional() }).optional(),
        phones: z.array(z.looseObject({ phone: text.optional(), wa_id: text.optional() })).optional(),
        emails: z.array(z.looseObject({ email: text.optional() })).optional(),
        org: z.looseObject({ company: text.optional() }).optional(),
      }),
    )
    .optional(),
  button: z.looseObject({ payload: text.optional(), text: text.optional() }).optional(),
  interactive: z
    .looseObject({
      type: text,
      button_reply: z.looseObject({ id: text, title: text }).optional(),
      list_reply: z.looseObject({ id: text, title: text, description: text.optional() }).optional(),
      nfm_reply: z.looseObject({ name: text.optional(), response_json: text.optional() }).optional(),
    })
    .optional(),
  order: z
    .looseObject({
      catalog_id: text.optional(),
      text: text.optional(),
      product_items: z.array(z.looseObject({ product_retailer_id: text, quantity: z.coerce.number() })),
    })
    .optional(),
  reaction: z.looseObject({ message_id: text, emoji: text.optional() }).optional(),
  system: z
    .looseObject({
      type: text.optional(),
      wa_id: text.optional(),
      user_id: text.optional(),
      previous_user_id: text.optional(),
      previous_parent_user_id: text.optional(),
      body: text.optional(),
    })
    .optional(),
  unsupported: z.looseObject({ type: text.optional() }).optional(),
  edit: z
    .looseObject({ original_message_id: text, message: z.looseObject({ type: text.optional() }).optional() })
    .optional(),
  revoke: z.looseObject({ original_message_id: text }).optional(),
});
export type WaMessage = z.infer<typeof message>;

export const contact = z.looseObject({
  wa_id: text.optional(),
  user_id: text.optional(),
  parent_user_id: text.optional(),
  profile: z.looseObject({ name: text.optional(), username: text.optional() }).optional(),
});
export type WaContact = z.infer<typeof contact>;

export const status = z.looseObject({
  id,
  status: text,
  timestamp: z.union([text, z.number()]),
  recipient_id: text.optional(),
  recipient_user_id: text.optional(),
  biz_opaque_callback_data: text.optional(),
  errors: z.array(errorItem).optional(),
  pricing: z.looseObject({ category: text.optional(), type: text.optional() }).optional(),
});
export type WaStatus = z.infer<typeof status>;

export const echo = z.looseObject({ ...message.shape, to: text.optional(), to_user_id: text.optional() });

export const preference = z.looseObject({
  wa_id: text.optional(),
  user_id: text.optional(),
  category: text.optional(),
  value: text,
  timestamp: z.union([text, z.number()]).optional(),
});

export const value = z.looseObject({
  metadata: z.looseObject({ phone_number_id: text }).optional(),
  contacts: z.array(z.unknown()).optional(),
  messages: z.array(z.unknown()).optional(),
  statuses: z.array(z.unknown()).optional(),
  errors: z.array(z.unknown()).optional(),
  message_echoes: z.array(z.unknown()).optional(),
  user_preferences: z.array(z.unknown()).optional(),
});
export type WaValue = z.infer<typeof value>;

export const change = z.looseObject({ field: text, value });

export const entry = z.looseObject({
  id: text.optional(),
  time: z.union([text, z.number()]).optional(),
  changes: z.array(z.unknown()).default([]),
});
export type WaEntry = z.infer<typeof entry>;

/** Entries are read one by one: a broken one must not lose its neighbours. */
export const delivery = z.looseObject({ object: text, entry: z.array(z.unknown()) });

export const sendAnswer = z.looseObject({
  contacts: z
    .array(z.looseObject({ input: text.optional(), wa_id: text.optional(), user_id: text.optional() }))
    .optional(),
  messages: z.array(z.looseObject({ id: text.min(1) })).optional(),
  error: z
    .looseObject({
      code,
      message: text.optional(),
      is_transient: z.boolean().optional(),
      error_data: z.union([z.looseObject({ details: text.optional() }), text]).optional(),
    })
    .optional(),
  id: text.optional(),
  success: z.boolean().optional(),
});
