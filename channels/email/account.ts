import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import type { MailServer } from "../../engine/core/domain/mail.ts";

/** A mailbox: where it is read, and how mails leave. */
export interface EmailAccount {
  /** What customers write to, lower case. */
  readonly address: string;
  readonly name: string;
  readonly password: string;
  readonly imapHost: string;
  readonly imapPort: number;
  readonly imapSecurity: "tls" | "starttls";
  /** Empty: the address. */
  readonly user: string;
  readonly smtpHost: string;
  readonly smtpPort: number;
  readonly smtpSecurity: "tls" | "starttls";
  /** Empty: as for reading. */
  readonly smtpUser: string;
  readonly smtpPassword: string;
  readonly folder: string;
  readonly afterReading: "leave" | "seen" | "move";
  readonly moveTo: string;
  readonly aliases: readonly string[];
  readonly subject: string;
  readonly answersPerHour: number;
  readonly messagesPerSecond: number;
  readonly pollSeconds: number;
  readonly receivingServer: string;
  readonly certificate: string;
  readonly oauthTokenUrl: string;
  readonly oauthClientId: string;
  readonly oauthClientSecret: string;
  readonly oauthRefreshToken: string;
  readonly oauthScope: string;
}

const host = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$|^\[?[0-9a-f:.]{2,45}\]?$/);
const address = z.email().max(200).trim().toLowerCase();
const line = z
  .string()
  .max(200)
  .regex(/^[^\r\n\0]*$/);
const security = z.enum(["tls", "starttls"]);
const port = z.coerce.number().int().min(1).max(65_535);
const advanced = { advanced: true } as const;

