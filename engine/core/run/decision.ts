import type { Capabilities } from "../domain/channel.ts";
import type { Contact } from "../domain/contact.ts";
import type {
  Conversation,
  ConversationMemory,
  ConversationOwner,
  ConversationStatus,
  Handover,
} from "../domain/conversation.ts";
import type { Effect, OutboxEffect, ShopEffect } from "../domain/effect.ts";
import type { EventId, FlowVersionId, RunId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Language } from "../domain/language.ts";
import type { MailboxEvent } from "../domain/mailbox-event.ts";
import type { Workspace } from "../domain/workspace.ts";
import type { PathStep, RunState } from "./run.ts";

/** An event as the mailbox holds it. */
export interface QueuedEvent {
  readonly id: EventId;
  /** 1, 2, 3 … without gaps, per conversation. */
  readonly seq: number;
  readonly event: MailboxEvent;
  /** Older than what was applied before it, by more than ten seconds. */
  readonly late: boolean;
  readonly createdAt: string;
}

/** All that a step of a conversation may look at. */
export interface StepInput {
  readonly now: string;
  readonly workspace: Workspace;
  readonly conversation: Conversation;
  readonly contact: Contact;
  readonly capabilities: Capabilities;
  /** The account's own bot switch. */
  readonly accountBotEnabled: boolean;
  readonly run: { readonly id: RunId; readonly state: RunState } | null;
  /** One event; or several messages of one burst, which get one answer. Never empty, `seq` ascending. */
  readonly events: readonly QueuedEvent[];
}

/** What a step changes. The store writes all of it in one transaction, or nothing. Absent: unchanged. */
export interface Decision {
  readonly conversation: {
    readonly owner?: ConversationOwner;
    readonly status?: ConversationStatus;
    readonly botEnabled?: boolean;
    readonly handover?: Handover | null;
    readonly language?: Language;
    readonly memory?: ConversationMemory;
  };
  readonly contact: ContactPatch | null;
  readonly run:
    | { readonly type: "unchanged" }
    /** Replaces what the run was; `start` ends the active one first and gives the new one a new id. */
    | {
        readonly type: "save";
        readonly start: boolean;
        readonly flow: string;
        readonly versionId: FlowVersionId;
        readonly state: RunState;
        readonly status: "active" | "done" | "failed" | "parked";
      };
  /** In order. Their ids follow from the conversation, its new version and their index. Sends already fit the channel. */
  readonly effects: readonly (OutboxEffect | ShopEffect)[];
  readonly timers: readonly (
    | { readonly type: "start"; readonly name: string; readonly dueAt: string }
    | { readonly type: "cancel"; readonly name: string }
    | { readonly type: "cancelAll" }
  )[];
  /** Text that only agents see, in the thread. */
  readonly notes: readonly string[];
  /** A person took over: sends of the bot that have not left are cancelled. */
  readonly cancelSends: boolean;
  /**
   * What the flow asked for, in order, before the engine had its say: for the simulator and its transcripts. More than
   * one round: the free text of a round was refused, because the service window had closed.
   */
  readonly asked?: readonly (readonly Effect[])[];
  /** For replay and live view. */
  readonly path: readonly PathStep[];
  readonly outcome: "moved" | "stayed" | "ignored";
}

export interface ContactPatch {
  readonly name?: string;
  readonly firstName?: string;
  readonly language?: Language;
  readonly phone?: string;
  readonly email?: string;
  readonly fields?: JsonObject;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly optOut?: "service" | "marketing";
  readonly optIn?: "service" | "marketing";
}

/** `decide` needs a flow version that is not loaded yet: load it and step again. Nothing was written. */
export interface NeedsVersions {
  readonly needs: readonly FlowVersionId[];
}
