import type { Referral } from "../../../engine/core/domain/inbound-event.ts";
import type { InboundContent, MediaKind } from "../../../engine/core/domain/message.ts";
import * as payload from "./payload.ts";

const FILES: ReadonlyMap<string, MediaKind> = new Map([
  ["image", "image"],
  ["video", "video"],
  ["audio", "audio"],
  ["file", "document"],
  ["sticker", "sticker"],
]);
/** The like button, in its three sizes: a word rather than a picture (C.1). */
const THUMBS_UP: ReadonlySet<string> = new Set(["369239263222822", "369239343222814", "369239383222810"]);
/** Posts of others that were passed on to us: a link to look at, not a file. */
const SHARED: ReadonlySet<string> = new Set(["share", "ig_post", "reel", "ig_reel", "ig_story", "post"]);

/**
 * What a message says, in our words: one content for its words and one for each attachment, in order. One text with one
 * file is a file with a caption. Kinds that Meta adds later become `unsupported`, never an error.
 */
export function contentsOf(message: payload.Message): readonly InboundContent[] {
  if (message.is_unsupported) return [{ type: "unsupported", what: "unknown" }];
  const words = message.text ?? "";
  if (message.quick_reply) return [{ type: "choice", id: message.quick_reply.payload, label: words }];
  const attached = (message.attachments ?? []).flatMap((raw) => attachmentOf(raw, words));
  const distinct = attached.filter((one, index) => !isTwin(one, attached[index - 1]));
  if (words === "") return distinct.length > 0 ? distinct : [{ type: "unsupported", what: "empty" }];
  const [only] = distinct;
  if (distinct.length === 1 && only?.type === "media") return [{ ...only, caption: words }];
  return [{ type: "text", text: words }, ...distinct];
}

function attachmentOf(raw: unknown, words: string): readonly InboundContent[] {
  const parsed = payload.attachment.safeParse(raw);
  if (!parsed.success) return [{ type: "unsupported", what: "attachment" }];
  const { type, payload: held } = parsed.data;
  const url = held?.url ?? parsed.data.url ?? "";
  const title = held?.title ?? parsed.data.title ?? "";
  if (held?.sticker_id && THUMBS_UP.has(String(held.sticker_id))) return [{ type: "text", text: "👍" }];
  if (type === "like_heart") return [{ type: "text", text: "❤" }];
  if (held?.coordinates)
    return [
      {
        type: "location",
        place: {
          latitude: held.coordinates.lat,
          longitude: held.coordinates.long,
          ...(title ? { name: title } : {}),
        },
      },
    ];
  const kind = held?.sticker_id ? "sticker" : FILES.get(type);
  if (kind && /^https?:\/\//.test(url)) return [{ type: "media", media: { kind, url } }];
  if (type === "story_mention") return [{ type: "visit", what: "mention", ...(url ? { url } : {}) }];
  // A link that was written is in the text already; one that was shared has only this.
  if (type === "fallback") {
    const link = [title, url].filter((part) => part !== "").join("\n");
    return words !== "" || link === "" ? [] : [{ type: "text", text: link }];
  }
  const reason = [title, url].filter((part) => part !== "").join(" ");
  return [
    { type: "unsupported", what: SHARED.has(type) ? "share" : type.slice(0, 100), ...(reason ? { reason } : {}) },
  ];
}

/** Until August 2026 a sticker came twice, as `image` and as `sticker`; a shared post as `share` and as `ig_post`. */
function isTwin(one: InboundContent, before: InboundContent | undefined): boolean {
  if (one.type === "media" && before?.type === "media")
    return one.media.url === before.media.url && one.media.kind === before.media.kind;
  if (one.type === "unsupported" && before?.type === "unsupported")
    return one.what === "share" && before.what === "share" && one.reason === before.reason;
  return one.type === "text" && before?.type === "text" && one.text === before.text;
}

/** How somebody came: a link, an ad, a product; null: nothing of it. */
export function referralOf(referral: payload.Referral | null | undefined): Referral | null {
  if (!referral) return null;
  const { ref, source, type, ad_id, referer_uri, ads_context_data, product } = referral;
  const sourceId = ad_id ?? product?.id;
  return {
    source: source ?? type ?? (product?.id ? "PRODUCT" : "link"),
    ...(sourceId ? { sourceId } : {}),
    ...(referer_uri ? { url: referer_uri } : {}),
    ...(ads_context_data?.ad_title ? { headline: ads_context_data.ad_title } : {}),
    ...(ref ? { ref } : {}),
  };
}
