/** Every word of the chat, in both languages. */
const STRINGS = {
  fr: {
    title: "Discussion",
    open: "Ouvrir la discussion",
    close: "Fermer la discussion",
    placeholder: "Écrivez votre message",
    send: "Envoyer",
    attach: "Joindre un fichier",
    drop: "Déposez votre fichier ici",
    welcome: "Bonjour ! Écrivez-nous, nous répondons tout de suite.",
    start: "Dire bonjour",
    hello: "Bonjour",
    you: "Vous",
    bot: "Bot",
    assistant: "Assistant",
    agent: "Conseiller",
    offline: "Vous êtes hors ligne : vos messages partiront dès le retour de la connexion.",
    waiting: "En attente de connexion",
    sending: "Envoi…",
    sent: "Envoyé",
    read: "Lu",
    failed: "Non envoyé.",
    retry: "Réessayer",
    discard: "Supprimer",
    cancel: "Annuler",
    typing: "Le bot écrit…",
    file: "Fichier",
    image: "Image",
    location: "Voir sur la carte",
    tooLarge: "Trop lourd : 16 Mo au plus.",
    empty: "Ce fichier est vide.",
    kind: "Ce type de fichier n'est pas accepté.",
    cut: "L'envoi s'est interrompu.",
    tooMany: "Trop de fichiers à la fois. Réessayez dans une minute.",
    unavailable: "La discussion n'est pas disponible pour le moment. Nous réessayons.",
    refused: "La discussion n'est pas disponible sur cette page.",
    soundOn: "Activer le son",
    soundOff: "Couper le son",
    today: "Aujourd'hui",
    yesterday: "Hier",
    latest: "Aller aux derniers messages",
    chosen: (label: string) => `Votre choix : ${label}`,
    uploading: (name: string, percent: number) => `${name} : ${percent} %`,
    newMessages: (count: number) => (count === 1 ? "1 nouveau message" : `${count} nouveaux messages`),
    sizeIn: (bytes: number) =>
      bytes < 1_000_000
        ? `${Math.max(1, Math.round(bytes / 1000))} ko`
        : `${(bytes / 1_000_000).toFixed(1).replace(".", ",")} Mo`,
  },
  en: {
    title: "Chat",
    open: "Open the chat",
    close: "Close the chat",
    placeholder: "Write your message",
    send: "Send",
    attach: "Attach a file",
    drop: "Drop your file here",
    welcome: "Hello! Write to us, we answer at once.",
    start: "Say hello",
    hello: "Hello",
    you: "You",
    bot: "Bot",
    assistant: "Assistant",
    agent: "Advisor",
    offline: "You are offline: your messages will leave as soon as you are back.",
    waiting: "Waiting for the connection",
    sending: "Sending…",
    sent: "Sent",
    read: "Read",
    failed: "Not sent.",
    retry: "Try again",
    discard: "Delete",
    cancel: "Cancel",
    typing: "The bot is writing…",
    file: "File",
    image: "Picture",
    location: "See on the map",
    tooLarge: "Too large: 16 MB at most.",
    empty: "This file is empty.",
    kind: "This kind of file is not accepted.",
    cut: "The upload was interrupted.",
    tooMany: "Too many files at once. Try again in a minute.",
    unavailable: "The chat is not available right now. We keep trying.",
    refused: "The chat is not available on this page.",
    soundOn: "Turn the sound on",
    soundOff: "Turn the sound off",
    today: "Today",
    yesterday: "Yesterday",
    latest: "Go to the latest messages",
    chosen: (label: string) => `Your choice: ${label}`,
    uploading: (name: string, percent: number) => `${name}: ${percent}%`,
    newMessages: (count: number) => (count === 1 ? "1 new message" : `${count} new messages`),
    sizeIn: (bytes: number) =>
      bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`,
  },
} as const;

export type Strings = (typeof STRINGS)["fr"] | (typeof STRINGS)["en"];
export type ChatLanguage = keyof typeof STRINGS;

/** French when the page or the browser is, else English. */
export function chatLanguage(wanted: string): ChatLanguage {
  return wanted.toLowerCase().startsWith("fr") ? "fr" : "en";
}

export function stringsIn(language: ChatLanguage): Strings {
  return STRINGS[language];
}
