import { z } from "zod";
import type { Actor } from "../core/domain/user.ts";
import { hashOf } from "./auth.ts";
import { email, language, password, personName } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { createLimiter } from "./limiter.ts";
import { given } from "./query.ts";
import { ok, openRoute, type Reply, type Route, selfRoute } from "./route.ts";
import { noCookie, SESSION_MS, sessionCookie } from "./session-cookie.ts";
import { provesSecondFactor, signIn } from "./sign-in.ts";
import { whoIs } from "./who.ts";

const WINDOW_MS = 15 * 60_000;
/** The key of a session is changed when it is older than this, or than the last change of rights. */
const ROTATE_MS = 3_600_000;
/** The same for an unknown address, a wrong password and somebody who may not sign in any more. */
const WRONG: Reply = { status: 401, body: { error: "the address or the password is wrong", code: "wrong" } };

/** Signing in and out, and who is signed in. */
export function sessionRoutes(deps: ServerDeps): readonly Route[] {
  const { store, clock, settings, passwords, ids } = deps;
  // Of one account from one place, of one account from anywhere, from one place to any account.
  const guesses = createLimiter(clock, 5, WINDOW_MS);
  const guessesOfAccount = createLimiter(clock, 50, WINDOW_MS);
  const guessesFrom = createLimiter(clock, 30, WINDOW_MS);
  const codes = createLimiter(clock, 5, WINDOW_MS);

  return [
    openRoute({
      method: "post",
      path: "/api/session",
      summary:
        "Signs in with address and password, and a code where the account asks for one (`codeNeeded` in the answer). Sets the session cookie",
      body: z.strictObject({ email, password, code: z.string().min(6).max(40).optional() }),
      run: async ({ body, actor, headers }) => {
        const address = actor.address ?? "";
        const pair = `${body.email} ${address}`;
        const wait = guessesFrom(address) ?? guesses(pair) ?? guessesOfAccount(body.email);
        if (wait !== null) return tooMany(wait);
        const known = await store.users.byEmail(settings.workspaceId, body.email);
        const isRight = await passwords.verify(body.password, known?.passwordHash ?? null);
        if (!isRight || known?.user.status !== "active") return WRONG;
        const forgive = (): void => {
          guessesFrom.giveBack(address);
          guesses.giveBack(pair);
          guessesOfAccount.giveBack(body.email);
        };
        if (known.twoFactorKey !== null) {
          if (body.code === undefined) {
            forgive();
            return { status: 401, body: { error: "a code is needed", code: "codeNeeded", codeNeeded: true } };
          }
          const waitForCode = codes(known.user.id);
          if (waitForCode !== null) return tooMany(waitForCode);
          if (!(await provesSecondFactor(deps, known, body.code)))
            return { status: 401, body: { error: "the code is wrong", code: "codeWrong", codeNeeded: true } };
          codes.giveBack(known.user.id);
        }
        forgive();
        await endFormer(tokenIn(headers("cookie")));
        return signIn(deps, known.user, actor, headers("user-agent") ?? "");
      },
    }),
    selfRoute({
      method: "get",
      path: "/api/session",
      summary:
        "Who is signed in, in which workspace, with which permissions (`permissions`: everywhere, `accounts`: at each), in which language",
      run: async ({ principal, headers }) => {
        const who = await whoIs(deps, principal);
        const { session } = principal;
        const token = session && tokenIn(headers("cookie"));
        if (!token) return ok(who);
        const found = await store.sessions.find(settings.workspaceId, hashOf(token), SESSION_MS);
        if (!found) return ok(who);
        const isOld = clock.now() - Date.parse(found.rotatedAt) > ROTATE_MS || found.rotatedAt < found.changedAt;
        const next = ids.token();
        if (
          !isOld ||
          !(await store.sessions.rotate(settings.workspaceId, found.session.id, hashOf(token), hashOf(next)))
        )
          return ok(who);
        const leftMs = Date.parse(found.session.expiresAt) - clock.now();
        return { ...ok(who), headers: { "set-cookie": sessionCookie(settings.publicUrl, next, leftMs) } };
      },
    }),
    selfRoute({
      method: "put",
      path: "/api/session",
      summary: "Changes one's own name or language",
      body: z.strictObject({ name: personName.optional(), language: language.optional() }),
      run: async ({ principal, body, actor }) => {
        if (!principal.user) return NO_PERSON;
        await store.users.update(settings.workspaceId, principal.user.id, given(body), () => true, actor);
        const user = await store.users.get(settings.workspaceId, principal.user.id);
        return ok(await whoIs(deps, { ...principal, user: user?.user ?? principal.user }));
      },
    }),
    selfRoute({
      method: "delete",
      path: "/api/session",
      summary: "Signs out",
      run: async ({ principal, actor }) => {
        const { session } = principal;
        if (session) await store.sessions.end(settings.workspaceId, { userId: session.userId, id: session.id }, actor);
        return { ...ok({ done: true }), headers: { "set-cookie": noCookie(settings.publicUrl) } };
      },
    }),
  ];

  /** Whoever signs in anew in the same browser leaves no session behind that nobody can see any more. */
  async function endFormer(token: string | undefined): Promise<void> {
    const former = token && (await store.sessions.find(settings.workspaceId, hashOf(token), SESSION_MS));
    if (!former) return;
    const { session, user } = former;
    const by: Actor = { type: "user", id: user.id, name: user.name, address: session.address };
    await store.sessions.end(settings.workspaceId, { userId: user.id, id: session.id }, by);
  }

  function tokenIn(cookies: string | undefined): string | undefined {
    return /(?:^|;\s*)(?:__Host-)?relais=([A-Za-z0-9_-]{43})(?:;|$)/.exec(cookies ?? "")?.[1];
  }
}

/** Whoever asks with a token is nobody who has a name, a password or a browser. */
export const NO_PERSON: Reply = { status: 409, body: { error: "only for people who are signed in", code: "noPerson" } };

export function tooMany(seconds: number): Reply {
  return {
    status: 429,
    body: { error: "too many tries, please wait", code: "tooMany" },
    headers: { "retry-after": String(seconds) },
  };
}
