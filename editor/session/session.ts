import { queryOptions, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { ApiError, askJson } from "../api.ts";
import { forgetWritten } from "../inbox/unsent.ts";

/** Who is signed in, and what they may do: everywhere (`permissions`) and at single accounts. */
export interface Session {
  readonly type: "user" | "token";
  readonly name: string;
  readonly user?: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly hasTwoFactor?: boolean;
  } | null;
  readonly permissions: readonly string[];
  readonly accounts: Readonly<Record<string, readonly string[]>>;
}

/** Null: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await askJson<Session>("/api/session");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: false,
});

export function useSession(): Session | null {
  return useSuspenseQuery(sessionQuery).data;
}

export function useMay(permission: string): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

/** Everywhere, or at one account at least. */
export function mayAnywhere(session: Session | null, permission: string): boolean {
  if (!session) return false;
  return (
    session.permissions.includes(permission) ||
    Object.values(session.accounts).some((permissions) => permissions.includes(permission))
  );
}

/** At one account: everywhere, or given for this one. */
export function useMayAt(permission: string, accountId: string): boolean {
  const session = useSession();
  const own = session?.accounts[accountId];
  return (own ?? session?.permissions)?.includes(permission) ?? false;
}

/** Whether the owner's account is still to be made. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: async () => (await askJson<{ readonly needed: boolean }>("/api/setup")).needed,
});

export interface OwnerToBe {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly language: "fr" | "en";
}

/** Signs in, out, or sets the owner up, and lets every screen know. */
export function useSignIn() {
  const queries = useQueryClient();
  return {
    signIn: async (email: string, password: string, code?: string): Promise<void> => {
      const body = { email, password, ...(code ? { code } : {}) };
      const session = await askJson<Session>("/api/session", { method: "POST", body });
      queries.setQueryData(sessionQuery.queryKey, session);
    },
    signOut: async (): Promise<void> => {
      await askJson("/api/session", { method: "DELETE" });
      forgetWritten();
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, null);
    },
    setUp: async (token: string, person: OwnerToBe): Promise<void> => {
      const session = await askJson<Session>("/api/setup", { method: "POST", body: { token, ...person } });
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  };
}
