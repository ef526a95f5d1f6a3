import type { Channel, ChannelType } from "../engine/core/domain/channel.ts";
import { email } from "./email/index.ts";
import { form } from "./form/index.ts";
import { instagram } from "./instagram/index.ts";
import { messenger } from "./messenger/index.ts";
import { sms } from "./sms/index.ts";
import { web } from "./web/index.ts";
import { whatsapp } from "./whatsapp/index.ts";
import { whatsappTwilio } from "./whatsapp-twilio/index.ts";

/** Every channel. The engine hands a channel only accounts that its own schema parsed, so the list may forget their types. */
export const channels: readonly Channel[] = [whatsapp, messenger, instagram, web, form, sms, whatsappTwilio, email].map(
  (one) => one as unknown as Channel,
);

export function channelOf(type: ChannelType): Channel {
  const found = channels.find((one) => one.type === type);
  if (!found) throw new Error(`there is no channel ${type}`);
  return found;
}
