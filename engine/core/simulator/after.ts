import type { MailboxEvent } from "../domain/mailbox-event.ts";
import { patchedContact } from "../run/contact-patch.ts";
import type { Decision } from "../run/decision.ts";
import { suggestedAnswer } from "./answers.ts";
import type { Setup, SimMessage, Talk } from "./session.ts";

/** The talk after a decision: what the store would write, in memory. */
export function afterDecision(talk: Talk, decision: Decision, events: readonly MailboxEvent[], setup: Setup): Talk {
  const { run } = decision;
  const conversation = {
    ...talk.conversation,
    ...decision.conversation,
    version: talk.conversation.version + events.length,
  };
  const active = run.type === "save" ? run.status === "active" : talk.run !== null;
  const answered = new Set(
    events.flatMap((event) => (event.type === "effectDone" || event.type === "effectFailed" ? [event.key] : [])),
  );
  const asked = decision.effects.flatMap((effect): Talk["pending"] =>
    "key" in effect && effect.key !== undefined
      ? [{ key: effect.key, effect, suggestion: suggestedAnswer(effect, talk.now) }]
      : [],
  );
  return {
    ...talk,
    conversation,
    contact: decision.contact ? patchedContact(talk.contact, decision.contact) : talk.contact,
    run:
      run.type === "unchanged"
        ? talk.run
        : active
          ? { id: run.start || !talk.run ? `run_${conversation.version}` : talk.run.id, state: run.state }
          : null,
    status: run.type === "unchanged" ? talk.status : run.status === "parked" ? "done" : run.status,
    thread: [...talk.thread, ...messagesOf(talk, decision)],
    timers: active ? timersAfter(talk.timers, decision.timers) : [],
    pending: active ? [...talk.pending.filter(({ key }) => !answered.has(key)), ...asked] : [],
    notes: [...talk.notes, ...decision.notes],
  };

  function messagesOf(before: Talk, { effects }: Decision): readonly SimMessage[] {
    const sends = effects.flatMap((effect) => (effect.type === "send" ? [effect] : []));
    return sends.map((send, index) => ({
      number: before.thread.length + index + 1,
      direction: "out",
      author: send.author,
      content: send.content,
      at: before.now,
      ...(send.node === undefined ? {} : { node: send.node }),
      status: before.line === "up" || setup.channel === "web" ? "sent" : "held",
    }));
  }
}

function timersAfter(timers: Talk["timers"], changes: Decision["timers"]): Talk["timers"] {
  return changes.reduce<Talk["timers"]>((left, change) => {
    if (change.type === "cancelAll") return [];
    const others = left.filter(({ name }) => name !== change.name);
    return change.type === "cancel" ? others : [...others, { name: change.name, dueAt: change.dueAt }];
  }, timers);
}
