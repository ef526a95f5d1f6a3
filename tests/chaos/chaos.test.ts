import { expect, test } from "vitest";
import { diskFull, locked } from "./disk.ts";
import { provider } from "./provider.ts";
import type { Scenario, Setting } from "./scenario.ts";
import { failpoints, random } from "./under-kills.ts";

const SHORT: Setting = {
  seed: 1,
  db: "sqlite",
  kills: 1,
  parallel: 2,
  perSecond: 40,
  evidence: true,
  isShort: true,
  stopping: () => false,
  progress: () => {},
};

async function holds(scenario: Scenario, setting: Partial<Setting> = {}): Promise<void> {
  const results = await scenario({ ...SHORT, ...setting });
  expect(results.flatMap(({ violations }) => violations)).toEqual([]);
  expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(0);
}

test("killed at every named place, nothing is lost or doubled", () => holds(failpoints));
test("killed at random under load, nothing is lost or doubled", () => holds(random, { kills: 4 }));
test("killed at random without delivery reports, only what nobody can know is doubled, with a badge", () =>
  holds(random, { kills: 4, evidence: false }));
test("a disk that fills up: 503, nothing begun, and all goes on when there is room", async (context) => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return context.skip("mounting a disk needs root");
  await holds(diskFull);
});
test("a database that somebody holds: no 200 without a row, then all goes on", () => holds(locked));
test("every way in which a provider fails has its class", () => holds(provider));
