import type { ConversationRef } from "../core/domain/conversation.ts";
import { decide } from "../core/run/decide.ts";
import type { ClaimedEffect, Clock, Store, WaitingEffect } from "../ports.ts";
import { createAlarm } from "./alarm.ts";
import type { Library } from "./library.ts";
import type { WorkerLog } from "./worker.ts";

/** Conversations stepped at the same time: enough to fill a group commit, few enough to stay fair. */
const PARALLEL = 128;
/** Rows per look into the mailbox or the timers. */
const BATCH = 200;
/** Between two full batches, so that overdue work of a long downtime does not starve what comes in now (C-8). */
const BREATH_MS = 1000;

export interface DispatchDeps {
  readonly store: Store;
  readonly library: Library;
  readonly clock: Clock;
  readonly log: WorkerLog;
  /** Whether an effect may be done at once, in the same transaction as the step that asks for it. */
  readonly claim: (effect: WaitingEffect) => boolean;
  readonly perform: (effects: readonly ClaimedEffect[]) => void;
  /** How often to look for work that nobody announced, e.g. of another process. */
  readonly pollMs: number;
}

/** Turns events into committed steps: one conversation at a time, many side by side. */
export interface Dispatch {
  /** Something is due for this conversation, now or at `dueAt`. */
  wake(ref: ConversationRef, dueAt: string): void;
  /** Looks into the mailbox for everything that is due: at start and from time to time. */
  poll(): Promise<void>;
  /** No new steps; resolves when those under way are committed. */
  stop(): Promise<void>;
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  const { store, library, clock, log } = deps;
  const waiting = new Map<string, ConversationRef>();
  const busy = new Map<string, boolean>();
  const later = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  const idle: (() => void)[] = [];
  let stopped = false;

  const pump = (): void => {
    for (const [id, ref] of waiting) {
      if (stopped || busy.size >= PARALLEL) return;
      waiting.delete(id);
      if (busy.has(id)) {
        busy.set(id, true);
        continue;
      }
      busy.set(id, false);
      void work(ref).finally(() => {
        const again = busy.get(id) ?? false;
        busy.delete(id);
        if (again) waiting.set(id, ref);
        if (busy.size === 0) for (const done of idle.splice(0)) done();
        pump();
      });
    }
  };

  const work = async (ref: ConversationRef): Promise<void> => {
    try {
      while (!stopped) {
        const outcome = await store.mailbox.step(
          ref,
          (input) => decide(input, library.of(ref.workspaceId)),
          deps.claim,
        );
        switch (outcome.type) {
          case "applied":
            deps.perform(outcome.claimed);
            if (outcome.more) continue;
            if (outcome.nextTimerAt) alarm.at(Date.parse(outcome.nextTimerAt));
            return;
          case "needs":
            await library.load(outcome.versions);
            continue;
          case "idle":
            if (outcome.nextDueAt) wake(ref, outcome.nextDueAt);
            return;
          case "failed":
            log.error("step failed", {
              conversationId: ref.conversationId,
              error: outcome.error,
              quarantined: outcome.quarantined,
            });
            if (outcome.quarantined) continue;
            if (outcome.retryAt) wake(ref, outcome.retryAt);
            return;
        }
      }
    } catch (error) {
      log.error("step could not run", { conversationId: ref.conversationId, error: String(error) });
      // The database refuses for the moment: the event is still in the mailbox.
      alarm.at(clock.now() + deps.pollMs);
    }
  };

  const wake = (ref: ConversationRef, dueAt: string): void => {
    if (stopped) return;
    const id = ref.conversationId;
    const delay = Date.parse(dueAt) - clock.now();
    if (delay <= 0) {
      if (busy.has(id)) busy.set(id, true);
      else {
        waiting.set(id, ref);
        pump();
      }
      return;
    }
    const at = clock.now() + delay;
    if (delay > deps.pollMs) {
      alarm.at(at);
      return;
    }
    const set = later.get(id);
    if (set && set.at <= at) return;
    set?.cancel();
    const cancel = clock.after(delay, () => {
      later.delete(id);
      wake(ref, dueAt);
    });
    later.set(id, { at, cancel });
  };

  const poll = async (): Promise<void> => {
    if (stopped) return;
    try {
      const fired = await store.mailbox.fireTimers(BATCH);
      const due = await store.mailbox.due(BATCH);
      const now = new Date(clock.now()).toISOString();
      for (const ref of [...fired, ...due]) wake(ref, now);
      const next = await store.mailbox.nextDueAt();
      const full = fired.length === BATCH || due.length === BATCH;
      if (full) alarm.at(clock.now() + BREATH_MS);
      if (next && !full) alarm.at(Math.max(Date.parse(next), clock.now() + 5));
    } catch (error) {
      log.error("mailbox could not be read", { error: String(error) });
    }
    alarm.at(clock.now() + deps.pollMs);
  };
  const alarm = createAlarm(clock, () => void poll());

  return {
    wake,
    poll,
    async stop() {
      stopped = true;
      alarm.cancel();
      for (const { cancel } of later.values()) cancel();
      later.clear();
      if (busy.size > 0) await new Promise<void>((done) => idle.push(done));
    },
  };
}
