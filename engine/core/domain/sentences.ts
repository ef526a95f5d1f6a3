import { type Bilingual, bilingual, inLanguage, type Language } from "./language.ts";
import type { SentenceKey, Workspace } from "./workspace.ts";

/** What the engine says when no flow says it. Every one can be replaced per workspace. */
export const SENTENCES: Readonly<Record<SentenceKey, Bilingual>> = {
  cannotReadAttachment: {
    fr: "Je ne peux pas lire ce type de contenu, peux-tu me l'écrire ?",
    en: "I cannot read this kind of content. Could you write it to me?",
  },
  notUnderstood: { fr: "Je n'ai pas compris votre réponse.", en: "I did not understand your answer." },
  choiceExpired: { fr: "Ce choix n'est plus disponible.", en: "This choice is no longer available." },
  handedOver: { fr: "Je vous mets en relation avec un conseiller.", en: "I am passing you to one of our team." },
  somethingFailed: {
    fr: "Un problème est survenu de notre côté. Un conseiller reprend la conversation.",
    en: "Something went wrong on our side. One of our team is taking over.",
  },
  nobodyAvailable: {
    fr: "Personne n'est disponible pour le moment. Nous vous répondrons dès que possible.",
    en: "Nobody is available right now. We will answer you as soon as we can.",
  },
  optedOut: {
    fr: "C'est noté, vous ne recevrez plus de messages de notre part. Écrivez START pour en recevoir à nouveau.",
    en: "Noted: you will receive no more messages from us. Write START to receive them again.",
  },
  optedIn: {
    fr: "C'est noté, vous recevrez de nouveau nos messages.",
    en: "Noted: you will receive our messages again.",
  },
  help: {
    fr: "Écrivez votre question, un conseiller ou notre assistant vous répond. Écrivez STOP pour ne plus recevoir de messages.",
    en: "Write your question: our assistant or one of our team will answer. Write STOP to receive no more messages.",
  },
  invalidAnswer: {
    fr: "Cette réponse ne convient pas. Pouvez-vous réessayer ?",
    en: "That answer does not fit. Could you try again?",
  },
  notInPlaybook: {
    fr: "Je me renseigne auprès d'un collègue et je reviens vers vous au plus vite.",
    en: "Let me ask a colleague; I will get back to you as soon as possible.",
  },
  listButton: { fr: "Voir les choix", en: "See the choices" },
  cardButton: { fr: "Choisir", en: "Choose" },
  tooManyMessages: {
    fr: "Je préfère laisser un conseiller poursuivre cette conversation.",
    en: "I would rather let one of our team continue this conversation.",
  },
};

/** The sentence as the workspace wants it said, in the contact's language. */
export function sentence(key: SentenceKey, workspace: Pick<Workspace, "sentences">, language: Language): string {
  const own = workspace.sentences[key];
  return own === undefined ? bilingual(SENTENCES[key], language) : inLanguage(own, language);
}
