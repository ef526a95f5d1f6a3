import type { OutboxEffect } from "../core/domain/effect.ts";
import type { AttemptEnd, ChannelAccount, Channels, ClaimedEffect, Clock, Store, WaitingEffect } from "../ports.ts";
import { createAlarm } from "./alarm.ts";
import { type SendDeps, send } from "./send.ts";
import type { WorkerLog, WorkerMetrics } from "./worker.ts";

/** Requests to providers at the same time; the sockets behind them are pooled. */
const SENDS_AT_ONCE = 256;
/** Assistant, web services, downloads: slower and heavier, shed first (C-10). */
const OTHERS_AT_ONCE = 32;
const BATCH = 200;

/** Performs every effect but `send`; `engine/effects` has one per type. */
export type PerformEffect = (
  claimed: ClaimedEffect,
  effect: Exclude<OutboxEffect, { readonly type: "send" }>,
) => Promise<AttemptEnd>;

export interface OutboxDeps extends Omit<SendDeps, "store"> {
  readonly store: Store;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: WorkerLog;
  readonly metrics: WorkerMetrics;
  readonly account: (id: ChannelAccount["id"]) => ChannelAccount | undefined;
  readonly performEffect: PerformEffect;
  readonly pollMs: number;
}

/** Does what steps asked for: each effect at least once, its result exactly once (C-5, C-6). */
export interface Outbox {
  /** Whether an effect may be done at once: asked inside the transaction that writes it. */
  claim(effect: WaitingEffect): boolean;
  perform(effects: readonly ClaimedEffect[]): void;
  /** Something waits, now or at `dueAt`. */
  wake(dueAt: string): void;
  poll(): Promise<void>;
  /** Nothing new; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { store, clock, log, metrics } = deps;
  const idle: (() => void)[] = [];
  let sends = 0;
  let others = 0;
  let stopped = false;
  let crowded = false;

  const claim = (effect: WaitingEffect): boolean => {
    if (stopped) return false;
    const full = effect.type === "send" ? sends >= SENDS_AT_ONCE : others >= OTHERS_AT_ONCE;
    if (full) {
      crowded = true;
      return false;
    }
    if (effect.type !== "send") return true;
    const account = deps.account(effect.accountId);
    if (account?.status !== "active") return false;
    const now = clock.now();
    const closedUntil = deps.breaker.openUntil(effect.accountId, now);
    if (closedUntil > 0) {
      alarm.at(closedUntil);
      return false;
    }
    const { pace } = deps.channels.of(account.channel).capabilities;
    const wait = deps.pacer.take(effect.accountId, effect.conversationId, pace, now);
    if (wait) alarm.at(wait.at);
    return !wait;
  };

  const perform = (effects: readonly ClaimedEffect[]): void => {
    for (const claimed of effects) void one(claimed);
  };

  const one = async (claimed: ClaimedEffect): Promise<void> => {
    const isSend = claimed.type === "send";
    if (isSend) sends++;
    else others++;
    const startedAt = clock.now();
    try {
      const end = await attempt(claimed);
      metrics.effectEnded(claimed.type, end.type, clock.now() - startedAt);
      if (end.type === "failed" || end.type === "pauseAccount" || end.type === "unknown") report(claimed, end);
      const { claimed: next } = await store.outbox.settle(claimed, end, claim);
      perform(next);
      if (end.type === "retry") wake(end.at);
      if (end.type === "unknown") wake(end.until);
    } catch (error) {
      // The attempt is on record and its lease runs out: whoever looks next finds it (C-5).
      log.error("effect could not be settled", { effectId: claimed.id, error: String(error) });
      alarm.at(clock.now() + deps.pollMs);
    } finally {
      if (isSend) sends--;
      else others--;
      if (crowded) {
        crowded = false;
        alarm.at(clock.now());
      }
      if (sends + others === 0) for (const done of idle.splice(0)) done();
    }
  };

  const attempt = async (claimed: ClaimedEffect): Promise<AttemptEnd> => {
    const { effect } = claimed;
    if (claimed.expiresAt && Date.parse(claimed.expiresAt) <= clock.now()) {
      return { type: "failed", error: { code: "expired", detail: `waited since ${claimed.createdAt}` } };
    }
    if (effect.type !== "send") return deps.performEffect(claimed, effect);
    const account = deps.account(claimed.accountId);
    if (!account) return { type: "pauseAccount", error: { code: "accountInvalid", detail: "the account is gone" } };
    return send(deps, {
      effectId: claimed.id,
      conversationId: claimed.conversationId,
      account,
      recipient: claimed.recipient,
      content: effect.content,
      attempt: claimed.attempt,
    });
  };

  const report = (claimed: ClaimedEffect, end: AttemptEnd): void => {
    const detail = "error" in end ? end.error : "detail" in end ? { code: "unknown", detail: end.detail } : null;
    log.warn("effect did not succeed", { effectId: claimed.id, type: claimed.type, end: end.type, error: detail });
    if (end.type === "unknown") return;
    const code = detail?.code ?? end.type;
    store.operations
      .notice(claimed.workspaceId, {
        severity: end.type === "pauseAccount" ? "error" : "warning",
        code: `${claimed.type}.${code}`,
        text: detail?.detail ?? "",
        accountId: claimed.accountId,
        conversationId: claimed.conversationId,
        facts: detail && "providerCode" in detail && detail.providerCode ? { providerCode: detail.providerCode } : {},
      })
      .catch((error: unknown) => log.error("notice could not be stored", { error: String(error) }));
  };

  /** Evidence did not come in time: the policy of the channel and of the message decides, and a resend is marked (C-6). */
  const resolveOverdue = async (): Promise<void> => {
    for (const claimed of await store.outbox.overdueUnknown(BATCH)) {
      const { effect } = claimed;
      const account = deps.account(claimed.accountId);
      const policy = account ? deps.channels.of(account.channel).capabilities.unknownPolicy : "ask";
      const important = effect.type === "send" && (effect.important || effect.content.type === "template");
      const how = effect.type !== "send" ? "skip" : important || policy === "ask" ? "ask" : "resend";
      await store.outbox.resolveUnknown(claimed.workspaceId, claimed.id, how);
      log.warn("outcome stayed unknown", { effectId: claimed.id, how });
    }
  };

  const poll = async (): Promise<void> => {
    if (stopped) return;
    try {
      await resolveOverdue();
      const claimed = await store.outbox.claim(BATCH, claim);
      perform(claimed);
      const next = await store.outbox.nextDueAt();
      // What is due but was not claimed is paced, crowded or paused: those set the alarm themselves.
      if (claimed.length === BATCH) alarm.at(clock.now());
      else if (next) alarm.at(Date.parse(next));
    } catch (error) {
      log.error("outbox could not be read", { error: String(error) });
    }
    alarm.at(clock.now() + deps.pollMs);
  };
  const alarm = createAlarm(clock, () => void poll());
  const wake = (dueAt: string): void => {
    if (!stopped) alarm.at(Date.parse(dueAt));
  };

  return {
    claim,
    perform,
    wake,
    poll,
    async stop() {
      stopped = true;
      alarm.cancel();
      if (sends + others > 0) await new Promise<void>((done) => idle.push(done));
    },
  };
}
