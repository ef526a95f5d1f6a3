import { readFileSync } from "node:fs";
import { openHouse } from "./house.ts";
import { pause } from "./kills.ts";
import { resultOf } from "./result.ts";
import type { Scenario } from "./scenario.ts";

const HEAP_MB = 96;
/** Of the resident memory after warming up: more growth than this is a leak. */
const MOST_GROWTH = 1.25;

/** A small heap under more load than it is used to: memory stays flat, nothing is lost, the process does not die of it. */
export const memory: Scenario = async (setting) => {
  const house = await openHouse({
    seed: setting.seed,
    perSecond: setting.perSecond,
    most: 2000,
    nodeArguments: [`--max-old-space-size=${HEAP_MB}`],
  });
  const wrong: string[] = [];
  try {
    const [machine] = house.machines;
    if (!machine) throw new Error("a house without a machine");
    await machine.start();
    house.customers.start();
    await pause(setting.isShort ? 6000 : 20_000);
    const warm = residentMb(machine.pid());
    let most = warm;
    const until = Date.now() + (setting.isShort ? 10_000 : 100_000);
    while (Date.now() < until && machine.alive() && !setting.stopping()) {
      await pause(500);
      if (machine.alive()) most = Math.max(most, residentMb(machine.pid()));
      setting.progress(`memory: ${most} MB, ${warm} MB after warming up`);
    }
    if (!machine.alive()) wrong.push(`the process ended: ${await machine.ended()}`);
    if (most > warm * MOST_GROWTH + 30) wrong.push(`resident memory grew from ${warm} MB to ${most} MB`);
    wrong.push(...(await house.rest()));
    return [resultOf(`memory (${warm} to ${most} MB)`, 0, [], await house.judge(), wrong)];
  } finally {
    await house.close();
  }
};

function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? "0") / 1024);
}
