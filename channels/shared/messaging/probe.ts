import { z } from "zod";
import type { ProbeContext } from "../../../engine/core/domain/channel.ts";
import {
  ask,
  callbackStep,
  fieldsMissing,
  finding,
  notSubscribed,
  oddAnswer,
  type Step,
  tokenStep,
} from "../meta-probe.ts";
import type { MessagingAccount } from "./account.ts";

/** Without these nothing comes in. */
const NEEDED = ["messages", "messaging_postbacks"] as const;
/** Without these the bot knows less: who answered by hand, what was read, who came by a link. */
const USEFUL = ["message_echoes", "message_deliveries", "message_reads", "message_reactions", "messaging_referrals"];

const named = z.looseObject({ id: z.union([z.string(), z.number()]).transform(String), name: z.string().optional() });
const subscribed = z.looseObject({
  data: z.array(named.extend({ subscribed_fields: z.array(z.string()).optional() })),
});

/** *Test connection* of a Facebook page: the token, the page behind it, its subscription, and where Meta delivers. */
export function pageSteps(
  account: MessagingAccount & { readonly pageId: string },
  context: ProbeContext,
): readonly Step[] {
  const { appId, pageId } = account;
  const scopes = ["pages_messaging", "pages_manage_metadata"];
  return [
    tokenStep(account, { appId, scopes, target: pageId, now: context.now }),
    pageStep(account),
    subscriptionStep(account, true),
    ...(appId === "" || context.webhookUrl === null
      ? []
      : [callbackStep(account, { appId, object: "page", fields: NEEDED, webhookUrl: context.webhookUrl })]),
  ];
}

/** The same of an Instagram account, which speaks through the page that it is linked to. */
export function instagramSteps(
  account: MessagingAccount & { readonly pageId: string; readonly instagramId: string },
  context: ProbeContext,
): readonly Step[] {
  const { appId, pageId } = account;
  const scopes = ["instagram_manage_messages", "instagram_basic", "pages_manage_metadata"];
  return [
    tokenStep(account, { appId, scopes, target: "", now: context.now }),
    instagramStep(account),
    ...(pageId === "" ? [] : [linkStep(account), subscriptionStep(account, false)]),
    ...(appId === "" || context.webhookUrl === null
      ? []
      : [callbackStep(account, { appId, object: "instagram", fields: NEEDED, webhookUrl: context.webhookUrl })]),
  ];
}

function pageStep({ graphVersion, accessToken, pageId }: MessagingAccount & { readonly pageId: string }): Step {
  return {
    call: ask(`${graphVersion}/me?fields=id,name`, accessToken),
    read(json) {
      const parsed = named.safeParse(json);
      if (!parsed.success) return [oddAnswer("me")];
      const { id, name = id } = parsed.data;
      if (id === pageId)
        return [
          finding("ok", "pageReached", {
            fr: `La page « ${name} » est reliée.`,
            en: `The page "${name}" is connected.`,
          }),
        ];
      return [
        finding(
          "error",
          "pageNotOurs",
          {
            fr: `Le jeton est celui de « ${name} » (${id}), pas de la page ${pageId}.`,
            en: `The token is of "${name}" (${id}), not of the page ${pageId}.`,
          },
          {
            fr: "Générez le jeton pour cette page dans Messenger › Paramètres, ou corrigez l’identifiant de la page.",
            en: "Generate the token for this page in Messenger › Settings, or correct the page id.",
          },
        ),
      ];
    },
  };
}

function subscriptionStep(
  { graphVersion, accessToken, pageId, appId }: MessagingAccount & { readonly pageId: string },
  checkFields: boolean,
): Step {
  return {
    call: ask(`${graphVersion}/${pageId}/subscribed_apps?fields=id,name,subscribed_fields`, accessToken),
    read(json) {
      const parsed = subscribed.safeParse(json);
      if (!parsed.success) return [oddAnswer("subscribed_apps")];
      const ours = parsed.data.data.find(({ id }) => appId === "" || id === appId);
      if (!ours) return [notSubscribed({ fr: "à la page", en: "the page" })];
      const fields = checkFields ? ours.subscribed_fields : undefined;
      const lacks = (names: readonly string[]): readonly string[] =>
        fields ? names.filter((name) => !fields.includes(name)) : [];
      const needed = lacks(NEEDED);
      const useful = lacks(USEFUL);
      if (needed.length > 0) return [fieldsMissing([...needed, ...useful], "error")];
      if (useful.length > 0) return [fieldsMissing(useful, "warning")];
      return [
        finding("ok", "subscribed", {
          fr: "L’application est abonnée à la page.",
          en: "The app is subscribed to the page.",
        }),
      ];
    },
  };
}

const instagramUser = z.looseObject({ id: z.string(), username: z.string().optional(), name: z.string().optional() });

function instagramStep({
  graphVersion,
  accessToken,
  instagramId,
}: MessagingAccount & { readonly instagramId: string }): Step {
  return {
    call: ask(`${graphVersion}/${instagramId}?fields=id,username,name`, accessToken),
    read(json) {
      const parsed = instagramUser.safeParse(json);
      if (!parsed.success) return [oddAnswer("instagram account")];
      const called = parsed.data.username ?? parsed.data.name ?? parsed.data.id;
      return [
        finding("ok", "accountReached", {
          fr: `Le compte Instagram « ${called} » est relié.`,
          en: `The Instagram account "${called}" is connected.`,
        }),
      ];
    },
  };
}

const linked = z.looseObject({
  name: z.string().optional(),
  instagram_business_account: z.looseObject({ id: z.string() }).optional(),
});

function linkStep({
  graphVersion,
  accessToken,
  pageId,
  instagramId,
}: MessagingAccount & { readonly pageId: string; readonly instagramId: string }): Step {
  return {
    call: ask(`${graphVersion}/${pageId}?fields=id,name,instagram_business_account`, accessToken),
    read(json) {
      const parsed = linked.safeParse(json);
      if (!parsed.success) return [oddAnswer("page")];
      if (parsed.data.instagram_business_account?.id === instagramId)
        return [
          finding("ok", "accountLinked", {
            fr: "Le compte Instagram est relié à la page.",
            en: "The Instagram account is linked to the page.",
          }),
        ];
      return [
        finding(
          "error",
          "accountNotLinked",
          {
            fr: "Ce compte Instagram n’est pas relié à cette page Facebook.",
            en: "This Instagram account is not linked to this Facebook page.",
          },
          {
            fr: "Reliez-les dans les paramètres de la page (Comptes associés), et autorisez l’accès aux messages dans l’application Instagram.",
            en: "Link them in the page's settings (Linked accounts), and allow access to messages in the Instagram app.",
          },
        ),
      ];
    },
  };
}
