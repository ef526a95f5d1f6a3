import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openHouse } from "./house.ts";
import { firstSentAfter, pause, RECOVERY_MS } from "./kills.ts";
import { ask } from "./machine.ts";
import { resultOf } from "./result.ts";
import type { Scenario } from "./scenario.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * Somebody sets the clock of the machine under load: an hour ahead, back again, an hour behind, back again, and in the
 * end a month ahead. Nothing is lost, nobody waits for the clock, and no timer acts early by the clock of the wall.
 */
export const clock: Scenario = async (setting) => {
  const shifts = [HOUR, 0, -HOUR, 0];
  const house = await openHouse({
    seed: setting.seed,
    perSecond: Math.min(30, setting.perSecond),
    nodeArguments: ["--import", new URL("./shifted-clock.ts", import.meta.url).href],
    talks: { order: 6, question: 2, person: 1 },
    shiftFile: true,
  });
  const wrong: string[] = [];
  const recoveries: number[] = [];
  const set = (seconds: number): void => writeFileSync(join(house.dataDir, "clock-shift"), String(seconds));
  try {
    const [machine] = house.machines;
    if (!machine) throw new Error("a house without a machine");
    set(0);
    await machine.start();
    house.customers.start();
    await pause(2000);
    for (const seconds of shifts) {
      if (setting.stopping()) break;
      // A timer that is set now must not be heard of before its second has passed, whatever the clock says.
      house.customers.begin("patience");
      await pause(300);
      set(seconds);
      const setAt = Date.now();
      const first = await firstSentAfter(house, setAt + 300, RECOVERY_MS * 2);
      recoveries.push(first === null ? RECOVERY_MS * 2 : first - setAt);
      await pause(setting.isShort ? 8000 : 15_000);
      const waiting = house.customers
        .open()
        .filter(({ name, lastAt }) => name !== "patience" && Date.now() - lastAt > 7000);
      if (waiting.length > 0)
        wrong.push(
          `${waiting.length} customers wait for the clock after it was set to ${seconds} s: ${JSON.stringify(waiting[0])}`,
        );
      setting.progress(`clock: ${seconds} s`);
    }
    const { items } = await ask<{ readonly items: readonly { readonly code: string }[] }>(machine.url, "/api/notices");
    if (!items.some(({ code }) => code === "clock.jump")) wrong.push("the operator was not told that the clock jumped");
    // Timers that were set while the clock was ahead are due when it says so again.
    set(HOUR + 5);
    wrong.push(...(await house.rest()));
    set(30 * DAY);
    await pause(2000);
    if (!machine.alive()) wrong.push(`the process ended: ${await machine.ended()}`);
    const verdict = await house.judge();
    if (verdict.violations.length + wrong.length > 0) console.log(machine.output().slice(-3000));
    if (recoveries.some((ms) => ms > RECOVERY_MS))
      wrong.push("nobody was answered within 15 s after the clock was set");
    return [resultOf("clock", 0, recoveries, verdict, wrong)];
  } finally {
    await house.close();
  }
};
