import { z } from "zod";
import type { UserId } from "../core/domain/ids.ts";
import type { MayChange, UserChange, UserOutcome } from "../ports.ts";
import { email, language, personName } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { oneTimeLink } from "./one-time-link.ts";
import { commands, MORE_THAN_YOURS, powers, powersOf, rightsWith } from "./powers.ts";
import { given, id } from "./query.ts";
import { NOT_FOUND, ok, type Principal, type Reply, type Route, route } from "./route.ts";
import { shownUser } from "./who.ts";

const ANSWERS: Readonly<Record<Exclude<UserOutcome, "done">, Reply>> = {
  notFound: NOT_FOUND,
  refused: MORE_THAN_YOURS,
  lastOwner: {
    status: 409,
    body: { error: "there must be an owner: make somebody else one first", code: "lastOwner" },
  },
};
const NOT_ONESELF: Reply = {
  status: 409,
  body: { error: "nobody shuts themselves out: ask somebody else", code: "notOneself" },
};

/** The team: who is in it, with which rights. Nobody gives or takes what they do not have. */
export function userRoutes(deps: ServerDeps): readonly Route[] {
  const { store, settings } = deps;
  const { workspaceId } = settings;
  const may =
    (principal: Principal): MayChange =>
    (_, rights) =>
      commands(principal, rights);
  const done = (outcome: UserOutcome, body: unknown = { done: true }): Reply =>
    outcome === "done" ? ok(body) : ANSWERS[outcome];

  return [
    route({
      method: "get",
      path: "/api/users",
      permission: "users.manage",
      summary: "The team, by name",
      run: async () => ok({ items: (await store.users.list(workspaceId)).map(shownUser) }),
    }),
    route({
      method: "post",
      path: "/api/users",
      permission: "users.manage",
      record: "store",
      summary:
        "Invites somebody. The answer holds the link to hand over, once: with it they choose a password (good for 7 days)",
      body: z.strictObject({
        email,
        name: personName,
        language: language.default("fr"),
        grants: powers.grants,
        overrides: powers.overrides.default([]),
      }),
      run: async ({ principal, body, actor }) => {
        const asked = await powersOf(deps, body);
        if ("status" in asked) return asked;
        if (!commands(principal, asked.rights)) return MORE_THAN_YOURS;
        const { link, shown } = oneTimeLink(deps, "invitation");
        const person = { email: body.email, name: body.name, language: body.language, ...asked.powers };
        const made = await store.users.invite(workspaceId, person, link, actor);
        return made
          ? { status: 201, body: { user: shownUser(made), link: shown } }
          : { status: 409, body: { error: "somebody has this address already", code: "emailTaken" } };
      },
    }),
    route({
      method: "get",
      path: "/api/users/{id}",
      permission: "users.manage",
      summary: "One of the team, and where they are signed in",
      params: id,
      run: async ({ params }) => {
        const found = await store.users.get(workspaceId, params.id as UserId);
        if (!found) return NOT_FOUND;
        const sessions = await store.sessions.list(workspaceId, found.user.id);
        return ok({ ...shownUser(found.user), sessions });
      },
    }),
    route({
      method: "put",
      path: "/api/users/{id}",
      permission: "users.manage",
      record: "store",
      summary: "Changes name, rights, or whether somebody may sign in; what is not given stays as it is",
      params: id,
      body: z.strictObject({
        name: personName.optional(),
        status: z.enum(["active", "disabled"]).optional(),
        grants: powers.grants.optional(),
        overrides: powers.overrides.optional(),
      }),
      run: async ({ principal, params, body, actor }) => {
        if (params.id === principal.user?.id && body.status === "disabled") return NOT_ONESELF;
        const before = await store.users.get(workspaceId, params.id as UserId);
        if (!before) return NOT_FOUND;
        // What they have already may name an account that is gone by now; what is given anew may not.
        const asked = await powersOf(deps, { grants: body.grants ?? [], overrides: body.overrides ?? [] });
        if ("status" in asked) return asked;
        const kept = {
          ...before.user,
          ...(body.grants ? { grants: [] } : {}),
          ...(body.overrides ? { overrides: [] } : {}),
        };
        const rights = await rightsWith(deps, {
          grants: [...kept.grants, ...asked.powers.grants],
          overrides: [...kept.overrides, ...asked.powers.overrides],
        });
        if (!commands(principal, rights)) return MORE_THAN_YOURS;
        const change: UserChange = {
          ...given({ name: body.name, status: body.status }),
          ...(body.grants ? { grants: asked.powers.grants } : {}),
          ...(body.overrides ? { overrides: asked.powers.overrides } : {}),
        };
        const outcome = await store.users.update(workspaceId, before.user.id, change, may(principal), actor);
        if (outcome !== "done") return done(outcome);
        const after = await store.users.get(workspaceId, before.user.id);
        return after ? ok(shownUser(after.user)) : NOT_FOUND;
      },
    }),
    route({
      method: "delete",
      path: "/api/users/{id}",
      permission: "users.manage",
      record: "store",
      summary: "Takes somebody out of the team, with their sessions and tokens",
      params: id,
      run: async ({ principal, params, actor }) =>
        params.id === principal.user?.id
          ? NOT_ONESELF
          : done(await store.users.remove(workspaceId, params.id as UserId, may(principal), actor)),
    }),
    route({
      method: "post",
      path: "/api/users/{id}/link",
      permission: "users.manage",
      record: "store",
      summary:
        "A new link to hand over, shown once: for whoever has not joined yet, to join; for others, to choose a new password (good for an hour)",
      params: id,
      body: z.strictObject({}),
      run: async ({ principal, params, actor }) => {
        const found = await store.users.get(workspaceId, params.id as UserId);
        if (!found) return NOT_FOUND;
        const kind = found.user.status === "invited" ? "invitation" : "password";
        const { link, shown } = oneTimeLink(deps, kind);
        return done(await store.users.link(workspaceId, found.user.id, kind, link, may(principal), actor), shown);
      },
    }),
    route({
      method: "delete",
      path: "/api/users/{id}/sessions",
      permission: "users.manage",
      record: "store",
      summary: "Signs somebody out everywhere",
      params: id,
      run: async ({ principal, params, actor }) => {
        const found = await store.users.get(workspaceId, params.id as UserId);
        if (!found) return NOT_FOUND;
        if (!commands(principal, found.rights)) return MORE_THAN_YOURS;
        return ok({ ended: await store.sessions.end(workspaceId, { userId: found.user.id }, actor) });
      },
    }),
    route({
      method: "delete",
      path: "/api/users/{id}/two-factor",
      permission: "users.manage",
      record: "store",
      summary: "Asks for no second factor any more: for somebody who lost theirs",
      params: id,
      run: async ({ principal, params, actor }) =>
        done(await store.users.setTwoFactor(workspaceId, params.id as UserId, null, may(principal), actor)),
    }),
  ];
}
