import { z } from "zod";
import { NAME } from "../core/flow/document.ts";
import type { ServerDeps } from "./deps.ts";
import { dependentsOf } from "./flow-overview.ts";
import { liveChoice, toldOf } from "./flow-versions.ts";
import { flowId } from "./flows.ts";
import { flowsOf } from "./flows-of.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

/** What new conversations use: publishing a file, and taking it back. */
export function flowPublishRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  const mine = flowsOf(deps);
  return [
    route({
      method: "post",
      path: "/api/flows/{id}/publish",
      permission: "flows.publish",
      summary:
        "Checks the file and makes it what new conversations use. `live`: whether talks that are in older versions finish there, move where that is proven safe, or begin anew; `replaces`: the name that it had before, which then answers no more",
      params: flowId,
      body: z.strictObject({
        note: z.string().max(500).default(""),
        replaces: z.string().regex(NAME).optional(),
        live: liveChoice.default("finish"),
      }),
      run: ({ principal, params, body }) =>
        deps.flows.inTurn(async () => {
          const { workspaceId } = principal;
          const { replaces } = body;
          if (replaces !== undefined && replaces !== params.id) {
            const callers = dependentsOf(replaces, [], await mine.published(workspaceId), 0).calls;
            const others = callers.filter(({ flow }) => flow !== params.id);
            if (others.length > 0)
              return {
                status: 409,
                body: { error: "other published flows still call it by this name", calls: others },
              };
          }
          const done = await deps.flows.publish(params.id, body.note, principal.name);
          if (done.type === "notFound") return NOT_FOUND;
          if (done.type === "refused")
            return { status: 422, body: { error: "the flow has errors", diagnostics: done.diagnostics } };
          if (replaces !== undefined && replaces !== params.id) await store.flows.unpublish(workspaceId, replaces);
          const told = await toldOf(deps, principal, params.id, done.versionId, body.live);
          return ok({ version: done.number, versionId: done.versionId, ...told });
        }),
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/unpublish",
      permission: "flows.publish",
      summary: "New conversations do not use the flow any more; those that are in it go on to their end",
      params: flowId,
      run: async ({ principal, params }) =>
        (await store.flows.unpublish(principal.workspaceId, params.id)) ? ok({ done: true }) : NOT_FOUND,
    }),
  ];
}
