import { LIMITS } from "../domain/limits.ts";
import type { MailboxEvent, MailboxEventOf } from "../domain/mailbox-event.ts";
import type { InboundContent } from "../domain/message.ts";
import type { SentenceKey } from "../domain/workspace.ts";
import { advance, begin, waitsForPeople } from "./advance.ts";
import { consentWord } from "./consent-words.ts";
import type { ContactPatch, Decision, NeedsVersions, StepInput } from "./decision.ts";
import { ended, forPeople, left, quiet, say, toPeople, withConversation } from "./decisions.ts";
import { botAnswers, type DecideLibrary, momentOf } from "./moments.ts";
import { moveRun } from "./move.ts";
import type { Advance } from "./run.ts";
import { settle } from "./settle.ts";
import { begunBy, onSubmission, withoutSubmission } from "./submission.ts";
import { triggeredBy } from "./trigger.ts";

/**
 * What one event changes in a conversation: who answers, where the flow goes on, what is said. Pure: the same input and
 * library give the same decision, for ever. Everything that the engine does without being told is here.
 */
export function decide(input: StepInput, library: DecideLibrary): Decision | NeedsVersions {
  const missing =
    input.run?.state.frames.filter(({ versionId }) => !library.version(versionId) && !library.gone?.(versionId)) ?? [];
  if (missing.length > 0) return { needs: missing.map((frame) => frame.versionId) };
  const first = input.events[0];
  if (!first) throw new Error("decide needs at least one event");
  const event = first.event;
  switch (event.type) {
    case "message":
      return onMessage(input, library);
    case "takeOver":
      return quiet({
        conversation: { owner: "agent", status: "open" },
        cancelSends: true,
        outcome: "moved",
      });
    case "botSwitch":
      return quiet({
        conversation: { botEnabled: event.enabled },
        cancelSends: !event.enabled,
        outcome: "moved",
      });
    case "handBack":
      return onHandBack(input, library, event);
    case "trigger":
      return onTrigger(input, library, event);
    case "version":
      return onVersion(input, library, event);
    case "timer":
    case "effectDone":
    case "effectFailed":
    case "sendFailed":
      return onRunEvent(input, library, event);
  }
}

function onMessage(input: StepInput, library: DecideLibrary): Decision {
  const { conversation, contact, now } = input;
  const messages = input.events.flatMap(({ event }) => (event.type === "message" ? [event] : []));
  const last = messages[messages.length - 1];
  if (!last) throw new Error("a burst holds messages only");
  if (last.submission) return onSubmission(input, library, last, last.submission);
  const content = joined(messages.map((message) => message.content));
  const law = lawOf(messages, input);
  if (law) return onConsentWord(input, law);
  if (conversation.owner === "agent" || contact.optedOut.includes("service")) return left(input);
  if (!botAnswers(input) || messages.some((message) => message.forPeople)) return forPeople();
  if (Date.parse(now) - Date.parse(last.at) > LIMITS.staleInboundMs) return forPeople();
  // Who only came to look says nothing that a question under way could be answered with.
  if (input.run && content.type === "visit") return quiet({});
  if (input.run) {
    return settle(
      input,
      advance(library, input.run.state, { type: "message", content }, momentOf(input, library)),
      library,
      { start: false, contactSpoke: true },
    );
  }
  const submission = begunBy(input);
  const start = submission ? { submission } : { content, ...(last.referral ? { referral: last.referral } : {}) };
  const flow = triggeredBy(library.starts, start);
  if (!flow) return content.type === "visit" ? quiet({}) : forPeople();
  const begun = withoutSubmission(input);
  const variables = { ...referralVariables(last), ...submission?.variables };
  const next = begin(library, flow, { content, variables }, momentOf(begun, library, flow));
  return settle(begun, next, library, { start: true, contactSpoke: true });
}

/** One text for a burst of texts; the last content for anything else. Every message is stored on its own either way. */
function joined(contents: readonly InboundContent[]): InboundContent {
  const last = contents[contents.length - 1];
  if (!last) throw new Error("a burst is never empty");
  const texts = contents.flatMap((content) => (content.type === "text" ? [content.text] : []));
  if (texts.length < contents.length) return last;
  return { type: "text", text: texts.join("\n").slice(0, LIMITS.inboundTextChars) };
}

