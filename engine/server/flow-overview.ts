import type { ChannelType } from "../core/domain/channel.ts";
import type { LocalizedText } from "../core/domain/language.ts";
import { callersIn } from "../core/flow/flow-name.ts";
import { parseFlow } from "../core/flow/parse.ts";
import type { FlowFile, FlowFolder, FlowVersion } from "../ports.ts";
import { etagOf } from "./etag.ts";

/** One flow as the list of flows shows it: its file, what of it is published, who is in it. */
export interface FlowOverview {
  readonly id: string;
  /** One text or one per language; null: it has none, or its file cannot be read. */
  readonly name: LocalizedText | null;
  readonly description: LocalizedText | null;
  readonly languages: readonly string[];
  /** Channels on which its triggers can start it. */
  readonly channels: readonly ChannelType[];
  readonly triggers: readonly string[];
  /** `draft`: never published. `changed`: the file is another one than what is published. */
  readonly state: "draft" | "published" | "changed";
  /** False: only the published version is left. */
  readonly hasFile: boolean;
  readonly findings: { readonly errors: number; readonly warnings: number; readonly infos: number };
  readonly nodes: number;
  readonly etag: string | null;
  /** ISO 8601 UTC: of the file, else of the publication. */
  readonly changedAt: string | null;
  readonly version: number | null;
  readonly publishedAt: string | null;
  readonly publishedBy: string | null;
  readonly note: string | null;
  readonly liveRuns: number;
}

/** What is known around one flow. */
export interface Surroundings {
  readonly file: FlowFile | undefined;
  readonly published: FlowVersion | undefined;
  readonly connected: readonly ChannelType[];
  readonly liveRuns: number;
}

export async function overviewOf(
  id: string,
  folder: Pick<FlowFolder, "check">,
  { file, published, connected, liveRuns }: Surroundings,
): Promise<FlowOverview> {
  const source = file?.source ?? published?.source ?? "";
  const checked = file ? await folder.check(id, source) : null;
  const document = checked ? checked.document : parseFlow(source).document;
  const count = (severity: string): number =>
    checked?.diagnostics.filter((one) => one.severity === severity).length ?? 0;
  return {
    id,
    name: document?.name ?? null,
    description: document?.description ?? null,
    languages: document?.languages ?? [],
    channels: document ? connected.filter((type) => document.channels?.includes(type) ?? true) : [],
    triggers: document?.triggers.map(({ on }) => on) ?? [],
    state: !published ? "draft" : file && file.source !== published.source ? "changed" : "published",
    hasFile: file !== undefined,
    findings: { errors: count("error"), warnings: count("warning"), infos: count("info") },
    nodes: Object.keys(document?.nodes ?? {}).length,
    etag: file ? etagOf(file.source) : null,
    changedAt: file?.changedAt ?? published?.createdAt ?? null,
    version: published?.number ?? null,
    publishedAt: published?.createdAt ?? null,
    publishedBy: published?.by ?? null,
    note: published?.note ?? null,
    liveRuns,
  };
}

/** What would miss a flow if it were gone, or had another name. */
export interface Dependents {
  /** Drafts and published versions that call it, with the nodes that do. */
  readonly calls: readonly { readonly flow: string; readonly nodes: readonly string[]; readonly published: boolean }[];
  readonly isPublished: boolean;
  readonly liveRuns: number;
}

export function dependentsOf(
  id: string,
  files: readonly FlowFile[],
  published: readonly FlowVersion[],
  liveRuns: number,
): Dependents {
  const callersOf = (one: { readonly flow: string; readonly source: string; readonly published: boolean }) => {
    const { document } = one.flow === id ? { document: null } : parseFlow(one.source);
    const nodes = document ? callersIn(document, id) : [];
    return nodes.length > 0 ? [{ flow: one.flow, nodes, published: one.published }] : [];
  };
  return {
    calls: [
      ...files.flatMap((file) => callersOf({ flow: file.id, source: file.source, published: false })),
      ...published.flatMap(({ flow, source }) => callersOf({ flow, source, published: true })),
    ],
    isPublished: published.some(({ flow }) => flow === id),
    liveRuns,
  };
}
