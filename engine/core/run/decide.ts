import type { ConversationStatus, Handover, Priority } from "../domain/conversation.ts";
import type { Effect, HandOverEffect, OutboxEffect, SendEffect } from "../domain/effect.ts";
import type { FlowVersionId } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import { LIMITS } from "../domain/limits.ts";
import type { MailboxEvent, MailboxEventOf } from "../domain/mailbox-event.ts";
import type { InboundContent } from "../domain/message.ts";
import { sentence } from "../domain/sentences.ts";
import type { SentenceKey } from "../domain/workspace.ts";
import type { FlowMachine } from "../flow/compile.ts";
import { advance, begin, waitsForPeople } from "./advance.ts";
import { consentWord } from "./consent-words.ts";
import type { ContactPatch, Decision, NeedsVersions, StepInput } from "./decision.ts";
import { fit } from "./fit.ts";
import { mind } from "./manners.ts";
import type { Advance, FlowLibrary, Moment, RunState } from "./run.ts";
import { triggeredBy } from "./trigger.ts";

/** The published flows of the workspace: those that a run may need, and those that may start. */
export interface DecideLibrary extends FlowLibrary {
  readonly starts: readonly FlowMachine[];
}

/**
 * What one event changes in a conversation: who answers, where the flow goes on, what is said. Pure: the same input and
 * library give the same decision, for ever. Everything that the engine does without being told is here.
 */
