import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { channelOf } from "../../../../channels/registry.ts";
import type { ChannelType } from "../../../../engine/core/domain/channel.ts";
import { type Choice, textOf } from "../../../../engine/core/domain/message.ts";
import { compileFlow, type FlowMachine } from "../../../../engine/core/flow/compile.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { playTranscript, type TranscriptLine, transcriptSchema } from "../../../../engine/core/flow/transcript.ts";
import { plain } from "../../../../engine/core/run/match.ts";
import type { Moment } from "../../../../engine/core/run/run.ts";
import { transcriptOf } from "../../../../engine/core/simulator/script.ts";
import { draftVersion, type Session, type Setup, type SimAction } from "../../../../engine/core/simulator/session.ts";
import { act, openSession, standsAt, undo, variablesOf } from "../../../../engine/core/simulator/simulate.ts";
import { MOMENT } from "../../../support/moment.ts";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const drafts = readdirSync(`${ROOT}flows`)
  .filter((file) => file.endsWith(".flow.yaml"))
  .map((file) => machineOf(readFileSync(`${ROOT}flows/${file}`, "utf8")));
const transcripts = readdirSync(`${ROOT}tests/flows`).filter((file) => file.endsWith(".transcript.yaml"));

function machineOf(source: string): FlowMachine {
  const { document, diagnostics } = parseFlow(source);
  if (!document) throw new Error(JSON.stringify(diagnostics));
  return compileFlow(document, draftVersion(document.flow));
}
function named(flow: string): FlowMachine {
  const found = drafts.find((one) => one.flow === flow);
  if (!found) throw new Error(`there is no flow ${flow}`);
  return found;
}
function setupOf(flow: FlowMachine, channel: ChannelType = "whatsapp", given: Partial<Setup> = {}): Setup {
  return {
    flow,
    others: drafts,
    channel,
    capabilities: channelOf(channel).capabilities,
    language: "fr",
    contact: MOMENT.contact,
    workspace: MOMENT.workspace,
    now: MOMENT.now,
    variables: {},
    answersItself: false,
    ...given,
  };
}
/** The moment in which the runner plays what the simulator wrote down. */
function momentOf({ channel, capabilities, workspace, contact, language, now }: Setup): Moment {
  return {
    now,
    language,
    contact,
    workspace,
    capabilities,
    conversation: { id: "cnv_simulator", channel, windowOpen: true },
  };
}
const library = {
  version: (id: string) => drafts.find(({ versionId }) => versionId === id),
  current: (flow: string) => drafts.find((one) => one.flow === flow),
};
function offeredIn({ talk }: Session): { readonly message: number; readonly choices: readonly Choice[] } | null {
  const last = [...talk.thread].reverse().find(({ content }) => content.type === "choices");
  return last?.content.type === "choices" ? { message: last.number, choices: last.content.choices } : null;
}
function says(session: Session): readonly string[] {
  return session.talk.thread.flatMap(({ direction, content }) => (direction === "out" ? [textOf(content)] : []));
}

/** The action that a line of a transcript stands for; null: the line says what comes of one. */
function actionOf(line: TranscriptLine, session: Session): SimAction | null {
  const key = session.talk.pending[session.talk.pending.length - 1]?.key ?? "";
  if ("contact" in line) return { type: "say", text: line.contact };
  if ("tap" in line) {
    const offer = offeredIn(session);
    const choice = offer?.choices.find(({ label }) => plain(label) === plain(line.tap));
    if (!offer || !choice) throw new Error(`${line.tap} is not offered`);
    return { type: "tap", message: offer.message, choice: choice.id };
  }
  if ("media" in line) return { type: "send", content: { type: "media", media: { kind: line.media, remoteId: "1" } } };
  if ("answer" in line) return { type: "answer", key, result: line.answer as never };
  if ("fail" in line) return { type: "fail", key, code: line.fail };
  if ("people" in line) return { type: "handBack" };
  if ("refused" in line) return { type: "refuse", why: line.refused };
  if ("wait" in line) {
    const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    return { type: "later", ms: Number(line.wait.slice(0, -1)) * units[line.wait.slice(-1) as keyof typeof units] };
  }
  return null;
}

