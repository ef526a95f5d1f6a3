import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { type House, openHouse } from "./house.ts";
import { firstSentAfter, pause, RECOVERY_MS } from "./kills.ts";
import { ADMIN_TOKEN, ask, type Machine } from "./machine.ts";
import { type Result, resultOf } from "./result.ts";
import type { Scenario, Setting } from "./scenario.ts";

const MB = 1_048_576;

/** A disk of its own in memory, so small that it can be filled. Needs the rights to mount; null without them. */
function mountDisk(sizeMb: number): { readonly path: string; unmount(): void } | null {
  const path = mkdtempSync(join(tmpdir(), "relais-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true, force: true });
    return null;
  }
  return {
    path,
    unmount() {
      execFileSync("umount", ["-l", path], { stdio: "ignore" });
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Takes what is left of a disk, piece by piece. */
function fill(path: string): void {
  for (const size of [MB, 65_536, 4096]) {
    for (let n = 0; ; n++) {
      const file = join(path, `filler-${size}-${n}`);
      if (existsSync(file)) continue;
      try {
        writeFileSync(file, Buffer.alloc(size, 1));
      } catch {
        rmSync(file, { force: true });
        break;
      }
    }
  }
}

function clear(path: string): void {
  for (const name of readdirSync(path)) if (name.startsWith("filler-")) rmSync(join(path, name));
}

/** The disk under the database fills up under load: 503, nothing begun, and all goes on by itself when there is room. */
async function underFullDisk(setting: Setting, sizeMb: number, fillings: number): Promise<Result> {
  const disk = mountDisk(sizeMb);
  if (!disk) return resultOf("disk full", 0, [], {}, ["a disk of its own could not be mounted: this needs root"]);
  const wrong: string[] = [];
  const recoveries: number[] = [];
  const house = await openHouse({
    seed: setting.seed,
    perSecond: Math.min(30, setting.perSecond),
    dataDir: disk.path,
    env: { DISK_RESERVE_MB: "64" },
  });
  try {
    const [machine] = house.machines;
    if (!machine) throw new Error("a house without a machine");
    await machine.start();
    house.customers.start();
    await pause(2500);
    for (let n = 0; n < fillings && !setting.stopping(); n++) {
      fill(disk.path);
      // Whatever falls free is taken again: the reserve is for the program's own use first.
      await pause(1500);
      wrong.push(...(await looksFull(house, machine)));
      const before = house.graph.sent().length;
      await pause(2000);
      const more = house.graph.sent().length - before;
      if (more > 0) wrong.push(`${more} messages were sent while nothing could be recorded`);
      clear(disk.path);
      const clearedAt = Date.now();
      const first = await firstSentAfter(house, clearedAt, RECOVERY_MS * 2);
      recoveries.push(first === null ? RECOVERY_MS * 2 : first - clearedAt);
      await pause(1500);
    }
    if (!machine.alive()) wrong.push(`the process ended: ${await machine.ended()}`);
    if (recoveries.some((ms) => ms > RECOVERY_MS))
      wrong.push(`it did not go on within ${RECOVERY_MS / 1000} s after there was room`);
    if (!house.meta.refused.has(503)) wrong.push("no webhook was answered with 503");
    const { items } = await ask<{ readonly items: readonly { readonly code: string }[] }>(machine.url, "/api/notices");
    for (const code of ["disk.full", "disk.roomAgain"])
      if (!items.some((one) => one.code === code)) wrong.push(`the operator was not told ${code}`);
    wrong.push(...(await house.rest()));
    const verdict = await house.judge();
    if (verdict.violations.length + wrong.length > 0) console.log(machine.output().slice(-3000));
    return resultOf(`disk full (${sizeMb} MB)`, 0, recoveries, verdict, wrong);
  } finally {
    await house.close();
    disk.unmount();
  }
}

async function looksFull(house: House, machine: Machine): Promise<readonly string[]> {
  const wrong: string[] = [];
  const ready = await fetch(`${machine.url}/readyz`);
  if (ready.status !== 503) wrong.push(`readyz says ${ready.status} on a full disk`);
  const alive = await fetch(`${machine.url}/healthz`);
  if (alive.status !== 200) wrong.push(`healthz says ${alive.status} on a full disk`);
  const metrics = await fetch(`${machine.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  if (!(await metrics.text()).includes("relais_disk_full 1"))
    wrong.push("the metrics do not say that the disk is full");
  if (house.meta.acked.size === 0) wrong.push("nothing was taken before the disk was full");
  return wrong;
}

export const diskFull: Scenario = async (setting) => {
  const sizes = setting.isShort ? [64] : [32, 64, 128, 256];
  const results: Result[] = [];
  for (const size of sizes) {
    if (setting.stopping()) break;
    results.push(await underFullDisk(setting, size, setting.isShort ? 1 : 4));
    setting.progress(`disk full: ${size} MB`);
  }
  return results;
};

/** Somebody else holds the database for a while: no 200 without a row, then everything goes on. */
export const locked: Scenario = async (setting) => {
  const holdsMs = setting.isShort ? [1500, 8000] : [1000, 3000, 7000, 15_000, 30_000];
  const house = await openHouse({
    seed: setting.seed,
    perSecond: Math.min(30, setting.perSecond),
    webhookTimeoutMs: 40_000,
  });
  const wrong: string[] = [];
  const recoveries: number[] = [];
  try {
    const [machine] = house.machines;
    if (!machine) throw new Error("a house without a machine");
    await machine.start();
    house.customers.start();
    await pause(1000);
    const other = new Sqlite(house.databaseUrl, { timeout: 20_000 });
    for (const holdMs of holdsMs) {
      if (setting.stopping()) break;
      other.exec("BEGIN IMMEDIATE");
      const lockedAt = Date.now();
      const acked = house.meta.acked.size;
      // What was answered in the very moment before was stored before.
      await pause(200);
      const late = house.meta.acked.size;
      await pause(holdMs - 200);
      if (house.meta.acked.size > late)
        wrong.push(`${house.meta.acked.size - late} of ${acked} were acknowledged while nothing could be stored`);
      other.exec("ROLLBACK");
      const first = await firstSentAfter(house, Date.now(), RECOVERY_MS * 2);
      recoveries.push(first === null ? RECOVERY_MS * 2 : first - lockedAt - holdMs);
      setting.progress(`locked: ${holdMs} ms`);
      await pause(1000);
    }
    other.close();
    if (!machine.alive()) wrong.push(`the process ended: ${await machine.ended()}`);
    if (recoveries.some((ms) => ms > RECOVERY_MS))
      wrong.push(`it did not go on within ${RECOVERY_MS / 1000} s after the lock was gone`);
    wrong.push(...(await house.rest()));
    const verdict = await house.judge();
    if (verdict.violations.length + wrong.length > 0) console.log(machine.output().slice(-3000));
    return [resultOf("locked", 0, recoveries, verdict, wrong)];
  } finally {
    await house.close();
  }
};
