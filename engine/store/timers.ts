import type { ConversationRef } from "../core/domain/conversation.ts";
import type { ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import type { Decision } from "../core/run/decision.ts";
import { all, json, put, type Row, type Script, text } from "./sql.ts";
import { type Making, post } from "./threads.ts";

/** A timer of a conversation's run, as the conversation's row holds it. */
export interface StoredTimer {
  readonly name: string;
  /** The version of the step that set it: a timer that fired late is told from one that was set anew. */
  readonly generation: number;
  /** Milliseconds since 1970; null: it has fired, its event waits in the mailbox. */
  readonly dueAt: number | null;
}

export function timersOf(row: Row): readonly StoredTimer[] {
  return row.timers === "[]" ? [] : json<StoredTimer[]>(row, "timers");
}

/** The timers after a decision; the same list when it says nothing of timers. */
export function withTimers(
  timers: readonly StoredTimer[],
  decided: Decision["timers"],
  generation: number,
  now: number,
): readonly StoredTimer[] {
  let next = timers;
  for (const timer of decided) {
    if (timer.type === "cancelAll") next = [];
    else {
      const others = next.filter(({ name }) => name !== timer.name);
      if (timer.type === "start")
        next = [...others, { name: timer.name, generation, dueAt: Math.max(now, Date.parse(timer.dueAt)) }];
      else if (others.length < next.length) next = others;
    }
  }
  return next;
}

/** When the first of them fires; null: none is armed. */
export function firstDue(timers: readonly StoredTimer[]): number | null {
  let first: number | null = null;
  for (const { dueAt } of timers) if (dueAt !== null && (first === null || dueAt < first)) first = dueAt;
  return first;
}

/** Timers that are due become events, of at most `limit` conversations, in due order. Returns the conversations. */
export function* fireTimers(making: Making, now: number, limit: number): Script<readonly ConversationRef[]> {
  const due = yield* all(
    "SELECT workspace_id, id, timers FROM conversations WHERE timer_due_at <= ? ORDER BY timer_due_at LIMIT ? /*skip*/",
    now,
    limit,
  );
  const refs: ConversationRef[] = [];
  for (const row of due) {
    const workspaceId = text(row, "workspace_id") as WorkspaceId;
    const conversationId = text(row, "id") as ConversationId;
    const timers = timersOf(row);
    const fired = timers
      .filter(({ dueAt }) => dueAt !== null && dueAt <= now)
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
    for (const { name, generation } of fired)
      yield* post(making, workspaceId, conversationId, { type: "timer", name, generation }, now);
    const left = timers.map((timer) => (fired.includes(timer) ? { ...timer, dueAt: null } : timer));
    yield* put(
      "UPDATE conversations SET timers = ?, timer_due_at = ? WHERE workspace_id = ? AND id = ?",
      JSON.stringify(left),
      firstDue(left),
      workspaceId,
      conversationId,
    );
    refs.push({ workspaceId, conversationId });
  }
  return refs;
}
