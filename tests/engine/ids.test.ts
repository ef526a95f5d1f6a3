import { describe, expect, test } from "vitest";
import { createIds } from "../../engine/ids.ts";
import { fakeClock } from "../support/fake-clock.ts";

describe("ids", () => {
  test("say what they name, and sort by the time they were made", () => {
    const clock = fakeClock();
    const ids = createIds(clock);
    const made: string[] = [];
    for (let index = 0; index < 50; index++) {
      made.push(ids.make("message"));
      clock.advance(1 + index * 1000);
    }
    expect([...made].sort()).toEqual(made);
    for (const id of made) expect(id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  test("are never the same twice, even in one millisecond", () => {
    const ids = createIds(fakeClock());
    expect(new Set(Array.from({ length: 20_000 }, () => ids.make("event"))).size).toBe(20_000);
  });

  test("tokens hold 256 bits and fit in an address", () => {
    const ids = createIds(fakeClock());
    expect(ids.token()).toMatch(/^[\w-]{43}$/);
    expect(ids.token()).not.toBe(ids.token());
  });

  test("codes can be said on the phone: no letter that is mistaken for another, each about as likely", () => {
    const ids = createIds(fakeClock());
    const counts = new Map<string, number>();
    for (let index = 0; index < 5000; index++) {
      const code = ids.speakable();
      expect(code).toMatch(/^[A-Z346789]{3}-[A-Z346789]{3}$/);
      expect(code).not.toMatch(/[IOSL0125]/);
      for (const sign of code.replace("-", "")) counts.set(sign, (counts.get(sign) ?? 0) + 1);
    }
    const likely = [...counts.values()];
    expect(Math.max(...likely) / Math.min(...likely)).toBeLessThan(1.5);
  });
});
