import { z } from "zod";
import { CHANNEL_TYPES } from "../core/domain/channel.ts";
import type { ConversationId, RunId } from "../core/domain/ids.ts";
import { parseFlow } from "../core/flow/parse.ts";
import { nodeTypeOf } from "../core/nodes/registry.ts";
import { medianMs } from "../core/run/passes.ts";
import type { PathStep } from "../core/run/run.ts";
import type { Figure, LiveRun } from "../ports.ts";
import type { ServerDeps } from "./deps.ts";
import { liveTalks } from "./flow-live.ts";
import { flowId } from "./flows.ts";
import { flowsOf } from "./flows-of.ts";
import { accountRoute, NOT_FOUND, ok, type Route, route } from "./route.ts";

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const PATH_STEPS = 500;
/** Talks at one block that are listed; how many there are is counted in full elsewhere. */
const MOST_TALKS = 50;
const PAGES = 20;

/** What passed through a published flow: per exit, per block, who is in it now, and the way of one talk. */
export function flowFigureRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  const mine = flowsOf(deps);
  return [
    route({
      method: "get",
      path: "/api/flows/{id}/figures",
      permission: "flows.view",
      summary:
        "Per block of a flow: how many came, by which exit they left, how many went otherwise, the median time there, how many are there now. `from`, `to`: days (UTC), both included; counted within seconds",
      params: flowId,
      query: z.strictObject({ from: day, to: day, channel: z.enum(CHANNEL_TYPES).optional() }),
      run: async ({ principal: { workspaceId }, params, query: { from, to, channel } }) => {
        const figures = await store.figures.of(workspaceId, params.id, { from, to, ...(channel ? { channel } : {}) });
        const live = await liveTalks(store, workspaceId, params.id, null);
        const published = (await mine.published(workspaceId)).find(({ flow }) => flow === params.id);
        const nodes = parseFlow(published?.source ?? "").document?.nodes ?? {};
        const ids = new Set([...figures.map(({ node }) => node), ...live.nodes.map(({ node }) => node)]);
        return ok({
          live: live.total,
          nodes: [...ids].map((id) => {
            const node = nodes[id];
            // Where nobody waits there is no time, and whoever leaves has come to the end.
            const waits = node ? nodeTypeOf(node.type).waitsFor(node) !== null : true;
            return {
              node: id,
              ...figuresOf(
                figures.filter((one) => one.node === id),
                waits,
              ),
              live: live.nodes.find((one) => one.node === id)?.count ?? 0,
            };
          }),
        });
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/flows/{id}/talks",
      permission: "conversations.view",
      summary: "Talks that stand at a block of a flow now, at most 50",
      params: flowId,
      query: z.strictObject({ node: z.string().max(64) }),
      run: async ({ principal, params, query }) => {
        const items = [];
        let after: RunId | null = null;
        for (let page = 0; page < PAGES && items.length < MOST_TALKS; page++) {
          const runs: readonly LiveRun[] = await store.flows.liveStates(deps.settings.workspaceId, params.id, {
            after,
            limit: 500,
          });
          for (const { conversationId, state } of runs) {
            const snapshot = state.frames[0]?.snapshot as { readonly value?: unknown } | undefined;
            if (snapshot?.value !== query.node || items.length >= MOST_TALKS) continue;
            const found = await store.conversations.get(principal.scope, conversationId);
            if (!found) continue;
            const { id, channel, contact, lastMessage } = found;
            items.push({ id, channel, contact: { id: contact.id, name: contact.name }, at: lastMessage?.at ?? null });
          }
          const last = runs[499];
          if (!last) break;
          after = last.runId;
        }
        return ok({ items });
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/conversations/{id}/path",
      permission: "conversations.view",
      summary:
        "The way of a conversation through its flows, step by step with the times, oldest first; the last 500 steps",
      params: z.strictObject({ id: z.string().max(100) }),
      run: async ({ principal, params }) => {
        const conversation = await store.conversations.get(principal.scope, params.id as ConversationId);
        if (!conversation) return NOT_FOUND;
        const steps = await store.conversations.steps(conversation.workspaceId, conversation.id, PATH_STEPS);
        const run = await store.conversations.run(conversation.workspaceId, conversation.id);
        return ok({
          contact: { name: conversation.contact.name },
          channel: conversation.channel,
          run: run && { flow: run.flow, versionId: run.versionId },
          steps: steps.toReversed().map(({ version, event, at, path }) => ({
            version,
            event,
            at,
            path: path as unknown as readonly PathStep[],
          })),
        });
      },
    }),
  ];
}

function figuresOf(figures: readonly Figure[], waits: boolean) {
  const exits: Record<string, number> = {};
  let entered = 0;
  let elsewhere = 0;
  const times: { timeClass: number; count: number }[] = [];
  for (const { kind, name, count } of figures) {
    if (kind === "enter") entered += count;
    else if (kind === "time") times.push({ timeClass: Number(name), count });
    else if (name === "*") elsewhere += waits ? count : 0;
    else exits[name] = (exits[name] ?? 0) + count;
  }
  return { entered, exits, elsewhere, medianMs: waits ? medianMs(times) : null };
}
