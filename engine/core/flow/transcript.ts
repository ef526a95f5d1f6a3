import { z } from "zod";
import type { Effect, SendEffect } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";
import type { InboundContent, OutboundContent } from "../domain/message.ts";
import { textOf } from "../domain/message.ts";
import { advance, begin } from "../run/advance.ts";
import { contactPatch, patchedContact } from "../run/contact-patch.ts";
import { matchChoice, plain } from "../run/match.ts";
import type { Advance, FlowLibrary, Moment, RunEvent } from "../run/run.ts";
import type { FlowMachine } from "./compile.ts";

/**
 * A whole conversation as a test: `<flow>.<case>.transcript.yaml`, a list of lines in order.
 * `bot: text (A / B)` what is said, choices in brackets; `assistant:`; `contact: words`, `tap: label`, `media: image`,
 * `location: [48.85, 2.35]`; `tapOld: id` a tap on a choice of an earlier question;
 * `effect: { type: … }` what is asked for (only the given keys are compared); `answer: …` / `fail: code` its outcome;
 * `wait: 20h` time passes; `people: resolved`; `refused: closed|failed` the last message was not delivered.
 */
const line = z.union([
  z.strictObject({ bot: z.string() }),
  z.strictObject({ assistant: z.string() }),
  z.strictObject({ contact: z.string() }),
  z.strictObject({ tap: z.string() }),
  z.strictObject({ tapOld: z.string() }),
  z.strictObject({ media: z.enum(["image", "video", "audio", "document"]) }),
  z.strictObject({ location: z.tuple([z.number(), z.number()]) }),
  z.strictObject({ effect: z.record(z.string(), z.json()) }),
  z.strictObject({ answer: z.json() }),
  z.strictObject({ fail: z.string() }),
  z.strictObject({ wait: z.string().regex(/^\d+(s|m|h|d)$/) }),
  z.strictObject({ people: z.enum(["taken", "resolved"]) }),
  z.strictObject({ refused: z.enum(["closed", "failed"]) }),
  z.strictObject({ ended: z.literal(true) }),
]);
export const transcriptSchema = z.union([
  z.array(line),
  z.strictObject({
    language: z.string().default("fr"),
    now: z.string().optional(),
    contact: z.record(z.string(), z.json()).optional(),
    variables: z.record(z.string(), z.json()).default({}),
    lines: z.array(line),
  }),
]);
export type TranscriptLine = z.infer<typeof line>;

