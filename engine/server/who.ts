import { ACCOUNT_PERMISSIONS } from "../core/domain/permission.ts";
import { mayAt } from "../core/domain/rights.ts";
import type { User } from "../core/domain/user.ts";
import type { ServerDeps } from "./deps.ts";
import type { Principal } from "./route.ts";

/** Who is signed in and what they may do, for screens: they show what can be done, the server decides. */
export async function whoIs(
  { store, accounts }: Pick<ServerDeps, "store" | "accounts">,
  principal: Pick<Principal, "type" | "name" | "workspaceId" | "permissions" | "rights" | "user" | "session">,
): Promise<object> {
  const { workspaceId, user } = principal;
  const workspace = (await store.workspaces.all()).find(({ id }) => id === workspaceId);
  const own = accounts().filter((account) => account.workspaceId === workspaceId);
  return {
    type: principal.type,
    name: principal.name,
    user: user && shownUser(user),
    workspace: workspace && {
      id: workspace.id,
      name: workspace.name,
      languages: workspace.languages,
      country: workspace.country,
      timeZone: workspace.timeZone,
      currency: workspace.currency,
    },
    language: user?.language ?? workspace?.languages[0] ?? "fr",
    /** In the whole workspace. */
    permissions: [...principal.permissions],
    /** At each account of which they may know, those that can be given for one. */
    accounts: Object.fromEntries(
      own
        .map(({ id }) => [
          id,
          ACCOUNT_PERMISSIONS.filter((one) => principal.rights.every((rights) => mayAt(rights, one, id))),
        ])
        .filter(([, permissions]) => permissions?.length),
    ),
    session: principal.session && { id: principal.session.id, expiresAt: principal.session.expiresAt },
  };
}

/** Somebody as others of the team see them. */
export function shownUser(user: User): object {
  const { workspaceId: _, ...shown } = user;
  return shown;
}
