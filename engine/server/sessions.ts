import type { SessionId } from "../core/domain/ids.ts";
import type { ServerDeps } from "./deps.ts";
import { id } from "./query.ts";
import { NOT_FOUND, ok, type Route, selfRoute } from "./route.ts";
import { NO_PERSON } from "./session.ts";

/** Where one is signed in, and how to end that. */
export function sessionListRoutes({ store, settings }: ServerDeps): readonly Route[] {
  const { workspaceId } = settings;
  return [
    selfRoute({
      method: "get",
      path: "/api/sessions",
      summary: "The browsers in which one is signed in, the last used first",
      run: async ({ principal: { user, session } }) => {
        if (!user) return NO_PERSON;
        const own = await store.sessions.list(workspaceId, user.id);
        return ok({ items: own.map((one) => ({ ...one, isThisOne: one.id === session?.id })) });
      },
    }),
    selfRoute({
      method: "delete",
      path: "/api/sessions/{id}",
      summary: "Signs one of one's own browsers out",
      params: id,
      run: async ({ principal: { user }, params, actor }) => {
        if (!user) return NO_PERSON;
        const ended = await store.sessions.end(workspaceId, { userId: user.id, id: params.id as SessionId }, actor);
        return ended > 0 ? ok({ done: true }) : NOT_FOUND;
      },
    }),
    selfRoute({
      method: "delete",
      path: "/api/sessions",
      summary: "Signs every other browser of one's own out",
      run: async ({ principal: { user, session }, actor }) => {
        if (!user) return NO_PERSON;
        const except = session ? { except: session.id } : {};
        return ok({ ended: await store.sessions.end(workspaceId, { userId: user.id, ...except }, actor) });
      },
    }),
  ];
}
