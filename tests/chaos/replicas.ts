import { type PostgresServer, startPostgresServer } from "./databases.ts";
import { type House, openHouse } from "./house.ts";
import { pause, RECOVERY_MS, type Stopping } from "./kills.ts";
import { ADMIN_TOKEN, ask, type Machine } from "./machine.ts";
import { type Result, resultOf } from "./result.ts";
import { openRows } from "./rows.ts";
import type { Scenario } from "./scenario.ts";

const MACHINES = 3;
/** Longer than a machine is frozen in the short form: what it had begun may still leave when it comes back. */
const UNKNOWN_WAIT_MS = 30_000;

export interface ReplicaOptions {
  readonly seed: number;
  readonly perSecond: number;
  /** One machine dies every so often, in turn with the others. */
  readonly killEveryMs: number;
  readonly kills: number;
  /** How long one machine stands still (SIGSTOP) before it comes back. */
  readonly frozenMs: number;
  readonly stopping: Stopping;
  readonly onKill?: () => void;
}

/** Three machines on one PostgreSQL: one is killed every few seconds, one freezes and comes back. */
export async function underKilledReplicas(server: PostgresServer, options: ReplicaOptions): Promise<Result> {
  await server.create("replicas");
  const house = await openHouse({
    seed: options.seed,
    databaseUrl: server.url("replicas"),
    machines: MACHINES,
    perSecond: options.perSecond,
    // A load balancer gives up a machine that does not answer.
    webhookTimeoutMs: 3000,
    env: { UNKNOWN_WAIT_MS: String(UNKNOWN_WAIT_MS) },
  });
  const wrong: string[] = [];
  let kills = 0;
  try {
    wrong.push(...(await startAtOnce(house)));
    if (wrong.length > 0) return resultOf("replicas", 0, [], {}, wrong);
    wrong.push(...(await hearsTheOthers(house)));
    house.customers.start();
    const waits = watchWaits(house);
    await pause(1000);
    const [frozen, ...others] = house.machines;
    if (!frozen) throw new Error("a house without machines");
    const freeze = async (): Promise<void> => {
      frozen.signal("SIGSTOP");
      await pause(options.frozenMs);
      frozen.signal("SIGCONT");
    };
    const freezing = freeze();
    for (; kills < options.kills && !options.stopping(); kills++) {
      const machine = others[kills % others.length];
      if (!machine) break;
      await pause(options.killEveryMs);
      if (!machine.alive()) wrong.push(`machine ${kills % others.length} ended by itself: ${await machine.ended()}`);
      await machine.kill();
      options.onKill?.();
      await machine.start();
    }
    await freezing;
    if (!frozen.alive()) wrong.push(`the frozen machine ended by itself: ${await frozen.ended()}`);
    wrong.push(...(await house.rest(90_000)));
    const slowest = waits.slowestMs();
    const verdict = await house.judge();
    // A process that dies between record and request leaves a send of which nobody can know: it waits for evidence (C-6).
    const allowedMs = RECOVERY_MS + (verdict.badged > 0 ? UNKNOWN_WAIT_MS : 0);
    if (slowest > allowedMs) wrong.push(`a customer waited ${slowest} ms for an answer`);
    if (verdict.violations.length + wrong.length > 0) house.keep("replicas");
    return resultOf("replicas", kills, [slowest], verdict, wrong);
  } finally {
    await house.close();
    await server.drop("replicas");
  }
}

/** PostgreSQL itself is killed under load and comes back: 503 meanwhile, then everything goes on. */
export async function underKilledPostgres(
  server: PostgresServer,
  options: Pick<ReplicaOptions, "seed" | "perSecond" | "kills" | "stopping" | "onKill"> & { readonly downMs: number },
): Promise<Result> {
  await server.create("database");
  const house = await openHouse({
    seed: options.seed,
    databaseUrl: server.url("database"),
    machines: 2,
    perSecond: options.perSecond,
  });
  const wrong: string[] = [];
  let slowest = 0;
  let kills = 0;
  try {
    for (const machine of house.machines) await machine.start();
    house.customers.start();
    for (; kills < options.kills && !options.stopping(); kills++) {
      await pause(2000);
      await server.kill();
      options.onKill?.();
      await pause(options.downMs / 2);
      for (const machine of house.machines) {
        if (!machine.alive()) {
          wrong.push(`a machine ended with its database: ${await machine.ended()}`);
          continue;
        }
        const { healthz, readyz } = await health(machine);
        if (healthz !== 200 || readyz !== 503) wrong.push(`without a database: healthz ${healthz}, readyz ${readyz}`);
      }
      await pause(options.downMs / 2);
      await server.start();
      const startedAt = Date.now();
      const before = house.graph.sent().length;
      while (house.graph.sent().length <= before && Date.now() - startedAt < RECOVERY_MS * 2) await pause(20);
      slowest = Math.max(slowest, Date.now() - startedAt);
    }
    if (slowest > RECOVERY_MS) wrong.push(`no answer soon enough after the database came back: ${slowest} ms`);
    for (const machine of house.machines) if (!machine.alive()) await machine.start();
    wrong.push(...(await house.rest(90_000)));
    const codes = [...house.meta.refused.keys()].filter((code) => code !== 503 && code !== 0);
    if (codes.length > 0) wrong.push(`webhooks were answered with ${codes.join(", ")}`);
    const verdict = await house.judge();
    if (verdict.violations.length + wrong.length > 0) house.keep("postgres");
    return resultOf("postgres killed", kills, [slowest], verdict, wrong);
  } finally {
    await house.close();
    await server.drop("database");
  }
}

