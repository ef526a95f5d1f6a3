import type { ConversationStatus, Priority } from "../domain/conversation.ts";
import type { SendEffect } from "../domain/effect.ts";
import { sentence } from "../domain/sentences.ts";
import type { SentenceKey } from "../domain/workspace.ts";
import type { Decision, StepInput } from "./decision.ts";
import { firstLanguage, windowOpen } from "./moments.ts";

/** The engine passes the conversation on because the bot cannot go on: the contact is told, where they can be. */
export function toPeople(
  input: StepInput,
  why: { readonly reason: string; readonly priority: Priority; readonly queue: string },
  before: Decision["effects"],
  how: {
    readonly say: SentenceKey | null;
    readonly run?: Decision["run"];
    readonly path?: Decision["path"];
  },
): Decision {
  const told: Decision["effects"] = how.say && windowOpen(input) ? [say(input, how.say)] : [];
  return {
    ...quiet({ outcome: "moved" }),
    conversation: { owner: "agent", status: "waiting", handover: { ...why, summary: "", at: input.now } },
    effects: [...before, ...told, { type: "alert", ...why }],
    run: how.run ?? { type: "unchanged" },
    path: how.path ?? [],
  };
}

/** A message that no bot answers: it waits for people, without an alert. */
export function forPeople(): Decision {
  return quiet({ conversation: { status: "waiting" } });
}

/** Ends the run without another word. */
export function ended(input: StepInput): Decision["run"] {
  const frame = input.run?.state.frames[0];
  if (!input.run || !frame) return { type: "unchanged" };
  return {
    type: "save",
    start: false,
    flow: frame.flow,
    versionId: frame.versionId,
    state: input.run.state,
    status: "done",
  };
}

/** A decision that changes nothing but what is given. */
export function quiet(change: Partial<Pick<Decision, "conversation" | "cancelSends" | "outcome" | "notes">>): Decision {
  return {
    conversation: change.conversation ?? {},
    contact: null,
    run: { type: "unchanged" },
    effects: [],
    timers: [],
    notes: change.notes ?? [],
    cancelSends: change.cancelSends ?? false,
    path: [],
    outcome: change.outcome ?? "ignored",
  };
}

export function withConversation(decision: Decision, first: Decision["conversation"]): Decision {
  return { ...decision, conversation: { ...first, ...decision.conversation } };
}

export function say(input: StepInput, key: SentenceKey): SendEffect {
  const text = sentence(key, input.workspace, input.contact.language ?? firstLanguage(input));
  return { type: "send", content: { type: "text", text }, author: "bot", handover: true };
}

/** A message in a closed conversation opens it again; archived and spam stay where they are. */
function reopened(status: ConversationStatus): { status?: ConversationStatus } {
  return status === "closed" ? { status: "open" } : {};
}

/** Nobody's business but people's: with the person who has the conversation, or for whoever takes it. */
export function left({ conversation }: StepInput): Decision {
  return conversation.owner === "agent" ? quiet({ conversation: reopened(conversation.status) }) : forPeople();
}
