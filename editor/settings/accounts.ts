import { queryOptions, useQueryClient } from "@tanstack/react-query";
import type { ConnectionFinding } from "../../engine/core/domain/channel.ts";
import type { JsonObject } from "../../engine/core/domain/json.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import { type AccountView, ApiError, askJson, sentenceOf } from "../api.ts";
import { currentLanguage } from "../words/words.ts";

export type Problems = Readonly<Record<string, Bilingual>>;

/** What *Test connection* found. `resumed`: the account was paused and goes on. */
export interface Tested {
  readonly ok: boolean;
  readonly findings: readonly ConnectionFinding[];
  readonly resumed?: boolean;
}

export const accountsQuery = queryOptions({
  queryKey: ["accounts", "list"],
  queryFn: async () => (await askJson<{ readonly items: readonly AccountView[] }>("/api/accounts")).items,
});

export interface AccountChange {
  readonly name?: string;
  readonly config?: JsonObject;
  readonly enabled?: boolean;
  readonly botEnabled?: boolean;
  readonly isDefault?: true;
}

const at = (id: string): string => `/api/accounts/${encodeURIComponent(id)}`;

/** Everything that is done with accounts; lists on screen are looked at anew afterwards. Throws `ApiError`. */
export function useAccounts() {
  const queries = useQueryClient();
  const done = () => queries.invalidateQueries({ queryKey: ["accounts"] });
  return {
    make: async (channel: string, name: string, config: JsonObject): Promise<AccountView> => {
      const made = await askJson<AccountView>("/api/accounts", { method: "POST", body: { channel, name, config } });
      await done();
      return made;
    },
    change: async (id: string, body: AccountChange): Promise<void> => {
      await askJson(at(id), { method: "PUT", body });
      await done();
    },
    resume: async (id: string): Promise<void> => {
      await askJson(`${at(id)}/resume`, { method: "POST", body: {} });
      await done();
    },
    remove: async (id: string): Promise<void> => {
      await askJson(at(id), { method: "DELETE" });
      await done();
    },
    test: async (id: string): Promise<Tested> => {
      const tested = await askJson<Tested>(`${at(id)}/test`, { method: "POST", body: {} });
      if (tested.resumed) await done();
      return tested;
    },
    testValues: (channel: string, config: JsonObject, id?: string): Promise<Tested> =>
      askJson<Tested>("/api/accounts/test", { method: "POST", body: { channel, config, ...(id ? { id } : {}) } }),
  };
}

/** What is wrong with single fields, where the server says so. */
export function problemsOf(error: unknown): Problems {
  const fields = error instanceof ApiError ? (error.body as { readonly fields?: Problems } | null)?.fields : undefined;
  return fields ?? {};
}

/** The server's own sentence in the reader's language, where it has one. */
export function refusalOf(error: unknown): string {
  const message = error instanceof ApiError ? (error.body as { readonly message?: Bilingual } | null)?.message : null;
  return message ? message[currentLanguage()] : sentenceOf(error);
}

/** The part of an account's address that a person knows: the number, without the provider's account before it. */
export function addressOf({ address }: Pick<AccountView, "address">): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
