import type { ChannelType } from "../core/domain/channel.ts";
import type { Bilingual } from "../core/domain/language.ts";

/** What the pages of a form say of themselves. */
export const FORM_WORDS = {
  send: { fr: "Envoyer", en: "Send" },
  optional: { fr: "facultatif", en: "optional" },
  oneOfTwo: { fr: "l'un des deux suffit", en: "one of the two will do" },
  oneOfMany: { fr: "un seul suffit", en: "one of them will do" },
  pick: { fr: "Choisissez…", en: "Choose…" },
  problems: { fr: "Quelques réponses sont à revoir", en: "Some answers need another look" },
  trap: { fr: "Laissez ce champ vide", en: "Leave this field empty" },
  otherLanguage: { fr: "English", en: "Français" },
  thanks: { fr: "Merci, c'est envoyé.", en: "Thank you, it is sent." },
  again: { fr: "Envoyer un autre message", en: "Send another message" },
  files: {
    fr: "Images, sons, vidéos, PDF ou documents ; 10 Mo au plus par fichier.",
    en: "Pictures, sound, video, PDF or documents; 10 MB at most per file.",
  },
  notFound: { fr: "Ce formulaire n'existe pas.", en: "There is no such form." },
  foreign: { fr: "Ce site n'a pas le droit d'utiliser ce formulaire.", en: "This site may not use this form." },
  malformed: { fr: "Cet envoi ne peut pas être lu.", en: "What was sent cannot be read." },
  wrongType: {
    fr: "Envoyez du JSON, un formulaire ou un formulaire avec fichiers.",
    en: "Send JSON, a form, or a form with files.",
  },
  tooLarge: { fr: "C'est trop volumineux.", en: "This is too large." },
  fileTooLarge: { fr: "Un fichier peut peser 10 Mo au plus.", en: "A file may have 10 MB at most." },
  fileEmpty: { fr: "Ce fichier est vide.", en: "This file is empty." },
  fileKind: {
    fr: "Ce type de fichier n'est pas accepté. Envoyez une image, un son, une vidéo, un PDF ou un document.",
    en: "This kind of file is not accepted. Send a picture, sound, a video, a PDF or a document.",
  },
  fileMany: { fr: "Trop de fichiers.", en: "Too many files." },
  forged: { fr: "Ouvrez d'abord le formulaire.", en: "Open the form first." },
  tooOld: {
    fr: "Le formulaire est resté ouvert longtemps. Vos réponses sont toujours là : envoyez-les à nouveau.",
    en: "The form was open for a long time. Your answers are still here: send them again.",
  },
  tooYoung: {
    fr: "C'était trop rapide pour être vrai. Attendez un instant, puis envoyez à nouveau.",
    en: "That was too fast to be true. Wait a moment, then send again.",
  },
  tooMany: {
    fr: "Trop d'envois en peu de temps. Réessayez dans un instant.",
    en: "Too much was sent in a short time. Try again in a moment.",
  },
  down: {
    fr: "L'envoi n'a pas pu être enregistré. Réessayez dans un instant.",
    en: "It could not be stored. Try again in a moment.",
  },
} satisfies Record<string, Bilingual>;

/** What a sender is told about the answer, by the channel on which it will come. */
export function promiseOf(channel: ChannelType | null): Bilingual {
  switch (channel) {
    case "email":
      return { fr: "Nous vous répondons par e-mail.", en: "We will answer you by e-mail." };
    case "sms":
      return { fr: "Nous vous répondons par SMS.", en: "We will answer you by text message." };
    case "whatsapp":
    case "whatsappTwilio":
      return { fr: "Nous vous répondons sur WhatsApp.", en: "We will answer you on WhatsApp." };
    default:
      return {
        fr: "Un conseiller lira votre message et reviendra vers vous dès que possible.",
        en: "One of our team will read your message and come back to you as soon as possible.",
      };
  }
}
