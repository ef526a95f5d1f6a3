import type { SendError, SendErrorCode } from "../../../engine/core/domain/send-error.ts";

type Rule = Omit<SendError, "providerCode" | "detail">;

const MINUTE_MS = 60_000;

const rule = (code: SendErrorCode, fr: string, en: string, more: Partial<Rule> = {}): Rule => ({
  code,
  advice: { fr, en },
  ...more,
});

const TEMPORARY = rule(
  "providerDown",
  "Incident passager chez Meta : l'envoi est réessayé tout seul.",
  "A passing fault at Meta: it is tried again by itself.",
  { maxAttempts: 4 },
);
const TOO_FAST = rule(
  "rateLimited",
  "Trop d'appels à Meta : l'envoi ralentit et reprend tout seul.",
  "Too many calls to Meta: sending slows down and goes on by itself.",
  { retryAfterMs: 5 * MINUTE_MS },
);
const TOKEN = rule(
  "accountInvalid",
  "Le jeton d'accès n'est plus valable (expiré, révoqué ou mot de passe changé). Créez-en un nouveau dans l'application Meta, enregistrez-le dans le compte, puis relancez-le.",
  "The access token is not valid any more (expired, revoked, or the password was changed). Make a new one in the Meta app, save it in the account, then resume it.",
);
const PERMISSION = rule(
  "accountInvalid",
  "Il manque une autorisation à l'application (pages_messaging, ou instagram_manage_messages pour Instagram). Accordez-la dans l'application Meta, créez un nouveau jeton, puis relancez le compte.",
  "The app lacks a permission (pages_messaging, or instagram_manage_messages for Instagram). Grant it in the Meta app, make a new token, then resume the account.",
);
const RESTRICTED = rule(
  "accountInvalid",
  "Meta empêche la page d'envoyer des messages. Ouvrez « Qualité de la page » sur Facebook, suivez ce qui est demandé, puis relancez le compte.",
  "Meta keeps the page from sending. Open Page quality on Facebook, do what is asked there, then resume the account.",
);
const WINDOW = rule(
  "outsideServiceWindow",
  "Plus de 24 heures ont passé depuis le dernier message du client : le bot ne peut plus écrire. Une personne peut encore répondre pendant 7 jours, si l'application a la fonction « Human Agent ».",
  "More than 24 hours have passed since the customer last wrote: the bot may not write any more. A person still may for 7 days, if the app has the Human Agent feature.",
);
const UNREACHABLE = rule(
  "recipientUnreachable",
  "Cette personne n'est pas joignable : elle a bloqué la page, fermé son compte, ou l'application n'est pas encore en mode public.",
  "This person cannot be reached: they blocked the page, closed their account, or the app is not live yet.",
);
const NOBODY = rule(
  "recipientUnreachable",
  "Meta ne connaît pas ce destinataire sur cette page : son identifiant appartient à une autre page.",
  "Meta does not know this recipient on this page: their id belongs to another page.",
);
const INVALID = rule(
  "messageInvalid",
  "Meta refuse ce message tel qu'il est. Le détail dit quel champ ne va pas ; corrigez-le dans le scénario.",
  "Meta refuses this message as it is. The detail says which field is wrong; correct it in the flow.",
);
const FILE = rule(
  "messageInvalid",
  "Meta n'a pas pu prendre le fichier : vérifiez sa taille (images 8 Mo, autres 25 Mo), son type, et que son adresse est publique.",
  "Meta could not take the file: check its size (pictures 8 MB, others 25 MB), its type, and that its address is public.",
);

/**
 * What each of Meta's codes means for a message, `code/subcode` before `code` (platform facts C.4, read 2026-11-20). Code
 * 10 is both "outside the window" and "no permission": only the subcode tells.
 */
const RULES: Readonly<Record<string, Rule>> = {
  "1": TEMPORARY,
  "2": TEMPORARY,
  "2/2018344": rule(
    "accountInvalid",
    "La page doit d'abord accepter les conditions de Meta sur les données. Ouvrez la page avec un compte administrateur, acceptez-les, puis relancez le compte.",
    "The page must first accept Meta's terms on data. Open the page as an administrator, accept them, then resume the account.",
  ),
  "4": TOO_FAST,
  "17": TOO_FAST,
  "32": TOO_FAST,
  "613": TOO_FAST,
  "10": PERMISSION,
  "10/2018278": WINDOW,
  "10/2534022": WINDOW,
  "10/2018065": WINDOW,
  "10/2018108": UNREACHABLE,
  "200/2018108": UNREACHABLE,
  "10/1893063": RESTRICTED,
  "100": INVALID,
  "100/33": NOBODY,
  "100/2018001": NOBODY,
  "100/2018109": FILE,
  "100/2018047": { ...FILE, code: "providerDown", maxAttempts: 2 },
  "100/2018074": { ...FILE, code: "providerDown", maxAttempts: 2 },
  "190": TOKEN,
  "230": PERMISSION,
  "299": PERMISSION,
  "368": RESTRICTED,
  "551": UNREACHABLE,
  "1200": TEMPORARY,
};

/** The meaning of a code; one that nobody knows is tried again when Meta says it is transient or failed itself. */
export function errorOf(
  { code, subcode }: { readonly code: number; readonly subcode?: number | undefined },
  detail: string,
  hint: { readonly transient?: boolean; readonly httpStatus?: number } = {},
): SendError {
  const known =
    RULES[`${code}/${subcode}`] ?? RULES[String(code)] ?? (code >= 200 && code <= 299 ? PERMISSION : undefined);
  const guessed =
    hint.httpStatus === 429
      ? { ...TOO_FAST, retryAfterMs: MINUTE_MS }
      : hint.transient || (hint.httpStatus ?? 0) >= 500
        ? TEMPORARY
        : INVALID;
  return {
    ...(known ?? guessed),
    providerCode: subcode === undefined ? String(code) : `${code}/${subcode}`,
    detail: detail.slice(0, 500),
  };
}

/** The codes that the table knows, for its tests. */
export const KNOWN_CODES: readonly string[] = Object.keys(RULES);
