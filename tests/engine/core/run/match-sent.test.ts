import { expect, test } from "vitest";
import { matchSent, type UnknownSend } from "../../../../engine/core/run/match-sent.ts";

const LEA = "+33639980001";
const unknown = (effectId: string, text: string, startedAt: string): UnknownSend => ({
  effectId,
  recipient: [{ kind: "phone", value: LEA }],
  content: { type: "text", text },
  startedAt,
});
const line = (externalId: string, text: string, at: string, to = LEA) => ({ externalId, to, text, at });
const matched = (sends: readonly UnknownSend[], lines: Parameters<typeof matchSent>[1]) =>
  matchSent(sends, lines).map((one) => [one.effectId, one.line.externalId]);

const NINE = "2026-11-20T09:00:00.400Z";

test("a send is found by its person, its words and its time, which providers cut to seconds", () => {
  const lines = [
    line("SM-other", "Bonjour", "2026-11-20T09:00:00.000Z", "+33639980002"),
    line("SM-words", "Bonsoir", "2026-11-20T09:00:00.000Z"),
    line("SM-early", "Bonjour", "2026-11-20T08:59:00.000Z"),
    line("SM-late", "Bonjour", "2026-11-20T09:30:00.000Z"),
    line("SM-own", "Bonjour", "2026-11-20T09:00:00.000Z"),
  ];
  expect(matched([unknown("eff_1", "Bonjour", NINE)], lines)).toEqual([["eff_1", "SM-own"]]);
  expect(matched([unknown("eff_1", "Bonjour", NINE)], lines.slice(0, 4))).toEqual([]);
});

test("the same words twice are two sends: the oldest line is the oldest send, and no line is used twice", () => {
  const lines = [line("SM-2", "Menu", "2026-11-20T09:00:09.000Z"), line("SM-1", "Menu", "2026-11-20T09:00:01.000Z")];
  const sends = [unknown("eff_2", "Menu", "2026-11-20T09:00:08.000Z"), unknown("eff_1", "Menu", NINE)];
  expect(matched(sends, lines)).toEqual([
    ["eff_1", "SM-1"],
    ["eff_2", "SM-2"],
  ]);
  expect(matched(sends, lines.slice(1))).toEqual([["eff_1", "SM-1"]]);
});

test("typographic marks that were replaced on the way do not matter, other words do", () => {
  const sends = [unknown("eff_1", "L’été — 5\u00a0€ …", NINE)];
  expect(matched(sends, [line("SM-1", "L'été - 5 € ...", "2026-11-20T09:00:00.000Z")])).toHaveLength(1);
  expect(matched(sends, [line("SM-1", "L'été - 6 € ...", "2026-11-20T09:00:00.000Z")])).toHaveLength(0);
});
