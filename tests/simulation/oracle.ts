import type { Decision, NeedsVersions, StepInput } from "../../engine/core/run/decision.ts";
import { holds } from "./failure.ts";
import type { Entry } from "./history.ts";
import {
  type Before,
  type ConversationModel,
  type Decided,
  type EffectModel,
  ownOf,
  type Timers,
  timersOf,
} from "./model.ts";
import type { Random } from "./random.ts";

const EDGES = new Set(
  "pending>running pending>cancelled pending>done running>done running>failed running>unknown running>pending unknown>pending unknown>done unknown>asked unknown>failed asked>pending asked>done asked>failed".split(
    " ",
  ),
);
/** Answered by the store inside the step: they are no rows. */
const OF_SHOP: ReadonlySet<string> = new Set(["findProducts", "createOrder", "findOrder", "setOrderStatus"]);
const TERMINAL = new Set(["done", "failed", "cancelled"]);
/** One decision in so many is made a second time and compared. */
const REPEAT_ONE_IN = 6;

/** Holds the engine to its promises while it works. */
export interface Oracle {
  readonly conversations: ReadonlyMap<string, ConversationModel>;
  readonly effects: ReadonlyMap<string, EffectModel>;
  /** Edges of effect states that were taken, and how often. */
  readonly edges: ReadonlyMap<string, number>;
  readonly checks: number;
  /** What one turn of the database committed. */
  absorb(entries: readonly Entry[], wall: number): void;
  decided(input: StepInput, decision: Decision, decide: (input: StepInput) => Decision | NeedsVersions): void;
  /** A request with our id leaves the process. */
  leaves(effectId: string, wall: number): void;
  /** A provider took a request with our id. */
  taken(effectId: string, at: number): void;
  /** A provider's status that names our id was acknowledged. */
  evident(effectId: string): void;
  settledByHand(effectId: string): void;
}

