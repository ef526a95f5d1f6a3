import type { Contact } from "../domain/contact.ts";
import type { ConversationMemory } from "../domain/conversation.ts";
import type { JsonObject } from "../domain/json.ts";
import { LIMITS } from "../domain/limits.ts";
import type { MailboxEventOf } from "../domain/mailbox-event.ts";
import type { Submission } from "../domain/submission.ts";
import { begin } from "./advance.ts";
import type { ContactPatch, Decision, StepInput } from "./decision.ts";
import { ended, forPeople, left, quiet, toPeople } from "./decisions.ts";
import { botAnswers, type DecideLibrary, momentOf, windowOpen } from "./moments.ts";
import { settle, windowClosedFor } from "./settle.ts";
import { triggeredBy } from "./trigger.ts";

type Submitted = NonNullable<MailboxEventOf<"message">["submission"]>;

/**
 * A web form was filled in. It is a new request: its flow begins, whatever ran before. Where free text needs a message
 * of the contact first, the form's own template goes out, and the flow begins with the contact's answer.
 */
export function onSubmission(
  given: StepInput,
  library: DecideLibrary,
  event: MailboxEventOf<"message">,
  submission: Submitted,
): Decision {
  const filled = filling(given.contact, submission.contact);
  const input = withoutSubmission(filled ? { ...given, contact: { ...given.contact, ...filled } } : given);
  const decision = answered(input, library, event, submission);
  return filled ? { ...decision, contact: joined(filled, decision.contact) } : decision;
}

function answered(
  input: StepInput,
  library: DecideLibrary,
  event: MailboxEventOf<"message">,
  submission: Submitted,
): Decision {
  const { conversation, contact, capabilities, now } = input;
  if (conversation.owner === "agent" || contact.optedOut.includes("service")) return left(input);
  if (capabilities.oneWay) return nobodyToTell(input, "a form that no connected channel can answer");
  const stale = Date.parse(now) - Date.parse(event.at) > LIMITS.staleInboundMs;
  if (!botAnswers(input) || event.forPeople || stale) return forPeople();
  const flow = triggeredBy(library.starts, { submission });
  if (!flow) return forPeople();
  const next = begin(library, flow, { variables: variablesOf(submission) }, momentOf(input, library, flow));
  if (windowOpen(input) || windowClosedFor(input, next) === null) {
    return settle(input, next, library, { start: true, contactSpoke: true });
  }
  if (!submission.opening) return nobodyToTell(input, "a form whose answer needs an approved template");
  const { form, message, values, variables } = submission;
  return {
    ...quiet({ outcome: "moved" }),
    conversation: {
      status: "open",
      memory: { ...conversation.memory, submission: { form, message, values, variables, at: now } },
    },
    effects: [{ type: "send", content: submission.opening, author: "bot" }],
    run: ended(input),
    timers: [{ type: "cancelAll" }],
  };
}

/** The form that a contact's first words answer, with the variables that its flow begins with; null: there is none. */
export function begunBy({
  conversation,
  now,
}: StepInput): { readonly form: string; readonly message: string; readonly variables: JsonObject } | null {
  const waiting = conversation.memory.submission;
  if (!waiting || Date.parse(now) - Date.parse(waiting.at) > LIMITS.submissionWaitsMs) return null;
  return { form: waiting.form, message: waiting.message, variables: variablesOf(waiting) };
}

/** The conversation as it is when no form waits in it any more. */
export function withoutSubmission(input: StepInput): StepInput {
  if (!input.conversation.memory.submission) return input;
  const { submission: _, ...memory }: ConversationMemory = input.conversation.memory;
  return { ...input, conversation: { ...input.conversation, memory } };
}

function variablesOf({ message, values, variables }: Pick<Submission, "message" | "values" | "variables">): JsonObject {
  return { ...variables, form: values, lastText: message };
}

function nobodyToTell(input: StepInput, reason: string): Decision {
  return toPeople(input, { reason, priority: "normal", queue: "default" }, [], { say: null, run: ended(input) });
}

/** What the form says of a contact and nobody knew yet; null: nothing. */
function filling(contact: Contact, said: Submission["contact"]): ContactPatch | null {
  const fields = Object.fromEntries(Object.entries(said.fields ?? {}).filter(([name]) => !(name in contact.fields)));
  const patch: ContactPatch = {
    ...(said.name && contact.name === "" ? { name: said.name } : {}),
    ...(said.firstName && contact.firstName === "" ? { firstName: said.firstName } : {}),
    ...(said.language && contact.language === null ? { language: said.language } : {}),
    ...(said.phone && contact.phone === null ? { phone: said.phone } : {}),
    ...(said.email && contact.email === null ? { email: said.email } : {}),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
  };
  return Object.keys(patch).length > 0 ? patch : null;
}

/** What the form filled in, and then what the flow changed. */
function joined(filled: ContactPatch, changed: ContactPatch | null): ContactPatch {
  if (!changed) return filled;
  const fields = { ...filled.fields, ...changed.fields };
  return { ...filled, ...changed, ...(Object.keys(fields).length > 0 ? { fields } : {}) };
}
