import { z } from "zod";
import { password } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { createLimiter } from "./limiter.ts";
import { provesPassword } from "./password.ts";
import { ok, type Route, selfRoute } from "./route.ts";
import { NO_PERSON } from "./session.ts";
import { recoveryHash } from "./sign-in.ts";
import { newTotpKey, totpLink, totpStep } from "./totp.ts";

const RECOVERY_CODES = 10;
const WINDOW_MS = 15 * 60_000;

/** A second proof at sign-in: a code of an authenticator app, or one of ten codes on paper. */
export function twoFactorRoutes(deps: ServerDeps): readonly Route[] {
  const { store, clock, settings, ids } = deps;
  const { workspaceId } = settings;
  const guesses = createLimiter(clock, 5, WINDOW_MS);
  /** Two speakable codes: 56 bits each, so that a stolen database does not give them away. */
  const recoveryCode = (): string => `${ids.speakable()}-${ids.speakable()}`;

  return [
    selfRoute({
      method: "post",
      path: "/api/two-factor/key",
      summary: "A new key for an authenticator app; it counts once a code of it is sent to /api/two-factor",
      body: z.strictObject({}),
      run: async ({ principal: { user } }) => {
        if (!user) return NO_PERSON;
        const workspace = (await store.workspaces.all()).find(({ id }) => id === workspaceId);
        const key = newTotpKey();
        return ok({ key, link: totpLink(key, user.email, workspace?.name ?? "Relais") });
      },
    }),
    selfRoute({
      method: "post",
      path: "/api/two-factor",
      summary: "Asks for a code at every sign-in from now on. The recovery codes in the answer are shown this once",
      body: z.strictObject({
        password,
        key: z.string().regex(/^[A-Z2-7]{32}$/),
        code: z.string().regex(/^\d{6}$/),
      }),
      run: async ({ principal: { user }, body, actor }) => {
        if (!user) return NO_PERSON;
        const refused = await provesPassword(deps, guesses, user.id, body.password);
        if (refused) return refused;
        const step = totpStep(body.key, body.code, clock.now());
        if (step === null) return { status: 422, body: { error: "the code is wrong", code: "codeWrong" } };
        const recoveryCodes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
        const factor = { key: body.key, recoveryHashes: recoveryCodes.map(recoveryHash) };
        await store.users.setTwoFactor(workspaceId, user.id, factor, () => true, actor);
        await store.users.spendStep(workspaceId, user.id, step);
        return ok({ recoveryCodes });
      },
    }),
    selfRoute({
      method: "delete",
      path: "/api/two-factor",
      summary: "Asks for no code any more",
      body: z.strictObject({ password }),
      run: async ({ principal: { user }, body, actor }) => {
        if (!user) return NO_PERSON;
        const refused = await provesPassword(deps, guesses, user.id, body.password);
        if (refused) return refused;
        await store.users.setTwoFactor(workspaceId, user.id, null, () => true, actor);
        return ok({ done: true });
      },
    }),
  ];
}
