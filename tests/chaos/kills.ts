import type { House } from "./house.ts";
import type { Machine } from "./machine.ts";
import type { Result } from "./result.ts";
import { resultOf } from "./result.ts";

/** From the kill to the first answer of the restarted process (C-11). The tests of a busy machine allow more. */
export const RECOVERY_MS = Number(process.env.CHAOS_RECOVERY_MS ?? 15_000);

/** Whether somebody has asked to stop. */
export type Stopping = () => boolean;

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits for the first message that is sent after this moment; null: none came. */
export async function firstSentAfter(house: House, moment: number, withinMs: number): Promise<number | null> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const last = house.graph.sent().at(-1);
    if (last && last.at > moment) return last.at;
    await pause(10);
  }
  return null;
}

/** Starts a machine that was killed and measures how long nobody got an answer. */
export async function recover(house: House, machine: Machine, killedAt: number): Promise<number | null> {
  await machine.start();
  if (house.customers.open().length === 0) house.customers.begin("order");
  const answeredAt = await firstSentAfter(house, killedAt + 1, RECOVERY_MS * 2);
  return answeredAt === null ? null : answeredAt - killedAt;
}

/** `kill -9` at random times under load, at most `kills` times. */
export async function randomKills(
  house: House,
  options: {
    readonly kills: number;
    readonly meanMs: number;
    readonly stopping: Stopping;
    readonly onKill?: () => void;
  },
): Promise<Result> {
  const [machine] = house.machines;
  if (!machine) throw new Error("a house without a machine");
  const recoveries: number[] = [];
  const wrong: string[] = [];
  let kills = 0;
  await machine.start();
  house.customers.start();
  await pause(300);
  while (kills < options.kills && !options.stopping()) {
    await pause(Math.min(-Math.log(1 - house.random()) * options.meanMs, options.meanMs * 4));
    const killedAt = Date.now();
    if (!machine.alive()) wrong.push(`the process ended by itself: ${await machine.ended()}`);
    await machine.kill();
    kills++;
    options.onKill?.();
    const recoveryMs = await recover(house, machine, killedAt);
    if (recoveryMs === null || recoveryMs > RECOVERY_MS)
      wrong.push(`no answer within ${RECOVERY_MS / 1000} s after kill ${kills}`);
    recoveries.push(recoveryMs ?? RECOVERY_MS * 2);
  }
  wrong.push(...(await house.rest()));
  return resultOf("random", kills, recoveries, await house.judge(), wrong);
}

/** Points that need a little more than load to be passed, or that are passed at the start. */
const PASSES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(outbox\.(recover|resolveUnknown|heartbeat)|operations\.alive)\./, [1]],
  // At the start there is nothing due: later passes find something.
  [/^(mailbox\.fireTimers|outbox\.claim)\./, [2, 3, 4]],
  [/^(conversations|mailbox\.enqueue)\./, [1, 2]],
];
const PASSED_WITHIN_MS = 30_000;
/** What stays unknown does so for as long as evidence may take. */
const UNKNOWN_PASSED_WITHIN_MS = 60_000;

/** `kill -9` at each of these places in turn, each restart with the next one in it. */
export async function failpointKills(
  house: House,
  options: { readonly points: readonly string[]; readonly stopping: Stopping; readonly onKill?: () => void },
): Promise<Result> {
  const [machine] = house.machines;
  if (!machine) throw new Error("a house without a machine");
  const recoveries: number[] = [];
  const wrong: string[] = [];
  let kills = 0;
  let downSince: number | null = null;
  let upSince = Number.POSITIVE_INFINITY;
  house.graph.onSent(({ at }) => {
    if (downSince === null || at < upSince) return;
    recoveries.push(at - downSince);
    downSince = null;
  });
  house.customers.start();
  for (const point of options.points) {
    if (options.stopping()) break;
    const passes = PASSES.find(([names]) => names.test(point))?.[1] ?? [1, 2, 3];
    const pass = passes[Math.floor(house.random() * passes.length)] ?? 1;
    upSince = Number.POSITIVE_INFINITY;
    const starting = machine.start({ FAILPOINT: `${point}:${pass}` });
    upSince = Date.now();
    // Not taken, and nobody can know: only then an outcome stays unknown although reports arrive.
    if (point.startsWith("outbox.resolveUnknown")) house.graph.fail({ type: "status", httpStatus: 502 }, 2);
    await starting;
    const withinMs = point.startsWith("outbox.resolveUnknown") ? UNKNOWN_PASSED_WITHIN_MS : PASSED_WITHIN_MS;
    const isDead = await Promise.race([machine.ended().then(() => true), pause(withinMs).then(() => false)]);
    if (!isDead) {
      wrong.push(`${point} was not passed ${pass} times within ${withinMs / 1000} s`);
      await machine.kill();
    }
    downSince ??= Date.now();
    kills++;
    options.onKill?.();
  }
  upSince = Date.now();
  await machine.start();
  wrong.push(...(await house.rest()));
  wrong.push(
    ...recoveries.filter((ms) => ms > RECOVERY_MS).map((ms) => `the first answer after a kill came after ${ms} ms`),
  );
  return resultOf("failpoints", kills, recoveries, await house.judge(), wrong);
}
