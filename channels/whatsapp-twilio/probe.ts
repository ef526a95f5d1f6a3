import { z } from "zod";
import type { Account, Call, ConnectionFinding, ProbeAnswer, ProbeContext } from "../../engine/core/domain/channel.ts";
import { twilioUrl } from "../shared/twilio-account.ts";
import { judgeAll, judgeWebhook, probeAccount, probeCall, type Question, STRANGE } from "../shared/twilio-probe.ts";
import type { WhatsappTwilioAccount } from "./index.ts";

/** *Test connection*: the account, and the WhatsApp sender with its state and its webhook. Only reads. */
export function probe({ config }: Account<WhatsappTwilioAccount>, context: ProbeContext): readonly Call[] {
  return [probeAccount(config), sender(config, context).call];
}

export function judge(
  answers: readonly ProbeAnswer[],
  { config }: Account<WhatsappTwilioAccount>,
  context: ProbeContext,
): readonly ConnectionFinding[] {
  return judgeAll(answers, [sender(config, context)]);
}

const senders = z.looseObject({
  senders: z.array(
    z.looseObject({
      sender_id: z.string().nullish(),
      status: z.string().nullish(),
      webhook: z.looseObject({ callback_url: z.string().nullish() }).nullish(),
    }),
  ),
});

const SENDERS = {
  fr: "Dans la console Twilio, Messaging › Senders › WhatsApp senders › votre numéro",
  en: "In Twilio's console, Messaging › Senders › WhatsApp senders › your number",
};

function sender(config: WhatsappTwilioAccount, context: ProbeContext): Question {
  return {
    call: probeCall(config, twilioUrl("messaging", "/v2/Channels/Senders?Channel=whatsapp&PageSize=100")),
    judge: (body) => {
      const read = senders.safeParse(body);
      if (!read.success) return [STRANGE];
      const own = read.data.senders.find(({ sender_id }) => sender_id === `whatsapp:${config.from}`);
      if (!own) return [NOT_OURS];
      const webhook = judgeWebhook(own.webhook?.callback_url ?? "", context, SENDERS);
      if (own.status === "ONLINE") return [webhook];
      return [
        {
          level: "error",
          code: "senderOffline",
          message: {
            fr: "WhatsApp n'a pas (encore) activé ce numéro.",
            en: "WhatsApp has not activated this number (yet).",
          },
          remedy: {
            fr: `${SENDERS.fr} : terminez l'inscription, ou lisez pourquoi elle a été refusée.`,
            en: `${SENDERS.en}: finish the registration, or read why it was refused.`,
          },
          ...(own.status ? { detail: own.status.slice(0, 100) } : {}),
        },
        webhook,
      ];
    },
  };
}

const NOT_OURS: ConnectionFinding = {
  level: "error",
  code: "numberNotOurs",
  message: {
    fr: "Ce numéro n'est pas un expéditeur WhatsApp de ce compte Twilio.",
    en: "This number is not a WhatsApp sender of this Twilio account.",
  },
  remedy: {
    fr: "Vérifiez le numéro, avec son indicatif, ou inscrivez-le sous Messaging › Senders › WhatsApp senders. Le numéro d'essai (sandbox) n'y figure pas.",
    en: "Check the number, with its country code, or register it under Messaging › Senders › WhatsApp senders. The sandbox number is not listed there.",
  },
};
