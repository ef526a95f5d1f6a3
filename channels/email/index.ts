import type { z } from "zod";
import { channel } from "../../engine/core/domain/channel.ts";
import { type EmailAccount, emailAccount, imapServer } from "./account.ts";
import { judge, probe } from "./probe.ts";
import { receive } from "./receive.ts";
import { render } from "./render.ts";
import { settle } from "./settle.ts";

const TEXT_LENGTH = 50_000;
/** Most servers refuse 25 MB, and a file grows by a third on its way. */
const FILE = { maxBytes: 15 * 1024 * 1024, mimeTypes: [], captionLength: TEXT_LENGTH };

/** E-mail: read over IMAP, sent over SMTP (platform facts D). Buttons become numbers, pictures and files travel along. */
export const email = channel<EmailAccount>({
  type: "email",
  label: { fr: "E-mail", en: "E-mail" },
  capabilities: {
    maxTextLength: TEXT_LENGTH,
    buttons: null,
    list: null,
    headerLength: 0,
    footerLength: 0,
    choiceIdLength: 200,
    media: { image: FILE, video: FILE, audio: FILE, document: FILE },
    linkButton: { labelLength: 80, textLength: TEXT_LENGTH },
    location: false,
    locationRequest: false,
    contacts: false,
    reaction: false,
    template: false,
    products: false,
    typing: false,
    serviceWindowHours: null,
    pace: { account: { perSecond: 2, burst: 2 }, recipient: null },
    unknownPolicy: "resend",
    evidence: false,
    identityKinds: ["email"],
    // Drawn in the HTML part, taken out of the text.
    markup: "whatsapp",
  },
  account: emailAccount as unknown as z.ZodType<EmailAccount>,
  address: ({ address }) => address,
  threads: true,
  mailbox: (config) => ({
    server: imapServer(config),
    folder: config.folder,
    afterReading: config.afterReading,
    moveTo: config.moveTo,
    pollSeconds: config.pollSeconds,
  }),
  receive,
  render,
  settle,
  probe,
  judge,
  perSecond: ({ messagesPerSecond }) => messagesPerSecond,
});
