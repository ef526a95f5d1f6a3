import type { Bilingual } from "../../engine/core/domain/language.ts";
import type { SendError, SendErrorCode } from "../../engine/core/domain/send-error.ts";

/** What a code of Twilio's means: for the message, and in words for whoever runs the business. */
interface Rule extends Omit<SendError, "providerCode" | "detail"> {
  readonly fr: string;
  readonly en: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function rules(
  code: SendErrorCode,
  sentences: Readonly<Record<string, readonly [fr: string, en: string]>>,
  more: Partial<SendError> = {},
): readonly (readonly [number, Rule])[] {
  return Object.entries(sentences).flatMap(([numbers, [fr, en]]) =>
    numbers.split(" ").map((number) => [Number(number), { code, ...more, fr, en }] as const),
  );
}

/**
 * Twilio's codes (platform facts B.7, read 2026-11-20); Twilio says itself that they may change. Those that concern one
 * recipient only (a country that is not allowed, a number that a trial may not write to, a sandbox that was not joined)
 * never stop the account: else anybody with a foreign number could.
 */
const RULES = new Map<number, Rule>([
  ...rules("accountInvalid", {
    "20003": [
      "Twilio refuse l'identifiant ou le jeton de ce compte. Copiez à nouveau l'Account SID et l'Auth Token depuis la console Twilio.",
      "Twilio refuses the SID or the token of this account. Copy the Account SID and the Auth Token again from Twilio's console.",
    ],
    "21212 21603 21606": [
      "Twilio n'accepte pas ce numéro comme expéditeur. Vérifiez qu'il appartient au compte et qu'il peut envoyer des messages.",
      "Twilio does not accept this number as a sender. Check that it belongs to the account and can send messages.",
    ],
    "21701 21702 21703 21704 21705 21712": [
      "Le service de messagerie Twilio est mal réglé : il lui manque un numéro, ou il n'existe plus. Ouvrez-le dans la console Twilio.",
      "The Twilio messaging service is not set up: it has no number, or it is gone. Open it in Twilio's console.",
    ],
    "30002": [
      "Le compte Twilio est suspendu. Connectez-vous à Twilio pour savoir pourquoi (souvent un solde épuisé).",
      "The Twilio account is suspended. Sign in to Twilio to learn why (often the balance has run out).",
    ],
    "30018 30024 30032 30034": [
      "Ce numéro n'est pas enregistré auprès des opérateurs. Terminez son enregistrement dans la console Twilio (Regulatory Compliance).",
      "This number is not registered with the carriers. Complete its registration in Twilio's console (Regulatory Compliance).",
    ],
    "63001 63002 63007 63020": [
      "Ce numéro n'est pas relié à WhatsApp chez Twilio. Vérifiez l'expéditeur WhatsApp dans la console Twilio.",
      "This number is not connected to WhatsApp at Twilio. Check the WhatsApp sender in Twilio's console.",
    ],
    "63008": [
      "La liaison entre Twilio et WhatsApp est mal réglée. Vérifiez l'expéditeur WhatsApp dans la console Twilio.",
      "The link between Twilio and WhatsApp is not set up properly. Check the WhatsApp sender in Twilio's console.",
    ],
    "63013": [
      "WhatsApp a refusé le message pour non-respect de ses règles. Vérifiez l'état du numéro dans le gestionnaire WhatsApp.",
      "WhatsApp refused the message because of its policy. Check the state of the number in WhatsApp Manager.",
    ],
    "63026": [
      "WhatsApp a bloqué ce numéro pour trop de signalements. Écrivez moins, et seulement à qui l'a demandé.",
      "WhatsApp blocked this number after too many reports. Write less, and only to people who asked for it.",
    ],
    "63038": [
      "La limite quotidienne du compte Twilio est atteinte. Attendez demain, ou passez à un compte payant.",
      "The daily limit of the Twilio account is reached. Wait until tomorrow, or move to a paid account.",
    ],
    "63062": [
      "Les conditions de WhatsApp pour les messages marketing ne sont pas acceptées. Acceptez-les dans le gestionnaire WhatsApp.",
      "WhatsApp's terms for marketing messages are not accepted. Accept them in WhatsApp Manager.",
    ],
    "11200 11205 11210 11215 11750 12100 12200 12300": [
      "Twilio n'arrive pas à joindre notre adresse de réception. Vérifiez que l'adresse publique de Relais est accessible.",
      "Twilio cannot reach our webhook. Check that the public address of Relais can be reached.",
    ],
  }),
  ...rules("providerRejected", {
    "21408": [
      "Twilio n'a pas le droit d'écrire dans ce pays depuis votre compte. Autorisez-le sous Messaging > Geo permissions.",
      "Your Twilio account may not write to this country. Allow it under Messaging > Geo permissions.",
    ],
    "21219 21607 21608": [
      "Un compte Twilio d'essai n'écrit qu'aux numéros vérifiés. Vérifiez ce numéro chez Twilio, ou passez à un compte payant.",
      "A Twilio trial account writes to verified numbers only. Verify this number at Twilio, or move to a paid account.",
    ],
    "30007": [
      "L'opérateur a filtré ce message comme indésirable. Revoyez son texte et l'enregistrement du numéro, puis demandez à Twilio.",
      "The carrier filtered this message as spam. Look at its text and at the registration of the number, then ask Twilio.",
    ],
    "63015": [
      "Cette personne n'a pas rejoint votre bac à sable WhatsApp. Elle doit d'abord envoyer « join … » à ce numéro.",
      'This person has not joined your WhatsApp sandbox. They must first send "join …" to this number.',
    ],
    "63032": [
      "WhatsApp n'autorise pas ce message à cette personne pour le moment.",
      "WhatsApp does not allow this message to this person right now.",
    ],
    "63049 63051": [
      "WhatsApp limite les messages que cette personne reçoit. Réessayez après 24 heures.",
      "WhatsApp limits the messages that this person receives. Try again after 24 hours.",
    ],
  }),
  ...rules("recipientUnreachable", {
    "21211": ["Ce numéro n'existe pas ou est mal écrit.", "This number does not exist or is written wrongly."],
    "21614 30006": [
      "Ce numéro ne reçoit pas de SMS (ligne fixe, ou opérateur injoignable).",
      "This number receives no text messages (a landline, or a carrier that cannot be reached).",
    ],
    "21612": [
      "Twilio ne sait pas acheminer un message de votre numéro vers celui-ci. En France il faut un numéro court ou un nom d'expéditeur.",
      "Twilio has no route from your number to this one. In France a short code or a sender name is needed.",
    ],
    "30003": [
      "Le téléphone est éteint ou hors réseau. Réessayez dans quelques heures.",
      "The phone is switched off or out of reach. Try again in some hours.",
    ],
    "30004": [
      "Les messages vers ce numéro sont bloqués par la personne ou son opérateur.",
      "Messages to this number are blocked by the person or their carrier.",
    ],
    "30005": ["Ce numéro n'est plus attribué.", "This number is not in use any more."],
    "63003 63024": ["Ce numéro n'est pas sur WhatsApp.", "This number is not on WhatsApp."],
  }),
  ...rules("optedOut", {
    "21610": [
      "Cette personne a répondu STOP : Twilio n'envoie plus rien tant qu'elle n'a pas écrit START.",
      "This person answered STOP: Twilio sends nothing until they write START.",
    ],
  }),
  ...rules(
    "optedOut",
    {
      "63014 63033": [
        "Cette personne a bloqué votre numéro sur WhatsApp.",
        "This person blocked your number on WhatsApp.",
      ],
    },
    // Who writes to us again has let us in again: they are answered, but not written to unasked.
    { purpose: "marketing" },
  ),
  ...rules("outsideServiceWindow", {
    "63016": [
      "Plus de 24 heures ont passé depuis le dernier message de cette personne : seul un modèle approuvé peut partir.",
      "More than 24 hours have passed since this person's last message: only an approved template may go.",
    ],
  }),
  ...rules("rateLimited", {
    "14107 20429 63018": [
      "Trop de messages à la fois : Relais ralentit et réessaie tout seul.",
      "Too many messages at once: Relais slows down and tries again by itself.",
    ],
  }),
  ...rules(
    "rateLimited",
    {
      "21611 30001": [
        "La file d'attente de Twilio est pleine pour ce numéro : Relais réessaie dans quelques minutes.",
        "Twilio's queue for this number is full: Relais tries again in some minutes.",
      ],
      "30022": [
        "Le débit autorisé par les opérateurs américains est dépassé : Relais réessaie dans quelques minutes.",
        "More than American carriers allow at a time: Relais tries again in some minutes.",
      ],
    },
    { retryAfterMs: 5 * MINUTE_MS },
  ),
  ...rules(
    "rateLimited",
    {
      "30023": [
        "Le plafond quotidien des opérateurs américains est atteint : Relais réessaie d'heure en heure.",
        "The daily cap of American carriers is reached: Relais tries again hour by hour.",
      ],
    },
    { retryAfterMs: HOUR_MS },
  ),
  ...rules("providerDown", {
    "30017 30410": [
      "Le réseau de l'opérateur est encombré : Relais réessaie.",
      "The carrier's network is congested: Relais tries again.",
    ],
    "63009 63010 63012 63023": [
      "WhatsApp ou Twilio a une panne passagère : Relais réessaie.",
      "WhatsApp or Twilio has a passing fault: Relais tries again.",
    ],
  }),
  ...rules(
    "providerDown",
    {
      "30008": [
        "L'opérateur n'a pas livré ce message, sans dire pourquoi.",
        "The carrier did not deliver this message and did not say why.",
      ],
    },
    // "Unknown": one more try is worth it, not ten.
    { maxAttempts: 2 },
  ),
  ...rules("messageInvalid", {
    "20404": [
      "Ce que Relais a demandé n'existe pas (ou plus) chez Twilio.",
      "What Relais asked for does not exist at Twilio (any more).",
    ],
    "21602 21604 21618 21619 21620 21623 21624": [
      "Twilio a refusé le message : texte ou fichier manquant ou mal formé.",
      "Twilio refused the message: its text or file is missing or malformed.",
    ],
    "21617": ["Le message dépasse 1600 caractères.", "The message is longer than 1600 characters."],
    "21655 21656": [
      "Le modèle de message ou ses valeurs ne conviennent pas à Twilio.",
      "Twilio does not accept the message template or its values.",
    ],
    "30010": [
      "Le message coûte plus que le prix maximal fixé.",
      "The message costs more than the price limit that was set.",
    ],
    "30011": [
      "Ce numéro ne peut pas recevoir d'images : désactivez les MMS pour ce compte, Relais enverra un lien.",
      "This number cannot receive pictures: switch MMS off for this account, and Relais sends a link.",
    ],
    "30019 63034": ["Le fichier est trop lourd pour ce canal.", "The file is too large for this channel."],
    "63005 63021 63030": ["WhatsApp ne prend pas ce contenu.", "WhatsApp does not take this content."],
    "63019 63037": [
      "Twilio n'a pas pu lire le fichier. Vérifiez que l'adresse publique de Relais est accessible.",
      "Twilio could not read the file. Check that the public address of Relais can be reached.",
    ],
    "63025": ["Ce fichier est déjà chez Twilio.", "This file is at Twilio already."],
    "63027 63028 63040 63041 63042": [
      "Le modèle WhatsApp n'existe pas, a été refusé ou suspendu, ou ses valeurs ne conviennent pas. Vérifiez-le dans la console Twilio.",
      "The WhatsApp template does not exist, was rejected or paused, or its values do not fit. Check it in Twilio's console.",
    ],
    "63031": ["Un numéro ne peut pas s'écrire à lui-même.", "A number cannot write to itself."],
  }),
]);

/** The codes that the table knows. */
export const KNOWN_CODES: ReadonlySet<number> = new Set(RULES.keys());

/** What a code of Twilio's means for a message; one that nobody knows will not pass by trying again. */
export function errorOf(code: number, detail: string): SendError {
  const known = RULES.get(code);
  const meaning = known ? withoutWords(known) : { code: "messageInvalid" as const };
  return { ...meaning, providerCode: String(code), detail: detail.slice(0, 500) };
}

function withoutWords({ fr: _fr, en: _en, ...meaning }: Rule): Omit<SendError, "providerCode" | "detail"> {
  return meaning;
}

/** What to tell whoever runs the business about a code of Twilio's; null: one that nobody knows. */
export function explain(providerCode: string): Bilingual | null {
  const known = RULES.get(Number(providerCode));
  return known ? { fr: known.fr, en: known.en } : null;
}
