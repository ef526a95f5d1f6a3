import { queryOptions } from "@tanstack/react-query";
import type { LocalizedText } from "../../engine/core/domain/language.ts";
import { inLanguage } from "../../engine/core/domain/language.ts";
import { ask, askJson, type Dependents, type FlowOverview } from "../api.ts";
import { folded } from "../app/commands.ts";

export interface FlowTemplate {
  readonly id: string;
  readonly name: LocalizedText;
  readonly description: LocalizedText | null;
  readonly languages: readonly string[];
  readonly nodes: number;
  readonly source: string;
}

/** Every flow: what its file says, what is published of it, who is in it. */
export const flowsQuery = queryOptions({
  queryKey: ["flows", "list"],
  queryFn: async () => (await askJson<{ readonly items: readonly FlowOverview[] }>("/api/flows")).items,
});

export const templatesQuery = queryOptions({
  queryKey: ["flows", "templates"],
  queryFn: async () => (await askJson<{ readonly items: readonly FlowTemplate[] }>("/api/flow-templates")).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export function nameOf(flow: Pick<FlowOverview, "id" | "name">, language: string): string {
  return flow.name === null ? flow.id : inLanguage(flow.name, language) || flow.id;
}

/** A file's name from a name for people: « Prise de rendez-vous » → `prise-de-rendez-vous`. "": it gives none. */
export function idOf(name: string): string {
  return folded(name)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 60);
}

/** The first free of `boutique`, `boutique-2`, `boutique-3`. */
export function freeId(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken.map((id) => id.toLowerCase()));
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!used.has(id.toLowerCase())) return id;
  }
}

export const makeFlow = (body: {
  readonly id: string;
  readonly name?: string;
  readonly template?: string;
  readonly source?: string;
}) => askJson<{ readonly id: string }>("/api/flows", { method: "POST", body });

export const duplicateFlow = (id: string, copy: { readonly id: string; readonly name: string }) =>
  askJson<{ readonly id: string }>(`/api/flows/${id}/duplicate`, { method: "POST", body: copy });

export const renameFlow = (id: string, to: string) =>
  askJson<{ readonly id: string }>(`/api/flows/${id}/rename`, { method: "POST", body: { id: to } });

export const dependentsOf = (id: string) => askJson<Dependents>(`/api/flows/${id}/dependents`);

export const removeFlow = (id: string) =>
  askJson<{ readonly source: string | null }>(`/api/flows/${id}?force=true`, { method: "DELETE" });

/** A flow's text and the mark of this state of it. */
export async function readFlow(id: string): Promise<{ readonly source: string; readonly etag: string }> {
  const answer = await ask(`/api/flows/${id}`);
  return { source: await answer.text(), etag: answer.headers.get("etag") ?? "" };
}

/** Writes a flow if it is still in the state that `etag` marks; gives the new mark. */
export async function writeFlow(id: string, source: string, etag: string): Promise<string> {
  const answer = await ask(`/api/flows/${id}`, { method: "PUT", body: source, headers: { "if-match": etag } });
  return answer.headers.get("etag") ?? "";
}

export interface NamedFile {
  readonly name: string;
  readonly source: string;
}

export const exportFlows = async (ids?: readonly string[]): Promise<readonly NamedFile[]> =>
  (
    await askJson<{ readonly files: readonly NamedFile[] }>(
      `/api/flow-files${ids ? `?ids=${ids.map(encodeURIComponent).join(",")}` : ""}`,
    )
  ).files;

export const importFlows = (files: readonly NamedFile[], existing: "refuse" | "replace" | "rename") =>
  askJson<{ readonly flows: readonly { readonly id: string }[] }>("/api/flow-files", {
    method: "POST",
    body: { files, existing },
  });

/** Hands texts to the browser as files. */
export function download(files: readonly NamedFile[]): void {
  for (const { name, source } of files) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([source], { type: "application/yaml" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
