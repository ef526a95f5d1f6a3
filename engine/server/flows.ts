import { createHash } from "node:crypto";
import { z } from "zod";
import type { WorkspaceId } from "../core/domain/ids.ts";
import { NAME } from "../core/flow/document.ts";
import { command } from "./command.ts";
import type { ServerDeps } from "./deps.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

const flowId = z.strictObject({ id: z.string().regex(NAME) });

/** Flow files, their checks and their published versions. */
export function flowRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  // One write after the other: between the look at the file and the write nobody else may come.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const done = last.then(write);
    last = done.catch(() => {});
    return done;
  };
  const isPublished = async (workspaceId: WorkspaceId, flow: string): Promise<boolean> =>
    (await store.flows.current()).some((version) => version.workspaceId === workspaceId && version.flow === flow);
  return [
    route({
      method: "get",
      path: "/api/flows",
      permission: "flows.view",
      summary: "Flow files and what of them is published",
      run: async ({ principal }) => {
        const published = (await store.flows.current()).filter(
          ({ workspaceId }) => workspaceId === principal.workspaceId,
        );
        const live = await store.flows.liveRuns(principal.workspaceId);
        const files = await deps.flows.list();
        const names = [...new Set([...files.map((file) => file.id), ...published.map(({ flow }) => flow)])].sort();
        return ok({
          items: names.map((name) => {
            const version = published.find(({ flow }) => flow === name);
            const file = files.find((one) => one.id === name);
            const state = !version ? "draft" : file && file.source !== version.source ? "changed" : "published";
            const runs = live.filter(({ flow }) => flow === name).reduce((sum, { count }) => sum + count, 0);
            return {
              id: name,
              state,
              version: version?.number ?? null,
              publishedAt: version?.createdAt ?? null,
              liveRuns: runs,
            };
          }),
        });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}",
      permission: "flows.view",
      summary: "The YAML of a flow file, byte for byte",
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
        "Writes a flow file as it is given. Send `If-Match` with the ETag you read (`If-None-Match: *` for a new one), so that nobody's work is overwritten",
      params: flowId,
      body: "text",
      run: ({ params, body, headers }) =>
        inTurn(async () => {
          const source = String(body);
          const current = await deps.flows.read(params.id);
          const etag = current === null ? null : etagOf(current);
          const expected = headers("if-match");
          const isOther = expected !== undefined && (expected === "*" ? etag === null : expected !== etag);
          if (isOther || (headers("if-none-match") === "*" && etag !== null)) {
            return { status: 412, body: { error: "the file was changed by somebody else", etag } };
          }
          const { diagnostics } = await deps.flows.check(params.id, source);
          await deps.flows.write(params.id, source);
          return { status: 200, body: { diagnostics }, headers: { etag: etagOf(source) } };
        }),
    }),
    route({
      method: "post",
      path: "/api/flows/check",
      permission: "flows.view",
      summary: "Says what is wrong in a flow, with code, place and sentence, in French and English",
      body: z.strictObject({ source: z.string().max(2_000_000), id: z.string().regex(NAME).optional() }),
      run: async ({ body }) => ok(await deps.flows.check(body.id ?? null, body.source)),
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/publish",
      permission: "flows.publish",
      summary: "Checks the file and makes it what new conversations use",
      params: flowId,
      body: z.strictObject({ note: z.string().max(500).default("") }),
      run: async ({ principal, params, body }) => {
        const done = await deps.flows.publish(params.id, body.note, principal.name);
        if (done.type === "notFound") return NOT_FOUND;
        return done.type === "refused"
          ? { status: 422, body: { error: "the flow has errors", diagnostics: done.diagnostics } }
          : ok({ version: done.number, versionId: done.versionId });
      },
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/start",
      permission: "messages.send",
      summary: "Starts a published flow in a conversation",
      params: flowId,
      body: z.strictObject({
        conversationId: z.string().max(100),
        variables: z.record(z.string().regex(NAME), z.json()).default({}),
      }),
      run: async ({ principal: { workspaceId }, params, body }) => {
        if (!(await isPublished(workspaceId, params.id))) return NOT_FOUND;
        const { conversationId, variables } = body;
        return command(deps, workspaceId, conversationId, {
          type: "trigger",
          flow: params.id,
          variables: variables as never,
        });
      },
    }),
  ];
}

function etagOf(source: string): string {
  return `"${createHash("sha256").update(source).digest("hex").slice(0, 32)}"`;
}