export function decide(input: StepInput, library: DecideLibrary): Decision | NeedsVersions {
  const missing = input.run?.state.frames.filter((frame) => !library.version(frame.versionId)) ?? [];
  if (missing.length > 0) return { needs: missing.map((frame) => frame.versionId) };
  const first = input.events[0];
  if (!first) throw new Error("decide needs at least one event");
  const event = first.event;
  switch (event.type) {
    case "message":
      return onMessage(input, library);
    case "takeOver":
      return quiet(input, {
        conversation: { owner: "agent", status: "open" },
        cancelSends: true,
        outcome: "moved",
      });
    case "botSwitch":
      return quiet(input, {
        conversation: { botEnabled: event.enabled },
        cancelSends: !event.enabled,
        outcome: "moved",
      });
    case "handBack":
      return onHandBack(input, library, event);
    case "trigger":
      return onTrigger(input, library, event);
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
  const content = joined(messages.map((message) => message.content));
  const law = content.type === "text" ? consentWord(content.text, conversation.channel) : null;
  if (law) return onConsentWord(input, law);
  if (contact.optedOut.includes("service")) return forPeople(input);
  if (conversation.owner === "agent") return quiet(input, { conversation: reopened(conversation.status) });
  if (!botAnswers(input)) return forPeople(input);
  if (Date.parse(now) - Date.parse(last.at) > LIMITS.staleInboundMs) return forPeople(input);
  if (input.run) {
    return settle(
      input,
      advance(library, input.run.state, { type: "message", content }, momentOf(input, library)),
      library,
      { start: false, contactSpoke: true },
    );
  }
  const flow = triggeredBy(library.starts, { content, ...(last.referral ? { referral: last.referral } : {}) });
  if (!flow) return forPeople(input);
  const moment = momentOf(input, library, flow);
  return settle(input, begin(library, flow, { content, variables: referralVariables(last) }, moment), library, {
    start: true,
    contactSpoke: true,
  });
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

/** STOP, START, HELP: the channel's law comes before every flow. On SMS the carrier's gateway answers by itself. */
function onConsentWord(input: StepInput, word: "stop" | "start" | "help"): Decision {
  const carrierAnswers = input.conversation.channel === "sms";
  const optedOut = input.contact.optedOut.includes("service");
  if (word === "start" && !optedOut) return forPeople(input);
  const key: SentenceKey = word === "stop" ? "optedOut" : word === "start" ? "optedIn" : "help";
  const said = carrierAnswers ? [] : [say(input, key)];
  const contact: ContactPatch | null =
    word === "stop" ? { optOut: "service" } : word === "start" ? { optIn: "service" } : null;
  return {
    ...quiet(input, { outcome: "moved" }),
    contact,
    effects: said,
    cancelSends: word === "stop",
    timers: word === "stop" ? [{ type: "cancelAll" }] : [],
    run: word === "stop" ? ended(input) : { type: "unchanged" },
    conversation: word === "stop" ? { status: "closed" } : {},
  };
}

function onTrigger(input: StepInput, library: DecideLibrary, event: MailboxEventOf<"trigger">): Decision {
  if (input.conversation.owner === "agent" || !botAnswers(input)) return quiet(input, {});
  const flow = library.current(event.flow);
  if (!flow) return quiet(input, { notes: [`The flow ${event.flow} was asked for, but it is not published.`] });
  const started = begin(library, flow, { variables: event.variables }, momentOf(input, library, flow));
  return settle(input, started, library, { start: true, contactSpoke: false });
}

/** The bot goes on where it stood: it says its question again, so that the contact knows what is asked. */
function onHandBack(input: StepInput, library: DecideLibrary, event: MailboxEventOf<"handBack">): Decision {
  const back: StepInput = {
    ...input,
    conversation: { ...input.conversation, owner: "bot", status: "open", botEnabled: true, handover: null },
  };
  const returned: Decision["conversation"] = { owner: "bot", status: "open", botEnabled: true, handover: null };
  const state = input.run?.state;
  const moment = momentOf(back, library);
  if (state && event.mode === "continue" && !event.node) {
    const done = waitsForPeople(library, state)
      ? advance(library, state, { type: "people", outcome: "resolved" }, moment)
      : advance(library, state, { type: "jump", node: "" }, moment);
    return withConversation(settle(back, done, library, { start: false, contactSpoke: true }), returned);
  }
  if (event.mode === "continue" && !event.node) return quiet(input, { conversation: returned, outcome: "moved" });
  const outer = state?.frames[0];
  const flow =
    (outer && (event.node ? library.version(outer.versionId) : library.current(outer.flow))) ??
    triggeredBy(library.starts, {});
  if (!flow) return quiet(input, { conversation: returned, outcome: "moved" });
  const start = !(state && event.node);
  const begun = start ? begin(library, flow, { variables: {} }, momentOf(back, library, flow)) : null;
  const next =
    event.node && (state ?? begun)
      ? advance(library, state ?? (begun as Advance).state, { type: "jump", node: event.node }, moment)
      : begun;
  if (!next) return quiet(input, { conversation: returned, outcome: "moved" });
  return withConversation(settle(back, next, library, { start, contactSpoke: true }), returned);
}

/** A timer, an answer or a late failure: only the bot's own conversation goes on by itself. */
function onRunEvent(
  input: StepInput,
  library: DecideLibrary,
  event: Exclude<MailboxEvent, { readonly type: "message" | "takeOver" | "handBack" | "botSwitch" | "trigger" }>,
): Decision {
  const { conversation, run } = input;
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
      if (event.error.code === "expired") return quiet(input, {});
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
  if (event.type !== "sendFailed" || input.conversation.owner === "agent") return quiet(input, {});
  if (event.error.code === "expired" || event.error.code === "optedOut") return quiet(input, {});
  return toPeople(input, { reason: `undelivered: ${event.error.code}`, priority: "normal", queue: "default" }, [], {
    say: null,
  });
}

interface Settling {
  readonly start: boolean;
  readonly contactSpoke: boolean;
}

/** Turns what the flow wants into what the conversation does: texts fit the channel, manners are kept, people are told. */
function settle(input: StepInput, next: Advance, library: DecideLibrary, how: Settling): Decision {
  if (next.outcome === "ignored") return quiet(input, {});
  const closed = windowClosedFor(input, next);
  if (closed) {
    const answered = advance(
      library,
      next.state,
      { type: "sendFailed", node: closed, windowClosed: true },
      momentOf(input, library),
    );
    if (answered.outcome !== "ignored" && !windowClosedFor(input, answered)) {
      return settle(input, { ...answered, path: [...next.path, ...answered.path] }, library, how);
    }
    return undeliverable(input, next, how);
  }
  const run = saved(next, how);
  const handOver = next.effects.find((effect) => effect.type === "handOver");
  if (next.status === "failed") {
    return toPeople(input, { reason: next.error ?? "the flow failed", priority: "high", queue: "default" }, [], {
      say: "somethingFailed",
      run,
      path: next.path,
    });
  }
  const language = languageOf(input, library, next.state);
  const wanted = fitted(input, next.effects, handOver !== undefined, language);
  const sends = wanted.flatMap((effect) => (effect.type === "send" ? [effect] : []));
  const { sends: kept, memory, tooMany } = mind(sends, input.conversation.memory, input.now, how.contactSpoke);
  const allowed = new Set<OutboxEffect>(kept);
  const effects = wanted.filter((effect) => effect.type !== "send" || allowed.has(effect));
  const timers = timersOf(next.effects, input.now);
  const common = {
    contact: contactPatch(next.effects),
    notes: next.effects.flatMap((effect) => (effect.type === "note" ? [effect.text] : [])),
    path: next.path,
    run,
    timers,
  };
  if (tooMany) {
    return {
      ...toPeople(input, { reason: "too many messages of the bot", priority: "high", queue: "default" }, effects, {
        say: "tooManyMessages",
        run,
        path: next.path,
      }),
      ...common,
    };
  }
  if (handOver) {
    return { ...handedOver(input, handOver, effects, memory), ...common, outcome: next.outcome };
  }
  const status: { status?: ConversationStatus } =
    next.status === "done" ? { status: "closed" } : input.conversation.status === "open" ? {} : { status: "open" };
  return { conversation: { ...status, memory }, effects, cancelSends: false, outcome: next.outcome, ...common };
}

/** The node whose free text cannot be sent any more, because the contact's last message is too long ago. */
function windowClosedFor(input: StepInput, next: Advance): string | null {
  if (windowOpen(input)) return null;
  const blocked = next.effects.find((effect) => effect.type === "send" && effect.content.type !== "template");
  return blocked?.type === "send" ? (blocked.node ?? "") : null;
}

/** Free text would be refused and the flow has no template for it: nothing is sent, a person is asked. */
function undeliverable(input: StepInput, next: Advance, how: Settling): Decision {
  const reason = "the service window closed before the flow could answer";
  return {
    ...toPeople(input, { reason, priority: "normal", queue: "default" }, [], { say: null, path: next.path }),
    run: saved({ ...next, status: "done" }, how),
    timers: [{ type: "cancelAll" }],
  };
}

function saved(next: Advance, how: Settling): Decision["run"] {
  const outer = next.state.frames[0];
  if (!outer) return { type: "unchanged" };
  const { flow, versionId } = outer;
  return { type: "save", start: how.start, flow, versionId, state: next.state, status: next.status };
}

/** What goes out, in order, each send as the channel can show it. Sends of a step that hands over still leave after it. */
function fitted(
  input: StepInput,
  effects: readonly Effect[],
  handover: boolean,
  language: Language,
): readonly OutboxEffect[] {
  return effects.flatMap((effect): readonly OutboxEffect[] => {
    switch (effect.type) {
      case "send":
        return fit(effect.content, input.capabilities, language).map((content) => ({
          ...effect,
          content,
          ...(handover ? { handover: true } : {}),
        }));
      case "answer":
      case "http":
      case "findProducts":
      case "createOrder":
      case "findOrder":
      case "setOrderStatus":
      case "notify":
      case "alert":
      case "downloadMedia":
        return [effect];
      default:
        return [];
    }
  });
}

function timersOf(effects: readonly Effect[], now: string): Decision["timers"] {
  return effects.flatMap((effect): Decision["timers"] => {
    if (effect.type === "cancelTimer") return [{ type: "cancel", name: effect.name }];
    if (effect.type !== "startTimer") return [];
    const dueAt = new Date(Date.parse(now) + effect.delayMs).toISOString();
    return [{ type: "start", name: effect.name, dueAt }];
  });
}

function contactPatch(effects: readonly Effect[]): ContactPatch | null {
  let patch: ContactPatch = {};
  for (const effect of effects) {
    if (effect.type === "setContact") {
      const { type: _, fields, contactLanguage, ...own } = effect;
      patch = {
        ...patch,
        ...own,
        ...(contactLanguage ? { language: contactLanguage } : {}),
        ...(fields ? { fields: { ...patch.fields, ...fields } } : {}),
      };
    } else if (effect.type === "label") {
      patch = {
        ...patch,
        addLabels: [...(patch.addLabels ?? []), ...effect.add],
        removeLabels: [...(patch.removeLabels ?? []), ...effect.remove],
      };
    }
  }
  return Object.keys(patch).length > 0 ? patch : null;
}

/** The flow itself passes the conversation on; it has said so to the contact in this same step. */
function handedOver(
  input: StepInput,
  effect: HandOverEffect,
  effects: readonly OutboxEffect[],
  memory: Decision["conversation"]["memory"],
): Pick<Decision, "conversation" | "effects" | "cancelSends"> {
  const { queue, priority, reason, alert } = effect;
  const handover: Handover = { queue, priority, reason, summary: effect.summary ?? "", at: input.now };
  const alerts: readonly OutboxEffect[] = alert ? [{ type: "alert", queue, priority, reason }] : [];
  return {
    conversation: { owner: "agent", status: "waiting", handover, ...(memory ? { memory } : {}) },
    effects: [...effects, ...alerts],
    cancelSends: false,
  };
}

/** The engine passes the conversation on because the bot cannot go on: the contact is told, where they can be. */
function toPeople(
  input: StepInput,
  why: { readonly reason: string; readonly priority: Priority; readonly queue: string },
  before: readonly OutboxEffect[],
  how: {
    readonly say: SentenceKey | null;
    readonly run?: Decision["run"];
    readonly path?: Decision["path"];
  },
): Decision {
  const told: readonly OutboxEffect[] = how.say && windowOpen(input) ? [say(input, how.say)] : [];
  return {
    ...quiet(input, { outcome: "moved" }),
    conversation: { owner: "agent", status: "waiting", handover: { ...why, summary: "", at: input.now } },
    effects: [...before, ...told, { type: "alert", ...why }],
    run: how.run ?? { type: "unchanged" },
    path: how.path ?? [],
  };
}

/** A message that no bot answers: it waits for people, without an alert. */
function forPeople(input: StepInput): Decision {
  return quiet(input, { conversation: { status: "waiting" } });
}

/** Ends the run without another word. */
function ended(input: StepInput): Decision["run"] {
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
function quiet(
  _input: StepInput,
  change: Partial<Pick<Decision, "conversation" | "cancelSends" | "outcome" | "notes">>,
): Decision {
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

function withConversation(decision: Decision, first: Decision["conversation"]): Decision {
  return { ...decision, conversation: { ...first, ...decision.conversation } };
}

function say(input: StepInput, key: SentenceKey): SendEffect {
  const text = sentence(key, input.workspace, input.contact.language ?? firstLanguage(input));
  return { type: "send", content: { type: "text", text }, author: "bot", handover: true };
}

/** A message in a closed conversation opens it again; archived and spam stay where they are. */
function reopened(status: ConversationStatus): { status?: ConversationStatus } {
  return status === "closed" ? { status: "open" } : {};
}

function botAnswers(input: StepInput): boolean {
  return input.conversation.botEnabled && input.accountBotEnabled && input.workspace.botEnabled;
}

function windowOpen(input: StepInput): boolean {
  const { windowExpiresAt } = input.conversation;
  return windowExpiresAt === null || Date.parse(windowExpiresAt) > Date.parse(input.now);
}

function momentOf(input: StepInput, library: DecideLibrary, flow?: FlowMachine): Moment {
  const { now, contact, capabilities, workspace, conversation } = input;
  return {
    now,
    language: flow ? flowLanguage(input, flow) : languageOf(input, library, input.run?.state ?? null),
    contact,
    capabilities,
    workspace,
    conversation: { id: conversation.id, channel: conversation.channel, windowOpen: windowOpen(input) },
  };
}

function languageOf(input: StepInput, library: DecideLibrary, state: RunState | null): Language {
  const versionId: FlowVersionId | undefined = state?.frames[0]?.versionId;
  const flow = versionId && library.version(versionId);
  return flow ? flowLanguage(input, flow) : (input.contact.language ?? firstLanguage(input));
}

/** The contact's language where the flow speaks it, else the flow's first. */
function flowLanguage(input: StepInput, flow: FlowMachine): Language {
  const wanted = input.conversation.language ?? input.contact.language;
  const spoken = flow.document.languages;
  const found = wanted && spoken.find((language) => language === wanted || language.slice(0, 2) === wanted.slice(0, 2));
  return found ?? spoken[0] ?? firstLanguage(input);
}

function firstLanguage(input: StepInput): Language {
  return input.workspace.languages[0] ?? "fr";
}
