import { z } from "zod";
import type { Account, Call, ConnectionFinding, ProbeAnswer, ProbeContext } from "../../engine/core/domain/channel.ts";
import {
  ask,
  finding,
  judgeSteps,
  notSubscribed,
  oddAnswer,
  type Step,
  tokenStep,
  webhookElsewhere,
} from "../shared/meta-probe.ts";
import type { WhatsappAccount } from "./index.ts";

const FIELDS = "display_phone_number,verified_name,quality_rating,status,health_status,webhook_configuration";

/** *Test connection*: the token, the number, its health and where Meta delivers, its business account (A.2, A.12). */
export function probe(account: Account<WhatsappAccount>, context: ProbeContext): readonly Call[] {
  return steps(account, context).map(({ call }) => call);
}

export function judge(
  answers: readonly ProbeAnswer[],
  account: Account<WhatsappAccount>,
  context: ProbeContext,
): readonly ConnectionFinding[] {
  const found = judgeSteps(steps(account, context), answers);
  if (account.config.businessAccountId !== "" || found.length === 0) return found;
  const unknown = finding(
    "warning",
    "businessAccountMissing",
    {
      fr: "L’abonnement n’a pas pu être vérifié : l’identifiant du compte WhatsApp Business manque.",
      en: "The subscription could not be checked: the WhatsApp Business account id is missing.",
    },
    {
      fr: "Ajoutez-le : il est affiché sous l’identifiant du numéro.",
      en: "Add it: it is shown below the phone number id.",
    },
  );
  const firstOk = found.findIndex(({ level }) => level === "ok");
  return firstOk < 0 ? [...found, unknown] : found.toSpliced(firstOk, 0, unknown);
}

function steps({ config }: Account<WhatsappAccount>, { now, webhookUrl }: ProbeContext): readonly Step[] {
  const { businessAccountId } = config;
  const scopes = ["whatsapp_business_messaging", "whatsapp_business_management"];
  return [
    tokenStep(config, { appId: "", scopes, target: businessAccountId, now }),
    numberStep(config, webhookUrl),
    ...(businessAccountId === "" ? [] : [subscriptionStep(config), numbersStep(config)]),
  ];
}

