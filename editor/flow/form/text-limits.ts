import type { ChannelOffer } from "../../channels/channel-offers.ts";

/** The tightest limit among channels for a text at this place; null: none has one. */
export function limitFor(
  key: string,
  channels: readonly ChannelOffer[],
): { readonly max: number; readonly channel: ChannelOffer } | null {
  const limits = channels.flatMap((channel) => {
    const max = maxOf(key, channel.capabilities);
    return max === null || max <= 0 ? [] : [{ max, channel }];
  });
  return limits.sort((a, b) => a.max - b.max)[0] ?? null;
}

function maxOf(key: string, can: ChannelOffer["capabilities"]): number | null {
  switch (key) {
    case "label":
      return can.buttons?.labelLength ?? can.list?.labelLength ?? null;
    case "description":
      return can.list?.descriptionLength ?? null;
    case "listLabel":
      return can.list?.openLength ?? null;
    case "header":
      return can.headerLength;
    case "footer":
      return can.footerLength;
    case "caption":
      return can.media.image?.captionLength ?? null;
    case "text":
    case "invalidText":
      return can.buttons?.textLength ?? can.maxTextLength;
    default:
      return null;
  }
}