/** What playing a transcript showed. */
export interface Played {
  /** One sentence per line that did not hold. */
  readonly problems: readonly string[];
  /** `flow node exit` of every exit that was taken. */
  readonly taken: ReadonlySet<string>;
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Plays a transcript against a flow. Pure. */
export function playTranscript(
  flow: FlowMachine,
  library: FlowLibrary,
  transcript: z.infer<typeof transcriptSchema>,
  base: Moment,
): Played {
  const script = Array.isArray(transcript) ? { language: base.language, variables: {}, lines: transcript } : transcript;
  let now = Date.parse(("now" in script && script.now) || base.now);
  const contact = ("contact" in script && script.contact) || {};
  let talker = { ...base.contact, ...contact } as Moment["contact"];
  const moment = (): Moment => ({
    ...base,
    contact: talker,
    language: script.language,
    now: new Date(now).toISOString(),
  });
  const problems: string[] = [];
  const taken = new Set<string>();
  const said: string[] = [];
  let timers: { readonly name: string; readonly at: number }[] = [];
  let awaited: string | null = null;
  let lastSend: { readonly node: string } | null = null;
  let offered: readonly { readonly id: string; readonly label: string }[] = [];
  const everOffered = new Map<string, string>();
  let at: Advance | null = null;

  const take = (next: Advance): void => {
    at = next;
    if (next.status === "failed") problems.push(`the flow failed: ${next.error}`);
    const patch = contactPatch(next.effects);
    if (patch) talker = patchedContact(talker, patch);
    for (const { flow: name, node, exit } of next.path) if (exit) taken.add(`${name} ${node} ${exit}`);
    for (const effect of next.effects) {
      if (effect.type === "startTimer")
        timers = [
          ...timers.filter(({ name }) => name !== effect.name),
          { name: effect.name, at: now + effect.delayMs },
        ];
      else if (effect.type === "cancelTimer") timers = timers.filter(({ name }) => name !== effect.name);
      else {
        if (effect.type === "send") {
          lastSend = { node: effect.node ?? "" };
          if (effect.content.type === "choices") {
            offered = effect.content.choices;
            for (const { id, label } of offered) everOffered.set(id, label);
          }
        }
        if ("key" in effect && effect.key !== undefined) awaited = effect.key;
        said.push(heardAs(effect));
      }
    }
  };
  const tell = (event: RunEvent): void => {
    if (said.length > 0) problems.push(`nobody expected: ${said.splice(0).join(" | ")}`);
    if (at && at.status === "active") take(advance(library, at.state, event, moment()));
    else if (event.type === "message")
      take(begin(library, flow, { content: event.content, variables: script.variables as never }, moment()));
    else problems.push(`the conversation was over before ${JSON.stringify(event)}`);
  };
  const message = (content: InboundContent): void => tell({ type: "message", content });

  for (const [index, one] of script.lines.entries()) {
    const where = `line ${index + 1}`;
    if ("contact" in one) message({ type: "text", text: one.contact });
    else if ("tap" in one) {
      const choice = offered.find(({ label }) => plain(label) === plain(one.tap)) ?? matchChoice(one.tap, offered);
      if (choice) message({ type: "choice", id: choice.id, label: choice.label });
      else
        problems.push(`${where}: "${one.tap}" was not offered, only ${offered.map(({ label }) => label).join(", ")}`);
    } else if ("tapOld" in one) {
      message({ type: "choice", id: one.tapOld, label: everOffered.get(one.tapOld) ?? one.tapOld });
    } else if ("location" in one)
      message({ type: "location", place: { latitude: one.location[0], longitude: one.location[1] } });
    else if ("media" in one) message({ type: "media", media: { kind: one.media, remoteId: "1" } });
    else if ("answer" in one) tell({ type: "effectDone", key: awaited ?? "", result: one.answer as Json });
    else if ("fail" in one) tell({ type: "effectFailed", key: awaited ?? "", error: { code: one.fail, detail: "" } });
    else if ("people" in one) tell({ type: "people", outcome: one.people });
    else if ("refused" in one)
      tell({
        type: "sendFailed",
        node: lastSend ? (lastSend as { readonly node: string }).node : "",
        windowClosed: one.refused === "closed",
      });
    else if ("wait" in one) {
      const unit = one.wait.slice(-1) as keyof typeof UNITS;
      now += Number(one.wait.slice(0, -1)) * UNITS[unit];
      const due = timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at);
      timers = timers.filter((timer) => timer.at > now);
      for (const { name } of due) tell({ type: "timer", name });
    } else if ("ended" in one) {
      const status = (at as Advance | null)?.status;
      if (status !== "done") problems.push(`${where}: the conversation should be over, it is ${status ?? "not begun"}`);
    } else {
      const got = said.shift();
      const wanted =
        "bot" in one
          ? one.bot
          : "assistant" in one
            ? `assistant: ${one.assistant}`
            : `effect: ${JSON.stringify(one.effect)}`;
      if (got === undefined) problems.push(`${where}: expected "${wanted}", but nothing came`);
      else if (!("effect" in one ? isLike(got, one.effect) : got === wanted))
        problems.push(`${where}: expected "${wanted}", got "${got}"`);
    }
  }
  if (said.length > 0) problems.push(`nobody expected: ${said.join(" | ")}`);
  return { problems, taken };
}

function heardAs(effect: Effect): string {
  if (effect.type !== "send") return `effect: ${JSON.stringify(effect)}`;
  const line = heardLine(effect);
  return "assistant" in line ? `assistant: ${line.assistant}` : line.bot;
}

/** What is said, as a line of a transcript. */
export function heardLine(effect: SendEffect): { readonly bot: string } | { readonly assistant: string } {
  const words = shownAs(effect.content);
  return effect.author === "assistant" ? { assistant: words } : { bot: words };
}

function shownAs(content: OutboundContent): string {
  const words = textOf(content);
  return content.type === "choices" ? `${words} (${content.choices.map(({ label }) => label).join(" / ")})` : words;
}

function isLike(got: string, wanted: object): boolean {
  if (!got.startsWith("effect: ")) return false;
  const effect = JSON.parse(got.slice("effect: ".length)) as Record<string, unknown>;
  return Object.entries(wanted).every(([key, value]) => JSON.stringify(effect[key]) === JSON.stringify(value));
}
