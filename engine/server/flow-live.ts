import type { FlowVersionId, RunId, WorkspaceId } from "../core/domain/ids.ts";
import type { Bilingual } from "../core/domain/language.ts";
import { compileFlow, type FlowMachine } from "../core/flow/compile.ts";
import type { FlowDocument } from "../core/flow/document.ts";
import { parseFlow } from "../core/flow/parse.ts";
import { moveRun } from "../core/run/move.ts";
import type { RunState } from "../core/run/run.ts";
import type { Store } from "../ports.ts";

const PAGE = 500;
/** More talks than this are not looked at one by one: the rest is told as a number. */
const MOST_LOOKED_AT = 10_000;

/** Who stands at a node, and how many of them could go on in another version. */
export interface LiveNode {
  readonly node: string;
  readonly count: number;
  readonly movable: number;
  readonly reasons: readonly Bilingual[];
}
export interface LiveTalks {
  readonly total: number;
  /** How many were looked at one by one. */
  readonly counted: number;
  readonly movable: number;
  readonly nodes: readonly LiveNode[];
}

/** The talks that are in a flow, by the node at which they stand; `to`: the version that they might go on in. */
export async function liveTalks(
  store: Pick<Store, "flows">,
  workspaceId: WorkspaceId,
  flow: string,
  to: FlowDocument | null,
): Promise<LiveTalks> {
  const target = to ? machineOf(to, "ver_next" as FlowVersionId) : null;
  const machines = new Map<FlowVersionId, FlowMachine | undefined>();
  const nodes = new Map<string, { count: number; movable: number; reasons: Map<string, Bilingual> }>();
  let after: RunId | null = null;
  let counted = 0;
  let movable = 0;
  while (counted < MOST_LOOKED_AT) {
    const page = await store.flows.liveStates(workspaceId, flow, { after, limit: PAGE });
    const wanted = [...new Set(page.flatMap(({ state }) => state.frames.map(({ versionId }) => versionId)))];
    for (const version of await store.flows.versions(wanted.filter((id) => !machines.has(id)))) {
      const { document } = parseFlow(version.source);
      machines.set(version.id, document ? machineOf(document, version.id) : undefined);
    }
    for (const { state } of page) {
      const place = nodes.get(nodeOf(state)) ?? { count: 0, movable: 0, reasons: new Map<string, Bilingual>() };
      nodes.set(nodeOf(state), place);
      counted++;
      place.count++;
      const moved = target ? moveRun(state, ({ versionId }) => machines.get(versionId), target) : null;
      if (moved?.type === "moved") {
        movable++;
        place.movable++;
      }
      for (const reason of moved?.type === "stays" ? moved.reasons : []) place.reasons.set(reason.en, reason);
    }
    const last = page[PAGE - 1];
    if (!last) break;
    after = last.runId;
  }
  const live = await store.flows.liveRuns(workspaceId);
  const total = live.filter((one) => one.flow === flow).reduce((sum, { count }) => sum + count, 0);
  const sorted = [...nodes].sort(([, a], [, b]) => b.count - a.count);
  return {
    total,
    counted,
    movable,
    nodes: sorted.map(([node, { count, movable: able, reasons }]) => ({
      node,
      count,
      movable: able,
      reasons: [...reasons.values()],
    })),
  };
}

/** Tells every talk of a new version, some at a time; what is left over is told by asking again. */
export async function followVersion(
  store: Pick<Store, "flows">,
  workspaceId: WorkspaceId,
  flow: string,
  to: { readonly versionId: FlowVersionId; readonly how: "move" | "restart"; readonly by: string },
): Promise<{ readonly told: number }> {
  let told = 0;
  let after: RunId | null = null;
  do {
    const done: { readonly told: number; readonly next: RunId | null } = await store.flows.follow(
      workspaceId,
      flow,
      to,
      {
        after,
        limit: 50,
      },
    );
    told += done.told;
    after = done.next;
  } while (after !== null);
  return { told };
}

function machineOf(document: FlowDocument, id: FlowVersionId): FlowMachine {
  return compileFlow(document, id);
}

/** The node of the outermost flow: that is the one which is drawn. */
function nodeOf(state: RunState): string {
  const snapshot = state.frames[0]?.snapshot as { readonly value?: unknown } | undefined;
  return typeof snapshot?.value === "string" ? snapshot.value : "";
}
