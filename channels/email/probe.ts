import type { Account, Call, CallResponse, ConnectionFinding, ProbeAnswer } from "../../engine/core/domain/channel.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import { type EmailAccount, imapServer, smtpServer } from "./account.ts";

/** *Test connection*: logs in to read and to send, looks for the folders, changes nothing. */
export function probe(account: Account<EmailAccount>): readonly Call[] {
  const { config } = account;
  const folders = [config.folder, ...(config.afterReading === "move" ? [config.moveTo] : [])];
  return [login("imap", imapServer(config), folders), login("smtp", smtpServer(config), [])];
}

function login(protocol: "imap" | "smtp", server: ReturnType<typeof imapServer>, folders: readonly string[]): Call {
  return {
    purpose: "probe",
    via: "mail",
    method: "GET",
    url: `${protocol}://${server.host}:${server.port}`,
    headers: {},
    body: { type: "mailLogin", protocol, server, folders },
  };
}

/** What the two servers said, the most serious first. */
export function judge(answers: readonly ProbeAnswer[], account: Account<EmailAccount>): readonly ConnectionFinding[] {
  const findings = answers.flatMap(({ call, response }) => {
    if (!response || call.body.type !== "mailLogin") return [];
    const { protocol } = call.body;
    return [
      response.status === 250 ? fine(protocol, response, account.config) : finding(protocol, response, account.config),
    ];
  });
  const rank = { error: 0, warning: 1, ok: 2 } as const;
  return findings.sort((a, b) => rank[a.level] - rank[b.level]);
}

function fine(protocol: "imap" | "smtp", response: CallResponse, { pollSeconds }: EmailAccount): ConnectionFinding {
  if (protocol === "smtp")
    return {
      level: "ok",
      code: "smtpReady",
      message: {
        fr: "L'envoi fonctionne : le serveur accepte la connexion.",
        en: "Sending works: the server lets us in.",
      },
    };
  if (response.headers["x-idle"] !== "no")
    return {
      level: "ok",
      code: "imapReady",
      message: {
        fr: "La réception fonctionne : les messages arrivent aussitôt.",
        en: "Reading works: mails arrive at once.",
      },
    };
  return {
    level: "ok",
    code: "imapReady",
    message: {
      fr: `La réception fonctionne : la boîte est relevée toutes les ${pollSeconds} secondes.`,
      en: `Reading works: the mailbox is looked at every ${pollSeconds} seconds.`,
    },
  };
}

interface Words {
  readonly message: Bilingual;
  readonly remedy: Bilingual;
}

const PLACES = {
  imap: { fr: "réception (IMAP)", en: "incoming (IMAP)", tls: 993, starttls: 143 },
  smtp: { fr: "envoi (SMTP)", en: "outgoing (SMTP)", tls: 465, starttls: 587 },
} as const;

function finding(protocol: "imap" | "smtp", response: CallResponse, account: EmailAccount): ConnectionFinding {
  const detail = response.body.replace(/\s+/g, " ").trim().slice(0, 300);
  const isLogin = response.status >= 500 && (response.headers["x-command"] ?? "").startsWith("AUTH");
  const failure =
    response.headers["x-failure"] ?? (isLogin ? "login" : response.status >= 400 ? "refused" : "unreachable");
  const code = failure === "login" ? loginFailure(detail, account, protocol) : failure;
  return {
    level: "error",
    code: `${protocol}${code.charAt(0).toUpperCase()}${code.slice(1)}`,
    ...wordsFor(code, protocol, account, detail),
    detail,
  };
}

/** Providers that no longer take a person's own password say so in the refusal, or never take it. */
function loginFailure(detail: string, account: EmailAccount, protocol: "imap" | "smtp"): string {
  const host = protocol === "imap" ? account.imapHost : account.smtpHost;
  if (account.oauthRefreshToken !== "") return "token";
  if (/(outlook\.com|office365\.com)$/.test(host) || /5\.7\.(30|139)|basic auth/i.test(detail)) return "oauthNeeded";
  if (/application-specific|app(lication)? password|5\.7\.9|web login required/i.test(detail)) return "appPassword";
  return /(gmail\.com|yahoo\.(com|fr)|mail\.me\.com|icloud\.com)$/.test(host) ? "appPassword" : "login";
}

