import { z } from "zod";
import type { FlowVersionId } from "../core/domain/ids.ts";
import { changeInWords } from "../core/flow/change-words.ts";
import { graphOf } from "../core/flow/checks/graph.ts";
import { exampleOf, waysIn } from "../core/flow/checks/paths.ts";
import { differenceOf, type FlowDifference } from "../core/flow/difference.ts";
import { type FlowDocument, NAME } from "../core/flow/document.ts";
import { parseFlow } from "../core/flow/parse.ts";
import type { ServerDeps } from "./deps.ts";
import { followVersion, liveTalks } from "./flow-live.ts";
import { flowId } from "./flows.ts";
import { flowsOf } from "./flows-of.ts";
import type { Principal } from "./route.ts";
import { NOT_FOUND, ok, type Reply, type Route, route } from "./route.ts";

/** `draft`, `published`, or a number. */
const which = z.union([z.literal("draft"), z.literal("published"), z.string().regex(/^\d{1,9}$/)]);
const numbered = z.strictObject({ id: z.string().regex(NAME), number: z.coerce.number().int().min(1).max(1e9) });
const how = z.enum(["finish", "move", "restart"]);

/** Published versions of a flow: who made them and when, what changed, going back, and the talks that are in them. */
export function flowVersionRoutes(deps: ServerDeps): readonly Route[] {
  const { store, flows } = deps;
  const mine = flowsOf(deps);
  type Workspace = Principal["workspaceId"];

  const sourceOf = async (workspaceId: Workspace, flow: string, version: string): Promise<string | null> => {
    if (version === "draft") return flows.read(flow);
    if (version === "published")
      return (await mine.published(workspaceId)).find((one) => one.flow === flow)?.source ?? null;
    return (await store.flows.version(workspaceId, flow, Number(version)))?.source ?? null;
  };
  return [
    route({
      method: "get",
      path: "/api/flows/{id}/versions",
      permission: "flows.view",
      summary: "What was published of a flow, newest first: number, note, by whom and when, how many talks are in it",
      params: flowId,
      run: async ({ principal: { workspaceId }, params }) => {
        const history = await store.flows.history(workspaceId, params.id);
        const current = (await mine.published(workspaceId)).find(({ flow }) => flow === params.id);
        const live = (await store.flows.liveRuns(workspaceId)).filter(({ flow }) => flow === params.id);
        return ok({
          items: history.map(({ id, number, note, by, createdAt }) => ({
            id,
            number,
            note,
            by,
            createdAt,
            isCurrent: id === current?.id,
            liveRuns: live.find(({ versionId }) => versionId === id)?.count ?? 0,
          })),
        });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}/versions/{number}",
      permission: "flows.view",
      summary: "The YAML of a published version, and its playbook",
      params: numbered,
      run: async ({ principal, params }) => {
        const found = await store.flows.version(principal.workspaceId, params.id, params.number);
        if (!found) return NOT_FOUND;
        const { id, number, source, playbook, note, by, createdAt } = found;
        return ok({ id, number, source, playbook, note, by, createdAt });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}/difference",
      permission: "flows.view",
      summary:
        "What changes from one state of a flow to another (`draft`, `published`, or a version's number): per block, in plain words, and with a chat through it before and after",
      params: flowId,
      query: z.strictObject({ from: which.default("published"), to: which.default("draft") }),
      run: async ({ principal: { workspaceId }, params, query }) => {
        const [before, after] = await Promise.all([
          sourceOf(workspaceId, params.id, query.from),
          sourceOf(workspaceId, params.id, query.to),
        ]);
        if (after === null || (before === null && query.from !== "published")) return NOT_FOUND;
        const now = parseFlow(after);
        if (!now.document) return { status: 422, body: { error: "it cannot be read", diagnostics: now.diagnostics } };
        const was = before === null ? null : parseFlow(before).document;
        const difference = differenceOf(was, now.document);
        return ok({
          ...difference,
          words: changeInWords(difference),
          samples: samplesOf(difference, was, now.document),
        });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}/live-runs",
      permission: "flows.view",
      summary:
        "The talks that are in a flow, by the block at which they stand, and how many of them could go on in `to` (`draft`, or a version's number)",
      params: flowId,
      query: z.strictObject({ to: which.default("draft") }),
      run: async ({ principal: { workspaceId }, params, query }) => {
        const source = await sourceOf(workspaceId, params.id, query.to);
        const document = source === null ? null : parseFlow(source).document;
        return ok(await liveTalks(store, workspaceId, params.id, document));
      },
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/live-runs",
      permission: "flows.publish",
      summary:
        "What becomes of talks that began with older versions: `move` takes those to the published one that can provably go on there, `restart` ends them so that the next message begins anew. Nothing is said to anybody",
      params: flowId,
      body: z.strictObject({ how: z.enum(["move", "restart"]) }),
      run: async ({ principal, params, body }) => {
        const { workspaceId, name } = principal;
        const current = (await mine.published(workspaceId)).find(({ flow }) => flow === params.id);
        if (!current) return NOT_FOUND;
        return ok(
          await followVersion(store, workspaceId, params.id, { versionId: current.id, how: body.how, by: name }),
        );
      },
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/rollback",
      permission: "flows.publish",
      summary:
        "Publishes an old version anew, as it is checked today. The draft follows when it held nothing that was not published, or with `replaceDraft`",
      params: flowId,
      body: z.strictObject({
        number: z.int().min(1),
        note: z.string().max(500).default(""),
        live: how.default("finish"),
        replaceDraft: z.boolean().default(false),
      }),
      run: ({ principal, params, body }) =>
        flows.inTurn(async (): Promise<Reply> => {
          const { workspaceId, name } = principal;
          const old = await store.flows.version(workspaceId, params.id, body.number);
          if (!old) return NOT_FOUND;
          const published = await sourceOf(workspaceId, params.id, "published");
          const done = await flows.publishText(params.id, old, body.note || `↩ ${body.number}`, name);
          if (done.type === "notFound") return NOT_FOUND;
          if (done.type === "refused")
            return { status: 422, body: { error: "the flow has errors", diagnostics: done.diagnostics } };
          const draft = await flows.read(params.id);
          const follows = body.replaceDraft || draft === published;
          if (follows && draft !== old.source) await flows.write(params.id, old.source);
          const told = await toldOf(deps, principal, params.id, done.versionId, body.live);
          return ok({ version: done.number, versionId: done.versionId, draftReplaced: follows, ...told });
        }),
    }),
  ];
}

