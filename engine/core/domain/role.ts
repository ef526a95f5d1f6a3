import type { Bilingual } from "./language.ts";
import { PERMISSIONS, type Permission } from "./permission.ts";

/** A named set of permissions. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** A role that comes with the product: its permissions are the same everywhere, its words are in both languages. */
export interface ShippedRole {
  readonly id: string;
  readonly name: Bilingual;
  readonly description: Bilingual;
  readonly permissions: readonly Permission[];
}

/** Whoever has this role for the whole workspace is an owner; there is always one. */
export const OWNER_ROLE = "owner";

export const SHIPPED_ROLES: readonly ShippedRole[] = [
  {
    id: OWNER_ROLE,
    name: { fr: "Propriétaire", en: "Owner" },
    description: { fr: "Peut tout faire, y compris gérer les rôles.", en: "May do everything, roles included." },
    permissions: PERMISSIONS,
  },
  {
    id: "manager",
    name: { fr: "Responsable", en: "Manager" },
    description: {
      fr: "Gère les canaux, les conversations, les parcours et l'équipe, mais ni les rôles ni les réglages.",
      en: "Runs channels, conversations, flows and the team, but neither roles nor settings.",
    },
    permissions: PERMISSIONS.filter((one) => one !== "roles.manage" && one !== "settings.manage"),
  },
  {
    id: "agent",
    name: { fr: "Agent", en: "Agent" },
    description: { fr: "Répond aux clients.", en: "Answers customers." },
    permissions: [
      "accounts.view",
      "conversations.view",
      "messages.view",
      "messages.send",
      "contacts.view",
      "contacts.manage",
    ],
  },
  {
    id: "viewer",
    name: { fr: "Lecteur", en: "Viewer" },
    description: { fr: "Voit tout le quotidien, ne change rien.", en: "Sees the daily work, changes nothing." },
    permissions: [
      "accounts.view",
      "conversations.view",
      "messages.view",
      "contacts.view",
      "flows.view",
      "insights.view",
    ],
  },
];