describe("the simulator and the transcript runner", { timeout: 60_000 }, () => {
  test.each(transcripts)("give the same conversation: %s", (file) => {
    const script = transcriptSchema.parse(parse(readFileSync(`${ROOT}tests/flows/${file}`, "utf8")));
    const { lines, ...head } = Array.isArray(script) ? { lines: script } : script;
    const flow = named(file.split(".")[0] ?? "");
    const given = {
      ...("language" in head ? { language: head.language } : {}),
      ...("now" in head && head.now ? { now: head.now } : {}),
    };
    let session = openSession(setupOf(flow, "whatsapp", given));
    for (const line of lines) {
      const action = actionOf(line, session);
      if (action) session = act(session, action);
      // People have the conversation: what the contact says then is no business of the flow.
      if (session.talk.script.endedBy !== null || session.steps.at(-1)?.remark === "withPeople") break;
    }
    const wrote = session.talk.script.lines;
    expect(wrote.length).toBeGreaterThan(0);
    const wanted = lines.slice(0, wrote.length);
    // A wait may be cut where a timer fired in between; all else is line by line.
    if (wrote.every((one) => !("wait" in one)))
      expect(wrote).toEqual(
        wanted.map((one) => ("effect" in one ? { effect: expect.objectContaining(one.effect) } : one)),
      );
    const played = playTranscript(
      flow,
      library as never,
      transcriptSchema.parse(parse(transcriptOf(session))),
      momentOf(session.setup),
    );
    expect(played.problems).toEqual([]);
  });

  test("agree on any talk with any flow, on any channel", () => {
    const choice = fc.nat(30);
    const doing = fc.oneof(
      { weight: 6, arbitrary: choice.map((n) => ["tap", n] as const) },
      {
        weight: 3,
        arbitrary: fc
          .constantFrom(
            "Bonjour",
            "1",
            "demain",
            "16h",
            "Léa",
            "06 39 98 12 34",
            "a@example.com",
            "conseiller",
            "🙂",
            "n'importe quoi",
          )
          .map((text) => ["say", text] as const),
      },
      { weight: 3, arbitrary: choice.map((n) => ["answer", n] as const) },
      { weight: 1, arbitrary: fc.constant(["fail", 0] as const) },
      { weight: 2, arbitrary: fc.constantFrom(60, 3600, 90_000).map((s) => ["later", s] as const) },
      { weight: 1, arbitrary: fc.constant(["voice", 0] as const) },
      { weight: 1, arbitrary: fc.constant(["oldTap", 0] as const) },
      { weight: 1, arbitrary: fc.constant(["refuse", 0] as const) },
      { weight: 1, arbitrary: fc.constant(["handBack", 0] as const) },
    );
    const channels: readonly ChannelType[] = ["whatsapp", "sms", "web"];
    let long = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...drafts),
        fc.constantFrom(...channels),
        fc.constantFrom("fr", "en"),
        fc.array(doing, { minLength: 1, maxLength: 12 }),
        (flow, channel, language, things) => {
          let session = act(openSession(setupOf(flow, channel, { language })), { type: "say", text: "Bonjour" });
          for (const [what, n] of things) {
            const { talk } = session;
            const offer = offeredIn(session);
            const picked = offer?.choices[typeof n === "number" ? n % offer.choices.length : 0];
            const first = talk.thread.find(({ content }) => content.type === "choices");
            const pending = talk.pending[talk.pending.length - 1];
            const action: SimAction | null =
              what === "tap" && offer && picked
                ? { type: "tap", message: offer.message, choice: picked.id }
                : what === "oldTap" && first?.content.type === "choices"
                  ? { type: "tap", message: first.number, choice: first.content.choices[0]?.id ?? "" }
                  : what === "answer" && pending
                    ? { type: "answer", key: pending.key, result: pending.suggestion }
                    : what === "fail" && pending
                      ? { type: "fail", key: pending.key, code: "unavailable" }
                      : what === "later"
                        ? { type: "later", ms: Number(n) * 1000 }
                        : what === "voice"
                          ? {
                              type: "send",
                              content: { type: "media", media: { kind: "audio", voice: true, remoteId: "1" } },
                            }
                          : what === "refuse"
                            ? { type: "refuse", why: "failed" }
                            : what === "handBack" && talk.conversation.owner === "agent"
                              ? { type: "handBack" }
                              : what === "say"
                                ? { type: "say", text: String(n) }
                                : null;
            if (action) session = act(session, action);
          }
          const yaml = transcriptOf(session);
          if (session.talk.script.lines.length > 6) long++;
          const played = playTranscript(
            flow,
            library as never,
            transcriptSchema.parse(parse(yaml)),
            momentOf(session.setup),
          );
          expect(played.problems, yaml).toEqual([]);
        },
      ),
      { numRuns: 120 },
    );
    expect(long).toBeGreaterThan(20);
  });
});

