import { catalogue } from "../words/words.ts";

export const settingsWords = catalogue("settings", {
  fr: {
    settings: "Réglages",
    sections: "Parties des réglages",
    channels: "Canaux",
    team: "Équipe",
    roles: "Rôles",
    tokens: "Clés d'API",
    record: "Journal",
    notYoursTitle: "Cette page est réservée",
    notYoursText: "Vos droits ne donnent pas accès à cette page. Demandez-les au propriétaire de l'espace.",
  },
  en: {
    settings: "Settings",
    sections: "Parts of the settings",
    channels: "Channels",
    team: "Team",
    roles: "Roles",
    tokens: "API tokens",
    record: "Record",
    notYoursTitle: "This page is reserved",
    notYoursText: "Your rights do not open this page. Ask the owner of the workspace for them.",
  },
});
