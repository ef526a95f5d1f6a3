import { type Random, randomOf } from "./random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What goes wrong in a seed: a random part of everything that can, so that faults also meet alone. */
export interface Faults {
  /** How many things happen, to how many people, within which time. */
  readonly events: number;
  readonly contacts: number;
  readonly spanMs: number;
  /** Share of leaps over idle time. */
  readonly leap: number;
  readonly crashAtStep: number;
  readonly crashAtStatement: number;
  readonly mostCrashes: number;
  readonly downMs: number;
  /** The power goes with the process: what was not synced is lost. */
  readonly powerLoss: boolean;
  readonly statementFails: number;
  readonly diskFull: readonly Span[];
  readonly slowDiskMs: number;
  /** Share of requests to providers that go wrong, and how they do. */
  readonly providerFails: number;
  readonly profiles: readonly Profile[];
  readonly providerDown: readonly Span[];
  readonly answerMs: number;
  /** From these moments on an account's token is refused, until somebody resumes it. */
  readonly tokenExpires: readonly number[];
  readonly statuses: "all" | "some" | "none";
  readonly statusMs: number;
  readonly statusFails: number;
  readonly duplicates: number;
  readonly reorderMs: number;
  readonly lateRedelivery: number;
  readonly batches: number;
  readonly badNeighbour: number;
  readonly clockJumps: readonly { readonly at: number; readonly byMs: number }[];
  readonly drift: number;
  readonly agents: number;
  readonly burstWindowMs: number;
  readonly poison: number;
  readonly lethal: number;
  /** A result is reported a second time. */
  readonly twice: number;
  readonly assistantFails: number;
  readonly brokenSnapshot: number;
  readonly publish: number;
  /** People who change their number, edit or take back what they said. */
  readonly changes: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How a request goes wrong; those with `taken` reach the provider first. */
export type Profile =
  | "refused"
  | "dns"
  | "rateLimited"
  | "rateLimitedPair"
  | "http429"
  | "http500"
  | "http500taken"
  | "http502taken"
  | "http503"
  | "http504"
  | "transient"
  | "permanent"
  | "unreachable"
  | "blackHole"
  | "blackHoleTaken"
  | "resetBefore"
  | "resetAfter"
  | "halfBody"
  | "garbage"
  | "okWithError"
  | "redirect"
  | "slow";
const PROFILES: readonly Profile[] = [
  "refused",
  "dns",
  "rateLimited",
  "rateLimitedPair",
  "http429",
  "http500",
  "http500taken",
  "http502taken",
  "http503",
  "http504",
  "transient",
  "permanent",
  "unreachable",
  "blackHole",
  "blackHoleTaken",
  "resetBefore",
  "resetAfter",
  "halfBody",
  "garbage",
  "okWithError",
  "redirect",
  "slow",
];

const SPANS_MS = [20_000, 20_000, MINUTE, MINUTE, 5 * MINUTE, 5 * MINUTE, 30 * MINUTE, 3 * HOUR, 26 * HOUR];

/** Each fault is on in some seeds only; most seeds are small, a few are large. */
export function faultsOf(seed: number): Faults {
  const random = randomOf(seed, "faults");
  const on = (share: number, value: () => number): number => (random.chance(share) ? value() : 0);
  const size = random.next();
  const events =
    size < 0.65
      ? 3 + random.int(6)
      : size < 0.9
        ? 8 + random.int(12)
        : size < 0.985
          ? 25 + random.int(35)
          : 100 + random.int(400);
  const spanMs = random.pick(SPANS_MS);
  return {
    events,
    contacts: Math.max(1, Math.min(50, Math.ceil(events / random.between(2, 12)))),
    spanMs,
    leap: random.pick([0.97, 1, 1]),
    crashAtStep: on(0.45, () => random.pick([0.002, 0.01, 0.03])),
    crashAtStatement: on(0.35, () => random.pick([0.0003, 0.002, 0.006])),
    mostCrashes: 1 + random.int(8),
    downMs: random.pick([100, 3000, 30_000, 5 * MINUTE]),
    powerLoss: random.chance(0.5),
    statementFails: on(0.25, () => random.pick([0.0005, 0.004, 0.02])),
    diskFull: spans(
      random,
      on(0.12, () => 1 + random.int(2)),
      spanMs,
    ),
    slowDiskMs: random.pick([1, 1, 5, 200]),
    providerFails: on(0.6, () => random.pick([0.05, 0.2, 0.5])),
    profiles: random.shuffled(PROFILES).slice(0, 1 + random.int(6)),
    providerDown: spans(
      random,
      on(0.15, () => 1),
      spanMs,
    ),
    answerMs: random.pick([5, 50, 400, 8000]),
    tokenExpires: Array.from({ length: on(0.12, () => 1) }, () => random.between(0, spanMs)),
    statuses: random.pick(["all", "all", "some", "none"]),
    statusMs: random.pick([10, 10, 300, 5000, MINUTE]),
    statusFails: on(0.2, () => random.pick([0.05, 0.3])),
    duplicates: on(0.5, () => random.pick([0.1, 0.5])),
    reorderMs: on(0.4, () => random.pick([20, 500, 10_000])),
    lateRedelivery: on(0.1, () => 0.05),
    batches: on(0.4, () => random.pick([0.2, 0.8])),
    badNeighbour: on(0.3, () => 0.2),
    clockJumps: Array.from({ length: on(0.2, () => 1 + random.int(2)) }, () => ({
      at: random.between(0, spanMs),
      byMs: random.pick([HOUR, -HOUR, 30 * 24 * HOUR, -30_000, 30_000]),
    })),
    drift: on(0.1, () => random.pick([-0.1, 0.1])),
    agents: on(0.5, () => random.pick([0.05, 0.2, 0.4])),
    burstWindowMs: on(0.35, () => random.pick([500, 1000, 3000])),
    poison: on(0.15, () => 0.06),
    lethal: on(0.1, () => 0.04),
    twice: on(0.15, () => 0.1),
    assistantFails: on(0.2, () => 0.4),
    brokenSnapshot: on(0.08, () => 1),
    publish: on(0.1, () => 1),
    changes: on(0.2, () => 0.15),
  };
}

function spans(random: Random, count: number, spanMs: number): readonly Span[] {
  return Array.from({ length: count }, () => {
    const from = random.between(0, spanMs);
    return { from, to: from + random.pick([2000, 20_000, 2 * MINUTE, 10 * MINUTE, 6 * HOUR]) };
  });
}

/** Whether a moment since the start lies in one of the spans. */
export function within(spans: readonly Span[], sinceStart: number): boolean {
  return spans.some(({ from, to }) => sinceStart >= from && sinceStart < to);
}
