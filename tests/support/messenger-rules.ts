import { z } from "zod";

/**
 * What the Send API takes, as strict as Meta is or stricter: an unknown field, a title that Meta would cut, a template
 * with nothing but a title are refused (platform facts C.2; Instagram Messaging, read 2026-11-21).
 */
const button = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("web_url"), url: z.url(), title: z.string().min(1).max(20) }),
  z.strictObject({
    type: z.literal("postback"),
    title: z.string().min(1).max(20),
    payload: z.string().min(1).max(1000),
  }),
]);
const template = z.discriminatedUnion("template_type", [
  z.strictObject({
    template_type: z.literal("button"),
    text: z.string().min(1).max(640),
    buttons: z.array(button).min(1).max(3),
  }),
  z.strictObject({
    template_type: z.literal("generic"),
    elements: z
      .array(
        z
          .strictObject({
            title: z.string().min(1).max(80),
            subtitle: z.string().min(1).max(80).optional(),
            image_url: z.url().optional(),
            buttons: z.array(button).min(1).max(3).optional(),
          })
          .refine(({ subtitle, image_url, buttons }) => subtitle ?? image_url ?? buttons),
      )
      .min(1)
      .max(10),
  }),
]);
const file = z.union([
  z.strictObject({ attachment_id: z.string() }),
  z.strictObject({ url: z.url({ protocol: /^https?$/ }), is_reusable: z.boolean().optional() }),
]);
const attachment = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("template"), payload: template }),
  z.strictObject({ type: z.enum(["image", "audio", "video", "file"]), payload: file }),
]);
const quickReplies = z
  .array(
    z.strictObject({
      content_type: z.literal("text"),
      title: z.string().min(1).max(20),
      payload: z.string().min(1).max(1000),
    }),
  )
  .min(1)
  .max(13)
  .optional();
const metadata = z.string().max(1000).optional();

const message = z.union([
  z.strictObject({ text: z.string().min(1), quick_replies: quickReplies, metadata }),
  z.strictObject({ attachment, quick_replies: quickReplies, metadata }),
]);
const recipient = z.strictObject({ id: z.string().regex(/^\d+$/) });

export const sending = z.union([
  z.strictObject({ recipient, messaging_type: z.enum(["RESPONSE", "UPDATE"]), message }),
  z.strictObject({ recipient, messaging_type: z.literal("MESSAGE_TAG"), tag: z.literal("HUMAN_AGENT"), message }),
]);
export type Sending = z.infer<typeof sending>;

export const action = z.strictObject({ recipient, sender_action: z.enum(["typing_on", "typing_off", "mark_seen"]) });

export const upload = z.strictObject({
  attachment: z.strictObject({
    type: z.enum(["image", "audio", "video", "file"]),
    payload: z.strictObject({ is_reusable: z.literal(true) }),
  }),
});

/** The longest text: characters on Messenger, bytes on Instagram. */
export function isTextTooLong(text: string, instagram: boolean): boolean {
  return instagram ? Buffer.byteLength(text) > 1000 : [...text].length > 2000;
}

/** Greatest size and types of an uploaded file; null: any type. */
const FILES: Readonly<Record<"messenger" | "instagram", Readonly<Record<string, readonly [number, RegExp]>>>> = {
  messenger: {
    image: [8, /^image\/(jpeg|png|gif)$/],
    video: [25, /^video\//],
    audio: [25, /^audio\//],
    file: [25, /./],
  },
  instagram: {
    image: [8, /^image\/(jpeg|png|gif)$/],
    video: [25, /^video\/(mp4|ogg|x-msvideo|quicktime|webm)$/],
    audio: [25, /^audio\/(aac|mp4|wav)$/],
    file: [25, /^application\/pdf$/],
  },
};

export function isFileTaken(product: "messenger" | "instagram", type: string, given: File): boolean {
  const [megabytes, types] = FILES[product][type] ?? [0, /^$/];
  return given.size <= megabytes * 1024 * 1024 && types.test(given.type);
}