/** What a mailbox needs. Nearly everybody fills in the first five. */
export const emailAccount = z
  .object({
    address: accountField(
      address,
      { fr: "Adresse e-mail", en: "E-mail address" },
      { control: "email", placeholder: "contact@example.com" },
    ),
    name: accountField(line.default(""), { fr: "Nom affiché", en: "Name shown" }, { placeholder: "Boutique Lumière" }),
    password: accountField(
      z.string().max(1000).default(""),
      { fr: "Mot de passe", en: "Password" },
      {
        secret: true,
        help: {
          fr: "Avec la validation en deux étapes (Gmail, Yahoo, iCloud), créez un mot de passe d'application et collez-le ici.",
          en: "With two-step sign-in (Gmail, Yahoo, iCloud), create an app password and paste it here.",
        },
      },
    ),
    imapHost: accountField(
      host,
      { fr: "Serveur de réception (IMAP)", en: "Incoming server (IMAP)" },
      { placeholder: "imap.example.com" },
    ),
    smtpHost: accountField(
      host,
      { fr: "Serveur d'envoi (SMTP)", en: "Outgoing server (SMTP)" },
      { placeholder: "smtp.example.com" },
    ),
    imapPort: accountField(port.default(993), { fr: "Port IMAP", en: "IMAP port" }, { control: "number", ...advanced }),
    imapSecurity: accountField(
      security.default("tls"),
      { fr: "Chiffrement IMAP", en: "IMAP encryption" },
      {
        control: "select",
        choices: {
          tls: { fr: "TLS (port 993)", en: "TLS (port 993)" },
          starttls: { fr: "STARTTLS (port 143)", en: "STARTTLS (port 143)" },
        },
        ...advanced,
      },
    ),
    user: accountField(
      line.default(""),
      { fr: "Identifiant", en: "User name" },
      { help: { fr: "Vide : l'adresse e-mail.", en: "Empty: the e-mail address." }, ...advanced },
    ),
    smtpPort: accountField(port.default(465), { fr: "Port SMTP", en: "SMTP port" }, { control: "number", ...advanced }),
    smtpSecurity: accountField(
      security.default("tls"),
      { fr: "Chiffrement SMTP", en: "SMTP encryption" },
      {
        control: "select",
        choices: {
          tls: { fr: "TLS (port 465)", en: "TLS (port 465)" },
          starttls: { fr: "STARTTLS (port 587)", en: "STARTTLS (port 587)" },
        },
        ...advanced,
      },
    ),
    smtpUser: accountField(
      line.default(""),
      { fr: "Identifiant d'envoi", en: "User name for sending" },
      { help: { fr: "Vide : le même que pour la réception.", en: "Empty: the same as for reading." }, ...advanced },
    ),
    smtpPassword: accountField(
      z.string().max(1000).default(""),
      { fr: "Mot de passe d'envoi", en: "Password for sending" },
      { secret: true, help: { fr: "Vide : le même.", en: "Empty: the same." }, ...advanced },
    ),
    folder: accountField(line.min(1).default("INBOX"), { fr: "Dossier lu", en: "Folder that is read" }, advanced),
    afterReading: accountField(
      z.enum(["leave", "seen", "move"]).default("leave"),
      { fr: "Après lecture", en: "After reading" },
      {
        control: "select",
        choices: {
          leave: { fr: "Ne rien changer", en: "Change nothing" },
          seen: { fr: "Marquer comme lu", en: "Mark as read" },
          move: { fr: "Déplacer dans le dossier ci-dessous", en: "Move to the folder below" },
        },
        ...advanced,
      },
    ),
    moveTo: accountField(line.default(""), { fr: "Dossier de rangement", en: "Folder to move to" }, advanced),
    aliases: accountField(
      z.array(address).max(50).default([]),
      { fr: "Autres adresses à vous", en: "Other addresses of yours" },
      {
        control: "list",
        help: {
          fr: "Le robot ne répond jamais à vos propres adresses.",
          en: "The bot never answers your own addresses.",
        },
        ...advanced,
      },
    ),
    subject: accountField(
      line.default(""),
      { fr: "Objet d'un nouveau message", en: "Subject of a new mail" },
      {
        help: {
          fr: "Quand vous écrivez en premier. Les réponses gardent l'objet du client.",
          en: "When you write first. Answers keep the customer's subject.",
        },
        ...advanced,
      },
    ),
    answersPerHour: accountField(
      z.coerce.number().int().min(1).max(200).default(20),
      {
        fr: "Messages par heure et par personne auxquels le robot répond",
        en: "Messages an hour of one person that the bot answers",
      },
      { control: "number", ...advanced },
    ),
    messagesPerSecond: accountField(
      z.coerce.number().int().min(1).max(100).default(2),
      { fr: "Envois par seconde", en: "Mails sent per second" },
      { control: "number", ...advanced },
    ),
    pollSeconds: accountField(
      z.coerce.number().int().min(10).max(3600).default(60),
      { fr: "Secondes entre deux relevés", en: "Seconds between two looks" },
      {
        control: "number",
        help: {
          fr: "Seulement si le serveur ne prévient pas lui-même.",
          en: "Only where the server does not tell by itself.",
        },
        ...advanced,
      },
    ),
    receivingServer: accountField(
      line.default(""),
      { fr: "Nom du serveur qui vérifie l'expéditeur", en: "Name of the server that checks senders" },
      {
        help: {
          fr: "Comme il signe dans Authentication-Results ; vide : deviné.",
          en: "As it signs in Authentication-Results; empty: guessed.",
        },
        ...advanced,
      },
    ),
    certificate: accountField(
      z
        .string()
        .max(100_000)
        .regex(/^(\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*)?$/)
        .default(""),
      { fr: "Autorité de certification propre (PEM)", en: "Own certificate authority (PEM)" },
      { control: "longText", ...advanced },
    ),
    oauthTokenUrl: accountField(
      z.union([z.literal(""), z.url({ protocol: /^https$/ })]).default(""),
      { fr: "OAuth2 : adresse des jetons", en: "OAuth2: token address" },
      {
        control: "url",
        help: { fr: "À la place d'un mot de passe (Microsoft 365).", en: "Instead of a password (Microsoft 365)." },
        ...advanced,
      },
    ),
    oauthClientId: accountField(
      line.default(""),
      { fr: "OAuth2 : identifiant client", en: "OAuth2: client id" },
      advanced,
    ),
    oauthClientSecret: accountField(
      z.string().max(1000).default(""),
      { fr: "OAuth2 : secret client", en: "OAuth2: client secret" },
      { secret: true, ...advanced },
    ),
    oauthRefreshToken: accountField(
      z.string().max(10_000).default(""),
      { fr: "OAuth2 : jeton de renouvellement", en: "OAuth2: refresh token" },
      { secret: true, ...advanced },
    ),
    oauthScope: accountField(line.default(""), { fr: "OAuth2 : portée", en: "OAuth2: scope" }, advanced),
  })
  .refine(({ password, oauthRefreshToken }) => password !== "" || oauthRefreshToken !== "", {
    path: ["password"],
    message: "a password or an OAuth2 refresh token is needed",
    params: { fr: "Un mot de passe est nécessaire, ou OAuth2.", en: "A password is needed, or OAuth2." },
  })
  .refine(
    ({ oauthRefreshToken, oauthTokenUrl, oauthClientId }) =>
      oauthRefreshToken === "" || (oauthTokenUrl !== "" && oauthClientId !== ""),
    {
      path: ["oauthTokenUrl"],
      message: "OAuth2 also needs the token address and the client id",
      params: {
        fr: "OAuth2 demande aussi l'adresse des jetons et l'identifiant client.",
        en: "OAuth2 also needs the token address and the client id.",
      },
    },
  )
  .refine(({ afterReading, moveTo }) => afterReading !== "move" || moveTo !== "", {
    path: ["moveTo"],
    message: "the folder to move to is needed",
    params: { fr: "Indiquez le dossier de rangement.", en: "Give the folder to move to." },
  });

/** Where mails are fetched. */
export function imapServer(account: EmailAccount): MailServer {
  return {
    host: account.imapHost,
    port: account.imapPort,
    security: account.imapSecurity,
    ...trusted(account),
    user: account.user || account.address,
    login: loginOf(account, account.password),
  };
}

/** Where mails leave. */
export function smtpServer(account: EmailAccount): MailServer {
  return {
    host: account.smtpHost,
    port: account.smtpPort,
    security: account.smtpSecurity,
    ...trusted(account),
    user: account.smtpUser || account.user || account.address,
    login: loginOf(account, account.smtpPassword || account.password),
  };
}

function trusted({ certificate }: EmailAccount): { readonly ca?: string } {
  return certificate.trim() === "" ? {} : { ca: certificate };
}

function loginOf(account: EmailAccount, password: string): MailServer["login"] {
  if (account.oauthRefreshToken === "") return { type: "password", password };
  return {
    type: "oauth2",
    tokenUrl: account.oauthTokenUrl,
    clientId: account.oauthClientId,
    clientSecret: account.oauthClientSecret,
    refreshToken: account.oauthRefreshToken,
    scope: account.oauthScope,
  };
}
