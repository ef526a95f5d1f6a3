import { z } from "zod";
import type { ChannelType } from "../core/domain/channel.ts";
import type { WorkspaceId } from "../core/domain/ids.ts";
import { NAME } from "../core/flow/document.ts";
import { shownOn } from "../core/flow/shown.ts";
import { command } from "./command.ts";
import type { ServerDeps } from "./deps.ts";
import { etagOf } from "./etag.ts";
import { overviewOf } from "./flow-overview.ts";
import { flowsOf } from "./flows-of.ts";
import { accountRoute, NOT_FOUND, ok, type Route, route } from "./route.ts";

export const flowId = z.strictObject({ id: z.string().regex(NAME) });

const bilingual = z.object({ fr: z.string(), en: z.string() });
const place = z.object({ line: z.int(), column: z.int() });
const diagnostic = z.looseObject({
  code: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  message: bilingual,
  range: z.object({ start: place, end: place }),
});
/** Nothing in `how`: it is shown as it is drawn. */
const shownNode = z.object({
  node: z.string(),
  channel: z.string(),
  language: z.string(),
  parts: z.array(z.looseObject({ type: z.string() })),
  how: z.array(z.object({ code: z.string(), message: bilingual })),
});

function connectedIn(deps: ServerDeps, workspaceId: WorkspaceId): readonly ChannelType[] {
  const accounts = deps.accounts().filter((account) => account.workspaceId === workspaceId);
  return [...new Set(accounts.map(({ channel }) => channel))];
}

/** Flow files, their checks, and what starts them. */
export function flowRoutes(deps: ServerDeps): readonly Route[] {
  const mine = flowsOf(deps);
  return [
    route({
      method: "get",
      path: "/api/flows",
      permission: "flows.view",
      summary: "Flows: names, channels, state, findings, last change, what is published, how many talks are in them",
      run: async ({ principal: { workspaceId } }) => {
        const [published, files, live] = await Promise.all([
          mine.published(workspaceId),
          deps.flows.list(),
          mine.liveRuns(workspaceId),
        ]);
        const connected = connectedIn(deps, workspaceId);
        const ids = [...new Set([...files.map((file) => file.id), ...published.map(({ flow }) => flow)])].sort();
        const items = await Promise.all(
          ids.map((id) =>
            overviewOf(id, deps.flows, {
              file: files.find((file) => file.id === id),
              published: published.find(({ flow }) => flow === id),
              connected,
              liveRuns: live.get(id) ?? 0,
            }),
          ),
        );
        return ok({ items });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}",
      permission: "flows.view",
      summary: "The YAML of a flow file, byte for byte; the ETag names this state of it",
      params: flowId,
      run: async ({ params }) => {
        const source = await deps.flows.read(params.id);
        if (source === null) return NOT_FOUND;
        return {
          status: 200,
          body: source,
          type: "application/yaml; charset=utf-8",
          headers: { etag: etagOf(source) },
        };
      },
    }),
    route({
      method: "put",
      path: "/api/flows/{id}",
      permission: "flows.edit",
      summary:
        "Writes a flow file as it is given. Send `If-Match` with the ETag you read (`If-None-Match: *` for a new one): when somebody else wrote meanwhile, nothing is written and 412 brings both texts. Without it, the answer brings what was replaced",
      params: flowId,
      body: "text",
      run: ({ params, body, headers }) =>
        deps.flows.inTurn(async () => {
          const source = String(body);
          const current = await deps.flows.read(params.id);
          const etag = current === null ? null : etagOf(current);
          const expected = headers("if-match");
          const isOther = expected !== undefined && (expected === "*" ? etag === null : expected !== etag);
          if (isOther || (headers("if-none-match") === "*" && etag !== null)) {
            const error = "the file was changed by somebody else";
            return { status: 412, body: { error, etag, theirs: current, yours: source } };
          }
          const { diagnostics } = await deps.flows.check(params.id, source);
          if (source !== current) await deps.flows.write(params.id, source);
          const replaced =
            expected === undefined && current !== null && current !== source ? { replaced: current } : {};
          return { status: 200, body: { diagnostics, ...replaced }, headers: { etag: etagOf(source) } };
        }),
    }),
    route({
      method: "post",
      path: "/api/flows/check",
      permission: "flows.view",
      summary:
        "Says what is wrong in a flow, with code, place, sentence in French and English, an example chat and a fix where there are; and what the customer sees of each node on each connected channel",
      body: z.strictObject({ source: z.string().max(2_000_000), id: z.string().regex(NAME).optional() }),
      reply: z.object({ ok: z.boolean(), diagnostics: z.array(diagnostic), shown: z.array(shownNode) }),
      run: async ({ principal: { workspaceId }, body }) => {
        const { ok: isOk, diagnostics, document } = await deps.flows.check(body.id ?? null, body.source);
        const connected = connectedIn(deps, workspaceId);
        const channels = deps.channels.all.filter(({ type }) => connected.includes(type));
        return ok({ ok: isOk, diagnostics, shown: document ? shownOn(document, channels) : [] });
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/flows/{id}/start",
      permission: "messages.send",
      summary: "Starts a published flow in a conversation",
      params: flowId,
      body: z.strictObject({
        conversationId: z.string().max(100),
        variables: z.record(z.string().regex(NAME), z.json()).default({}),
      }),
      run: async ({ principal: { scope }, params, body }) => {
        if (!(await mine.isPublished(deps.settings.workspaceId, params.id))) return NOT_FOUND;
        const { conversationId, variables } = body;
        return command(deps, scope, conversationId, {
          type: "trigger",
          flow: params.id,
          variables: variables as never,
        });
      },
    }),
  ];
}