function wordsFor(code: string, protocol: "imap" | "smtp", account: EmailAccount, detail: string): Words {
  const place = PLACES[protocol];
  const host = protocol === "imap" ? account.imapHost : account.smtpHost;
  const port = protocol === "imap" ? account.imapPort : account.smtpPort;
  const security = protocol === "imap" ? account.imapSecurity : account.smtpSecurity;
  const ports = {
    fr: `Utilisez le port ${place.tls} avec « tls », ou le port ${place.starttls} avec « starttls ».`,
    en: `Use port ${place.tls} with "tls", or port ${place.starttls} with "starttls".`,
  };
  switch (code) {
    case "login":
      return {
        message: {
          fr: `Le serveur de ${place.fr} refuse l'identifiant ou le mot de passe.`,
          en: `The ${place.en} server refuses the user name or the password.`,
        },
        remedy: {
          fr: "Vérifiez l'identifiant (souvent l'adresse entière) et saisissez le mot de passe à nouveau.",
          en: "Check the user name (mostly the whole address) and type the password again.",
        },
      };
    case "appPassword":
      return {
        message: {
          fr: `${host} n'accepte pas votre mot de passe habituel.`,
          en: `${host} does not take your usual password.`,
        },
        remedy: {
          fr: "Dans la sécurité de votre compte, activez la validation en deux étapes, créez un mot de passe d'application et collez-le ici.",
          en: "In your account's security settings, turn on two-step sign-in, create an app password and paste it here.",
        },
      };
    case "oauthNeeded":
      return {
        message: {
          fr: "Microsoft n'accepte plus les mots de passe pour cette boîte.",
          en: "Microsoft no longer takes passwords for this mailbox.",
        },
        remedy: {
          fr: "Remplissez les champs OAuth2 avec une application enregistrée chez Microsoft (Entra ID).",
          en: "Fill in the OAuth2 fields with an application registered at Microsoft (Entra ID).",
        },
      };
    case "token":
      return {
        message: {
          fr: `Le serveur de ${place.fr} refuse l'accès OAuth2.`,
          en: `The ${place.en} server refuses the OAuth2 access.`,
        },
        remedy: {
          fr: "Autorisez l'application à nouveau et collez le nouveau jeton de renouvellement ; vérifiez la portée et l'adresse.",
          en: "Authorise the application again and paste the new refresh token; check the scope and the address.",
        },
      };
    case "certificate":
      return {
        message: {
          fr: `Le certificat de ${host} n'est pas reconnu : ${detail}.`,
          en: `The certificate of ${host} is not trusted: ${detail}.`,
        },
        remedy: {
          fr: "Vérifiez le nom du serveur. Si vous avez votre propre autorité, collez son certificat (PEM).",
          en: "Check the server's name. If you have an authority of your own, paste its certificate (PEM).",
        },
      };
    case "tls":
      return {
        message: {
          fr: `Le port ${port} de ${host} ne parle pas le chiffrement choisi (${security}).`,
          en: `Port ${port} of ${host} does not speak the encryption that is set (${security}).`,
        },
        remedy: ports,
      };
    case "folder":
      return {
        message: {
          fr: `Le dossier « ${detail} » n'existe pas dans cette boîte.`,
          en: `There is no folder "${detail}" in this mailbox.`,
        },
        remedy: {
          fr: "Écrivez son nom comme dans votre messagerie, ou créez-le.",
          en: "Write its name as your mail program shows it, or create it.",
        },
      };
    case "blocked":
      return {
        message: {
          fr: `${host} est une adresse privée ou un port interdit : elle n'est pas contactée.`,
          en: `${host} is a private address or a port that is not allowed: it is not contacted.`,
        },
        remedy: {
          fr: "Si c'est votre serveur, l'administrateur l'ajoute à HTTP_ALLOW_PRIVATE.",
          en: "If it is your own server, the operator adds it to HTTP_ALLOW_PRIVATE.",
        },
      };
    case "dns":
      return {
        message: { fr: `Le serveur ${host} n'existe pas.`, en: `There is no server ${host}.` },
        remedy: { fr: "Vérifiez l'orthographe.", en: "Check the spelling." },
      };
    case "timeout":
      return {
        message: {
          fr: `${host} ne répond pas sur le port ${port}.`,
          en: `${host} does not answer on port ${port}.`,
        },
        remedy: ports,
      };
    case "refused":
      return {
        message: {
          fr: `Le serveur de ${place.fr} refuse : ${detail}.`,
          en: `The ${place.en} server refuses: ${detail}.`,
        },
        remedy: {
          fr: "Lisez sa réponse ci-dessus, puis réessayez dans quelques minutes.",
          en: "Read its answer above, then try again in some minutes.",
        },
      };
    default:
      return {
        message: {
          fr: `Impossible de joindre ${host} sur le port ${port}.`,
          en: `${host} cannot be reached on port ${port}.`,
        },
        remedy: ports,
      };
  }
}
