import { z } from "zod";
import { hashOf } from "./auth.ts";
import { email, language, linkKey, password, personName, weakness } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { createLimiter } from "./limiter.ts";
import { ok, openRoute, type Route } from "./route.ts";
import { tooMany } from "./session.ts";
import { signIn } from "./sign-in.ts";

/** The first account, made with the link that the program prints while there is none. */
export function setupRoutes(deps: ServerDeps): readonly Route[] {
  const { store, clock, settings, passwords } = deps;
  const tries = createLimiter(clock, 10, 15 * 60_000);
  return [
    openRoute({
      method: "get",
      path: "/api/setup",
      summary: "Whether the first account is still to be made (with the link that the program printed)",
      reply: z.object({ needed: z.boolean() }),
      run: async () => ok({ needed: await store.users.isEmpty(settings.workspaceId) }),
    }),
    openRoute({
      method: "post",
      path: "/api/setup",
      summary: "Makes the owner's account with the key out of the setup link, once, and signs in",
      body: z.strictObject({ token: linkKey, email, name: personName, password, language: language.default("fr") }),
      run: async ({ body, actor, headers }) => {
        const wait = tries(actor.address ?? "");
        if (wait !== null) return tooMany(wait);
        const weak = weakness(body.password, [body.email, body.name]);
        if (weak) return weak;
        const refused = { status: 403, body: { error: "this link is no good (any more)", code: "linkInvalid" } };
        if (!(await store.users.isEmpty(settings.workspaceId))) return refused;
        const owner = {
          email: body.email,
          name: body.name,
          language: body.language,
          passwordHash: await passwords.hash(body.password),
        };
        const made = await store.users.createOwner(settings.workspaceId, owner, hashOf(body.token), actor);
        return made ? signIn(deps, made, actor, headers("user-agent") ?? "") : refused;
      },
    }),
  ];
}