const number = z.looseObject({
  display_phone_number: z.string().optional(),
  verified_name: z.string().optional(),
  quality_rating: z.string().optional(),
  status: z.string().optional(),
  health_status: z
    .looseObject({
      can_send_message: z.string().optional(),
      entities: z
        .array(
          z.looseObject({
            can_send_message: z.string().optional(),
            errors: z
              .array(
                z.looseObject({ error_description: z.string().optional(), possible_solution: z.string().optional() }),
              )
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  webhook_configuration: z
    .looseObject({
      phone_number: z.string().optional(),
      whatsapp_business_account: z.string().optional(),
      application: z.string().optional(),
    })
    .optional(),
});
type Phone = z.infer<typeof number>;

function numberStep({ graphVersion, phoneNumberId, accessToken }: WhatsappAccount, webhookUrl: string | null): Step {
  return {
    call: ask(`${graphVersion}/${phoneNumberId}?fields=${FIELDS}`, accessToken),
    read(json) {
      const parsed = number.safeParse(json);
      if (!parsed.success) return [oddAnswer("phone number")];
      const { display_phone_number: shown = phoneNumberId, verified_name: name, webhook_configuration } = parsed.data;
      const found = [...health(parsed.data)];
      const { phone_number, whatsapp_business_account, application } = webhook_configuration ?? {};
      const delivered = phone_number ?? whatsapp_business_account ?? application;
      if (delivered !== undefined && webhookUrl !== null && delivered !== webhookUrl)
        found.push(webhookElsewhere(delivered, webhookUrl));
      const called = name ? `${shown} (${name})` : shown;
      found.push(
        finding("ok", "numberReached", {
          fr: `Le numéro ${called} est relié.`,
          en: `The number ${called} is connected.`,
        }),
      );
      return found;
    },
  };
}

function health({ status, quality_rating, health_status }: Phone): readonly ConnectionFinding[] {
  const found: ConnectionFinding[] = [];
  if (status !== undefined && status !== "CONNECTED")
    found.push(
      finding(
        "error",
        "numberNotConnected",
        {
          fr: "Le numéro n’est pas en service chez Meta.",
          en: "The number is not in service at Meta.",
        },
        {
          fr: "Ouvrez WhatsApp Manager › Numéros de téléphone et terminez l’enregistrement du numéro.",
          en: "Open WhatsApp Manager › Phone numbers and finish the registration of the number.",
        },
        status,
      ),
    );
  const state = health_status?.can_send_message;
  if (state === "BLOCKED" || state === "LIMITED") {
    const entity = health_status?.entities?.find((one) => one.can_send_message === state && one.errors?.length);
    const problem = entity?.errors?.[0];
    found.push(
      finding(
        state === "BLOCKED" ? "error" : "warning",
        state === "BLOCKED" ? "sendingBlocked" : "sendingLimited",
        state === "BLOCKED"
          ? { fr: "Meta empêche ce numéro d’envoyer des messages.", en: "Meta keeps this number from sending." }
          : { fr: "Meta limite les envois de ce numéro.", en: "Meta limits what this number sends." },
        {
          fr: "Ouvrez WhatsApp Manager : la page d’accueil dit ce qui manque (paiement, vérification, qualité).",
          en: "Open WhatsApp Manager: its first page says what is missing (payment, verification, quality).",
        },
        [problem?.error_description, problem?.possible_solution].filter((part) => part).join(" "),
      ),
    );
  }
  if (quality_rating === "RED")
    found.push(
      finding(
        "warning",
        "qualityLow",
        {
          fr: "Des clients ont bloqué ou signalé ce numéro : sa qualité est basse.",
          en: "Customers have blocked or reported this number: its quality is low.",
        },
        {
          fr: "Envoyez moins de messages non attendus : Meta peut réduire vos envois.",
          en: "Send fewer messages that nobody expects: Meta may cut what you can send.",
        },
      ),
    );
  return found;
}

const apps = z.looseObject({ data: z.array(z.looseObject({})) });

function subscriptionStep({ graphVersion, businessAccountId, accessToken }: WhatsappAccount): Step {
  return {
    call: ask(`${graphVersion}/${businessAccountId}/subscribed_apps`, accessToken),
    read(json) {
      const parsed = apps.safeParse(json);
      if (!parsed.success) return [oddAnswer("subscribed_apps")];
      if (parsed.data.data.length === 0)
        return [notSubscribed({ fr: "au compte WhatsApp Business", en: "the WhatsApp Business account" })];
      return [
        finding("ok", "subscribed", {
          fr: "L’application est abonnée au compte WhatsApp Business.",
          en: "The app is subscribed to the WhatsApp Business account.",
        }),
      ];
    },
  };
}

const numbers = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

function numbersStep({ graphVersion, businessAccountId, phoneNumberId, accessToken }: WhatsappAccount): Step {
  return {
    call: ask(`${graphVersion}/${businessAccountId}/phone_numbers?fields=id&limit=200`, accessToken),
    read(json) {
      const parsed = numbers.safeParse(json);
      if (!parsed.success) return [oddAnswer("phone_numbers")];
      if (parsed.data.data.some(({ id }) => id === phoneNumberId))
        return [
          finding("ok", "numberOurs", {
            fr: "Le numéro appartient bien à ce compte WhatsApp Business.",
            en: "The number belongs to this WhatsApp Business account.",
          }),
        ];
      return [
        finding(
          "error",
          "numberNotOurs",
          {
            fr: "Ce numéro n’appartient pas au compte WhatsApp Business saisi.",
            en: "This number does not belong to the WhatsApp Business account that was entered.",
          },
          {
            fr: "Copiez les deux identifiants depuis la même page : WhatsApp › Configuration de l’API.",
            en: "Copy both ids from the same page: WhatsApp › API setup.",
          },
        ),
      ];
    },
  };
}
