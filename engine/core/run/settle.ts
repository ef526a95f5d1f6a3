import type { ConversationStatus, Handover } from "../domain/conversation.ts";
import type { Effect, HandOverEffect } from "../domain/effect.ts";
import type { Language } from "../domain/language.ts";
import { advance } from "./advance.ts";
import { contactPatch } from "./contact-patch.ts";
import type { Decision, StepInput } from "./decision.ts";
import { quiet, toPeople } from "./decisions.ts";
import { fit } from "./fit.ts";
import { mind } from "./manners.ts";
import { type DecideLibrary, languageOf, momentOf, windowOpen } from "./moments.ts";
import type { Advance } from "./run.ts";

export interface Settling {
  readonly start: boolean;
  readonly contactSpoke: boolean;
  /** What was asked for in vain before, see `Decision.asked`. */
  readonly refused?: readonly (readonly Effect[])[];
}

/** Turns what the flow wants into what the conversation does: texts fit the channel, manners are kept, people are told. */
export function settle(input: StepInput, next: Advance, library: DecideLibrary, how: Settling): Decision {
  if (next.outcome === "ignored") return quiet({});
  const closed = windowClosedFor(input, next);
  if (closed) {
    const answered = advance(
      library,
      next.state,
      { type: "sendFailed", node: closed, windowClosed: true },
      momentOf(input, library),
    );
    if (answered.outcome !== "ignored" && !windowClosedFor(input, answered)) {
      const refused = [...(how.refused ?? []), next.effects];
      return settle(input, { ...answered, path: [...next.path, ...answered.path] }, library, { ...how, refused });
    }
    return undeliverable(input, next, how);
  }
  const run = saved(next, how);
  const asked = [...(how.refused ?? []), next.effects];
  const handOver = next.effects.find((effect) => effect.type === "handOver");
  if (next.status === "failed") {
    const failed = toPeople(
      input,
      { reason: next.error ?? "the flow failed", priority: "high", queue: "default" },
      [],
      {
        say: "somethingFailed",
        run,
        path: next.path,
      },
    );
    return { ...failed, asked };
  }
  const language = languageOf(input, library, next.state);
  const wanted = fitted(input, next.effects, handOver !== undefined, language);
  const sends = wanted.flatMap((effect) => (effect.type === "send" ? [effect] : []));
  const { sends: kept, memory, tooMany } = mind(sends, input.conversation.memory, input.now, how.contactSpoke);
  const allowed = new Set<Decision["effects"][number]>(kept);
  const effects = wanted.filter((effect) => effect.type !== "send" || allowed.has(effect));
  const timers = timersOf(next.effects, input.now);
  const common = {
    contact: contactPatch(next.effects),
    notes: next.effects.flatMap((effect) => (effect.type === "note" ? [effect.text] : [])),
    path: next.path,
    asked,
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
export function windowClosedFor(input: StepInput, next: Advance): string | null {
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
): Decision["effects"] {
  return effects.flatMap((effect): Decision["effects"] => {
    switch (effect.type) {
      case "send":
        return fit(effect.content, input.capabilities, language).map((content) => ({
          ...effect,
          content,
          ...(handover ? { handover: true } : {}),
        }));
      case "answer":
      case "understand":
      case "http":
      case "findProducts":
      case "createOrder":
      case "findOrder":
      case "setOrderStatus":
      case "notify":
      case "alert":
      case "downloadMedia":
      case "lookUpProfile":
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

/** The flow itself passes the conversation on; it has said so to the contact in this same step. */
function handedOver(
  input: StepInput,
  effect: HandOverEffect,
  effects: Decision["effects"],
  memory: Decision["conversation"]["memory"],
): Pick<Decision, "conversation" | "effects" | "cancelSends"> {
  const { queue, priority, reason, alert } = effect;
  const handover: Handover = { queue, priority, reason, summary: effect.summary ?? "", at: input.now };
  const alerts: Decision["effects"] = alert ? [{ type: "alert", queue, priority, reason }] : [];
  return {
    conversation: { owner: "agent", status: "waiting", handover, ...(memory ? { memory } : {}) },
    effects: [...effects, ...alerts],
    cancelSends: false,
  };
}
