import type { Account, Call, Recipient, SendContext } from "../../engine/core/domain/channel.ts";
import type { OutboundContent } from "../../engine/core/domain/message.ts";
import { messageCall, senderField } from "../shared/twilio-account.ts";
import { linkOf } from "../shared/twilio-media.ts";
import type { SmsAccount } from "./index.ts";

/** The call that says one content: a text, or a file with its words. A file goes as MMS where that is allowed, else by its link. */
export function render(
  content: OutboundContent,
  to: Recipient,
  account: Account<SmsAccount>,
  send: SendContext,
): readonly Call[] {
  const phone = to.identities.find(({ kind }) => kind === "phone")?.value;
  const said = phone === undefined ? null : bodyOf(content, account.config, send);
  if (phone === undefined || said === null) return [];
  const { config } = account;
  return [messageCall(config, [["To", phone], senderField(config, config.from), ...said], send)];
}

function bodyOf(
  content: OutboundContent,
  { mms }: SmsAccount,
  send: SendContext,
): readonly (readonly [string, string])[] | null {
  if (content.type === "text") return [["Body", content.text]];
  if (content.type !== "media") return null;
  const { caption } = content;
  const link = linkOf(content.media, send);
  // Twilio fetches the file itself: an address that only we can reach is of no use to it.
  if (mms && link?.startsWith("https://"))
    return [...(caption ? [["Body", caption] as const] : []), ["MediaUrl", link]];
  const words = [caption, link].filter((part) => part).join("\n");
  return words === "" ? null : [["Body", words]];
}