function referralVariables(message: MailboxEventOf<"message">): Readonly<Record<string, string>> {
  const { referral } = message;
  if (!referral) return {};
  return { referral: referral.ref ?? referral.sourceId ?? referral.url ?? referral.source };
}

interface Law {
  readonly word: "stop" | "start" | "help";
  /** The provider has answered the person. */
  readonly answered: boolean;
}

/**
 * What a burst asks of us by law. STOP counts wherever it stands in it; another word only when it was said last. Who
 * never said STOP means something else by "start" or "yes".
 */
function lawOf(messages: readonly MailboxEventOf<"message">[], { conversation, contact }: StepInput): Law | null {
  const isSilenced = contact.optedOut.includes("service");
  const words = messages.map(({ content, handled }): Law | null => {
    if (handled) return { word: handled, answered: true };
    const word = content.type === "text" ? consentWord(content.text, conversation.channel) : null;
    return word === null || (word === "start" && !isSilenced) ? null : { word, answered: false };
  });
  return words[words.length - 1] ?? words.findLast((law) => law?.word === "stop") ?? null;
}

/** STOP, START, HELP: the channel's law comes before every flow. */
function onConsentWord(input: StepInput, { word, answered }: Law): Decision {
  const key: SentenceKey = word === "stop" ? "optedOut" : word === "start" ? "optedIn" : "help";
  const said = answered ? [] : [say(input, key)];
  const contact: ContactPatch | null =
    word === "stop" ? { optOut: "service" } : word === "start" ? { optIn: "service" } : null;
  return {
    ...quiet({ outcome: "moved" }),
    contact,
    effects: said,
    cancelSends: word === "stop",
    timers: word === "stop" ? [{ type: "cancelAll" }] : [],
    run: word === "stop" ? ended(input) : { type: "unchanged" },
    conversation: word === "stop" ? { status: "closed" } : {},
  };
}

function onTrigger(input: StepInput, library: DecideLibrary, event: MailboxEventOf<"trigger">): Decision {
  if (input.conversation.owner === "agent" || !botAnswers(input)) return quiet({});
  if (input.contact.optedOut.includes("service"))
    return quiet({ notes: [`The flow ${event.flow} was asked for, but this person wants no messages.`] });
  const flow = library.current(event.flow);
  if (!flow) return quiet({ notes: [`The flow ${event.flow} was asked for, but it is not published.`] });
  const started = begin(library, flow, { variables: event.variables }, momentOf(input, library, flow));
  return settle(input, started, library, { start: true, contactSpoke: false });
}

/** A flow was published anew: the run follows it, begins anew, or stays. Not a word is said. */
function onVersion(
  input: StepInput,
  library: DecideLibrary,
  event: MailboxEventOf<"version">,
): Decision | NeedsVersions {
  const { conversation, run } = input;
  const outer = run?.state.frames[0];
  if (!run || outer?.flow !== event.flow || outer.versionId === event.versionId) return quiet({});
  if (event.how === "restart") {
    const closed: Decision["conversation"] = conversation.owner === "bot" ? { status: "closed" } : {};
    return { ...quiet({ conversation: closed, outcome: "moved" }), run: ended(input), timers: [{ type: "cancelAll" }] };
  }
  const to = library.version(event.versionId);
  if (!to) return library.gone?.(event.versionId) ? quiet({}) : { needs: [event.versionId] };
  const moved = moveRun(run.state, (frame) => library.version(frame.versionId), to);
  if (moved.type === "stays") return quiet({});
  const { flow, versionId } = to;
  return {
    ...quiet({ outcome: "moved" }),
    run: { type: "save", start: false, flow, versionId, state: moved.state, status: "active" },
  };
}

