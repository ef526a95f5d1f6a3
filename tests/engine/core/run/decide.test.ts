import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MailboxEvent } from "../../../../engine/core/domain/mailbox-event.ts";
import type { InboundContent } from "../../../../engine/core/domain/message.ts";
import { compileFlow } from "../../../../engine/core/flow/compile.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { decide } from "../../../../engine/core/run/decide.ts";
import type { Decision, StepInput } from "../../../../engine/core/run/decision.ts";
import type { DecideLibrary } from "../../../../engine/core/run/moments.ts";
import { MOMENT } from "../../../support/moment.ts";

const source = readFileSync(new URL("../../../../flows/boutique.flow.yaml", import.meta.url), "utf8");
const { document } = parseFlow(source);
if (!document) throw new Error("the flow does not parse");
const shop = compileFlow(document, "ver_1" as never);
const LIBRARY: DecideLibrary = {
  version: (id) => (id === shop.versionId ? shop : undefined),
  current: (name) => (name === "boutique" ? shop : undefined),
  starts: [shop],
};

const INPUT: StepInput = {
  now: MOMENT.now,
  workspace: MOMENT.workspace,
  conversation: {
    id: "cnv_1" as never,
    workspaceId: "wsp_1" as never,
    accountId: "acc_1" as never,
    channel: "whatsapp",
    contactId: "con_1" as never,
    owner: "bot",
    status: "open",
    botEnabled: true,
    handover: null,
    language: null,
    version: 0,
    windowExpiresAt: "2026-03-03T09:00:00.000Z",
    lastInboundAt: MOMENT.now,
    lastInboundExternalId: "wamid.1",
    memory: {},
  },
  contact: MOMENT.contact,
  capabilities: MOMENT.capabilities,
  accountBotEnabled: true,
  run: null,
  events: [],
};
const event = (one: MailboxEvent, seq = 1) => ({
  id: `evt_${seq}` as never,
  seq,
  event: one,
  late: false,
  createdAt: MOMENT.now,
});
const message = (content: InboundContent | string, at = MOMENT.now): MailboxEvent => ({
  type: "message",
  messageId: "msg_1" as never,
  externalId: "wamid.1",
  at,
  content: typeof content === "string" ? { type: "text", text: content } : content,
});
const deciding = (events: readonly MailboxEvent[], more: Partial<StepInput> = {}): Decision => {
  const decision = decide({ ...INPUT, ...more, events: events.map((one, index) => event(one, index + 1)) }, LIBRARY);
  if ("needs" in decision) throw new Error("needs versions");
  return decision;
};
const textsOf = (decision: Decision): readonly string[] =>
  decision.effects.flatMap((effect) =>
    effect.type === "send" && "text" in effect.content ? [effect.content.text ?? ""] : [],
  );
/** The input after a decision, as the store would give it. */
const resulting = (decision: Decision, more: Partial<StepInput> = {}): Partial<StepInput> => ({
  run:
    decision.run.type === "save" && decision.run.status === "active"
      ? { id: "run_1" as never, state: JSON.parse(JSON.stringify(decision.run.state)) }
      : null,
  conversation: { ...INPUT.conversation, ...(decision.conversation as object) },
  ...more,
});

