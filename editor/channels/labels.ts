import type { ChannelType } from "../../engine/core/domain/channel.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";

/** Kinds of channels in lists; where a channel's own label is at hand (`GET /api/channels`), that one counts. */
export const CHANNEL_LABELS: Readonly<Record<ChannelType, Bilingual>> = {
  whatsapp: { fr: "WhatsApp", en: "WhatsApp" },
  whatsappTwilio: { fr: "WhatsApp (Twilio)", en: "WhatsApp (Twilio)" },
  messenger: { fr: "Messenger", en: "Messenger" },
  instagram: { fr: "Instagram", en: "Instagram" },
  sms: { fr: "SMS", en: "SMS" },
  email: { fr: "E-mail", en: "E-mail" },
  form: { fr: "Formulaire web", en: "Web form" },
  web: { fr: "Chat web", en: "Web chat" },
};
