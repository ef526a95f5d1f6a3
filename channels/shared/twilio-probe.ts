import { z } from "zod";
import type {
  Call,
  CallResponse,
  ConnectionFinding,
  ProbeAnswer,
  ProbeContext,
} from "../../engine/core/domain/channel.ts";
import { type TwilioAccount, twilioCall, twilioUrl } from "./twilio-account.ts";

/** *Test connection* of everything at Twilio begins with the account itself. */
export function probeAccount(config: TwilioAccount): Call {
  return probeCall(config, twilioUrl("api", `/2010-04-01/Accounts/${config.accountSid}.json`));
}

export function probeCall(config: TwilioAccount, url: string): Call {
  return twilioCall(config, url, { purpose: "probe" });
}

/** One thing that was asked, and what to say about its answer. */
export interface Question {
  readonly call: Call;
  readonly judge: (body: unknown) => readonly ConnectionFinding[];
}

const account = z.looseObject({ status: z.string(), type: z.string().optional() });

/** Judges the answers to `questions`, the account's first. Refusals are judged once, for all questions alike. */
export function judgeAll(
  answers: readonly ProbeAnswer[],
  questions: readonly Question[],
): readonly ConnectionFinding[] {
  const findings = answers.flatMap(({ call, response }, index) => {
    if (!response) return [];
    const refused = refusalOf(response, index === 0);
    if (refused) return [refused];
    const body = jsonOf(response.body);
    return index === 0 ? judgeAccount(body) : (questions.find((one) => one.call.url === call.url)?.judge(body) ?? []);
  });
  if (findings.length === 0 && answers.some(({ response }) => response !== null)) return [STRANGE];
  const rank = { error: 0, warning: 1, ok: 2 } as const;
  return findings.sort((a, b) => rank[a.level] - rank[b.level]);
}

function judgeAccount(body: unknown): readonly ConnectionFinding[] {
  const read = account.safeParse(body);
  if (!read.success) return [STRANGE];
  const { status, type } = read.data;
  if (status !== "active")
    return [
      {
        level: "error",
        code: "accountSuspended",
        message: { fr: "Le compte Twilio est suspendu ou fermé.", en: "The Twilio account is suspended or closed." },
        remedy: {
          fr: "Connectez-vous à la console Twilio : elle dit pourquoi (souvent un solde épuisé).",
          en: "Sign in to Twilio's console: it says why (often the balance has run out).",
        },
        detail: status.slice(0, 100),
      },
    ];
  if (type === "Trial")
    return [
      {
        level: "warning",
        code: "trialAccount",
        message: {
          fr: "C'est un compte d'essai : il n'écrit qu'aux numéros vérifiés chez Twilio.",
          en: "This is a trial account: it writes to numbers verified at Twilio only.",
        },
        remedy: {
          fr: "Passez à un compte payant dans la console Twilio (Billing › Upgrade).",
          en: "Upgrade the account in Twilio's console (Billing › Upgrade).",
        },
      },
    ];
  return [
    {
      level: "ok",
      code: "accountReady",
      message: { fr: "Twilio accepte l'identifiant et le jeton.", en: "Twilio accepts the SID and the token." },
    },
  ];
}

/** Whether what Twilio has as webhook is ours; what follows `#` are Twilio's own settings and no part of the address. */
export function judgeWebhook(
  configured: string,
  { webhookUrl }: ProbeContext,
  where: { readonly fr: string; readonly en: string },
): ConnectionFinding {
  const given = configured.replace(/#.*$/, "").trim();
  if (given === webhookUrl)
    return {
      level: "ok",
      code: "webhookReady",
      message: { fr: "Twilio nous transmet les messages reçus.", en: "Twilio passes incoming messages to us." },
    };
  return {
    level: "error",
    code: given === "" ? "webhookMissing" : "webhookElsewhere",
    message:
      given === ""
        ? {
            fr: "Twilio ne sait pas où transmettre les messages reçus.",
            en: "Twilio does not know where to pass incoming messages.",
          }
        : {
            fr: "Twilio transmet les messages reçus à une autre adresse.",
            en: "Twilio passes incoming messages to another address.",
          },
    remedy: {
      fr: `${where.fr} : collez ${webhookUrl ?? ""} (méthode POST).`,
      en: `${where.en}: paste ${webhookUrl ?? ""} (method POST).`,
    },
    ...(given === "" ? {} : { detail: given.slice(0, 300) }),
  };
}

/** The first answer says what is wrong with the credentials; the others would only repeat it. */
function refusalOf({ status }: CallResponse, isFirst: boolean): ConnectionFinding | null {
  if (status >= 200 && status < 300) return null;
  const detail = `HTTP ${status}`;
  if (status === 401 || status === 403 || (status === 404 && isFirst))
    return {
      level: "error",
      code: "tokenInvalid",
      message: {
        fr: "Twilio refuse l'identifiant ou le jeton de ce compte.",
        en: "Twilio refuses the SID or the token of this account.",
      },
      remedy: {
        fr: "Copiez l'Account SID et l'Auth Token depuis l'accueil de la console Twilio ; un sous-compte a les siens.",
        en: "Copy the Account SID and the Auth Token from the home page of Twilio's console; a sub-account has its own.",
      },
      detail,
    };
  if (status === 404)
    return {
      level: "error",
      code: "notFound",
      message: {
        fr: "Le service de messagerie indiqué n'existe pas dans ce compte Twilio.",
        en: "The messaging service that was given does not exist in this Twilio account.",
      },
      remedy: {
        fr: "Vérifiez son identifiant (MG…) sous Messaging › Services.",
        en: "Check its SID (MG…) under Messaging › Services.",
      },
      detail,
    };
  return { ...STRANGE, level: status === 429 || status >= 500 ? "warning" : "error", detail };
}

export const STRANGE: ConnectionFinding = {
  level: "error",
  code: "strangeAnswer",
  message: {
    fr: "Twilio a répondu autrement que prévu : la vérification n'a pas pu se faire.",
    en: "Twilio answered in an unexpected way: the check could not be made.",
  },
  remedy: { fr: "Réessayez dans quelques minutes.", en: "Try again in some minutes." },
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
