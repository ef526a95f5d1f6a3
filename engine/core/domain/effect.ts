import type { Priority } from "./conversation.ts";
import type { JsonObject } from "./json.ts";
import type { Language } from "./language.ts";
import type { Media, OutboundContent } from "./message.ts";

/**
 * Plain data that asks the world for something. The core makes effects; the shell does them. An effect with a `key`
 * comes back to its run as `effectDone` or `effectFailed` with the same key; a stale key is ignored.
 */
export type Effect =
  | SendEffect
  /** Wakes the run later with the machine's own event. A timer of the same name is replaced. */
  | { readonly type: "startTimer"; readonly name: string; readonly delayMs: number }
  | { readonly type: "cancelTimer"; readonly name: string }
  | AnswerEffect
  | UnderstandEffect
  | HttpEffect
  | {
      readonly type: "findProducts";
      readonly key: string;
      readonly category?: string;
      readonly search?: string;
      /** Separated by commas. */
      readonly skus?: string;
      readonly limit: number;
      readonly language: Language;
    }
  | {
      readonly type: "createOrder";
      readonly key: string;
      readonly lines: readonly OrderLine[];
      readonly note?: string;
      readonly language: Language;
    }
  | { readonly type: "findOrder"; readonly key: string; readonly number?: string }
  | { readonly type: "setOrderStatus"; readonly key: string; readonly number: string; readonly status: "cancelled" }
  | NotifyEffect
  | AlertEffect
  | HandOverEffect
  | {
      readonly type: "setContact";
      readonly name?: string;
      readonly firstName?: string;
      readonly contactLanguage?: Language;
      readonly phone?: string;
      readonly email?: string;
      readonly fields?: JsonObject;
    }
  | { readonly type: "label"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly type: "note"; readonly text: string }
  /** The shell asks itself to fetch an inbound file (C-15). Made by the inbox, not by flows. */
  | { readonly type: "downloadMedia"; readonly messageId: string; readonly media: Media }
  /** The shell asks the provider who the contact is. Made by the inbox; what comes back changes no run. */
  | { readonly type: "lookUpProfile" };

export interface SendEffect {
  readonly type: "send";
  readonly content: OutboundContent;
  readonly author: "bot" | "assistant" | "agent";
  /** The node that speaks; a late failure goes to its exit `failed` or `windowClosed`. */
  readonly node?: string;
  /** Never sent a second time without a person's word when its outcome is unknown (C-6). Templates always are. */
  readonly important?: boolean;
  /** Says that the conversation goes to people: it still goes out after the bot was stopped by that very hand-over. */
  readonly handover?: boolean;
}

/** Asks the assistant. Comes back with an `AssistantAnswer`. */
export interface AnswerEffect {
  readonly type: "answer";
  readonly key: string;
  readonly question: string;
  /** Name of the playbook. */
  readonly playbook: string;
  readonly language: Language;
  /** More for this node only, by the owner. */
  readonly instructions?: string;
}

/** What the assistant says. A wish for a person is a field, never a magic word. */
export interface AssistantAnswer {
  readonly text: string;
  /** Whether the playbook holds the answer. When not, `text` is the playbook's fixed sentence. */
  readonly found: boolean;
  /** Sections of the playbook that the answer rests on, e.g. `faq.2`. */
  readonly sources: readonly string[];
  readonly products: readonly string[];
  readonly wantsPerson: boolean;
  readonly reason: string;
  readonly provider: string;
}

/** Asks the assistant what a text is about. Comes back with `Understood`. */
export interface UnderstandEffect {
  readonly type: "understand";
  readonly key: string;
  readonly question: string;
  readonly language: Language;
  readonly intents: readonly { readonly id: string; readonly label: string; readonly examples: readonly string[] }[];
  readonly fields: readonly {
    readonly name: string;
    readonly expect: "text" | "number" | "email" | "phone" | "date" | "time" | "choice";
    readonly hint?: string;
    readonly choices?: readonly string[];
  }[];
  /** More for this node only, by the owner. */
  readonly instructions?: string;
}

/** What the assistant read in a text. */
export interface Understood {
  /** Null: none of those that were asked for. */
  readonly intent: string | null;
  /** Only what the text says; each value as `ask` would keep it. */
  readonly fields: JsonObject;
  readonly wantsPerson: boolean;
  readonly provider: string;
}

export interface HttpEffect {
  readonly type: "http";
  readonly key: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** The owner said that doing it twice is harmless; GET, PUT and DELETE always are. */
  readonly repeatable: boolean;
}

/** What the `http` effect comes back with. `body` is parsed when it is JSON. */
export interface HttpResult {
  readonly status: number;
  readonly body: import("./json.ts").Json;
}

export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** In the smallest unit of the currency (cents). */
  readonly unitPriceCents: number;
  readonly currency: string;
}

/** What `findProducts` comes back with. */
export interface ProductView {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly imageUrl: string | null;
  readonly inStock: boolean;
}

/** What `createOrder` and `findOrder` come back with; `findOrder` fails with code `notFound`. */
export interface OrderView {
  readonly number: string;
  readonly status: "confirmed" | "preparing" | "ready" | "shipped" | "delivered" | "cancelled";
  readonly lines: readonly OrderLine[];
  readonly totalCents: number;
  readonly currency: string;
  readonly createdAt: string;
}

export interface NotifyEffect {
  readonly type: "notify";
  /** `backup` = HUMAN_BACKUP_NUMBER. A phone is E.164. */
  readonly to:
    | { readonly type: "backup" }
    | { readonly type: "phone"; readonly phone: string }
    | { readonly type: "email"; readonly address: string }
    | { readonly type: "webhook"; readonly url: string };
  readonly text: string;
}

/**
 * Tells HUMAN_BACKUP_NUMBER that a conversation waits for a person: who, which channel, why, the last messages, a link.
 * Made by `decide` for a hand-over with `alert`; the text is put together when it is sent (`core/run/alert.ts`).
 */
export interface AlertEffect {
  readonly type: "alert";
  readonly queue: string;
  readonly priority: Priority;
  readonly reason: string;
}

/** Gives the conversation to people. Owner and status change in the same step; the alert goes out by the outbox. */
export interface HandOverEffect {
  readonly type: "handOver";
  readonly queue: string;
  readonly priority: Priority;
  readonly reason: string;
  readonly summary?: string;
  readonly alert: boolean;
  /** The run waits at the node for `taken`, `resolved` or `noAnswer`; without it the run ends here. */
  readonly key?: string;
}

export type EffectType = Effect["type"];
/** Effects that the outbox performs. The others change rows in the step's own transaction. */
export type OutboxEffect = Extract<
  Effect,
  { readonly type: "send" | "answer" | "understand" | "http" | "notify" | "alert" | "downloadMedia" | "lookUpProfile" }
>;
/** Questions to our own catalogue and orders: answered in the step's own transaction, so that nothing can come between. */
export type ShopEffect = Extract<
  Effect,
  { readonly type: "findProducts" | "createOrder" | "findOrder" | "setOrderStatus" }
>;

/** Why an effect did not work, for the exits of its node and for the operator. */
export interface EffectError {
  /** Closed list: `timeout`, `refused`, `unavailable`, `invalid`, `notFound`, `overBudget`, `unknownOutcome`, or a `SendErrorCode`. */
  readonly code: string;
  readonly detail: string;
}
