import type { Account, MediaFetch, SendContext } from "../../engine/core/domain/channel.ts";
import type { Media } from "../../engine/core/domain/message.ts";
import { credentials, type TwilioAccount } from "./twilio-account.ts";

const API = "https://api.twilio.com/";

/** Files of inbound messages: behind the account's own credentials, then on hosts that must not see these. */
export function fetchMedia(media: Media, { config }: Account<TwilioAccount>): MediaFetch {
  return {
    ...(media.url ? { url: media.url.startsWith(API) ? `{base}/${media.url.slice(API.length)}` : media.url } : {}),
    headers: credentials(config),
    hosts: ["api.twilio.com", "*.twiliocdn.com", "*.twilio.com", "{base}"],
    maxBytes: 16 * 1024 * 1024,
  };
}

/** A public address of a file of ours or of the business's; null: it has none. */
export function linkOf(media: Media, send: SendContext): string | null {
  return media.url ?? (media.path === undefined ? null : (send.links?.[media.path] ?? null));
}
