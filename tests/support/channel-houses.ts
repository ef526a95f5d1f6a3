import type { ChannelType } from "../../engine/core/domain/channel.ts";
import type { ChannelDriver } from "./channel-house.ts";
import { findDovecot } from "./install-dovecot.ts";
import { openMail } from "./mail-house.ts";
import { openMeta } from "./messenger-house.ts";
import { openForm, openTwilio } from "./twilio-house.ts";
import { openWeb } from "./web-house.ts";
import { openWhatsapp } from "./whatsapp-house.ts";

/** Every channel, by what it takes to be its customer. A channel that is not here fails the tests that walk over all of them. */
export const channelDrivers: Readonly<Partial<Record<ChannelType, ChannelDriver>>> = {
  whatsapp: { open: openWhatsapp },
  messenger: { open: () => openMeta("messenger") },
  instagram: { open: () => openMeta("instagram") },
  web: { open: openWeb, withoutProvider: "this server shows its messages itself, nobody else is asked to" },
  form: {
    open: openForm,
    withoutProvider: "it says nothing itself: its answers go by other channels and fail as theirs",
  },
  sms: { open: () => openTwilio("") },
  whatsappTwilio: { open: () => openTwilio("whatsapp:") },
  email: { open: openMail, canRun: () => findDovecot() !== null },
};
