import { describe, expect, test } from "vitest";
import { lines } from "../../editor/inbox/talks.ts";
import { stillUnsent, type Unsent } from "../../editor/inbox/unsent.ts";
import { windowFor } from "../../editor/inbox/window.ts";

const NOW = Date.parse("2026-11-21T12:00:00.000Z");
const talk = (windowExpiresAt: string | null, lastInboundAt: string | null = "2026-11-20T12:00:00.000Z") => ({
  windowExpiresAt,
  lastInboundAt,
});
const unsent = (text: string, after: number): Unsent => ({
  clientId: `${text}-${after}`,
  text,
  at: "2026-11-21T12:00:00.000Z",
  after,
  state: "sending",
  error: "",
});

describe("the time in which a person may write", () => {
  test("does not end on a channel that knows none", () => {
    expect(windowFor(talk(null), { serviceWindowHours: null }, NOW)).toEqual({ type: "always" });
    expect(windowFor(talk(null), { serviceWindowHours: 24 }, NOW)).toEqual({ type: "always" });
  });

  test("is open until the channel's moment, and closed from then on", () => {
    const end = "2026-11-21T12:00:00.001Z";
    expect(windowFor(talk(end), { serviceWindowHours: 24 }, NOW)).toEqual({ type: "open", until: end, hours: 24 });
    expect(windowFor(talk(end), { serviceWindowHours: 24 }, NOW + 1)).toEqual({
      type: "closed",
      since: end,
      hours: 24,
    });
  });

  test("is longer for people where the channel gives them longer than the bot", () => {
    const own = { serviceWindowHours: 24, agentWindowHours: 168 };
    expect(windowFor(talk("2026-11-20T12:00:00.000Z"), own, NOW)).toEqual({
      type: "open",
      until: "2026-11-26T12:00:00.000Z",
      hours: 168,
    });
  });

  test("has never begun with somebody who has not written", () => {
    expect(windowFor(talk("1970-01-01T00:00:00.000Z", null), { serviceWindowHours: 24 }, NOW)).toMatchObject({
      type: "closed",
      since: null,
    });
  });
});

describe("what is not sent yet", () => {
  const line = (text: string, position: number) => ({ author: "agent", text, position });

  test("is not shown a second time once the thread has it", () => {
    expect(stillUnsent([unsent("Bonjour", 3)], [line("Bonjour", 4)])).toEqual([]);
    expect(stillUnsent([unsent("Bonjour ", 3)], [line("Bonjour", 4)])).toEqual([]);
  });

  test("stays when only an older line, or another's, says the same", () => {
    const one = unsent("Bonjour", 3);
    expect(stillUnsent([one], [line("Bonjour", 2)])).toEqual([one]);
    expect(stillUnsent([one], [{ author: "contact", text: "Bonjour", position: 4 }])).toEqual([one]);
  });

  test("counts each line of the thread for one of two that say the same", () => {
    const second = { ...unsent("Oui", 3), clientId: "second" };
    expect(stillUnsent([unsent("Oui", 3), second], [line("Oui", 4)])).toEqual([second]);
  });
});

test("pages that overlap give one list without doubles, in their order", () => {
  const page = (...ids: string[]) => ({ items: ids.map((id) => ({ id })), next: null });
  expect(lines([page("c", "b"), page("b", "a")]).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(lines(undefined)).toEqual([]);
});