/** The bot goes on where it stood: it says its question again, so that the contact knows what is asked. */
function onHandBack(input: StepInput, library: DecideLibrary, event: MailboxEventOf<"handBack">): Decision {
  const back: StepInput = {
    ...input,
    conversation: { ...input.conversation, owner: "bot", status: "open", botEnabled: true, handover: null },
  };
  const returned: Decision["conversation"] = { owner: "bot", status: "open", botEnabled: true, handover: null };
  if (input.contact.optedOut.includes("service")) return quiet({ conversation: returned, outcome: "moved" });
  const state = input.run?.state;
  const moment = momentOf(back, library);
  if (state && event.mode === "continue" && !event.node) {
    const done = waitsForPeople(library, state)
      ? advance(library, state, { type: "people", outcome: "resolved" }, moment)
      : advance(library, state, { type: "jump", node: "" }, moment);
    return withConversation(settle(back, done, library, { start: false, contactSpoke: true }), returned);
  }
  if (event.mode === "continue" && !event.node) return quiet({ conversation: returned, outcome: "moved" });
  const outer = state?.frames[0];
  const flow =
    (outer && (event.node ? library.version(outer.versionId) : library.current(outer.flow))) ??
    triggeredBy(library.starts, {});
  if (!flow) return quiet({ conversation: returned, outcome: "moved" });
  const start = !(state && event.node);
  const begun = start ? begin(library, flow, { variables: {} }, momentOf(back, library, flow)) : null;
  const next =
    event.node && (state ?? begun)
      ? advance(library, state ?? (begun as Advance).state, { type: "jump", node: event.node }, moment)
      : begun;
  if (!next) return quiet({ conversation: returned, outcome: "moved" });
  return withConversation(settle(back, next, library, { start, contactSpoke: true }), returned);
}

/** A timer, an answer or a late failure: only the bot's own conversation goes on by itself. */
function onRunEvent(
  input: StepInput,
  library: DecideLibrary,
  event: Exclude<
    MailboxEvent,
    { readonly type: "message" | "takeOver" | "handBack" | "botSwitch" | "trigger" | "version" }
  >,
): Decision {
  const { conversation, run } = input;
  if (input.contact.optedOut.includes("service")) return quiet({});
  const inQueue = conversation.status === "waiting" && !!run && waitsForPeople(library, run.state);
  const ownsIt = conversation.owner === "bot" && botAnswers(input);
  const nobodyCame = conversation.owner === "agent" && inQueue && event.type === "timer";
  if (!run || !(ownsIt || nobodyCame)) return onOrphan(input, event);
  const moment = momentOf(input, library);
  switch (event.type) {
    case "timer": {
      const next = advance(library, run.state, { type: "timer", name: event.name }, moment);
      if (!nobodyCame || next.outcome === "ignored")
        return settle(input, next, library, { start: false, contactSpoke: false });
      // Nobody took the conversation in time and the flow has a way on: the bot speaks again.
      const back: StepInput = { ...input, conversation: { ...conversation, owner: "bot", status: "open" } };
      return withConversation(settle(back, next, library, { start: false, contactSpoke: false }), {
        owner: "bot",
        status: "open",
      });
    }
    case "effectDone": {
      const next = advance(library, run.state, { type: "effectDone", key: event.key, result: event.result }, moment);
      return settle(input, next, library, { start: false, contactSpoke: false });
    }
    case "effectFailed": {
      const next = advance(library, run.state, { type: "effectFailed", key: event.key, error: event.error }, moment);
      return settle(input, next, library, { start: false, contactSpoke: false });
    }
    case "sendFailed": {
      if (event.error.code === "expired") return quiet({});
      const windowClosed = event.error.code === "outsideServiceWindow";
      const next = event.node
        ? advance(library, run.state, { type: "sendFailed", node: event.node, windowClosed }, moment)
        : null;
      if (next && next.outcome !== "ignored")
        return settle(input, next, library, { start: false, contactSpoke: false });
      return onOrphan(input, event);
    }
  }
}

/** An event that no run waits for. A message that did not arrive is a task for a person; the rest is history. */
function onOrphan(input: StepInput, event: MailboxEvent): Decision {
  if (event.type !== "sendFailed" || input.conversation.owner === "agent") return quiet({});
  if (event.error.code === "expired" || event.error.code === "optedOut") return quiet({});
  return toPeople(input, { reason: `undelivered: ${event.error.code}`, priority: "normal", queue: "default" }, [], {
    say: null,
  });
}