async function health(machine: Machine): Promise<{ readonly healthz: number; readonly readyz: number }> {
  const status = (path: string): Promise<number> =>
    fetch(`${machine.url}${path}`, { signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
  return { healthz: await status("/healthz"), readyz: await status("/readyz") };
}

/** Three processes start on an empty database at once: one migrates, the others wait. */
async function startAtOnce(house: House): Promise<readonly string[]> {
  const started = await Promise.all(house.machines.map((machine) => machine.start()));
  const wrong = started.flatMap((state, index) =>
    state === "ready" ? [] : [`machine ${index} did not start: ${house.machines[index]?.output()}`],
  );
  const rows = await openRows(house.databaseUrl);
  try {
    const [versions] = await rows.all<{ readonly n: number }>("SELECT COUNT(*) AS n FROM relais_schema");
    if (Number(versions?.n) !== 1) wrong.push(`${versions?.n} rows say which schema this is`);
    const [workspaces] = await rows.all<{ readonly n: number }>("SELECT COUNT(*) AS n FROM workspaces");
    if (Number(workspaces?.n) !== 1) wrong.push(`${workspaces?.n} workspaces were made`);
    const doubled = await rows.all<{ readonly flow: string }>(
      "SELECT flow FROM flow_versions GROUP BY flow HAVING COUNT(*) > 1",
    );
    if (doubled.length > 0) wrong.push(`flows that were published twice: ${doubled.map(({ flow }) => flow)}`);
    return wrong;
  } finally {
    await rows.close();
  }
}

/** What changes on one machine is heard on the event stream of another. */
async function hearsTheOthers(house: House): Promise<readonly string[]> {
  const [first, second] = house.machines;
  if (!first || !second) return ["there are no two machines"];
  const leave = new AbortController();
  const stream = await fetch(`${second.url}/api/events`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    signal: leave.signal,
  });
  let heard = "";
  const listening = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) heard += decoder.decode(chunk);
  })().catch(() => {});
  const talk = house.customers.begin("patience");
  const until = Date.now() + 5000;
  let id = "";
  while (Date.now() < until && !(id !== "" && heard.includes(id))) {
    await pause(50);
    const { items } = await ask<{ readonly items: readonly { readonly conversationId: string }[] }>(
      first.url,
      `/api/messages?externalId=${talk?.said[0]}`,
    );
    id = items[0]?.conversationId ?? "";
  }
  leave.abort();
  await listening;
  return id !== "" && heard.includes(id) ? [] : ["a change was not heard on the other machine's stream within 5 s"];
}

/** The longest time between what a customer wrote and an answer. */
function watchWaits(house: House): { slowestMs(): number } {
  let slowest = 0;
  const timer = setInterval(() => {
    for (const talk of house.customers.open()) {
      // An agent is no machine: their part of a talk waits for people.
      if (talk.name !== "person") slowest = Math.max(slowest, Date.now() - talk.lastAt);
    }
  }, 200);
  return {
    slowestMs() {
      clearInterval(timer);
      return slowest;
    },
  };
}

export const replicas: Scenario = async (setting) => {
  const server = await startPostgresServer();
  let kills = 0;
  const onKill = (): void => setting.progress(`replicas: ${++kills} kills`);
  try {
    const common = { seed: setting.seed, stopping: setting.stopping, onKill };
    return [
      await underKilledReplicas(server, {
        ...common,
        perSecond: setting.isShort ? 20 : setting.perSecond,
        killEveryMs: setting.isShort ? 3000 : 5000,
        kills: setting.isShort ? 6 : Math.max(24, Math.min(setting.kills, 500)),
        frozenMs: setting.isShort ? 20_000 : 120_000,
      }),
      await underKilledPostgres(server, {
        ...common,
        perSecond: setting.isShort ? 10 : 30,
        kills: setting.isShort ? 1 : 10,
        downMs: setting.isShort ? 2000 : 8000,
      }),
    ];
  } finally {
    await server.close();
  }
};
