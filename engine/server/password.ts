import { z } from "zod";
import type { LinkKind } from "../ports.ts";
import { hashOf } from "./auth.ts";
import { linkKey, password, personName, weakness } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { createLimiter } from "./limiter.ts";
import { ok, openRoute, type Reply, type Route, selfRoute } from "./route.ts";
import { NO_PERSON, tooMany } from "./session.ts";
import { signIn } from "./sign-in.ts";

const WINDOW_MS = 15 * 60_000;
const BAD_LINK: Reply = { status: 403, body: { error: "this link is no good (any more)", code: "linkInvalid" } };

/** Choosing a password: by an invitation, by a link for a new one, or knowing the old one. */
export function passwordRoutes(deps: ServerDeps): readonly Route[] {
  const { store, clock, settings, passwords } = deps;
  const { workspaceId } = settings;
  const tries = createLimiter(clock, 20, WINDOW_MS);
  const guesses = createLimiter(clock, 5, WINDOW_MS);

  /** Uses a link up; `weak` is looked at first, so that a poor choice does not cost the link. */
  const choose = async (
    kind: Exclude<LinkKind, "setup">,
    body: { readonly token: string; readonly password: string; readonly name?: string | undefined },
    address: string,
  ) => {
    const wait = tries(address);
    if (wait !== null) return { reply: tooMany(wait) };
    const tokenHash = hashOf(body.token);
    const whose = await store.users.ofLink(workspaceId, kind, tokenHash);
    if (!whose) return { reply: BAD_LINK };
    const weak = weakness(body.password, [whose.email, body.name ?? whose.name]);
    if (weak) return { reply: weak };
    const chosen = {
      passwordHash: await passwords.hash(body.password),
      ...(body.name === undefined ? {} : { name: body.name }),
    };
    const user = await store.users.takeLink(workspaceId, kind, tokenHash, chosen, address);
    return user ? { user } : { reply: BAD_LINK };
  };

  return [
    openRoute({
      method: "post",
      path: "/api/link",
      summary: "Whose link this is, to greet them before they choose a password",
      body: z.strictObject({ token: linkKey, kind: z.enum(["invitation", "password"]) }),
      run: async ({ body, actor }) => {
        const wait = tries(actor.address ?? "");
        if (wait !== null) return tooMany(wait);
        const whose = await store.users.ofLink(workspaceId, body.kind, hashOf(body.token));
        return whose ? ok({ email: whose.email, name: whose.name, language: whose.language }) : BAD_LINK;
      },
    }),
    openRoute({
      method: "post",
      path: "/api/invitation",
      summary: "Joins the team with the key out of an invitation, once, and signs in",
      body: z.strictObject({ token: linkKey, name: personName.optional(), password }),
      run: async ({ body, actor, headers }) => {
        const { user, reply } = await choose("invitation", body, actor.address ?? "");
        return user ? signIn(deps, user, actor, headers("user-agent") ?? "") : reply;
      },
    }),
    openRoute({
      method: "post",
      path: "/api/password",
      summary: "Chooses a new password with the key out of a link, once. Every session ends; signing in comes after",
      body: z.strictObject({ token: linkKey, password }),
      run: async ({ body, actor }) => {
        const { user, reply } = await choose("password", body, actor.address ?? "");
        return user ? ok({ done: true }) : reply;
      },
    }),
    selfRoute({
      method: "put",
      path: "/api/password",
      summary: "Chooses a new password, knowing the old one. Every other session ends",
      body: z.strictObject({ current: password, next: password }),
      run: async ({ principal, body, actor }) => {
        const { user, session } = principal;
        if (!user) return NO_PERSON;
        const refused = await provesPassword(deps, guesses, user.id, body.current);
        if (refused) return refused;
        const weak = weakness(body.next, [user.email, user.name]);
        if (weak) return weak;
        const passwordHash = await passwords.hash(body.next);
        await store.users.setPassword(workspaceId, user.id, passwordHash, session?.id ?? null, actor);
        return ok({ done: true });
      },
    }),
  ];
}

/** Null: this is their password; else the answer. */
export async function provesPassword(
  { store, settings, passwords }: Pick<ServerDeps, "store" | "settings" | "passwords">,
  guesses: ReturnType<typeof createLimiter>,
  userId: Parameters<typeof store.users.get>[1],
  current: string,
): Promise<Reply | null> {
  const wait = guesses(userId);
  if (wait !== null) return tooMany(wait);
  const known = await store.users.get(settings.workspaceId, userId);
  if (!(await passwords.verify(current, known?.passwordHash ?? null)))
    return { status: 422, body: { error: "this is not the password", code: "passwordWrong" } };
  guesses.giveBack(userId);
  return null;
}
