import { z } from "zod";
import type { Account, Call, ConnectionFinding, ProbeAnswer, ProbeContext } from "../../engine/core/domain/channel.ts";
import { twilioUrl } from "../shared/twilio-account.ts";
import { judgeAll, judgeWebhook, probeAccount, probeCall, type Question, STRANGE } from "../shared/twilio-probe.ts";
import type { SmsAccount } from "./index.ts";

/** *Test connection*: the account, the number with what it can do, the messaging service. Only reads. */
export function probe({ config }: Account<SmsAccount>, context: ProbeContext): readonly Call[] {
  return [probeAccount(config), ...questions(config, context).map(({ call }) => call)];
}

export function judge(
  answers: readonly ProbeAnswer[],
  { config }: Account<SmsAccount>,
  context: ProbeContext,
): readonly ConnectionFinding[] {
  return judgeAll(answers, questions(config, context));
}

const numbers = z.looseObject({
  incoming_phone_numbers: z.array(
    z.looseObject({
      phone_number: z.string(),
      capabilities: z.looseObject({ sms: z.boolean().optional(), mms: z.boolean().optional() }).optional(),
      sms_url: z.string().nullish(),
      sms_application_sid: z.string().nullish(),
    }),
  ),
});
const codes = z.looseObject({
  short_codes: z.array(z.looseObject({ short_code: z.coerce.string(), sms_url: z.string().nullish() })),
});
const service = z.looseObject({
  inbound_request_url: z.string().nullish(),
  use_inbound_webhook_on_number: z.boolean().optional(),
});

function questions(config: SmsAccount, context: ProbeContext): readonly Question[] {
  const { accountSid, from, messagingServiceSid } = config;
  const base = `/2010-04-01/Accounts/${accountSid}`;
  const ofService = !!messagingServiceSid;
  const asked: Question[] = [];
  if (from.startsWith("+"))
    asked.push({
      call: probeCall(
        config,
        twilioUrl("api", `${base}/IncomingPhoneNumbers.json?${new URLSearchParams({ PhoneNumber: from })}`),
      ),
      judge: (body) => judgeNumber(body, config, context),
    });
  else if (/^\d+$/.test(from))
    asked.push({
      call: probeCall(config, twilioUrl("api", `${base}/SMS/ShortCodes.json?ShortCode=${from}`)),
      judge: (body) => {
        const read = codes.safeParse(body);
        if (!read.success) return [STRANGE];
        const own = read.data.short_codes.find(({ short_code }) => short_code === from);
        return own ? (ofService ? [] : [judgeWebhook(own.sms_url ?? "", context, CODES)]) : [NOT_OURS];
      },
    });
  if (ofService)
    asked.push({
      call: probeCall(config, twilioUrl("messaging", `/v1/Services/${messagingServiceSid}`)),
      judge: (body) => {
        const read = service.safeParse(body);
        if (!read.success) return [STRANGE];
        // The service leaves it to each number: what the number says counts.
        if (read.data.use_inbound_webhook_on_number) return [];
        return [judgeWebhook(read.data.inbound_request_url ?? "", context, SERVICES)];
      },
    });
  return asked;
}

function judgeNumber(body: unknown, { mms, from, messagingServiceSid }: SmsAccount, context: ProbeContext) {
  const read = numbers.safeParse(body);
  if (!read.success) return [STRANGE];
  const own = read.data.incoming_phone_numbers.find(({ phone_number }) => phone_number === from);
  if (!own) return [NOT_OURS];
  const findings: ConnectionFinding[] = [];
  if (own.capabilities?.sms === false)
    findings.push({
      level: "error",
      code: "numberWithoutSms",
      message: { fr: "Ce numéro ne peut pas envoyer de SMS.", en: "This number cannot send text messages." },
      remedy: {
        fr: "Choisissez ou achetez chez Twilio un numéro qui a la capacité SMS.",
        en: "Choose or buy a number at Twilio that has the SMS capability.",
      },
    });
  if (mms && own.capabilities?.mms === false)
    findings.push({
      level: "warning",
      code: "numberWithoutMms",
      message: { fr: "Ce numéro ne peut pas envoyer d'images.", en: "This number cannot send pictures." },
      remedy: {
        fr: "Désactivez les MMS pour ce compte : Relais enverra un lien.",
        en: "Switch MMS off for this account: Relais sends a link.",
      },
    });
  if (!messagingServiceSid)
    findings.push(own.sms_application_sid ? IN_APPLICATION : judgeWebhook(own.sms_url ?? "", context, NUMBERS));
  return findings;
}

const NUMBERS = {
  fr: "Dans la console Twilio, Phone Numbers › votre numéro › Messaging › « A message comes in »",
  en: 'In Twilio\'s console, Phone Numbers › your number › Messaging › "A message comes in"',
};
const CODES = {
  fr: "Dans la console Twilio, Short Codes › votre numéro court › « A message comes in »",
  en: 'In Twilio\'s console, Short Codes › your short code › "A message comes in"',
};
const SERVICES = {
  fr: "Dans la console Twilio, Messaging › Services › votre service › Integration › « Send a webhook »",
  en: 'In Twilio\'s console, Messaging › Services › your service › Integration › "Send a webhook"',
};
const NOT_OURS: ConnectionFinding = {
  level: "error",
  code: "numberNotOurs",
  message: {
    fr: "Ce numéro n'appartient pas à ce compte Twilio.",
    en: "This number does not belong to this Twilio account.",
  },
  remedy: {
    fr: "Vérifiez le numéro, avec son indicatif, sous Phone Numbers dans la console Twilio ; un sous-compte a ses propres numéros.",
    en: "Check the number, with its country code, under Phone Numbers in Twilio's console; a sub-account has its own numbers.",
  },
};
const IN_APPLICATION: ConnectionFinding = {
  level: "warning",
  code: "webhookInApplication",
  message: {
    fr: "Une application TwiML reçoit les messages de ce numéro : Relais ne peut pas vérifier où elle les transmet.",
    en: "A TwiML application receives the messages of this number: Relais cannot check where it passes them.",
  },
  remedy: {
    fr: `${NUMBERS.fr} : choisissez « Webhook » plutôt que « TwiML App ».`,
    en: `${NUMBERS.en}: choose "Webhook" rather than "TwiML App".`,
  },
};
