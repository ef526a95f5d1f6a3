import { describe, expect, test } from "vitest";
import type { SendEffect } from "../../../../engine/core/domain/effect.ts";
import { consentWord } from "../../../../engine/core/run/consent-words.ts";
import { mind } from "../../../../engine/core/run/manners.ts";

const NOW = "2026-03-02T09:00:00.000Z";
const say = (text: string, more: Partial<SendEffect> = {}): SendEffect => ({
  type: "send",
  author: "bot",
  content: { type: "text", text },
  ...more,
});

describe("manners", () => {
  test("the same text twice in a row is said once", () => {
    const { sends } = mind([say("a"), say("a"), say("b"), say("a")], {}, NOW, true);
    expect(sends.map(({ content }) => content)).toEqual(["a", "b", "a"].map((text) => ({ type: "text", text })));
  });

  test("a timer that says the last text again is silent, a contact who asks again is answered", () => {
    const { memory } = mind([say("Menu")], {}, NOW, true);
    expect(mind([say("Menu")], memory, NOW, false).sends).toHaveLength(0);
    expect(mind([say("Menu")], memory, NOW, true).sends).toHaveLength(1);
  });

  test("the twenty-first message within a minute is not sent, and a minute later it goes on", () => {
    const many = Array.from({ length: 25 }, (_, n) => say(`${n}`));
    const first = mind(many, {}, NOW, true);
    expect(first.sends).toHaveLength(20);
    expect(first.tooMany).toBe(true);
    const later = new Date(Date.parse(NOW) + 60_000).toISOString();
    expect(mind([say("x")], first.memory, later, true)).toMatchObject({ tooMany: false, sends: [say("x")] });
  });

  test("two hundred a day are enough", () => {
    let memory = {};
    let sent = 0;
    for (let minute = 0; minute < 30; minute++) {
      const now = new Date(Date.parse(NOW) + minute * 60_000).toISOString();
      const result = mind(
        Array.from({ length: 10 }, (_, n) => say(`${minute}.${n}`)),
        memory,
        now,
        true,
      );
      memory = result.memory;
      sent += result.sends.length;
    }
    expect(sent).toBe(200);
  });

  test("the sentence that passes on to people is always said", () => {
    const many = Array.from({ length: 20 }, (_, n) => say(`${n}`));
    const { memory } = mind(many, {}, NOW, true);
    expect(mind([say("a person will answer", { handover: true })], memory, NOW, true).sends).toHaveLength(1);
  });
});

describe("words of consent", () => {
  test.each([
    ["STOP", "whatsapp", "stop"],
    ["stop.", "sms", "stop"],
    ["Arrêt", "sms", "stop"],
    ["désinscrire", "whatsapp", "stop"],
    ["START", "whatsapp", "start"],
    ["cancel", "sms", "stop"],
    ["cancel", "whatsapp", null],
    ["yes", "sms", "start"],
    ["yes", "messenger", null],
    ["HELP", "sms", "help"],
    ["help", "whatsapp", null],
    ["stop", "web", null],
    ["stop", "email", null],
    ["please stop sending me the wrong size", "whatsapp", null],
    ["je veux un stop auto", "sms", null],
    ["", "sms", null],
  ] as const)("%j on %s is %s", (text, channel, expected) => {
    expect(consentWord(text, channel)).toBe(expected);
  });
});
