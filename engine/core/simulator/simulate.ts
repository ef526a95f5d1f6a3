import type { ConversationId, EffectId, EventId, MessageId, RunId } from "../domain/ids.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { MailboxEvent } from "../domain/mailbox-event.ts";
import type { InboundContent } from "../domain/message.ts";
import { decide } from "../run/decide.ts";
import type { StepInput } from "../run/decision.ts";
import type { DecideLibrary } from "../run/moments.ts";
import { triggeredBy } from "../run/trigger.ts";
import { afterDecision } from "./after.ts";
import { withLines, withWait } from "./script.ts";
import type { Remark, Session, Setup, SimAction, SimStep, Talk } from "./session.ts";

/** A talk that has not begun. */
export function openSession(setup: Setup): Session {
  const contact = { ...setup.contact, language: setup.language };
  const talk: Talk = {
    now: setup.now,
    conversation: {
      id: "cnv_simulator" as ConversationId,
      workspaceId: setup.workspace.id,
      accountId: "acc_simulator" as never,
      channel: setup.channel,
      contactId: contact.id,
      owner: "bot",
      status: "open",
      botEnabled: true,
      handover: null,
      language: setup.language,
      version: 0,
      windowExpiresAt: null,
      lastInboundAt: null,
      lastInboundExternalId: null,
      memory: {},
    },
    contact,
    run: null,
    status: "idle",
    thread: [],
    timers: [],
    pending: [],
    notes: [],
    line: "up",
    assistant: "up",
    script: { lines: [], endedBy: null },
  };
  return { setup, talk, steps: [], before: null };
}

/** The session after an action, with everything that follows by itself. The one before stays as it was. */
export function act(session: Session, action: SimAction): Session {
  const done = perform({ ...session, before: session }, action);
  return helped(done);
}

/** The session before the last action. */
export function undo(session: Session): Session {
  return session.before ?? session;
}

/** Helpers that answer at once, or are known to be down. */
function helped(session: Session): Session {
  let now = session;
  // A flow that asks on and on is stopped by the engine's own limits; this one is for the screen.
  for (let round = 0; round < 20; round++) {
    const waiting = now.talk.pending.find(
      ({ effect }) => now.setup.answersItself || (effect.type === "answer" && now.talk.assistant === "down"),
    );
    if (!waiting) return now;
    const isDown = waiting.effect.type === "answer" && now.talk.assistant === "down";
    now = perform(
      now,
      isDown
        ? { type: "fail", key: waiting.key, code: "unavailable" }
        : { type: "answer", key: waiting.key, result: waiting.suggestion },
    );
  }
  return now;
}

function perform(session: Session, action: SimAction): Session {
  const { talk } = session;
  switch (action.type) {
    case "say":
      return told(session, action, [said(talk, { type: "text", text: action.text })]);
    case "send":
      return told(session, action, [said(talk, action.content)]);
    case "burst":
      return told(
        session,
        action,
        action.texts.map((text) => said(talk, { type: "text", text })),
      );
    case "tap": {
      const content = talk.thread.find(({ number }) => number === action.message)?.content;
      const choice = content?.type === "choices" ? content.choices.find(({ id }) => id === action.choice) : undefined;
      if (!choice) return session;
      return told(session, action, [said(talk, { type: "choice", id: choice.id, label: choice.label })]);
    }
    case "answer":
    case "fail": {
      if (!talk.pending.some(({ key }) => key === action.key)) return session;
      const { key } = action;
      const event: MailboxEvent =
        action.type === "answer"
          ? { type: "effectDone", effectId: "eff" as EffectId, key, result: action.result }
          : { type: "effectFailed", effectId: "eff" as EffectId, key, error: { code: action.code, detail: "" } };
      return told(session, action, [event]);
    }
    case "later":
      return later(session, action, action.ms);
    case "jump": {
      const timer = talk.timers.find(({ name }) => name === action.timer);
      return timer ? later(session, action, Math.max(0, Date.parse(timer.dueAt) - Date.parse(talk.now))) : session;
    }
    case "refuse": {
      const last = [...talk.thread].reverse().find(({ direction, node }) => direction === "out" && node !== undefined);
      if (!last) return session;
      const code = action.why === "closed" ? "outsideServiceWindow" : "messageInvalid";
      const thread = talk.thread.map((one) => (one === last ? { ...one, status: "failed" as const } : one));
      const event: MailboxEvent = {
        type: "sendFailed",
        messageId: "msg" as MessageId,
        node: last.node ?? null,
        error: { code, message: "", retryable: false } as never,
      };
      return told({ ...session, talk: { ...talk, thread } }, action, [event]);
    }
    case "takeOver":
      return told(session, action, [{ type: "takeOver", by: "simulator", via: "inbox" }]);
    case "handBack":
      return told(session, action, [{ type: "handBack", by: "simulator", mode: "continue" }]);
    case "from":
      return told(session, action, [{ type: "handBack", by: "simulator", mode: "continue", node: action.node }]);
    case "trigger": {
      const event: MailboxEvent = {
        type: "trigger",
        flow: session.setup.flow.flow,
        variables: session.setup.variables,
      };
      return told(session, action, [event]);
    }
    case "line": {
      const thread = talk.thread.map((one) =>
        action.state === "up" && one.status === "held" ? { ...one, status: "sent" as const } : one,
      );
      return { ...session, talk: { ...talk, line: action.state, thread } };
    }
    case "assistant":
      return { ...session, talk: { ...talk, assistant: action.state } };
  }
}

