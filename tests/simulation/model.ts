import type { Decision, StepInput } from "../../engine/core/run/decision.ts";
import type { Entry } from "./history.ts";

/** What a conversation must look like, folded from everything that was committed. */
export interface ConversationModel {
  readonly ws: string;
  readonly id: string;
  readonly channel: string;
  readonly accountId: string;
  /** `agent/open/1`: who owns it, its status, whether its bot is on. */
  owner: string;
  version: number;
  lastSeq: number;
  appliedSeq: number;
  position: number;
  /** As the conversation's own row counts them. */
  row: { version: number; applied: number; last: number; position: number };
  timers: Timers;
  /** Places of hand-backs in the mailbox. */
  readonly handBacks: Set<number>;
  /** Sends that the step under way has begun. */
  readonly begun: EffectModel[];
  /** Sends in the order in which they must leave. */
  readonly sends: EffectModel[];
  /** The mailbox's place of the last take-over that is stored, and of the last hand-back that was applied. */
  takenOver: number;
  handedBack: number;
}

/** An effect with all that was done about it. */
export interface EffectModel {
  readonly ws: string;
  readonly id: string;
  readonly conv: string;
  readonly type: string;
  readonly ord: number;
  readonly payload: {
    readonly author?: string;
    readonly handover?: boolean;
    readonly repeatable?: boolean;
    readonly method?: string;
  };
  state: string;
  readonly expiresAt: number;
  readonly attempts: { outcome: string | null }[];
  /** How often the provider took it. */
  taken: number;
  /** Its message is marked as maybe sent twice. */
  badge: boolean;
  /** Attempts that had begun when the provider's word that it was taken was acknowledged. */
  evidentAfter: number | null;
  /** An operator said that it was sent. */
  settledByHand: boolean;
}

/** Armed or fired timers by name. */
export type Timers = ReadonlyMap<string, { readonly generation: number; readonly dueAt: number | null }>;

/** A conversation before a change of its row. */
export interface Before {
  readonly owner: string;
  readonly appliedSeq: number;
  readonly timers: Timers;
}

/** A decision, and the turn of the scheduler that made it. */
export interface Decided {
  readonly turn: number;
  readonly input: StepInput;
  readonly decision: Decision;
}

/** Ids begin with ten characters of time; the rest of a conversation's is in those of its effects, too. */
const STAMP = /^[a-z]+_.{10}/;

/** What the ids of a conversation, its effects and its messages have in common. */
export function ownOf(id: string): string {
  return id.replace(STAMP, "").split("_")[0] ?? "";
}

/** The timers in the row of a conversation. */
export function timersOf(entry: Entry): Timers {
  if (entry.e === "[]" || entry.e === null) return new Map();
  // As the store writes it.
  const timers = JSON.parse(String(entry.e)) as readonly {
    readonly name: string;
    readonly generation: number;
    readonly dueAt: number | null;
  }[];
  return new Map(timers.map(({ name, ...timer }) => [name, timer]));
}
