import type { Call, SentLine } from "../core/domain/channel.ts";
import type { EffectId } from "../core/domain/ids.ts";
import type { InboundEvent } from "../core/domain/inbound-event.ts";
import { matchSent } from "../core/run/match-sent.ts";
import type { Accepted, ChannelAccount, Channels, Clock, Ids, Perform, Store } from "../ports.ts";
import { createAlarm } from "./alarm.ts";
import type { WorkerLog } from "./worker.ts";

/** As long as nothing is wrong. */
const EVERY_MS = 10 * 60_000;
/** After a look that failed: the provider is away, or we are. */
const AGAIN_MS = 30_000;
/** Two looks at one account are never closer, whatever asks for them. */
const GAP_MS = 1000;
/** A provider's list may be a little behind, and its clock is another one. */
const OVERLAP_MS = 5 * 60_000;
/** Keys that tell a second delivery from a first are kept longer than this (C-2). */
const MOST_BACK_MS = 7 * 24 * 3_600_000;
const MOST_CALLS = 500;
const SLICE = 100;

export interface ReconcileDeps {
  readonly store: Pick<Store, "histories" | "inbox" | "operations">;
  readonly channels: Channels;
  readonly accounts: () => readonly ChannelAccount[];
  readonly perform: Perform;
  readonly clock: Clock;
  readonly ids: Pick<Ids, "make">;
  readonly log: WorkerLog;
  /** What was found is stored: its conversations are looked at. */
  readonly accepted: (accepted: Accepted) => void;
  /** How long a send without an answer waits for evidence: the list is asked before that is over. */
  readonly unknownWaitMs: number;
}

/** Fetches what a provider could not deliver, where it keeps a list (`Channel.history`). */
export interface Reconciler {
  /** Looks at once, then from time to time. */
  start(): void;
  /** A send of this account has an unknown end: its list is asked soon. */
  unknown(accountId: string): void;
  /** A webhook could not be stored: the provider will not come again. */
  missed(): void;
  stop(): Promise<void>;
}

/** Feeds what the lists hold through the same inbox with the same keys: nothing is handled twice. */
export function createReconciler(deps: ReconcileDeps): Reconciler {
  const { clock, log } = deps;
  const due = new Map<string, { readonly at: number; readonly isUrgent: boolean }>();
  const alarm = createAlarm(clock, () => void round());
  let current: Promise<void> = Promise.resolve();
  let stopped = false;

  const plan = (accountId: string, at: number, isUrgent: boolean): void => {
    if (stopped) return;
    const before = due.get(accountId);
    if (!before || at < before.at) due.set(accountId, { at, isUrgent });
    alarm.at(at);
  };
  const listed = (): readonly ChannelAccount[] =>
    deps.accounts().filter(({ channel, status }) => status === "active" && deps.channels.of(channel).history);

  const round = async (): Promise<void> => {
    await current;
    current = look().catch((error: unknown) => {
      log.error("the providers' lists could not be read", { error: String(error) });
      alarm.at(clock.now() + AGAIN_MS);
    });
  };
  const look = async (): Promise<void> => {
    for (const account of listed()) {
      if (stopped) return;
      const { at, isUrgent } = due.get(account.id) ?? { at: 0, isUrgent: false };
      if (at > clock.now()) continue;
      due.delete(account.id);
      try {
        // Of several processes one looks; what is urgent is looked at by whoever heard of it.
        const gapMs = isUrgent ? GAP_MS : EVERY_MS / 2;
        const since = await deps.store.histories.take(account.workspaceId, account.id, gapMs);
        if (since !== null) await catchUp(deps, account, since);
        // Somebody has only just looked, perhaps a process that is no more: what is urgent is looked at after the gap.
        if (since === null && isUrgent) plan(account.id, clock.now() + GAP_MS, true);
        else plan(account.id, clock.now() + EVERY_MS, false);
      } catch (error) {
        log.warn("what a provider kept could not be read", { accountId: account.id, error: String(error) });
        plan(account.id, clock.now() + AGAIN_MS, true);
      }
    }
    alarm.at(clock.now() + EVERY_MS);
  };

  return {
    start: () => {
      for (const { id } of listed()) plan(id, clock.now(), true);
      alarm.at(clock.now());
    },
    unknown: (accountId) => plan(accountId, clock.now() + Math.min(10_000, deps.unknownWaitMs / 3), true),
    missed: () => {
      for (const { id } of listed()) plan(id, clock.now() + AGAIN_MS, true);
    },
    async stop() {
      stopped = true;
      alarm.cancel();
      await current;
    },
  };
}