/** Time passes in pieces: each timer fires when it is due, and what it says is there before the next one. */
function later(session: Session, action: SimAction, ms: number): Session {
  const end = Date.parse(session.talk.now) + ms;
  let now = session;
  for (let fired = 0; fired < 100; fired++) {
    const next = [...now.talk.timers].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0];
    // Transcripts count in seconds.
    const due = next ? Math.ceil(Date.parse(next.dueAt) / 1000) * 1000 : Number.POSITIVE_INFINITY;
    const at = Math.max(Date.parse(now.talk.now), Math.min(due, end));
    const passed: Talk = {
      ...now.talk,
      now: new Date(at).toISOString(),
      script: withWait(now.talk.script, at - Date.parse(now.talk.now)),
    };
    if (!next || due > end) return { ...now, talk: passed };
    const timers = passed.timers.filter((timer) => timer !== next);
    now = told({ ...now, talk: { ...passed, timers } }, action, [{ type: "timer", name: next.name, generation: 0 }]);
    now = helped(now);
  }
  return now;
}

function said(talk: Talk, content: InboundContent): MailboxEvent {
  return {
    type: "message",
    messageId: "msg" as MessageId,
    externalId: String(talk.thread.length + 1),
    content,
    at: talk.now,
  };
}

/** One step of the engine, and what it leaves behind. */
function told(session: Session, action: SimAction, events: readonly MailboxEvent[]): Session {
  const { setup } = session;
  const talk = heard(session, events);
  const input: StepInput = {
    now: talk.now,
    workspace: setup.workspace,
    conversation: talk.conversation,
    contact: talk.contact,
    capabilities: setup.capabilities,
    accountBotEnabled: true,
    run: talk.run ? { id: talk.run.id as RunId, state: talk.run.state } : null,
    events: events.map((event, index) => ({
      id: `evt_${index}` as EventId,
      seq: talk.conversation.version + index + 1,
      event,
      late: false,
      createdAt: talk.now,
    })),
  };
  const decision = decide(input, libraryOf(setup));
  if ("needs" in decision) throw new Error("a draft needs a version that is not a draft");
  const after = afterDecision(talk, decision, events, setup);
  const script = withLines(session.talk, after, action, events, decision);
  const step: SimStep = {
    action,
    at: talk.now,
    path: decision.path,
    says: after.thread.slice(talk.thread.length).map(({ number }) => number),
    effects: (decision.asked ?? []).flat().filter(({ type }) => !QUIET.has(type)),
    outcome: decision.outcome,
    variables: variablesOf(after) ?? variablesOf(talk) ?? {},
    remark: remarkOf(session, events, decision.asked !== undefined, after),
  };
  return { ...session, talk: { ...after, script }, steps: [...session.steps, step] };
}

const QUIET: ReadonlySet<string> = new Set(["send", "startTimer", "cancelTimer"]);

/** The contact's messages in the thread, and the window that they open. */
function heard({ talk, setup }: Session, events: readonly MailboxEvent[]): Talk {
  const messages = events.flatMap((event) => (event.type === "message" ? [event] : []));
  if (messages.length === 0) return talk;
  const hours = setup.capabilities.serviceWindowHours;
  const windowExpiresAt = hours === null ? null : new Date(Date.parse(talk.now) + hours * 3_600_000).toISOString();
  const thread = messages.map(({ content }, index) => ({
    number: talk.thread.length + index + 1,
    direction: "in" as const,
    author: "contact" as const,
    content,
    at: talk.now,
    status: "sent" as const,
  }));
  return {
    ...talk,
    conversation: { ...talk.conversation, windowExpiresAt, lastInboundAt: talk.now },
    thread: [...talk.thread, ...thread],
  };
}

function libraryOf({ flow, others }: Setup): DecideLibrary {
  const all = [flow, ...others.filter((other) => other.flow !== flow.flow)];
  // The draft answers whatever is said first: which words would start it is said beside.
  const open = { ...flow, document: { ...flow.document, triggers: [{ on: "message" as const }] } };
  return {
    version: (id) => all.find(({ versionId }) => versionId === id),
    current: (name) => all.find((one) => one.flow === name),
    starts: [open],
  };
}

/** What only the screen says: why something happened that the flow does not show. */
function remarkOf(before: Session, events: readonly MailboxEvent[], reached: boolean, after: Talk): Remark | null {
  if (after.status === "failed") return "failed";
  const first = events[0];
  if (first?.type === "message" && !before.talk.run && reached) {
    return triggeredBy([before.setup.flow], { content: first.content }) ? null : "noTrigger";
  }
  if (reached) return null;
  if (after.contact.optedOut.includes("service")) return "optedOut";
  if (after.conversation.owner === "agent") return first?.type === "message" ? "withPeople" : "windowClosed";
  return "over";
}

/** The variables of the innermost flow. */
export function variablesOf(talk: Talk): JsonObject | null {
  const frame = talk.run?.state.frames[talk.run.state.frames.length - 1];
  const context = (frame?.snapshot as { readonly context?: { readonly variables?: Json } } | undefined)?.context;
  return (context?.variables as JsonObject | undefined) ?? null;
}

/** The node at which the run waits, in the innermost flow; null: nothing runs. */
export function standsAt(talk: Talk): { readonly flow: string; readonly node: string } | null {
  const frame = talk.run?.state.frames[talk.run.state.frames.length - 1];
  const value = (frame?.snapshot as { readonly value?: unknown } | undefined)?.value;
  return frame && typeof value === "string" && !value.startsWith("$") ? { flow: frame.flow, node: value } : null;
}
