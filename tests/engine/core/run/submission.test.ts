import { describe, expect, test } from "vitest";
import type { MailboxEventOf } from "../../../../engine/core/domain/mailbox-event.ts";
import { compileFlow } from "../../../../engine/core/flow/compile.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { decide } from "../../../../engine/core/run/decide.ts";
import type { Decision, StepInput } from "../../../../engine/core/run/decision.ts";
import type { DecideLibrary } from "../../../../engine/core/run/moments.ts";
import { MOMENT } from "../../../support/moment.ts";

const flow = (name: string, trigger: string, text: string) => {
  const { document } = parseFlow(`flow: ${name}
languages: [fr]
triggers: [${trigger}]
variables: { service: { default: "" } }
start: a
nodes:
  a: { type: ask, text: "${text}", expect: text, saveAs: answer, timeoutHours: 2, exits: { next: b, invalid: b, timeout: b } }
  b: { type: end }
`);
  if (!document) throw new Error(`the flow ${name} does not parse`);
  return compileFlow(document, `ver_${name}` as never);
};
const QUOTE = flow(
  "devis",
  "{ on: form, forms: [devis] }",
  "Devis {{ service }} pour {{ contact.firstName }} : {{ form.city }}. {{ lastText }}",
);
const WORD = flow("horaires", "{ on: keyword, keywords: [horaires], match: contains }", "Horaires");
const ANY = flow("accueil", "{ on: message }", "Bienvenue {{ contact.firstName }}");
const ALL = [ANY, WORD, QUOTE];
const LIBRARY: DecideLibrary = {
  version: (id) => ALL.find(({ versionId }) => versionId === id),
  current: (name) => ALL.find(({ flow: own }) => own === name),
  starts: ALL,
};
const OPENING = { type: "template", name: "recu", language: "fr", parameters: {} } as const;

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
    windowExpiresAt: null,
    lastInboundAt: null,
    lastInboundExternalId: null,
    memory: {},
  },
  contact: { ...MOMENT.contact, name: "", firstName: "", email: null, fields: {}, optedOut: [] },
  capabilities: MOMENT.capabilities,
  accountBotEnabled: true,
  run: null,
  events: [],
};
type Submission = NonNullable<MailboxEventOf<"message">["submission"]>;
const deciding = (event: Partial<MailboxEventOf<"message">>, more: Partial<StepInput> = {}): Decision => {
  const whole: MailboxEventOf<"message"> = {
    type: "message",
    messageId: "msg_1" as never,
    externalId: "form:1",
    at: MOMENT.now,
    content: { type: "form", name: "devis", values: {}, text: "Nom : Léa" },
    ...event,
  };
  const queued = { id: "evt_1" as never, seq: 1, event: whole, late: false, createdAt: MOMENT.now };
  const decision = decide({ ...INPUT, ...more, events: [queued] }, LIBRARY);
  if ("needs" in decision) throw new Error("needs versions");
  return decision;
};
const submission = (more: Partial<Submission> = {}): Submission => ({
  form: "devis",
  message: "Merci d'avance",
  values: { city: "Lyon" },
  variables: { service: "coupe" },
  contact: { name: "Léa Martin", firstName: "Léa", email: "lea@example.com", fields: { city: "Lyon" } },
  ...more,
});
const textsOf = ({ effects }: Decision): readonly string[] =>
  effects.flatMap((effect) => (effect.type === "send" && "text" in effect.content ? [effect.content.text ?? ""] : []));
const closed = { ...INPUT.conversation, windowExpiresAt: "1970-01-01T00:00:00.000Z" };

describe("a form that was filled in", () => {
  test("begins the flow that names it, with its answers, and makes the contact known in the same step", () => {
    const decision = deciding({ submission: submission() });
    expect(textsOf(decision)).toEqual(["Devis coupe pour Léa : Lyon. Merci d'avance"]);
    expect(decision.contact).toEqual({
      name: "Léa Martin",
      firstName: "Léa",
      email: "lea@example.com",
      fields: { city: "Lyon" },
    });
  });

  test("that no flow names goes by its words, else to the flow for any message", () => {
    expect(textsOf(deciding({ submission: submission({ form: "autre", message: "vos horaires ?" }) }))).toEqual([
      "Horaires",
    ]);
    expect(textsOf(deciding({ submission: submission({ form: "autre" }) }))).toEqual(["Bienvenue Léa"]);
  });

  test("changes nothing of a contact that is known already", () => {
    const contact = {
      ...INPUT.contact,
      name: "Anne",
      firstName: "Anne",
      email: "anne@example.com",
      fields: { city: "Nice" },
    };
    expect(deciding({ submission: submission() }, { contact }).contact).toBeNull();
  });

  test("is a new request: what ran before ends", () => {
    const first = deciding({ submission: submission({ form: "autre" }) });
    if (first.run.type !== "save") throw new Error("no run");
    const again = deciding({ submission: submission() }, { run: { id: "run_1" as never, state: first.run.state } });
    expect(again.run).toMatchObject({ type: "save", start: true, flow: "devis", status: "active" });
  });

  test("outside the window opens with the template, and begins when the contact writes", () => {
    const opened = deciding({ submission: submission({ opening: OPENING }) }, { conversation: closed });
    expect(opened.effects).toEqual([{ type: "send", content: OPENING, author: "bot" }]);
    const memory = opened.conversation.memory ?? {};
    const open = { ...INPUT.conversation, windowExpiresAt: "2999-01-01T00:00:00.000Z", memory };
    const contact = { ...INPUT.contact, firstName: "Léa" };
    const begun = deciding({ content: { type: "text", text: "Oui" } }, { conversation: open, contact });
    expect(textsOf(begun)).toEqual(["Devis coupe pour Léa : Lyon. Oui"]);
    expect(begun.conversation.memory?.submission).toBeUndefined();
    const late = new Date(Date.parse(MOMENT.now) + 8 * 86_400_000).toISOString();
    const forgotten = deciding(
      { content: { type: "text", text: "Oui" }, at: late },
      { conversation: open, contact, now: late },
    );
    expect(textsOf(forgotten)).toEqual(["Bienvenue Léa"]);
  });

  test("that nobody can answer is a task for a person, and says nothing", () => {
    const oneWay = deciding({ submission: submission() }, { capabilities: { ...MOMENT.capabilities, oneWay: true } });
    const noTemplate = deciding({ submission: submission() }, { conversation: closed });
    for (const decision of [oneWay, noTemplate]) {
      expect(decision.conversation).toMatchObject({ owner: "agent", status: "waiting" });
      expect(decision.effects.map(({ type }) => type)).toEqual(["alert"]);
    }
  });

  test("says nothing to who wants no messages, to whom a person talks, or who was written in too often", () => {
    const silent = [
      deciding({ submission: submission() }, { contact: { ...INPUT.contact, optedOut: ["service"] } }),
      deciding({ submission: submission() }, { conversation: { ...INPUT.conversation, owner: "agent" } }),
      deciding({ submission: submission(), forPeople: true }),
    ];
    for (const decision of silent) expect(decision.effects).toEqual([]);
  });
});