describe("the simulator", () => {
  const boutique = named("boutique");
  const begun = act(openSession(setupOf(boutique)), { type: "say", text: "Bonjour" });

  test("shows what the channel shows: buttons, or numbers where there are none", () => {
    expect(begun.talk.thread[1]).toMatchObject({ author: "bot", content: { type: "choices" } });
    const sms = act(openSession(setupOf(boutique, "sms")), { type: "say", text: "Bonjour" });
    expect(sms.talk.thread[1]?.content).toMatchObject({ type: "text", text: expect.stringContaining("1. Produits") });
    expect(standsAt(act(sms, { type: "say", text: "2" }).talk)?.node).toBe("order-status");
  });

  test("says the path, the variables and what is asked of the world", () => {
    const asked = act(begun, { type: "tap", message: 2, choice: offeredIn(begun)?.choices[0]?.id ?? "" });
    expect(asked.steps.at(-1)?.path).toEqual([
      { flow: "boutique", node: "greeting", exit: "products" },
      { flow: "boutique", node: "products" },
    ]);
    expect(asked.talk.pending).toEqual([
      expect.objectContaining({ effect: expect.objectContaining({ type: "findProducts" }) }),
    ]);
    expect(variablesOf(asked.talk)).not.toBeNull();
  });

  test("takes steps back one by one, to the first word", () => {
    const more = act(act(begun, { type: "say", text: "conseiller" }), { type: "later", ms: 3_600_000 });
    expect(undo(undo(more))).toEqual(begun);
    expect(undo(undo(undo(undo(more)))).talk.thread).toEqual([]);
  });

  test("fires timers when they are due, and jumps to one", () => {
    const timer = begun.talk.timers[0];
    if (!timer) throw new Error("the greeting waits for ever");
    const before = act(begun, { type: "later", ms: Date.parse(timer.dueAt) - Date.parse(begun.talk.now) - 1000 });
    expect(before.talk.status).toBe("active");
    expect(act(before, { type: "later", ms: 2000 }).talk.status).toBe("done");
    expect(act(begun, { type: "jump", timer: timer.name }).talk.now).toBe(timer.dueAt);
  });

  test("plays trouble: five quick messages, an old button, STOP, the assistant down, a voice note, a closed line", () => {
    const burst = act(begun, { type: "burst", texts: ["je", "veux", "un", "gros", "savon"] });
    expect(burst.talk.thread.filter(({ direction }) => direction === "in")).toHaveLength(6);
    expect(burst.steps).toHaveLength(2);
    const id = offeredIn(begun)?.choices[2]?.id ?? "";
    const advised = act(begun, { type: "tap", message: 2, choice: id });
    expect(act(advised, { type: "tap", message: 2, choice: id }).steps.at(-1)?.remark).toBe("withPeople");
    const stopped = act(begun, { type: "say", text: "STOP" });
    expect(stopped.talk).toMatchObject({ run: null, timers: [], contact: { optedOut: ["service"] } });
    expect(act(stopped, { type: "say", text: "Bonjour" }).steps.at(-1)?.remark).toBe("optedOut");
    const down = act(begun, { type: "assistant", state: "down" });
    expect(act(down, { type: "say", text: "livrez-vous en Belgique ?" }).talk.conversation.owner).toBe("agent");
    const voice = act(begun, { type: "send", content: { type: "media", media: { kind: "audio", voice: true } } });
    expect(says(voice).at(-1)).toContain("Je ne peux pas lire");
    const paused = act(act(begun, { type: "line", state: "paused" }), { type: "say", text: "conseiller" });
    expect(paused.talk.thread.at(-1)?.status).toBe("held");
    expect(act(paused, { type: "line", state: "up" }).talk.thread.at(-1)?.status).toBe("sent");
  });

  test("goes on at any node, and says when the words would not have started the flow", () => {
    expect(standsAt(act(begun, { type: "from", node: "again" }).talk)?.node).toBe("again");
    expect(standsAt(act(openSession(setupOf(boutique)), { type: "from", node: "again" }).talk)?.node).toBe("again");
    const keyword = openSession(setupOf(named("rendez-vous")));
    expect(act(keyword, { type: "say", text: "Bonjour" }).steps[0]?.remark).toBe("noTrigger");
    expect(act(keyword, { type: "say", text: "rdv" }).steps[0]?.remark).toBeNull();
  });

  test("answers for the helpers when it is told to", () => {
    const session = openSession(setupOf(boutique, "web", { answersItself: true }));
    const asked = act(act(session, { type: "say", text: "Bonjour" }), { type: "say", text: "produits" });
    expect(asked.talk.pending).toEqual([]);
    expect(offeredIn(asked)?.choices.map(({ label }) => label)).toContain("Premier produit");
  });
});
