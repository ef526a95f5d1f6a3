import { z } from "zod";
import { accountField } from "../../../engine/core/domain/account-field.ts";
import type { IdentityKind } from "../../../engine/core/domain/contact.ts";
import type { MetaApp } from "../meta-webhook.ts";

/** What Messenger and Instagram accounts share: a page, its token, and the app that speaks for it. */
export interface MessagingAccount extends MetaApp {
  readonly accessToken: string;
  /** Our own app: tells our echoes from those of other programs. "": not known. */
  readonly appId: string;
  readonly graphVersion: string;
  /** What this page may send; Meta allows about 300 a second, and fewer to pages with few customers. */
  readonly messagesPerSecond: number;
}

/** Where one of the two differs from the other, as data. */
export interface Product<Config extends MessagingAccount> {
  /** Whom a delivery speaks of: `page` or `instagram`. */
  readonly object: "page" | "instagram";
  /** For notices and for sentences to the operator. */
  readonly name: string;
  readonly code: "messenger" | "instagram";
  readonly identityKind: IdentityKind;
  /** The id that the webhook names in `entry.id`. */
  address(config: Config): string;
  /** What an upload must say besides the file. */
  readonly uploadFields: Readonly<Record<string, string>>;
  /** The fields of a person, the fullest set first: some need an approval that not every app has. */
  readonly profileFields: readonly string[];
}

const digits = z.string().regex(/^\d{3,32}$/);
const digitsOrNone = z
  .string()
  .regex(/^\d{0,32}$/)
  .default("");
const DIGITS_ONLY = { fr: "Des chiffres seulement.", en: "Digits only." };

export const pageId = accountField(
  digits,
  { fr: "Identifiant de la page", en: "Page id" },
  {
    help: {
      fr: "Page Facebook › À propos › Transparence de la page.",
      en: "Facebook page › About › Page transparency.",
    },
    placeholder: "100200300400500",
    wrong: DIGITS_ONLY,
  },
);

export const linkedPageId = accountField(
  digitsOrNone,
  { fr: "Identifiant de la page Facebook liée", en: "Id of the linked Facebook page" },
  {
    help: {
      fr: "La page à laquelle le compte Instagram est relié. Sert à vérifier la connexion.",
      en: "The page that the Instagram account is linked to. Used to test the connection.",
    },
    wrong: DIGITS_ONLY,
  },
);

export const instagramId = accountField(
  digits,
  { fr: "Identifiant du compte Instagram", en: "Instagram account id" },
  {
    help: {
      fr: "Le numéro du compte professionnel, affiché dans Meta for Developers : Messenger › Paramètres Instagram. Ce n’est pas son nom.",
      en: "The number of the professional account, shown in Meta for Developers: Messenger › Instagram settings. It is not its name.",
    },
    placeholder: "17841400000000001",
    wrong: DIGITS_ONLY,
  },
);

/** The fields of an account that both have. */
export const accountFields = {
  accessToken: accountField(
    z.string().min(1),
    { fr: "Jeton d’accès de la page", en: "Page access token" },
    {
      secret: true,
      help: {
        fr: "Meta for Developers : Messenger › Paramètres › Jetons d’accès. Celui d’un utilisateur système n’expire pas.",
        en: "Meta for Developers: Messenger › Settings › Access tokens. That of a system user does not expire.",
      },
    },
  ),
  appSecret: accountField(
    z.string().min(1),
    { fr: "Clé secrète de l’application", en: "App secret" },
    {
      secret: true,
      help: {
        fr: "Paramètres de l’application › Général. Prouve que les messages reçus viennent bien de Meta.",
        en: "App settings › Basic. Proves that what comes in is from Meta.",
      },
    },
  ),
  verifyToken: accountField(
    z.string().max(200).default(""),
    { fr: "Jeton de vérification", en: "Verify token" },
    {
      secret: true,
      generated: true,
      help: {
        fr: "À coller chez Meta avec l’adresse du webhook.",
        en: "To be pasted at Meta with the webhook address.",
      },
    },
  ),
  appId: accountField(
    digitsOrNone,
    { fr: "Identifiant de l’application", en: "App id" },
    {
      help: {
        fr: "Paramètres de l’application › Général. Distingue nos messages de ceux d’une personne ou d’un autre programme.",
        en: "App settings › Basic. Tells our own messages from those of a person or of another program.",
      },
      wrong: DIGITS_ONLY,
    },
  ),
  graphVersion: accountField(
    z
      .string()
      .regex(/^v\d{1,3}\.\d$/)
      .default("v25.0"),
    { fr: "Version de l’API", en: "API version" },
    { advanced: true },
  ),
  messagesPerSecond: accountField(
    z.number().int().min(1).max(1_000_000).default(40),
    { fr: "Messages par seconde", en: "Messages per second" },
    {
      advanced: true,
      help: {
        fr: "Meta accepte environ 300 textes par seconde et par page.",
        en: "Meta takes about 300 texts a second per page.",
      },
    },
  ),
} as const;
