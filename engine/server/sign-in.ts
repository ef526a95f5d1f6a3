import type { SessionId } from "../core/domain/ids.ts";
import { PERMISSIONS } from "../core/domain/permission.ts";
import { mayEverywhere } from "../core/domain/rights.ts";
import type { Actor, User } from "../core/domain/user.ts";
import type { UserSecrets } from "../ports.ts";
import { hashOf } from "./auth.ts";
import type { ServerDeps } from "./deps.ts";
import type { Reply } from "./route.ts";
import { SESSION_MS, sessionCookie } from "./session-cookie.ts";
import { totpStep } from "./totp.ts";
import { whoIs } from "./who.ts";

/** Signs somebody in who has proved who they are: a new key, never one that the browser came with. */
export async function signIn(deps: ServerDeps, user: User, from: Actor, agent: string): Promise<Reply> {
  const { store, ids, clock, settings } = deps;
  const token = ids.token();
  const tokenHash = hashOf(token);
  const expiresAt = new Date(clock.now() + SESSION_MS).toISOString();
  const by: Actor = { ...from, type: "user", id: user.id, name: user.name };
  await store.sessions.start(settings.workspaceId, { userId: user.id, tokenHash, expiresAt, agent }, by);
  const found = await store.sessions.find(settings.workspaceId, tokenHash, SESSION_MS);
  if (!found) throw new Error("a session that was just started is not there");
  const { session, rights } = found;
  const who = await whoIs(deps, {
    type: "user",
    name: user.name,
    workspaceId: settings.workspaceId,
    permissions: new Set(PERMISSIONS.filter((permission) => mayEverywhere(rights, permission))),
    rights: [rights],
    user: found.user,
    session: { ...session, id: session.id as SessionId },
  });
  return { status: 201, body: who, headers: { "set-cookie": sessionCookie(settings.publicUrl, token, SESSION_MS) } };
}

/** Whether a code of the authenticator app, or one of the recovery codes, is good; each is once. */
export async function provesSecondFactor(
  { store, clock, settings }: Pick<ServerDeps, "store" | "clock" | "settings">,
  { user, twoFactorKey }: UserSecrets,
  code: string,
): Promise<boolean> {
  if (twoFactorKey === null) return true;
  const plain = code.replace(/[\s-]/g, "").toUpperCase();
  if (/^\d{6}$/.test(plain)) {
    const step = totpStep(twoFactorKey, plain, clock.now());
    return step !== null && store.users.spendStep(settings.workspaceId, user.id, step);
  }
  return store.users.spendRecovery(settings.workspaceId, user.id, recoveryHash(plain));
}

/** What is kept of a recovery code. */
export function recoveryHash(code: string): string {
  return hashOf(code.replace(/[\s-]/g, "").toUpperCase());
}