describe("one event of a conversation", () => {
  test("a first message starts the flow", () => {
    const decision = deciding([message("Bonjour")]);
    expect(textsOf(decision)).toEqual(["Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?"]);
    expect(decision.run).toMatchObject({ type: "save", start: true, status: "active" });
    expect(decision.timers).toMatchObject([{ type: "start", dueAt: "2026-03-03T05:00:00.000Z" }]);
  });

  test("texts of a burst are one", () => {
    const start = deciding([message("Bonjour")]);
    const next = deciding([message("je voudrais"), message("les produits")], resulting(start));
    expect(next.effects).toMatchObject([{ type: "findProducts" }]);
  });

  test("while a person owns the conversation the bot says nothing, whatever happens", () => {
    const start = deciding([message("Bonjour")]);
    const owned = resulting(start, { conversation: { ...INPUT.conversation, owner: "agent" } });
    const events: readonly MailboxEvent[] = [
      message("produits"),
      { type: "timer", name: "boutique|xstate.after.greeting:timeout.boutique.greeting", generation: 1 },
      { type: "effectDone", effectId: "eff_1" as never, key: "x", result: null },
    ];
    for (const one of events) expect(deciding([one], owned).effects).toEqual([]);
  });

  test("a switched-off bot leaves messages to people", () => {
    const off = { conversation: { ...INPUT.conversation, botEnabled: false } };
    expect(deciding([message("Bonjour")], off)).toMatchObject({ effects: [], conversation: { status: "waiting" } });
    expect(deciding([message("Bonjour")], { accountBotEnabled: false }).effects).toEqual([]);
    expect(deciding([message("Bonjour")], { workspace: { ...INPUT.workspace, botEnabled: false } }).effects).toEqual(
      [],
    );
  });

  test("a message of yesterday is for people", () => {
    expect(deciding([message("Bonjour", "2026-02-28T09:00:00.000Z")])).toMatchObject({
      effects: [],
      conversation: { status: "waiting" },
    });
  });

  test("a hand-over gives the conversation to people, tells the contact and raises the alert", () => {
    const decision = deciding([message("conseiller")], resulting(deciding([message("Bonjour")])));
    expect(decision.conversation).toMatchObject({
      owner: "agent",
      status: "waiting",
      handover: { queue: "boutique", reason: "demande un conseiller" },
    });
    expect(decision.effects).toMatchObject([
      { type: "send", handover: true },
      { type: "alert", queue: "boutique" },
    ]);
    const back = deciding([{ type: "handBack", by: "Paul", mode: "continue" }], resulting(decision));
    expect(back.conversation).toMatchObject({ owner: "bot", handover: null });
    expect(textsOf(back)).toEqual(["Puis-je faire autre chose pour vous ?"]);
  });

  test("handed back in the middle of a question, the bot asks it again; at a node, it goes there; from the start, it greets", () => {
    const start = deciding([message("Bonjour")]);
    const owned = resulting(start, { conversation: { ...INPUT.conversation, owner: "agent" } });
    expect(textsOf(deciding([{ type: "handBack", by: "Paul", mode: "continue" }], owned))[0]).toContain("bienvenue");
    expect(textsOf(deciding([{ type: "handBack", by: "Paul", mode: "continue", node: "again" }], owned))).toEqual([
      "Puis-je faire autre chose pour vous ?",
    ]);
    expect(textsOf(deciding([{ type: "handBack", by: "Paul", mode: "restart" }], owned))[0]).toContain("bienvenue");
    expect(
      textsOf(
        deciding([{ type: "handBack", by: "Paul", mode: "restart" }], {
          conversation: { ...INPUT.conversation, owner: "agent" },
        }),
      )[0],
    ).toContain("bienvenue");
  });

  test("a take-over cancels what the bot still had to say", () => {
    expect(deciding([{ type: "takeOver", by: "Paul", via: "inbox" }])).toMatchObject({
      cancelSends: true,
      conversation: { owner: "agent" },
    });
  });

  test("STOP silences, START gives the voice back", () => {
    const stop = deciding([message("STOP")], resulting(deciding([message("Bonjour")])));
    expect(stop).toMatchObject({
      contact: { optOut: "service" },
      cancelSends: true,
      run: { status: "done" },
      timers: [{ type: "cancelAll" }],
    });
    const silent = { contact: { ...INPUT.contact, optedOut: ["service" as const] } };
    expect(deciding([message("Bonjour")], silent).effects).toEqual([]);
    expect(deciding([message("START")], silent)).toMatchObject({ contact: { optIn: "service" } });
  });

  test("STOP counts wherever it stands in a burst; the last other word counts alone", () => {
    const texts = (...all: readonly string[]) => deciding(all.map((text) => message(text)));
    expect(texts("Bonjour", "STOP", "merci")).toMatchObject({ contact: { optOut: "service" } });
    expect(texts("STOP", "yes")).toMatchObject({ contact: { optOut: "service" } });
    expect(texts("START", "vos produits")).toMatchObject({ contact: null, outcome: "moved" });
  });

  test("a word that the provider answered is kept, and not answered twice", () => {
    const handled = (handled: "stop" | "start" | "help", text: string) =>
      deciding([{ ...message(text), handled } as MailboxEvent], {
        conversation: { ...INPUT.conversation, channel: "sms" },
      });
    expect(handled("stop", "PLUS DE SMS")).toMatchObject({ contact: { optOut: "service" }, effects: [] });
    expect(handled("start", "START")).toMatchObject({ contact: { optIn: "service" }, effects: [] });
    expect(handled("help", "HELP")).toMatchObject({ contact: null, effects: [] });
  });

  test("on text messages the words that no carrier knows are answered by us", () => {
    const sms = { conversation: { ...INPUT.conversation, channel: "sms" as const } };
    expect(textsOf(deciding([message("Arrêt")], sms))).toEqual([expect.stringContaining("C'est noté")]);
    expect(textsOf(deciding([message("AIDE")], sms))).toEqual([expect.stringContaining("Écrivez votre question")]);
    // Who never said STOP says yes to a question.
    expect(deciding([message("yes")], sms)).toMatchObject({ contact: null, run: { type: "save" } });
  });

  test("who wants no messages gets none, whatever asks for one", () => {
    const contact = { ...INPUT.contact, optedOut: ["service" as const] };
    const started = { ...resulting(deciding([message("Bonjour")])), contact };
    const timer = {
      type: "timer",
      name: "boutique|xstate.after.greeting:timeout.boutique.greeting",
      generation: 1,
    } as const;
    for (const one of [
      timer,
      { type: "trigger", flow: "boutique", variables: {} },
      { type: "handBack", by: "Paul", mode: "continue" },
    ] satisfies readonly MailboxEvent[])
      expect(deciding([one], started).effects).toEqual([]);
  });

  test("after the window closed nothing free is said: a person is asked", () => {
    const start = deciding([message("Bonjour")]);
    const closed = resulting(start, { now: "2026-03-04T09:00:00.000Z" });
    const decision = deciding(
      [{ type: "timer", name: "boutique|xstate.after.greeting:timeout.boutique.greeting", generation: 1 }],
      closed,
    );
    expect(decision.conversation).toMatchObject({ owner: "agent", status: "waiting" });
    expect(decision.effects).toMatchObject([{ type: "alert" }]);
  });

  test("a version that is not loaded is asked for, and nothing is decided", () => {
    const run = {
      id: "run_1" as never,
      state: { frames: [{ flow: "boutique", versionId: "ver_old" as never, snapshot: {} }] },
    };
    expect(decide({ ...INPUT, run, events: [event(message("x"))] }, LIBRARY)).toEqual({ needs: ["ver_old"] });
  });

  test("a double tap is answered once, an old button is answered by its words", () => {
    const tap = message({ type: "choice", id: "greeting/order/1.0", label: "Commande" });
    const start = deciding([message("Bonjour")]);
    const first = deciding([tap], resulting(start));
    expect(first.effects).toMatchObject([{ type: "findOrder" }]);
    expect(deciding([tap], resulting(first)).effects).toEqual([]);
    const later = deciding([message("menu")], resulting(first));
    const old = deciding([message({ type: "choice", id: "again/products/7.0", label: "Produits" })], resulting(later));
    expect(old.effects).toMatchObject([{ type: "findProducts" }]);
  });

  test("after three answers that nobody understands a person is asked", () => {
    const start = deciding([message("Bonjour")]);
    let now = deciding([message("conseiller")], resulting(start));
    now = deciding([{ type: "handBack", by: "Paul", mode: "restart" }], resulting(now));
    for (const _ of [1, 2]) now = deciding([message({ type: "media", media: { kind: "image" } })], resulting(now));
    expect(textsOf(now)).toEqual(["Je ne peux pas lire ce type de contenu, peux-tu me l'écrire ?"]);
  });

  test("whatever a contact writes, the run goes on and survives being stored", () => {
    const words = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        "produits",
        "menu",
        "conseiller",
        "1",
        "{{ contact }}",
        "{% include 'x' %}",
        "stop",
        "😀".repeat(50),
      ),
    );
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 6 }), (texts) => {
        let state: Partial<StepInput> = {};
        for (const text of texts) {
          const one = deciding([message(text)], state);
          const two = deciding([message(text)], JSON.parse(JSON.stringify(state)) as Partial<StepInput>);
          expect(two.effects).toEqual(one.effects);
          expect(textsOf(one).join("")).not.toContain("{%");
          if (one.run.type === "save") expect(one.run.status).not.toBe("failed");
          state = { ...resulting(one), capabilities: INPUT.capabilities };
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("who comes without a word", () => {
  const opened: InboundContent = { type: "visit", what: "opened" };
  const mention: InboundContent = { type: "visit", what: "mention" };

  test("by a link is greeted, and disturbs no question that is under way", () => {
    const greeted = deciding([message(opened)]);
    expect(textsOf(greeted)[0]).toContain("bienvenue");
    const again = deciding([message(opened)], resulting(greeted));
    expect([again.effects, again.run]).toEqual([[], { type: "unchanged" }]);
  });

  test("but names us in a story is answered only by a flow that is made for it", () => {
    const quiet = deciding([message(mention)]);
    expect([quiet.effects, quiet.run]).toEqual([[], { type: "unchanged" }]);
  });
});
