import { createHash } from "node:crypto";
import type { Config } from "./config.ts";
import type { Workspace } from "./core/domain/workspace.ts";
import type { Clock, Ids, Passwords, Store } from "./ports.ts";

/** Every start makes a new one while nobody can sign in; earlier ones stay good until then. */
const SETUP_MS = 7 * 86_400_000;

/**
 * While nobody can sign in: makes the owner that the settings name, or a link with which one can be made, once.
 * Returns the link, for the terminal; null: somebody can sign in.
 */
export async function openFirstOwner(
  { owner, publicUrl }: Pick<Config, "owner" | "publicUrl">,
  {
    store,
    workspace,
    passwords,
    clock,
    ids,
  }: {
    readonly store: Store;
    readonly workspace: Workspace;
    readonly passwords: Passwords;
    readonly clock: Clock;
    readonly ids: Ids;
  },
): Promise<string | null> {
  if (!(await store.users.isEmpty(workspace.id))) return null;
  if (owner) {
    const language = workspace.languages[0] ?? "fr";
    const name = owner.email.split("@")[0] ?? owner.email;
    const passwordHash = await passwords.hash(owner.password);
    const by = { type: "system", id: null, name: "settings", address: null } as const;
    await store.users.createOwner(workspace.id, { email: owner.email, name, language, passwordHash }, null, by);
    return null;
  }
  const token = ids.token();
  const tokenHash = createHash("sha256").update(token).digest("hex");
  const expiresAt = new Date(clock.now() + SETUP_MS).toISOString();
  // Behind the #, so that no server and no proxy on the way sees the key.
  return (await store.users.offerSetup(workspace.id, { tokenHash, expiresAt })) ? `${publicUrl}/setup#${token}` : null;
}
