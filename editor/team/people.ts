import { queryOptions } from "@tanstack/react-query";
import type { Permission } from "../../engine/core/domain/permission.ts";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { wordsOf } from "../words/words.ts";
import { teamWords } from "./words.ts";

export interface Grant {
  readonly roleId: string;
  /** Null: everywhere. */
  readonly accountId: string | null;
}
export interface Override {
  readonly permission: Permission;
  readonly accountId: string | null;
  readonly effect: "allow" | "deny";
}
export interface Powers {
  readonly grants: readonly Grant[];
  readonly overrides: readonly Override[];
}

/** Somebody of the team, as `GET /api/users` shows them. */
export interface Person extends Powers {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly status: "invited" | "active" | "disabled";
  readonly language: string;
  readonly hasTwoFactor: boolean;
  readonly lastSeenAt: string | null;
}
export interface BrowserSession {
  readonly id: string;
  readonly seenAt: string;
  readonly address: string;
  readonly agent: string;
  readonly isThisOne?: boolean;
}
export interface Role {
  readonly id: string;
  /** Those that come with the product speak both languages. */
  readonly name: string | { readonly fr: string; readonly en: string };
  readonly description: string | { readonly fr: string; readonly en: string };
  readonly permissions: readonly Permission[];
  readonly isShipped: boolean;
}
export interface OneTimeLink {
  readonly url: string;
  readonly expiresAt: string;
}
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
}

export const peopleQuery = queryOptions({
  queryKey: ["team", "people"],
  queryFn: async () => (await askJson<{ readonly items: readonly Person[] }>("/api/users")).items,
});
export const rolesQuery = queryOptions({
  queryKey: ["team", "roles"],
  queryFn: () =>
    askJson<{
      readonly items: readonly Role[];
      readonly permissions: readonly { readonly name: Permission; readonly atAccounts: boolean }[];
    }>("/api/roles"),
});
export const accountsQuery = queryOptions({
  queryKey: ["accounts", "names"],
  queryFn: async () => {
    try {
      return (await askJson<{ readonly items: readonly Account[] }>("/api/accounts")).items;
    } catch (error) {
      // Who may run the team but see no account gives rights everywhere or nowhere.
      if (error instanceof ApiError && error.status === 403) return [];
      throw error;
    }
  },
});

const REFUSALS = {
  lastOwner: "lastOwner",
  notOneself: "notOneself",
  moreThanYours: "moreThanYours",
  emailTaken: "emailTaken",
  nameTaken: "nameTaken",
  used: "roleUsed",
  noSuchRole: "noSuchRole",
  noSuchAccount: "noSuchAccount",
} as const;

/** Why the server refused, as a sentence that says what to do. */
export function teamSentence(error: unknown): string {
  const word = error instanceof ApiError ? REFUSALS[error.code as keyof typeof REFUSALS] : undefined;
  return word ? wordsOf(teamWords)(word) : sentenceOf(error);
}
