import { describe, expect, test } from "vitest";
import { createAlarm } from "../../../engine/worker/alarm.ts";
import { createBreaker } from "../../../engine/worker/breaker.ts";
import { createPacer } from "../../../engine/worker/pacer.ts";
import { backoffMs } from "../../../engine/worker/send.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const PACE = { account: { perSecond: 10, burst: 3 }, recipient: { perSecond: 1, burst: 2 } };

describe("the pacer", () => {
  test("lets a burst through and then says when the next token comes", () => {
    const pacer = createPacer();
    expect(pacer.take("a", "r1", PACE, 0)).toBeNull();
    expect(pacer.take("a", "r2", PACE, 0)).toBeNull();
    expect(pacer.take("a", "r3", PACE, 0)).toBeNull();
    expect(pacer.take("a", "r4", PACE, 0)).toEqual({ at: 100 });
    expect(pacer.take("a", "r4", PACE, 100)).toBeNull();
  });

  test("a recipient who is written to too fast does not use up the account's tokens", () => {
    const pacer = createPacer();
    const wide = { ...PACE, account: { perSecond: 10, burst: 4 } };
    expect(pacer.take("a", "r1", wide, 0)).toBeNull();
    expect(pacer.take("a", "r1", wide, 0)).toBeNull();
    expect(pacer.take("a", "r1", wide, 0)).toEqual({ at: 1000 });
    expect(pacer.take("a", "r2", wide, 0)).toBeNull();
    expect(pacer.take("a", "r3", wide, 0)).toBeNull();
    expect(pacer.take("a", "r4", wide, 0)).toEqual({ at: 100 });
  });

  test("what the provider asked to hold is held, and only that", () => {
    const pacer = createPacer();
    pacer.hold("r1", 5000);
    expect(pacer.take("a", "r1", PACE, 0)).toEqual({ at: 5000 });
    expect(pacer.take("a", "r2", PACE, 0)).toBeNull();
    expect(pacer.take("a", "r1", PACE, 5000)).toBeNull();
  });
});

describe("the breaker", () => {
  test("opens after five failures within half a minute, then lets one probe through", () => {
    const breaker = createBreaker();
    for (let n = 0; n < 5; n++) breaker.failed("a", n * 1000);
    expect(breaker.openUntil("a", 5000)).toBe(34_000);
    expect(breaker.openUntil("b", 5000)).toBe(0);
    expect(breaker.openUntil("a", 34_000)).toBe(0);
    expect(breaker.openUntil("a", 34_001)).toBeGreaterThan(34_001);
    breaker.succeeded("a");
    expect(breaker.openUntil("a", 34_002)).toBe(0);
  });

  test("failures that are far apart do not open it", () => {
    const breaker = createBreaker();
    for (let n = 0; n < 20; n++) breaker.failed("a", n * 10_000);
    expect(breaker.openUntil("a", 200_000)).toBe(0);
  });

  test("each failed probe waits longer, at most five minutes", () => {
    const breaker = createBreaker();
    for (let n = 0; n < 5; n++) breaker.failed("a", 0);
    let now = 0;
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      const until = breaker.openUntil("a", now);
      waits.push(until - now);
      now = until;
      expect(breaker.openUntil("a", now)).toBe(0);
      breaker.failed("a", now);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });
});

describe("the alarm", () => {
  test("rings once, at the earliest moment asked for", () => {
    const clock = fakeClock(0);
    const rings: number[] = [];
    const alarm = createAlarm(clock, () => rings.push(clock.now()));
    alarm.at(5000);
    alarm.at(1000);
    alarm.at(3000);
    clock.advance(10_000);
    expect(rings).toEqual([1000]);
    alarm.at(12_000);
    clock.advance(10_000);
    expect(rings).toEqual([1000, 12_000]);
    expect(clock.pending).toBe(0);
  });

  test("a moment that is weeks away is reached", () => {
    const clock = fakeClock(0);
    const rings: number[] = [];
    const month = 31 * 24 * 3_600_000;
    createAlarm(clock, () => rings.push(clock.now())).at(month);
    clock.advance(month + 1);
    expect(rings).toEqual([month]);
  });
});

test("retries wait twice as long each time, at most five minutes, never less than half of it", () => {
  const least = [1, 2, 3, 9, 30].map((attempt) => backoffMs(attempt, () => 0));
  const most = [1, 2, 3, 9, 30].map((attempt) => backoffMs(attempt, () => 1));
  expect(least).toEqual([500, 1000, 2000, 128_000, 150_000]);
  expect(most).toEqual([1000, 2000, 4000, 256_000, 300_000]);
});
