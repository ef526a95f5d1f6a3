import type { Capabilities, Channel } from "../core/domain/channel.ts";
import type { OutboxEffect, SendEffect } from "../core/domain/effect.ts";
import type { EffectId } from "../core/domain/ids.ts";
import type { AttemptEnd, ChannelAccount, Channels, ClaimedEffect, Clock, Store, WaitingEffect } from "../ports.ts";
import { createAlarm } from "./alarm.ts";
import type { Pressure } from "./pressure.ts";
import { backoffMs, type SendDeps, send } from "./send.ts";
import type { WorkerLog, WorkerMetrics } from "./worker.ts";

/** Requests to providers at the same time; the sockets behind them are pooled. */
const SENDS_AT_ONCE = 256;
/** Assistant, web services, downloads: slower and heavier, shed first (C-10). */
const OTHERS_AT_ONCE = 32;
const OTHERS_WHEN_BUSY = 4;
const BATCH = 200;

/** What was claimed so long ago and is not begun yet belongs to a process that stood still: others may have it by now. */
const STALE_MS = 5000;

/** Performs every effect but `send`; `engine/effects` has one per type. */
export type PerformEffect = (
  claimed: ClaimedEffect,
  effect: Exclude<OutboxEffect, { readonly type: "send" }>,
) => Promise<AttemptEnd>;

/** The pace of a channel; an account's own, where the provider gives each its own. */
function paceOf(channel: Channel<unknown>, account: ChannelAccount): Capabilities["pace"] {
  const { pace } = channel.capabilities;
  const perSecond = channel.perSecond?.(account.config);
  return perSecond === undefined ? pace : { ...pace, account: { perSecond, burst: perSecond } };
}

export interface OutboxDeps extends Omit<SendDeps, "store"> {
  readonly store: Store;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: WorkerLog;
  readonly metrics: WorkerMetrics;
  readonly account: (id: ChannelAccount["id"]) => ChannelAccount | undefined;
  readonly performEffect: PerformEffect;
  /** How much waits: the assistant and web services make room for it. */
  readonly pressure?: () => Pressure;
  readonly pollMs: number;
  /** Nobody knows how a send of this account ended. */
  readonly unknown?: (accountId: string) => void;
}

/** Does what steps asked for: each effect at least once, its result exactly once (C-5, C-6). */
export interface Outbox {
  /** Whether an effect may be done at once: asked inside the transaction that writes it. */
  claim(effect: WaitingEffect): boolean;
  perform(effects: readonly ClaimedEffect[]): void;
  /** What is being done at this moment. */
  readonly busy: ReadonlySet<EffectId>;
  /** Something waits, now or at `dueAt`. */
  wake(dueAt: string): void;
  poll(): Promise<void>;
  /** Nothing new; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { store, clock, log, metrics } = deps;
  const idle: (() => void)[] = [];
  const busy = new Set<EffectId>();
  let sends = 0;
  let others = 0;
  let stopped = false;
  let crowded = false;

  const othersAtOnce = (): number => ((deps.pressure?.() ?? "calm") === "calm" ? OTHERS_AT_ONCE : OTHERS_WHEN_BUSY);
  const claim = (effect: WaitingEffect): boolean => {
    if (stopped) return false;
    const full = effect.type === "send" ? sends >= SENDS_AT_ONCE : others >= othersAtOnce();
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
    const channel = deps.channels.of(account.channel);
    const pace = paceOf(channel, account);
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
    busy.add(claimed.id);
    const startedAt = clock.now();
    try {
      const end = await attempt(claimed).catch((error: unknown) => broken(claimed, error));
      metrics.effectEnded(claimed.type, end.type, clock.now() - startedAt);
      if (end.type === "failed" || end.type === "pauseAccount" || end.type === "unknown") report(claimed, end);
      const { claimed: next } = await record(claimed, end);
      perform(next);
      if (end.type === "retry") wake(end.at);
      if (end.type === "unknown") wake(end.until);
      if (end.type === "unknown" && isSend) deps.unknown?.(claimed.accountId);
    } catch (error) {
      // We are stopping: the attempt is on record, and the next start finds it open (C-5).
      log.error("effect could not be settled", { effectId: claimed.id, error: String(error) });
    } finally {
      busy.delete(claimed.id);
      if (isSend) sends--;
      else others--;
      if (crowded) {
        crowded = false;
        alarm.at(clock.now());
      }
      if (sends + others === 0) for (const done of idle.splice(0)) done();
    }
  };

  /** Only we know how the attempt ended: it is kept until the database takes it. */
  const record = async (claimed: ClaimedEffect, end: AttemptEnd): ReturnType<Store["outbox"]["settle"]> => {
    for (;;) {
      try {
        return await store.outbox.settle(claimed, end, claim);
      } catch (error) {
        if (stopped) throw error;
        log.error("effect could not be settled yet", { effectId: claimed.id, error: String(error) });
        await new Promise<void>((done) => void clock.after(deps.pollMs, done));
      }
    }
  };

  /** The fault is ours: what may have left is unknown, everything else is done again. */
  const broken = (claimed: ClaimedEffect, error: unknown): AttemptEnd => {
    const detail = String(error);
    log.error("effect could not be done", { effectId: claimed.id, type: claimed.type, error: detail });
    const now = clock.now();
    if (claimed.type === "send" || claimed.type === "http") {
      const waitMs = claimed.type === "send" ? deps.unknownWaitMs : 0;
      return { type: "unknown", until: new Date(now + waitMs).toISOString(), detail };
    }
    const at = new Date(now + backoffMs(claimed.attempt, deps.random)).toISOString();
    return { type: "retry", at, error: { code: "unavailable", detail } };
  };

  const attempt = async (claimed: ClaimedEffect): Promise<AttemptEnd> => {
    const { effect } = claimed;
    if (claimed.begunAt !== undefined && clock.now() - claimed.begunAt > STALE_MS) {
      const at = new Date(clock.now()).toISOString();
      return { type: "retry", at, error: { code: "unavailable", detail: "the process stood still" } };
    }
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
      author: effect.author,
      windowClosed: await isWindowClosed(claimed, effect, account),
    });
  };

  /** Looked up only where people may write for longer than the bot: the provider wants to know which of the two it is. */
  const isWindowClosed = async (
    { workspaceId, conversationId }: ClaimedEffect,
    { author }: SendEffect,
    { channel }: ChannelAccount,
  ): Promise<boolean> => {
    if (author !== "agent" || deps.channels.of(channel).capabilities.agentWindowHours === undefined) return false;
    const until = (await store.conversations.get(workspaceId, conversationId))?.windowExpiresAt;
    return until !== null && until !== undefined && Date.parse(until) <= clock.now();
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
        facts: {
          ...(detail && "providerCode" in detail && detail.providerCode ? { providerCode: detail.providerCode } : {}),
          ...(detail && "advice" in detail && detail.advice ? { advice: { ...detail.advice } } : {}),
        },
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
      if (!(await store.outbox.resolveUnknown(claimed.workspaceId, claimed.id, how))) continue;
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
    busy,
    wake,
    poll,
    async stop() {
      stopped = true;
      alarm.cancel();
      if (sends + others > 0) await new Promise<void>((done) => idle.push(done));
    },
  };
}
