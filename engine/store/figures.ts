import type { WorkspaceId } from "../core/domain/ids.ts";
import { type Pass, type Place, passesOf, placeAfter } from "../core/run/passes.ts";
import type { PathStep } from "../core/run/run.ts";
import type { Figure, FigureRows } from "../ports.ts";
import type { Context } from "./context.ts";
import { all, json, number, one, put, type Row, type Script, scope, text } from "./sql.ts";

/** A step of this age is committed, or never will be: nothing comes in before the mark any more. */
const SETTLED_MS = 5000;
/** How far back the step is looked for that entered a node: a question that was put again more often begins anew. */
const LOOK_BACK_STEPS = 20;
const DAY_MS = 86_400_000;

/**
 * Figures of flows: counted from the paths that steps leave behind, some time later and in one transaction with the
 * mark of how far it was counted, so that a step itself pays nothing and each is counted once. What is kept grows with
 * the size of the flows and the days, not with the talks.
 */
export function figureRows(context: Context): FigureRows {
  return {
    async count(limit) {
      let counted = 0;
      let more = false;
      for (const workspaceId of context.workspaces.keys()) {
        const until = context.clock.now() - SETTLED_MS;
        // Looked at first: a writer that has nothing to write is in everybody's way.
        if (!(await context.db.read(() => hasNew(workspaceId, until)))) continue;
        const done = await context.db.write(() => countSome(workspaceId, until, limit));
        counted += done;
        more ||= done >= limit;
      }
      return { counted, more };
    },
    of: (workspaceId, flow, { from, to, channel }) =>
      context.db.read(function* () {
        const rows = yield* all(
          `SELECT node, kind, name, SUM(count) AS count FROM flow_counts
           WHERE workspace_id = ? AND flow = ? AND day >= ? AND day <= ? ${channel ? "AND channel = ?" : ""}
           GROUP BY node, kind, name`,
          scope(workspaceId),
          flow,
          from,
          to,
          ...(channel ? [channel] : []),
        );
        return rows.map(
          (row): Figure => ({
            node: text(row, "node"),
            kind: text(row, "kind") as Figure["kind"],
            name: text(row, "name"),
            count: number(row, "count"),
          }),
        );
      }),
  };
}

function* hasNew(workspaceId: WorkspaceId, until: number): Script<boolean> {
  const mark = yield* one("SELECT counted_until FROM flow_marks WHERE workspace_id = ?", workspaceId);
  const step = yield* one(
    "SELECT 1 AS one FROM steps WHERE workspace_id = ? AND created_at > ? AND created_at <= ? LIMIT 1",
    workspaceId,
    mark ? number(mark, "counted_until") : 0,
    until,
  );
  return step !== null;
}

function* countSome(workspaceId: WorkspaceId, until: number, limit: number): Script<number> {
  yield* put(
    "INSERT INTO flow_marks (workspace_id, counted_until) VALUES (?, 0) ON CONFLICT (workspace_id) DO NOTHING",
    workspaceId,
  );
  // Whoever holds the mark counts; the others come back.
  const mark = yield* one("SELECT counted_until FROM flow_marks WHERE workspace_id = ? /*skip*/", workspaceId);
  if (!mark) return 0;
  const steps = yield* nextSteps(workspaceId, number(mark, "counted_until"), until, limit);
  const last = steps[steps.length - 1];
  if (!last) return 0;
  const counts = new Map<
    string,
    { readonly pass: Pass; readonly channel: string; readonly day: string; count: number }
  >();
  const places = new Map<string, Place | null>();
  for (const row of steps) {
    const id = text(row, "conversation_id");
    const before = places.has(id)
      ? (places.get(id) ?? null)
      : yield* placeBefore(workspaceId, id, number(row, "version"));
    const at = number(row, "created_at");
    const { passes, place } = passesOf(before, json<readonly PathStep[]>(row, "path"), at);
    places.set(id, place);
    for (const pass of passes) {
      const [channel, day] = [text(row, "channel"), dayOf(at)];
      const key = JSON.stringify([pass.flow, day, channel, pass.node, pass.kind, pass.name]);
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { pass, channel, day, count: 1 });
    }
  }
  for (const { pass, channel, day, count } of counts.values()) {
    yield* put(
      `INSERT INTO flow_counts (workspace_id, flow, day, channel, node, kind, name, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (workspace_id, flow, day, channel, node, kind, name) DO UPDATE SET count = flow_counts.count + excluded.count`,
      workspaceId,
      pass.flow,
      day,
      channel,
      pass.node,
      pass.kind,
      pass.name,
      count,
    );
  }
  yield* put("UPDATE flow_marks SET counted_until = ? WHERE workspace_id = ?", number(last, "created_at"), workspaceId);
  return steps.length;
}

/** Steps after a moment, whole milliseconds of them: the next look begins after the last one. */
function* nextSteps(workspaceId: WorkspaceId, after: number, until: number, limit: number): Script<readonly Row[]> {
  const steps = `SELECT s.conversation_id, s.version, s.path, s.created_at, c.channel FROM steps s
    JOIN conversations c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id
    WHERE s.workspace_id = ? AND s.created_at > ? AND s.created_at <= ? ORDER BY s.created_at, s.conversation_id, s.version`;
  const rows = yield* all(`${steps} LIMIT ?`, workspaceId, after, until, limit);
  const last = rows[rows.length - 1];
  if (!last || rows.length < limit) return rows;
  const end = number(last, "created_at");
  const whole = rows.filter((row) => number(row, "created_at") < end);
  return whole.length > 0 ? whole : yield* all(steps, workspaceId, after, end);
}

function* placeBefore(workspaceId: WorkspaceId, conversationId: string, version: number): Script<Place | null> {
  const rows = yield* all(
    "SELECT path, created_at FROM steps WHERE workspace_id = ? AND conversation_id = ? AND version < ? ORDER BY version DESC LIMIT ?",
    workspaceId,
    conversationId,
    version,
    LOOK_BACK_STEPS,
  );
  return placeAfter(
    rows.map((row) => ({ path: json<readonly PathStep[]>(row, "path"), at: number(row, "created_at") })),
  );
}

function dayOf(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}
