import type { PathStep } from "./run.ts";

/** One thing to count of a step: a node was entered, left by an exit, or how long it took there. */
export interface Pass {
  readonly flow: string;
  readonly node: string;
  /** `exit` `*`: left otherwise than by an exit (a word that works anywhere, a jump, a new start). `time`: index of `TIME_LIMITS_S`. */
  readonly kind: "enter" | "exit" | "time";
  readonly name: string;
}

/** Where a conversation waits, and since when (ms). */
export interface Place {
  readonly flow: string;
  readonly node: string;
  readonly since: number;
}

/** Upper ends of the classes of waiting times, in seconds; the last class has none. */
export const TIME_LIMITS_S: readonly number[] = [
  5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 604_800,
];

/** What a step's path adds to the figures of its flow, and where the conversation waits after it. Pure. */
export function passesOf(
  before: Place | null,
  path: readonly PathStep[],
  at: number,
): { readonly passes: readonly Pass[]; readonly place: Place | null } {
  const passes: Pass[] = [];
  let place = before;
  const leave = (from: Place, exit: string): void => {
    const { flow, node } = from;
    passes.push({ flow, node, kind: "exit", name: exit });
    if (from === before) passes.push({ flow, node, kind: "time", name: String(timeClass(at - from.since)) });
  };
  for (const [index, { flow, node, exit }] of path.entries()) {
    const stays = index === 0 && place?.flow === flow && place.node === node;
    if (!stays) {
      if (index === 0 && place) leave(place, "*");
      passes.push({ flow, node, kind: "enter", name: "" });
      place = { flow, node, since: at };
    }
    if (exit !== undefined && place) {
      leave(place, exit);
      place = null;
    }
  }
  return { passes, place };
}

/** Where a conversation waits after these steps, the newest first; enough of them to reach the one that entered. */
export function placeAfter(
  steps: readonly { readonly path: readonly PathStep[]; readonly at: number }[],
): Place | null {
  let place: Place | null = null;
  for (const { path, at } of [...steps].reverse()) ({ place } = passesOf(place, path, at));
  return place;
}

function timeClass(ms: number): number {
  const found = TIME_LIMITS_S.findIndex((limit) => ms <= limit * 1000);
  return found < 0 ? TIME_LIMITS_S.length : found;
}

/** The middle of the counted times in ms, as exact as their classes; null: nothing was counted. */
export function medianMs(counts: readonly { readonly timeClass: number; readonly count: number }[]): number | null {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const { timeClass: at, count } of [...counts].sort((a, b) => a.timeClass - b.timeClass)) {
    if (seen + count >= total / 2) {
      const low = TIME_LIMITS_S[at - 1] ?? 0;
      const high = TIME_LIMITS_S[at] ?? low * 2;
      return Math.round((low + ((total / 2 - seen) / count) * (high - low)) * 1000);
    }
    seen += count;
  }
  return null;
}