/** `turn`: which step of the scheduler is running. */
export function createOracle(random: Random, turn: () => number): Oracle {
  const conversations = new Map<string, ConversationModel>();
  const effects = new Map<string, EffectModel>();
  const edges = new Map<string, number>();
  const decisions = new Map<string, Decided[]>();
  const inbound = new Set<string>();
  const results = new Map<string, number>();
  let checks = 0;

  const check = (condition: boolean, invariant: string, message: () => string): void => {
    checks++;
    holds(condition, invariant, message);
  };
  const of = (conv: string): ConversationModel => {
    const model = conversations.get(conv);
    if (!model) throw new Error(`the oracle does not know ${conv}`);
    return model;
  };
  const silencedBy = (owner: string, effect: EffectModel): boolean =>
    owner.startsWith("agent/") &&
    !owner.startsWith("agent/waiting/") &&
    effect.type === "send" &&
    effect.payload.author !== "agent" &&
    effect.payload.handover !== true;

  const onConversation = (entry: Entry, batch: readonly Entry[], index: number, wall: number): void => {
    const model = of(entry.conv);
    const version = Number(entry.a);
    const applied = Number(entry.b);
    check(version >= model.version, "I4", () => `${entry.conv} went back to version ${version}`);
    check(applied >= model.appliedSeq, "I3", () => `${entry.conv} went back to event ${applied}`);
    const was: Before = { owner: model.owner, appliedSeq: model.appliedSeq, timers: model.timers };
    model.owner = entry.id;
    model.row = { version, applied, last: Number(entry.c), position: Number(entry.d) };
    model.timers = timersOf(entry);
    for (let seq = model.appliedSeq + 1; seq <= applied; seq++) if (model.handBacks.has(seq)) model.handedBack = seq;
    model.appliedSeq = applied;
    if (version > model.version) {
      model.version = version;
      onStepWritten(model, entry, batch.slice(0, index), was);
    } else onTimers(model, was, wall);
    for (const effect of model.begun.splice(0)) mayBegin(model, effect);
  };

  /** Outside of steps timers only fire: never early, and nothing else becomes of them (I11). */
  const onTimers = (model: ConversationModel, was: Before, wall: number): void => {
    for (const [name, { generation, dueAt }] of model.timers) {
      const before = was.timers.get(name);
      check(before?.generation === generation, "I11", () => `timer ${name} of ${model.id} comes from nowhere`);
      if (dueAt === (before?.dueAt ?? null)) continue;
      check(
        dueAt === null && (before?.dueAt ?? 0) <= wall,
        "I11",
        () => `timer ${name} of ${model.id} fires ${(before?.dueAt ?? 0) - wall} ms early`,
      );
    }
    check(model.timers.size === was.timers.size, "I11", () => `a timer of ${model.id} is gone without a step`);
  };

  /** The decisions behind a step, the last one first made: those of this turn whose versions join. */
  const roundsOf = (model: ConversationModel): readonly Decided[] => {
    const rounds: Decided[] = [];
    let version = model.version;
    for (const one of [...(decisions.get(model.id) ?? [])].reverse()) {
      if (one.turn !== turn()) break;
      if (one.input.conversation.version + one.input.events.length !== version) {
        // A transaction that was made again has decided more than once.
        if (rounds.length === 0) continue;
        break;
      }
      rounds.unshift(one);
      version = one.input.conversation.version;
    }
    return rounds;
  };

  /** The rows of a step are those of its decisions (I15), its timers those that its run waits for (I11). */
  const onStepWritten = (model: ConversationModel, entry: Entry, before: readonly Entry[], was: Before): void => {
    const step = before.findLast((one) => one.kind === "step" && one.conv === model.id && one.a === model.version);
    // An event that is set aside counts, but is no step.
    if (!step) return;
    const rounds = roundsOf(model);
    const first = rounds[0]?.input.events[0];
    const last = rounds[rounds.length - 1];
    // A cancelled timer and an overtaken hand-back are applied without being decided about.
    if (!first || !last) return onUndecided(model, step, entry, was);
    const seqs = rounds.flatMap(({ input }) => input.events.map(({ seq }) => seq));
    check(
      seqs.every((seq, at) => seq === was.appliedSeq + 1 + at) && seqs.length === model.appliedSeq - was.appliedSeq,
      "I3",
      () => `${model.id} applied ${seqs} after ${was.appliedSeq} and counts ${model.appliedSeq}`,
    );
    for (const { input, decision } of rounds) {
      const version = input.conversation.version + input.events.length;
      const end = `_${version}_`;
      const written = before.filter(
        (one) => one.kind === "effect+" && one.conv === model.id && one.id.includes(end) && !one.id.endsWith("_999"),
      );
      const wanted = decision.effects.filter(({ type }) => !OF_SHOP.has(type)).map((effect) => JSON.stringify(effect));
      check(
        written.length === wanted.length && written.every((one, at) => one.c === wanted[at]),
        "I15",
        () => `${model.id} ${version} decided ${wanted.length} effects, ${written.length} are written`,
      );
    }
    const { conversation: patch } = last.decision;
    const { conversation } = last.input;
    const wanted = `${patch.owner ?? conversation.owner}/${patch.status ?? conversation.status}/${(patch.botEnabled ?? conversation.botEnabled) ? 1 : 0}`;
    check(entry.id === wanted, "I15", () => `${model.id} ${model.version} is ${entry.id}, decided was ${wanted}`);
    const timers = new Map(was.timers);
    if (first.event.type === "timer") {
      const { name, generation } = first.event;
      const fired = timers.get(name);
      check(
        fired?.generation === generation && fired.dueAt === null,
        "I11",
        () => `timer ${name} of ${model.id} acted after it was cancelled`,
      );
      timers.delete(name);
    }
    for (const { input, decision } of rounds)
      for (const timer of decision.timers) {
        if (timer.type === "cancelAll") timers.clear();
        else if (timer.type === "cancel") timers.delete(timer.name);
        else timers.set(timer.name, { generation: input.conversation.version + input.events.length, dueAt: 0 });
      }
    sameTimers(model, timers);
    if (!rounds.some(({ decision }) => decision.cancelSends)) return;
    const least = (rounds[0]?.input.conversation.version ?? 0) * 1000 + 1000;
    const left = model.sends.find(
      (one) => one.state === "pending" && one.ord < least && one.payload.author !== "agent",
    );
    check(left === undefined, "I10", () => `${left?.id} still waits after its conversation was taken over`);
  };

  const onUndecided = (model: ConversationModel, step: Entry, entry: Entry, was: Before): void => {
    check(
      step.b === "timer" || step.b === "handBack",
      "I15",
      () => `${model.id} ${model.version} was written without a decision`,
    );
    check(step.c === "[]", "I11", () => `a ${step.b} of ${model.id} acted after it was cancelled`);
    check(entry.id === was.owner, "I15", () => `${model.id} changed its owner for nothing`);
    sameTimers(model, was.timers);
  };

  const sameTimers = (model: ConversationModel, wanted: Timers): void => {
    const list = (timers: Timers): string =>
      [...timers]
        .map(([name, { generation }]) => `${name}/${generation}`)
        .sort()
        .join();
    const armed = list(model.timers);
    check(armed === list(wanted), "I11", () => `${model.id} waits for timers [${list(wanted)}], armed are [${armed}]`);
  };

  /** Whether an attempt may begin now: not after a take-over (I10), not before an earlier send has ended (I12). */
  const mayBegin = (model: ConversationModel, effect: EffectModel): void => {
    check(!silencedBy(model.owner, effect), "I10", () => `${effect.id} begins while ${model.id} is ${model.owner}`);
    check(
      model.takenOver <= model.handedBack || !silencedBy("agent/open", effect),
      "I10",
      () => `${effect.id} begins after the take-over at ${model.takenOver} of ${model.id}`,
    );
    const earlier = model.sends.find((one) => one.ord < effect.ord && !TERMINAL.has(one.state));
    check(earlier === undefined, "I12", () => `${effect.id} begins while ${earlier?.id} is ${earlier?.state}`);
  };

  const onEffectState = (entry: Entry): void => {
    const effect = effects.get(entry.id);
    if (!effect) return;
    const edge = `${entry.a}>${entry.b}`;
    edges.set(edge, (edges.get(edge) ?? 0) + 1);
    check(entry.a === effect.state, "I7", () => `${entry.id} is ${effect.state}, not ${entry.a}`);
    check(!TERMINAL.has(String(entry.a)), "I7", () => `${entry.id} was ${entry.a} and became ${entry.b}`);
    check(EDGES.has(edge), "I7", () => `${entry.id} went ${edge}`);
    // The provider named it while it waited to be sent once more.
    const tried = edge !== "pending>done" || effect.attempts.length > 0;
    check(tried, "I7", () => `${entry.id} is done and was never tried`);
    effect.state = String(entry.b);
    if (effect.state !== "running") return;
    effect.attempts.push({ outcome: null });
    check(
      entry.c === effect.attempts.length,
      "I8",
      () => `${entry.id} counts ${entry.c} attempts, it is number ${effect.attempts.length}`,
    );
    if (effect.type === "send") mayBegin(of(effect.conv), effect);
  };

  const onEvent = (entry: Entry): void => {
    const model = of(entry.conv);
    check(entry.a === model.lastSeq + 1, "I3", () => `${entry.conv} has event ${entry.a} after ${model.lastSeq}`);
    model.lastSeq = Number(entry.a);
    if (entry.b === "takeOver") model.takenOver = model.lastSeq;
    if (entry.b === "handBack") model.handBacks.add(model.lastSeq);
    if (entry.b !== "effectDone" && entry.b !== "effectFailed") return;
    const { effectId } = JSON.parse(String(entry.c)) as { readonly effectId: string };
    const count = (results.get(effectId) ?? 0) + 1;
    results.set(effectId, count);
    check(count === 1, "I7", () => `${effectId} gave ${count} results`);
    check(ownOf(effectId) === ownOf(entry.conv), "I6", () => `${effectId} answers to ${entry.conv}`);
  };

  const onEventState = (entry: Entry): void => {
    const model = of(entry.conv);
    // Released by an operator: who tries an event again gives the conversation back with it.
    if (entry.b === "quarantined") model.handedBack = Math.max(model.handedBack, model.takenOver);
  };

  const onEffect = (entry: Entry): void => {
    check(!effects.has(entry.id), "I6", () => `${entry.id} is asked for twice`);
    const [, , version, index] = entry.id.split("_");
    const model = of(entry.conv);
    check(
      ownOf(entry.id) === ownOf(entry.conv) || version === "media",
      "I6",
      () => `${entry.id} belongs to ${entry.conv}`,
    );
    if (version !== "media" && index !== "999")
      check(
        Number(version) > model.version && Number(version) <= model.lastSeq,
        "I6",
        () => `${entry.id} is of no step of ${entry.conv} at ${model.version}`,
      );
    const effect: EffectModel = {
      ws: entry.ws,
      id: entry.id,
      conv: entry.conv,
      type: String(entry.a),
      ord: Number(entry.b),
      payload: JSON.parse(String(entry.c)),
      state: String(entry.d),
      expiresAt: entry.e === null ? Number.POSITIVE_INFINITY : Number(entry.e),
      attempts: [],
      taken: 0,
      badge: false,
      evidentAfter: null,
      settledByHand: false,
    };
    effects.set(entry.id, effect);
    const begun = effect.state === "running";
    if (begun) effect.attempts.push({ outcome: null });
    if (effect.type !== "send") return;
    model.sends.push(effect);
    // The step that asks for it may give the conversation back: what it is then counts.
    if (begun) model.begun.push(effect);
  };

  const onAttemptEnd = (entry: Entry): void => {
    const effect = effects.get(entry.id);
    const attempt = effect?.attempts[Number(entry.a) - 1];
    check(attempt !== undefined, "I8", () => `attempt ${entry.a} of ${entry.id} ended, which never began`);
    if (!effect || !attempt) return;
    attempt.outcome = String(entry.b);
    const good = effect.attempts.filter(({ outcome }) => outcome === "done" || outcome === "evidence").length;
    check(good <= 1, "I7", () => `${entry.id} succeeded ${good} times`);
  };

  const onMessage = (entry: Entry): void => {
    const model = of(entry.conv);
    check(entry.a === model.position + 1, "I15", () => `${entry.conv} has line ${entry.a} after ${model.position}`);
    model.position = Number(entry.a);
    if (!String(entry.b).startsWith("in/")) return;
    const key = `${entry.d} ${entry.c}`;
    check(!inbound.has(key), "I2", () => `${entry.c} is stored twice`);
    inbound.add(key);
  };

  const absorbOne = (entry: Entry, batch: readonly Entry[], index: number, wall: number): void => {
    switch (entry.kind) {
      case "conversation+":
        conversations.set(entry.conv, {
          ws: entry.ws,
          id: entry.conv,
          channel: String(entry.a),
          accountId: String(entry.b),
          owner: "bot/open/1",
          version: 0,
          lastSeq: 0,
          appliedSeq: 0,
          position: 0,
          row: { version: 0, applied: 0, last: 0, position: 0 },
          timers: new Map(),
          handBacks: new Set(),
          begun: [],
          sends: [],
          takenOver: 0,
          handedBack: 0,
        });
        return;
      case "conversation":
        return onConversation(entry, batch, index, wall);
      case "event+":
        return onEvent(entry);
      case "event":
        return onEventState(entry);
      case "effect+":
        return onEffect(entry);
      case "effect":
        return onEffectState(entry);
      case "attempt+":
      case "attempt":
        return onAttemptEnd(entry);
      case "message+":
        return onMessage(entry);
      case "message": {
        const effect = effects.get(`eff_${entry.id.slice(4)}`);
        if (effect && entry.b === 1) effect.badge = true;
        return;
      }
      case "step":
    }
  };

  return {
    conversations,
    effects,
    edges,
    get checks() {
      return checks;
    },
    absorb(entries, wall) {
      for (const [index, entry] of entries.entries()) absorbOne(entry, entries, index, wall);
      for (const conv of new Set(entries.map(({ conv }) => conv))) {
        const model = conversations.get(conv);
        if (!model) continue;
        const { row } = model;
        check(
          row.applied === model.appliedSeq,
          "I3",
          () => `${conv} says ${row.applied} are applied, ${model.appliedSeq} are`,
        );
        check(row.last === model.lastSeq, "I3", () => `${conv} says ${row.last} events, ${model.lastSeq} are there`);
        check(
          row.version === row.applied,
          "I4",
          () => `${conv} has version ${row.version} after ${row.applied} events`,
        );
        check(
          row.position === model.position,
          "I15",
          () => `${conv} counts ${row.position} lines, ${model.position} are there`,
        );
      }
    },
    decided(input, decision, decide) {
      const made = decisions.get(input.conversation.id)?.filter((one) => one.turn === turn()) ?? [];
      decisions.set(input.conversation.id, [...made, { turn: turn(), input, decision }]);
      if (random.int(REPEAT_ONE_IN) !== 0) return;
      const text = JSON.stringify(decision);
      const copy = JSON.parse(JSON.stringify(input)) as StepInput;
      check(
        JSON.stringify(decide(copy)) === text,
        "I5",
        () => `${input.conversation.id} ${input.conversation.version} decides differently`,
      );
    },
    leaves(effectId, wall) {
      const effect = effects.get(effectId);
      check(effect !== undefined, "I8", () => `${effectId} leaves, but nothing of it is committed`);
      const open = effect?.attempts[effect.attempts.length - 1];
      check(
        open !== undefined && open.outcome === null && effect?.state === "running",
        "I8",
        () => `${effectId} leaves while it is ${effect?.state} with ${effect?.attempts.length} attempts on record`,
      );
      check(
        effect?.type !== "send" || wall <= effect.expiresAt,
        "expired",
        () => `${effectId} leaves ${wall - (effect?.expiresAt ?? 0)} ms after its time`,
      );
    },
    taken(effectId) {
      const effect = effects.get(effectId);
      if (!effect) return check(false, "I8", () => `${effectId} is taken, but nothing of it is committed`);
      effect.taken++;
      const again = effect.taken > 1;
      if (effect.type === "http" && effect.payload.repeatable !== true && effect.payload.method === "POST")
        return check(!again, "I9", () => `${effectId} was done twice, which is not safe`);
      if (effect.type !== "send") return;
      if (again) {
        check(effect.badge, "I9", () => `${effectId} was sent twice and is not marked`);
        check(
          effect.attempts.length <= (effect.evidentAfter ?? effect.attempts.length),
          "I9",
          () => `${effectId} was sent again although the provider had named it`,
        );
        check(
          effect.attempts.some(({ outcome }) => outcome === "unknown" || outcome === "interrupted"),
          "I9",
          () => `${effectId} was sent twice without doubt about the first time`,
        );
        return;
      }
      const model = of(effect.conv);
      const overtaken = model.sends.find((one) => one.ord > effect.ord && one.taken > 0);
      check(overtaken === undefined, "I12", () => `${effectId} arrives after ${overtaken?.id}`);
    },
    evident(effectId) {
      const effect = effects.get(effectId);
      if (effect) effect.evidentAfter ??= effect.attempts.length;
    },
    settledByHand(effectId) {
      const effect = effects.get(effectId);
      if (effect) effect.settledByHand = true;
    },
  };
}
