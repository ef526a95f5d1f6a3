import type { WorkspaceId } from "./ids.ts";
import type { Language, LocalizedText } from "./language.ts";

/** `"09:00-12:30"`, local time of the workspace; several slots a day. An empty list: closed. */
export interface OpeningHours {
  readonly mon: readonly string[];
  readonly tue: readonly string[];
  readonly wed: readonly string[];
  readonly thu: readonly string[];
  readonly fri: readonly string[];
  readonly sat: readonly string[];
  readonly sun: readonly string[];
  /** Closed days, `2026-12-25`, or each year `12-25`. */
  readonly holidays: readonly string[];
}

/** The sentences that the engine says of itself; the owner may write their own. See `sentences.ts` for the defaults. */
export type SentenceKey =
  | "cannotReadAttachment"
  | "notUnderstood"
  | "choiceExpired"
  | "handedOver"
  | "somethingFailed"
  | "nobodyAvailable"
  | "optedOut"
  | "optedIn"
  | "help"
  | "invalidAnswer"
  | "notInPlaybook"
  | "listButton"
  | "cardButton"
  | "tooManyMessages";

export interface Workspace {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly languages: readonly Language[];
  /** ISO 3166 alpha-2: how local phone numbers are read. */
  readonly country: string;
  /** IANA, e.g. `Europe/Paris`. */
  readonly timeZone: string;
  readonly currency: string;
  readonly hours: OpeningHours;
  readonly sentences: { readonly [K in SentenceKey]?: LocalizedText };
  readonly botEnabled: boolean;
  readonly burstWindowMs: number;
}
