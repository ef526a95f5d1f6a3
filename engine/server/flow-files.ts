import { z } from "zod";
import type { Language } from "../core/domain/language.ts";
import { name as flowName, NAME } from "../core/flow/document.ts";
import { withCallsRenamed, withFlowId, withPlaybookId } from "../core/flow/flow-name.ts";
import { parseFlow } from "../core/flow/parse.ts";
import type { ServerDeps } from "./deps.ts";
import { etagOf } from "./etag.ts";
import { dependentsOf } from "./flow-overview.ts";
import { flowId } from "./flows.ts";
import { flowsOf } from "./flows-of.ts";
import { NOT_FOUND, ok, type Reply, type Route, route } from "./route.ts";

const title = z.string().min(1).max(80).optional();
const UNREADABLE: Reply = { status: 422, body: { error: "the text is not YAML that can be changed: mend it first" } };

/** What is done with whole flow files: make, copy, rename, remove. */
export function flowFileRoutes(deps: ServerDeps): readonly Route[] {
  const { flows, store } = deps;
  const mine = flowsOf(deps);

  /** Names that differ by case only are one file on some disks. */
  const taken = async (id: string, except?: string): Promise<boolean> =>
    (await flows.list()).some((file) => file.id !== except && file.id.toLowerCase() === id.toLowerCase());
  const made = async (id: string, source: string): Promise<Reply> => {
    await flows.write(id, source);
    const { diagnostics } = await flows.check(id, source);
    return { status: 201, body: { id, diagnostics }, headers: { etag: etagOf(source) } };
  };
  const exists = (id: string): Reply => ({ status: 409, body: { error: `there is already a flow ${id}` } });
  const dependents = async (workspaceId: Parameters<typeof mine.published>[0], id: string) =>
    dependentsOf(
      id,
      await flows.list(),
      await mine.published(workspaceId),
      (await mine.liveRuns(workspaceId)).get(id) ?? 0,
    );

  return [
    route({
      method: "get",
      path: "/api/flow-templates",
      permission: "flows.view",
      summary: "Flows to begin with, to be named in POST /api/flows",
      run: async () =>
        ok({
          items: (await flows.templates()).map(({ id, source, playbook }) => {
            const { document } = parseFlow(source);
            return {
              id,
              name: document?.name ?? id,
              description: document?.description ?? null,
              languages: document?.languages ?? [],
              nodes: Object.keys(document?.nodes ?? {}).length,
              hasPlaybook: playbook !== null,
              source,
            };
          }),
        }),
    }),
    route({
      method: "post",
      path: "/api/flows",
      permission: "flows.edit",
      summary: "Makes a flow: from a template, from YAML, or with one message; its id is the name of its file",
      body: z.strictObject({
        id: flowName,
        name: title,
        template: z.string().regex(NAME).optional(),
        source: z.string().max(1_000_000).optional(),
      }),
      run: ({ body: { id, name, template, source } }) =>
        flows.inTurn(async () => {
          if (template !== undefined && source !== undefined)
            return { status: 400, body: { error: "body: give a template or a source, not both" } };
          if (await taken(id)) return exists(id);
          const from = template === undefined ? null : (await flows.templates()).find((one) => one.id === template);
          if (from === undefined) return { status: 404, body: { error: `there is no template ${template}` } };
          const text = withFlowId(from?.source ?? source ?? emptyFlow("fr"), id, name);
          if (text === null) return UNREADABLE;
          if (from?.playbook && (await flows.readPlaybook(id)) === null)
            await flows.writePlaybook(id, withPlaybookId(from.playbook, id));
          return made(id, text);
        }),
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/duplicate",
      permission: "flows.edit",
      summary: "Copies a flow file under another id",
      params: flowId,
      body: z.strictObject({ id: flowName, name: title }),
      run: ({ params, body }) =>
        flows.inTurn(async () => {
          const source = await flows.read(params.id);
          if (source === null) return NOT_FOUND;
          if (await taken(body.id)) return exists(body.id);
          const text = withFlowId(source, body.id, body.name);
          if (text === null) return UNREADABLE;
          // The copy answers from the same playbook as the first one, whose name it does not share.
          const playbook =
            parseFlow(source).document?.playbook === undefined ? await flows.readPlaybook(params.id) : null;
          if (playbook !== null && (await flows.readPlaybook(body.id)) === null)
            await flows.writePlaybook(body.id, withPlaybookId(playbook, body.id));
          return made(body.id, text);
        }),
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/rename",
      permission: "flows.edit",
      summary:
        "Gives a flow file another id, also where other drafts call it. What is published answers under the old id until the new one is published with `replaces`",
      params: flowId,
      body: z.strictObject({ id: flowName }),
      run: ({ principal, params, body }) =>
        flows.inTurn(async () => {
          const source = await flows.read(params.id);
          if (source === null) return NOT_FOUND;
          if (body.id === params.id) return ok({ id: body.id, changed: [], published: null });
          if (await taken(body.id, params.id)) return exists(body.id);
          const renamed = withFlowId(source, body.id);
          if (renamed === null) return UNREADABLE;
          const own = withCallsRenamed(renamed, params.id, body.id) ?? renamed;
          const changed: string[] = [];
          // The new file first: stopped at any place, nothing is lost, and callers find one of both.
          await flows.write(body.id, own);
          for (const file of await flows.list()) {
            const text =
              file.id === body.id || file.id === params.id ? null : withCallsRenamed(file.source, params.id, body.id);
            if (text === null) continue;
            await flows.write(file.id, text);
            changed.push(file.id);
          }
          const playbook = parseFlow(own).document?.playbook === undefined ? await flows.readPlaybook(params.id) : null;
          if (playbook !== null && (await flows.readPlaybook(body.id)) === null)
            await flows.writePlaybook(body.id, withPlaybookId(playbook, body.id));
          if (body.id.toLowerCase() !== params.id.toLowerCase()) await flows.remove(params.id);
          const published = (await mine.isPublished(principal.workspaceId, params.id)) ? params.id : null;
          return { status: 200, body: { id: body.id, changed, published }, headers: { etag: etagOf(own) } };
        }),
    }),
    route({
      method: "get",
      path: "/api/flows/{id}/dependents",
      permission: "flows.view",
      summary: "What would miss a flow: other flows that call it, talks that are in it",
      params: flowId,
      run: async ({ principal, params }) => ok(await dependents(principal.workspaceId, params.id)),
    }),
    route({
      method: "delete",
      path: "/api/flows/{id}",
      permission: "flows.edit",
      summary:
        "Removes a flow file and unpublishes it; talks that are in it go on to their end. 409 with what depends on it, unless `force=true`. The answer brings the text back, to undo",
      params: flowId,
      query: z.strictObject({ force: z.enum(["true", "false"]).default("false") }),
      run: ({ principal, params, query }) =>
        flows.inTurn(async () => {
          const { workspaceId, permissions } = principal;
          const source = await flows.read(params.id);
          const found = await dependents(workspaceId, params.id);
          if (source === null && !found.isPublished) return NOT_FOUND;
          if (found.isPublished && !permissions.has("flows.publish"))
            return { status: 403, body: { error: "the permission flows.publish is needed: the flow is published" } };
          if (found.calls.length > 0 && query.force !== "true")
            return { status: 409, body: { error: "other flows call it", dependents: found } };
          if (found.isPublished) await store.flows.unpublish(workspaceId, params.id);
          await flows.remove(params.id);
          return ok({ removed: params.id, source, dependents: found });
        }),
    }),
  ];
}

/** The least that runs: one message, then the end. */
function emptyFlow(language: Language): string {
  return `flow: new
name: Nouveau scénario
languages: [${language}]
triggers:
  - { on: message }
start: greeting
nodes:
  greeting:
    type: say
    text: Bonjour !
    exits: { next: end }
  end: { type: end }
`;
}
