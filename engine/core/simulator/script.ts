import { stringify } from "yaml";
import type { Effect } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";
import type { Language } from "../domain/language.ts";
import type { MailboxEvent } from "../domain/mailbox-event.ts";
import { heardLine, type TranscriptLine } from "../flow/transcript.ts";
import type { Decision } from "../run/decision.ts";
import type { Script, Session, Setup, SimAction, Talk } from "./session.ts";

/** Time that passed, as a line; nothing is said of less than a second. */
export function withWait(script: Script, ms: number): Script {
  const seconds = Math.round(ms / 1000);
  if (seconds === 0 || script.endedBy !== null) return script;
  const [unit, size] = UNITS.find(([, length]) => seconds % length === 0) ?? ["s", 1];
  return { ...script, lines: [...script.lines, { wait: `${seconds / size}${unit}` }] };
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** The script with what was said and what came of it. What a transcript cannot say ends it. */
export function withLines(
  before: Talk,
  after: Talk,
  action: SimAction,
  events: readonly MailboxEvent[],
  decision: Decision,
): Script {
  const script = after.script;
  if (script.endedBy !== null) return script;
  const said = saidAs(before, action, events);
  if (decision.asked === undefined) {
    // The flow heard nothing of it; as long as it stays where it is, neither does the transcript.
    const changed = decision.run.type === "save" || decision.conversation.owner !== undefined;
    return changed ? { ...script, endedBy: action.type } : script;
  }
  if (said === null) return { ...script, endedBy: action.type };
  const rounds = decision.asked.map((effects) => effects.flatMap(heardAs));
  const answers = rounds.flatMap((lines, index) => (index === 0 ? lines : [{ refused: "closed" as const }, ...lines]));
  const ended = after.status === "done" && decision.run.type === "save" ? [{ ended: true as const }] : [];
  const cut = after.status === "failed" ? "failed" : null;
  return { lines: [...script.lines, ...said, ...answers, ...ended], endedBy: cut };
}

/** What somebody did, as lines; null: transcripts have no word for it. Timers have their `wait` already. */
function saidAs(before: Talk, action: SimAction, events: readonly MailboxEvent[]): readonly TranscriptLine[] | null {
  const event = events[0];
  switch (event?.type) {
    case "timer":
      return [];
    case "effectDone":
      return [{ answer: event.result as never }];
    case "effectFailed":
      return [{ fail: event.error.code }];
    case "sendFailed":
      return action.type === "refuse" ? [{ refused: action.why }] : null;
    case "handBack":
      return action.type === "handBack" && before.run ? [{ people: "resolved" }] : null;
    case "message":
      break;
    default:
      return null;
  }
  const { content } = event;
  switch (content.type) {
    case "text": {
      const texts = events.flatMap((one) =>
        one.type === "message" && one.content.type === "text" ? [one.content.text] : [],
      );
      return [{ contact: texts.join("\n") }];
    }
    case "choice":
      return [isLatest(before, content.id) ? { tap: content.label } : { tapOld: content.id }];
    case "media":
      return content.media.kind === "sticker" ? null : [{ media: content.media.kind }];
    case "location":
      return [{ location: [content.place.latitude, content.place.longitude] }];
    default:
      return null;
  }
}

/** Whether a choice belongs to the last question that had any. */
function isLatest({ thread }: Talk, choice: string): boolean {
  const last = [...thread].reverse().find(({ content }) => content.type === "choices");
  return last?.content.type === "choices" && last.content.choices.some(({ id }) => id === choice);
}

function heardAs(effect: Effect): readonly TranscriptLine[] {
  if (effect.type === "startTimer" || effect.type === "cancelTimer") return [];
  if (effect.type === "send") return [heardLine(effect)];
  const told = Object.entries(effect).filter(([key, value]) => key !== "key" && isShort(value));
  return [{ effect: Object.fromEntries(told) as Record<string, never> }];
}

function isShort(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= 20 && value.every((one) => typeof one === "string" && isShort(one));
  return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= 400);
}

/** The talk as `<flow>.<case>.transcript.yaml`: what was done, what came of it. */
export function transcriptOf({ setup, talk }: Session): string {
  const { name, firstName, phone, email, fields, labels } = setup.contact;
  const document = {
    language: spokenIn(setup),
    now: setup.now,
    contact: { name, firstName, language: setup.language, phone, email, fields, labels } as unknown as Json,
    ...(Object.keys(setup.variables).length > 0 ? { variables: setup.variables } : {}),
    lines: talk.script.lines,
  };
  const note =
    talk.script.endedBy === null ? "" : `# What came after (${talk.script.endedBy}) cannot be said in a transcript.\n`;
  return note + stringify(document, { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

/** The language that the flow answers in. */
function spokenIn({ flow, language }: Setup): Language {
  const spoken = flow.document.languages;
  return spoken.find((one) => one.slice(0, 2) === language.slice(0, 2)) ?? spoken[0] ?? language;
}