/** What talks with older versions are told after a publication. */
export async function toldOf(
  { store }: Pick<ServerDeps, "store">,
  { workspaceId, name }: Pick<Principal, "workspaceId" | "name">,
  flow: string,
  versionId: FlowVersionId,
  live: z.infer<typeof how>,
): Promise<{ readonly told: number }> {
  if (live === "finish") return { told: 0 };
  return followVersion(store, workspaceId, flow, { versionId, how: live, by: name });
}
export const liveChoice = how;

/** A short chat to the first block that changes, as it was and as it will be. */
function samplesOf(difference: FlowDifference, before: FlowDocument | null, after: FlowDocument) {
  const chatTo = (document: FlowDocument | null, ids: readonly string[]) => {
    if (!document) return null;
    const graph = graphOf(document);
    const wayTo = waysIn(graph);
    const ways = ids.flatMap((id) => wayTo(id) ?? []).length > 0 ? ids.map(wayTo) : [wayTo(document.start)];
    const way = ways.find((one) => one !== null);
    return way ? exampleOf(graph, document, way) : null;
  };
  const [first] = difference.nodes.filter(({ type }) => type !== "renamed");
  const neighbours = first?.type === "removed" ? Object.values(first.node.exits ?? {}) : [];
  const ids = first ? [first.id, ...neighbours] : [];
  // A block that is new or gone is on one side only: the other side shows the way to what follows it.
  return { before: chatTo(before, ids), after: chatTo(after, ids) };
}
