import type { Capabilities, ChannelType } from "../domain/channel.ts";
import type { Contact } from "../domain/contact.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Effect } from "../domain/effect.ts";
import type { FlowVersionId } from "../domain/ids.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Language } from "../domain/language.ts";
import type { InboundContent, MessageContent } from "../domain/message.ts";
import type { Workspace } from "../domain/workspace.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { TranscriptLine } from "../flow/transcript.ts";
import type { PathStep, RunState } from "../run/run.ts";

/**
 * A talk with a draft, as a customer: the same parse, compile, decide and fit as in the running engine, with a clock,
 * a provider and helpers that the person at the screen plays. Everything is plain data and pure: `act` gives a new
 * session, the one before is still there to go back to.
 */
export interface Session {
  readonly setup: Setup;
  readonly talk: Talk;
  /** What happened, oldest first. */
  readonly steps: readonly SimStep[];
  /** The session before the last action; null: nothing happened yet. */
  readonly before: Session | null;
}

/** With whom, where, when. */
export interface Setup {
  readonly flow: FlowMachine;
  /** The other drafts, for sub-flows. Version ids must differ. */
  readonly others: readonly FlowMachine[];
  readonly channel: ChannelType;
  readonly capabilities: Capabilities;
  readonly language: Language;
  readonly contact: Contact;
  readonly workspace: Workspace;
  /** ISO 8601 UTC: when the talk begins. */
  readonly now: string;
  /** Variables that a trigger would bring along. */
  readonly variables: JsonObject;
  /** What a helper answers is made up at once; else every answer waits to be given. */
  readonly answersItself: boolean;
}

/** Where the talk stands. */
export interface Talk {
  readonly now: string;
  readonly conversation: Conversation;
  readonly contact: Contact;
  readonly run: { readonly id: string; readonly state: RunState } | null;
  readonly status: "idle" | "active" | "done" | "failed";
  readonly thread: readonly SimMessage[];
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  /** Effects whose answer the run waits for, with what would be a usual answer. */
  readonly pending: readonly { readonly key: string; readonly effect: Effect; readonly suggestion: Json }[];
  readonly notes: readonly string[];
  /** `paused`: the provider refuses our credentials; messages wait. */
  readonly line: "up" | "paused";
  readonly assistant: "up" | "down";
  readonly script: Script;
}

/** The talk as a transcript, as far as transcripts can say it. */
export interface Script {
  readonly lines: readonly TranscriptLine[];
  /** Why nothing is added any more; null: everything is in it. */
  readonly endedBy: string | null;
}

export interface SimMessage {
  readonly number: number;
  readonly direction: "in" | "out";
  readonly author: "contact" | "bot" | "assistant" | "agent";
  readonly content: MessageContent;
  readonly at: string;
  readonly node?: string;
  readonly status: "sent" | "held" | "failed";
}

/** One event and all that followed from it. */
export interface SimStep {
  readonly action: SimAction;
  readonly at: string;
  readonly path: readonly PathStep[];
  /** Numbers of the messages that came of it. */
  readonly says: readonly number[];
  /** What else was asked of the world: hand-over, note, label, notice … */
  readonly effects: readonly Effect[];
  readonly outcome: "moved" | "stayed" | "ignored";
  readonly variables: JsonObject;
  /** Why the run failed, or why nobody answered. */
  readonly remark: Remark | null;
}
export type Remark = "noTrigger" | "withPeople" | "optedOut" | "windowClosed" | "failed" | "over";

/** What the person at the screen can do. */
export type SimAction =
  | { readonly type: "say"; readonly text: string }
  /** A tap on a choice of a message, however old it is. */
  | { readonly type: "tap"; readonly message: number; readonly choice: string }
  | { readonly type: "send"; readonly content: InboundContent }
  /** Several texts within the burst window. */
  | { readonly type: "burst"; readonly texts: readonly string[] }
  | { readonly type: "answer"; readonly key: string; readonly result: Json }
  | { readonly type: "fail"; readonly key: string; readonly code: string }
  /** Time passes; what is due in between happens when it is due. */
  | { readonly type: "later"; readonly ms: number }
  /** Straight to the moment at which this timer fires. */
  | { readonly type: "jump"; readonly timer: string }
  /** The provider refuses the bot's last message for good. */
  | { readonly type: "refuse"; readonly why: "closed" | "failed" }
  | { readonly type: "takeOver" }
  | { readonly type: "handBack" }
  /** Goes on at a node, with the variables as they are. */
  | { readonly type: "from"; readonly node: string }
  /** Starts without a message, as an outside system would. */
  | { readonly type: "trigger" }
  | { readonly type: "line"; readonly state: Talk["line"] }
  | { readonly type: "assistant"; readonly state: Talk["assistant"] };

/** The version id under which a draft runs. */
export function draftVersion(flow: string): FlowVersionId {
  return `draft_${flow}` as FlowVersionId;
}