/** Reads the list from a moment on. Throws when it could not be read to its end: the next look begins at the same place. */
async function catchUp(deps: ReconcileDeps, account: ChannelAccount, since: string): Promise<void> {
  const { clock, store, channels } = deps;
  const history = channels.of(account.channel).history;
  if (!history) return;
  const startedAt = clock.now();
  const from = new Date(Math.max(Date.parse(since) - OVERLAP_MS, startedAt - MOST_BACK_MS)).toISOString();
  const events: InboundEvent[] = [];
  const sent: SentLine[] = [];
  const calls: Call[] = [...history.ask(account, from)];
  for (let asked = 0; calls.length > 0; asked++) {
    const call = calls.shift();
    if (!call) break;
    if (asked >= MOST_CALLS) throw new Error(`more than ${MOST_CALLS} pages`);
    const outcome = await deps.perform(call, channels.baseUrl(account.channel));
    if (outcome.type !== "answered") throw new Error(outcome.detail);
    const page = history.read(outcome.response, call, account, from);
    if (!page) throw new Error(`HTTP ${outcome.response.status}`);
    events.push(...page.events);
    sent.push(...page.sent);
    calls.push(...page.more);
  }
  await settleUnknown(deps, account, sent);
  // Lists begin with the newest, and count in whole seconds: what is of the same second keeps the list's order.
  const byTime = events.reverse().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const messages = byTime.filter(({ type }) => type === "message");
  const found = await feed(deps, account, messages);
  await feed(
    deps,
    account,
    byTime.filter(({ type }) => type !== "message"),
  );
  await store.histories.reached(account.workspaceId, account.id, new Date(startedAt).toISOString());
  if (found === 0) return;
  deps.log.info("messages that had not been delivered to us were fetched", { accountId: account.id, found });
  await store.operations.notice(account.workspaceId, {
    severity: "warning",
    code: "history.recovered",
    text: `${found} messages had not been delivered to us and were fetched from the provider's list.`,
    accountId: account.id,
    conversationId: null,
    facts: { found },
  });
}

/** Of a send whose answer was lost the list says that it was taken: as if a report had named our id (C-6). */
async function settleUnknown(deps: ReconcileDeps, account: ChannelAccount, sent: readonly SentLine[]): Promise<void> {
  const { histories } = deps.store;
  const unknown = await histories.unknown(account.workspaceId, account.id);
  if (unknown.length === 0) return;
  const known = await histories.known(
    account.workspaceId,
    account.id,
    sent.map(({ externalId }) => externalId),
  );
  const matched = matchSent(
    unknown,
    sent.filter(({ externalId }) => !known.has(externalId)),
  );
  await feed(
    deps,
    account,
    matched.map(({ effectId, line }) => ({
      type: "status",
      accountId: account.id,
      dedupeKey: `history:${line.externalId}:${effectId}`,
      at: line.at,
      externalId: line.externalId,
      evidence: effectId as EffectId,
      status: "sent",
    })),
  );
}

/** Returns how many of them were news. */
async function feed(deps: ReconcileDeps, account: ChannelAccount, events: readonly InboundEvent[]): Promise<number> {
  let stored = 0;
  for (let at = 0; at < events.length; at += SLICE) {
    const slice = events.slice(at, at + SLICE);
    const accepted = await deps.store.inbox.accept({
      id: deps.ids.make("delivery"),
      channel: account.channel,
      receivedAt: new Date(deps.clock.now()).toISOString(),
      headers: { "x-relais-recovered": "true" },
      body: new TextEncoder().encode(JSON.stringify(slice)),
      events: slice,
      setAside: [],
    });
    stored += accepted.stored;
    deps.accepted(accepted);
  }
  return stored;
}
