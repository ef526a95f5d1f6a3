import { z } from "zod";
import { NAME } from "../core/flow/document.ts";
import { withCallsRenamed, withFlowId, withPlaybookId } from "../core/flow/flow-name.ts";
import { parseFlow } from "../core/flow/parse.ts";
import { parsePlaybook } from "../core/playbook/playbook.ts";
import type { ServerDeps } from "./deps.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

const FILE = /^([a-zA-Z][a-zA-Z0-9-]{0,63})\.(flow|playbook)\.yaml$/;

/** Flow files and playbooks as they leave and enter: `{ files: [{ name: "boutique.flow.yaml", source }] }`. */
export function flowBundleRoutes({ flows }: ServerDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/api/flow-files",
      permission: "flows.view",
      summary: "Exports flow files with their playbooks, byte for byte; `ids`: which, separated by commas; else all",
      query: z.strictObject({ ids: z.string().max(5000).optional() }),
      run: async ({ query }) => {
        const all = await flows.list();
        const wanted = query.ids?.split(",") ?? all.map(({ id }) => id);
        const chosen = all.filter(({ id }) => wanted.includes(id));
        if (chosen.length < wanted.length) return NOT_FOUND;
        const playbooks = [...new Set(chosen.map(({ id, source }) => parseFlow(source).document?.playbook ?? id))];
        const found = await Promise.all(
          playbooks.map(async (id) => ({ name: `${id}.playbook.yaml`, source: await flows.readPlaybook(id) })),
        );
        const files = chosen.map(({ id, source }) => ({ name: `${id}.flow.yaml`, source }));
        return ok({ files: [...files, ...found.filter(({ source }) => source !== null)] });
      },
    }),
    route({
      method: "post",
      path: "/api/flow-files",
      permission: "flows.edit",
      summary:
        "Imports flow files and playbooks, all or none. What is there already: `refuse` (409 with the names), `replace`, or `rename` the new one",
      body: z.strictObject({
        files: z
          .array(z.strictObject({ name: z.string().regex(FILE), source: z.string().max(1_000_000) }))
          .min(1)
          .max(100),
        existing: z.enum(["refuse", "replace", "rename"]).default("refuse"),
      }),
      run: ({ body: { files, existing } }) =>
        flows.inTurn(async () => {
          const names = files.map(({ name }) => name.toLowerCase());
          if (new Set(names).size < names.length)
            return { status: 400, body: { error: "body: a name is there twice" } };
          const there = await flows.list();
          const taken = new Set(there.map(({ id }) => id.toLowerCase()));
          const incoming = files.map((file) => ({ ...file, ...partsOf(file.name) }));
          /** A playbook whose flow does not get a new name would replace the one that is there. */
          const isKept = (name: string): boolean => {
            const { id, kind } = partsOf(name);
            return (
              kind === "playbook" && !(taken.has(id.toLowerCase()) && names.includes(`${id}.flow.yaml`.toLowerCase()))
            );
          };
          const clashes: string[] = [];
          for (const { id, kind, name, source } of incoming) {
            const same = there.find((file) => file.id.toLowerCase() === id.toLowerCase());
            const current = kind === "flow" ? (same?.source ?? null) : await flows.readPlaybook(id);
            if (current !== null && (current !== source || (kind === "flow" && same?.id !== id))) clashes.push(name);
          }
          const refused = existing === "refuse" ? clashes : existing === "rename" ? clashes.filter(isKept) : [];
          if (refused.length > 0) return { status: 409, body: { error: "these are there already", files: refused } };
          const broken = incoming.filter(
            ({ kind, source }) => kind === "playbook" && parsePlaybook(source).diagnostics.length > 0,
          );
          if (broken.length > 0)
            return { status: 422, body: { error: "not a playbook", files: broken.map(({ name }) => name) } };
          const renamed = new Map<string, string>();
          for (const { id, kind } of incoming) {
            if (existing !== "rename" || kind !== "flow" || !taken.has(id.toLowerCase())) continue;
            const free = freeId(id, taken);
            taken.add(free.toLowerCase());
            renamed.set(id, free);
          }
          // Everything is made ready before anything is written.
          const ready = incoming.map(({ id, kind, source }) => {
            const to = renamed.get(id) ?? id;
            if (kind === "playbook") return { id: to, kind, source: to === id ? source : withPlaybookId(source, to) };
            const own = to === id ? source : withFlowId(source, to);
            return { id: to, kind, source: own === null ? null : withNewNames(own, renamed) };
          });
          if (ready.some(({ source }) => source === null))
            return { status: 422, body: { error: "a text is not YAML that can be renamed" } };
          const done = [];
          for (const { id, kind, source } of ready) {
            if (kind === "flow") await flows.write(id, source ?? "");
            else await flows.writePlaybook(id, source ?? "");
          }
          for (const { id, kind, source } of ready) {
            if (kind !== "flow") continue;
            const { ok: isOk, diagnostics } = await flows.check(id, source ?? "");
            done.push({ id, ok: isOk, errors: diagnostics.filter(({ severity }) => severity === "error").length });
          }
          return ok({ flows: done, renamed: Object.fromEntries(renamed) });
        }),
    }),
  ];
}

/** Flows that come together go on calling each other. */
function withNewNames(source: string, renamed: ReadonlyMap<string, string>): string {
  return [...renamed].reduce((text, [from, to]) => withCallsRenamed(text, from, to) ?? text, source);
}

function partsOf(file: string): { readonly id: string; readonly kind: "flow" | "playbook" } {
  const [, id = "", kind] = FILE.exec(file) ?? [];
  return { id, kind: kind === "playbook" ? "playbook" : "flow" };
}

/** `boutique` → `boutique-2`, the first that is free. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const free = `${id.slice(0, 58)}-${number}`;
    if (!taken.has(free.toLowerCase()) && NAME.test(free)) return free;
  }
}
