/** Every word of the chat, in both languages. */
const STRINGS = {
  fr: {
    title: "Discussion",
    open: "Ouvrir la discussion",
    close: "Fermer la discussion",
    placeholder: "Écrivez votre message",
    send: "Envoyer",
    attach: "Joindre un fichier",
    welcome: "Bonjour ! Écrivez-nous, nous répondons tout de suite.",
    start: "Dire bonjour",
    hello: "Bonjour",
    you: "Vous",
    bot: "Bot",
    assistant: "Assistant",
    agent: "Conseiller",
    offline: "Vous êtes hors ligne : vos messages partiront dès le retour de la connexion.",
    connecting: "Connexion…",
    waiting: "En attente",
    failed: "Non envoyé. Appuyez pour réessayer.",
    typing: "écrit…",
    file: "Fichier",
    tooLarge: "Ce fichier n'est pas accepté (16 Mo au plus : image, son, vidéo ou PDF).",
    unavailable: "La discussion n'est pas disponible. Réessayez dans un instant.",
    retry: "Réessayer",
    newMessages: (count: number) => (count === 1 ? "1 nouveau message" : `${count} nouveaux messages`),
  },
  en: {
    title: "Chat",
    open: "Open the chat",
    close: "Close the chat",
    placeholder: "Write your message",
    send: "Send",
    attach: "Attach a file",
    welcome: "Hello! Write to us, we answer at once.",
    start: "Say hello",
    hello: "Hello",
    you: "You",
    bot: "Bot",
    assistant: "Assistant",
    agent: "Advisor",
    offline: "You are offline: your messages will leave as soon as you are back.",
    connecting: "Connecting…",
    waiting: "Waiting",
    failed: "Not sent. Press to try again.",
    typing: "is writing…",
    file: "File",
    tooLarge: "This file is not accepted (16 MB at most: image, sound, video or PDF).",
    unavailable: "The chat is not available. Try again in a moment.",
    retry: "Try again",
    newMessages: (count: number) => (count === 1 ? "1 new message" : `${count} new messages`),
  },
} as const;

export type Strings = (typeof STRINGS)["fr"] | (typeof STRINGS)["en"];
export type ChatLanguage = keyof typeof STRINGS;

/** French when the browser is, else English. */
export function chatLanguage(wanted: string): ChatLanguage {
  return wanted.toLowerCase().startsWith("fr") ? "fr" : "en";
}

export function stringsIn(language: ChatLanguage): Strings {
  return STRINGS[language];
}
