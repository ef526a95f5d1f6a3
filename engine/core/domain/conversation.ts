import type { ChannelType } from "./channel.ts";
import type { ChannelAccountId, ContactId, ConversationId, WorkspaceId } from "./ids.ts";
import type { Language } from "./language.ts";
import type { Submission } from "./submission.ts";

/** Who answers: the bot (flows and assistant) or people. */
export type ConversationOwner = "bot" | "agent";

/** `open`: going on. `waiting`: in a queue for a person. `closed`: nothing to do until the contact writes again. */
export type ConversationStatus = "open" | "waiting" | "closed" | "archived" | "spam";
export type Priority = "low" | "normal" | "high" | "urgent";

/** Names one conversation for a worker. */
export interface ConversationRef {
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
}

/** Why and where a conversation waits for people. */
export interface Handover {
  readonly queue: string;
  readonly priority: Priority;
  readonly reason: string;
  readonly summary: string;
  readonly at: string;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly workspaceId: WorkspaceId;
  readonly accountId: ChannelAccountId;
  readonly channel: ChannelType;
  readonly contactId: ContactId;
  readonly owner: ConversationOwner;
  readonly status: ConversationStatus;
  readonly botEnabled: boolean;
  readonly handover: Handover | null;
  readonly language: Language | null;
  /** Number of events applied so far; the fence against a step computed on an older state. */
  readonly version: number;
  /** Free text may be sent until then; null: the channel has no window. */
  readonly windowExpiresAt: string | null;
  readonly lastInboundAt: string | null;
  /** The provider's id of the last inbound message: typing indicators and read receipts need it. */
  readonly lastInboundExternalId: string | null;
  /** What the engine must remember between steps to keep its own manners. */
  readonly memory: ConversationMemory;
}

/** Counters behind the default behaviours of a conversation. Pure data, changed only by `decide`. */
export interface ConversationMemory {
  readonly minute?: { readonly startedAt: string; readonly count: number };
  readonly day?: { readonly startedAt: string; readonly count: number };
  /** Hash-free copy of the last bot text (first 200 characters) and how often it was said in a row. */
  readonly lastText?: { readonly text: string; readonly times: number };
  /** A web form whose flow begins when the contact writes, because the service window was closed. */
  readonly submission?: Pick<Submission, "form" | "message" | "values" | "variables"> & { readonly at: string };
}
