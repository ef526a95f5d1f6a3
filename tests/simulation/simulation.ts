import Sqlite from "better-sqlite3";
import type { StepInput } from "../../engine/core/run/decision.ts";
import type { AttemptEnd, ChannelAccount, ClaimedEffect, Ids, Store, WaitingEffect } from "../../engine/ports.ts";
import { checkAcked, checkAll, nextMomentOf } from "./checks.ts";
import { createDeliveries, type Deliveries, type Parcel } from "./deliveries.ts";
import { Broken } from "./failure.ts";
import { type Faults, faultsOf, within } from "./faults.ts";
import { examine, heal } from "./heal.ts";
import { type History, watch } from "./history.ts";
import { type Life, startLife } from "./life.ts";
import { createNetwork, type Network } from "./network.ts";
import { createOracle, type Oracle } from "./oracle.ts";
import { createPeople, LETHAL, type People, POISON } from "./people.ts";
import type { Planted } from "./planted/planted.ts";
import { type Random, randomOf, simulatedIds } from "./random.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { tellStatuses } from "./statuses.ts";
import { START_AT, type World } from "./world.ts";

/** One seed at work: the engine, the world around it, and what watches over both. */
export interface Simulation {
  readonly seed: number;
  readonly world: World;
  readonly faults: Faults;
  readonly db: Sqlite.Database;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly ids: Ids;
  readonly oracle: Oracle;
  readonly network: Network;
  readonly deliveries: Deliveries;
  readonly people: People;
  readonly planted: Planted | null;
  /** Nothing goes wrong any more. */
  readonly healed: boolean;
  /** Accounts whose token the provider refuses. */
  readonly expired: Set<string>;
  /** What the engine's clock shows: true time, jumps and drift. */
  wall(): number;
  sinceStart(): number;
  nextNumber(): number;
  /** The process that takes requests, if one does. */
  life(): Life | null;
  onStatement(sql: string, process: { kill(): void; killAfterCommit(): void }): string | undefined;
  committed(): void;
  beforeDecision(input: StepInput): void;
  settled(store: Store, effect: ClaimedEffect, end: AttemptEnd, claim: (effect: WaitingEffect) => boolean): void;
  logged(message: string, facts: unknown): void;
  acknowledged(parcel: Parcel): void;
  agentHeard(messageId: string): void;
  providerTook(account: ChannelAccount, to: string, externalId: string, evidence: string | null): void;
  diskIsFull(): boolean;
  /** Runs a check of the oracle where the engine would swallow what it throws. */
  must(check: () => void): void;
  count(what: string, by?: number): void;
}

/** What a seed was, and how it ended. */
export interface Outcome {
  readonly seed: number;
  readonly broken: { readonly invariant: string; readonly message: string } | null;
  readonly lines: readonly string[];
  readonly trace: string;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly cpuMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunOptions {
  readonly planted?: Planted | null;
  readonly print?: (line: string) => void;
}

/** Share of commits after which a connection without FULL has everything on disk. */
const SYNC_SHARE = 0.1;
/** The engine's own doctor looks at the end of one seed in so many. */
const DOCTOR_ONE_IN = 4;
const MOST_STEPS = 400_000;
/** A text that kills its process may do so this often before it is set aside. */
const MOST_DEATHS = 4;

/** Plays one seed to its end. Never throws for what the engine does: that is what the outcome tells. */
export async function simulate(world: World, seed: number, options: RunOptions = {}): Promise<Outcome> {
  const startedAt = process.threadCpuUsage();
  const counts: Record<string, number> = {};
  const count = (what: string, by = 1): void => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  const planted = options.planted ?? null;
  const faults: Faults = { ...faultsOf(seed), ...planted?.faults };
  const random = randomOf(seed, "schedule");
  const crashes = randomOf(seed, "crashes");
  const db = remembering(new Sqlite(world.image));
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.prepare("UPDATE workspaces SET settings = json_set(settings, '$.burstWindowMs', ?)").run(faults.burstWindowMs);
  planted?.prepare?.(db);
  const history: History = watch(db);
  let image = db.pragma("synchronous", { simple: true }) === 2 ? null : db.serialize();
  let healed = false;
  let jumped = 0;
  let numbers = 0;
  let lives = 0;
  let failedStarts = 0;
  let died = 0;
  let current: Life | null = null;
  let killCurrent = (): void => {};
  let failure: Broken | null = null;
  const deaths = new Map<string, number>();
  const heard: string[] = [];
  const parcels = new Map<Parcel, true>();

  const scheduler = createScheduler({
    startAt: START_AT,
    random,
    leap: faults.leap,
    nextMoment: () => nextMomentOf(db, simulation.wall(), scheduler.now()),
    print: options.print ?? null,
  });
  const wall = (): number =>
    Math.floor(scheduler.now() + jumped + (healed ? 0 : faults.drift * (scheduler.now() - START_AT)));
  const must = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      failure ??= error;
    }
  };

  const diskIsFull = (): boolean => !healed && within(faults.diskFull, simulation.sinceStart());
  /** The engine's own process ends, in the middle of what it does. */
  const die = (why: string): never => {
    count(why);
    scheduler.note(why);
    killCurrent();
    throw new Error("the process dies");
  };

  const simulation: Simulation = {
    seed,
    diskIsFull,
    world,
    faults,
    db,
    scheduler,
    random,
    ids: simulatedIds(randomOf(seed, "ids"), wall),
    oracle: createOracle(randomOf(seed, "oracle"), () => scheduler.steps),
    expired: new Set(),
    planted,
    get healed() {
      return healed;
    },
    get network() {
      return network;
    },
    get deliveries() {
      return deliveries;
    },
    get people() {
      return people;
    },
    wall,
    sinceStart: () => scheduler.now() - START_AT,
    nextNumber: () => ++numbers,
    life: () => (current?.ready ? current : null),
    onStatement(sql, process) {
      const kind = kindOf(sql);
      if (!healed && died < faults.mostCrashes && crashes.chance(faults.crashAtStatement)) {
        count(`crash at ${kind}`);
        scheduler.note(`crash at ${kind}`);
        if (kind === "COMMIT" && crashes.chance(0.5)) process.killAfterCommit();
        else {
          process.kill();
          throw new Error("the process dies");
        }
      }
      const rewritten = planted?.statement?.(sql, simulation);
      if (!healed && kind !== "SELECT") {
        const full = diskIsFull() && kind !== "BEGIN IMMEDIATE";
        const fault = full
          ? "FULL"
          : crashes.chance(faults.statementFails)
            ? crashes.pick(["BUSY", "IOERR", "FULL"])
            : null;
        if (fault && !(full && planted?.survivesFull?.(sql))) {
          count(`sqlite ${fault}`);
          throw new Sqlite.SqliteError(`as simulated: ${fault}`, `SQLITE_${fault}`);
        }
      }
      return rewritten;
    },
    committed() {
      must(() => simulation.oracle.absorb(history.take(), wall()));
      // Now and then the disk has caught up.
      if (image && crashes.chance(SYNC_SHARE)) image = db.serialize();
    },
    beforeDecision(input) {
      if (input.run)
        planted?.decides?.(simulation, JSON.stringify(input.run.state), () => {
          // A process that ends by itself, for a reason that nobody planned, is a broken promise of its own.
          must(() => {
            throw new Broken("C-9", `${input.conversation.id} ended the process`);
          });
          die("crash by its own fault");
        });
      const text = JSON.stringify(input.events);
      if (text.includes(LETHAL)) {
        const id = input.events[0]?.id ?? "";
        deaths.set(id, (deaths.get(id) ?? 0) + 1);
        must(() => {
          if ((deaths.get(id) ?? 0) > MOST_DEATHS)
            throw new Broken("C-9", `${id} killed its process ${deaths.get(id)} times`);
        });
        die("crash by a lethal event");
      }
      if (text.includes(POISON)) {
        count("poison");
        throw new Error("poison, as simulated");
      }
    },
    settled(store, effect, end, claim) {
      if (healed || !crashes.chance(faults.twice)) return;
      const life = current;
      scheduler.after(crashes.wait(2000), "result again", () => {
        if (!life || life.dead) return;
        count("result twice");
        store.outbox.settle(effect, end, claim).then(
          ({ superseded }) =>
            must(() => {
              if (!superseded) throw new Broken("I7", `a second result of ${effect.id} was applied`);
            }),
          () => {},
        );
      });
    },
    logged(message, facts) {
      scheduler.note(`log ${message} ${JSON.stringify(facts).slice(0, 300)}`);
    },
    acknowledged(parcel) {
      parcels.set(parcel, true);
      must(() => checkAcked(db, [parcel]));
      for (const { evidence } of parcel.expected) if (evidence) simulation.oracle.evident(evidence);
    },
    agentHeard(messageId) {
      heard.push(messageId);
    },
    providerTook(account, to, externalId, evidence) {
      if (evidence) must(() => simulation.oracle.taken(evidence, scheduler.now()));
      count("sends taken");
      tellStatuses(simulation, account, to, externalId, evidence);
    },
    must,
    count,
  };
  const network = createNetwork(simulation);
  const deliveries = createDeliveries(simulation);
  const people = createPeople(simulation, randomOf(seed, "people"));

  const start = (): void => {
    const name = `process-${++lives}`;
    scheduler.note(`start ${name}`);
    const { life, kill } = startLife(simulation, name);
    let gone = false;
    killCurrent = () => {
      if (gone) return;
      gone = true;
      kill();
      died++;
      current = null;
      scheduler.after(healed ? 1000 : random.wait(faults.downMs) + failedStarts * 1000, "start", start);
    };
    const own = killCurrent;
    life.then(
      (one) => {
        if (gone) return;
        current = one;
        failedStarts = 0;
        scheduler.note(`ready ${name}`);
      },
      (error: unknown) => {
        scheduler.note(`start failed: ${String(error).slice(0, 200)}`);
        count("start failed");
        failedStarts++;
        own();
      },
    );
    // A process that died in its own start-up says nothing: its supervisor finds it gone.
    scheduler.after(60_000, "supervisor", () => {
      if (!gone && current === null) own();
    });
  };

  const crash = (why: string): void => {
    count("crash between steps");
    scheduler.note(why);
    killCurrent();
    if (!image || !faults.powerLoss) return;
    throw new PowerLost();
  };

  const until = async (deadline: number, enough: () => boolean): Promise<void> => {
    while (!failure && !enough()) {
      if (scheduler.steps > MOST_STEPS) throw new Broken("C-9", "this seed goes in circles");
      if (!(await scheduler.step(deadline))) return;
      if (current?.dead) killCurrent();
      if (!healed && died < faults.mostCrashes && crashes.chance(faults.crashAtStep)) {
        count(`crash after ${scheduler.lastLabel.split(" ")[0]}`);
        crash(`crash after ${scheduler.lastLabel}`);
      }
    }
  };

  try {
    for (const { at, byMs } of faults.clockJumps)
      scheduler.after(at, `clock ${byMs}`, () => {
        if (healed) return;
        count("clock jump");
        jumped += byMs;
      });
    for (const at of faults.tokenExpires)
      scheduler.after(at, "token expires", () => {
        if (healed) return;
        count("token expired");
        simulation.expired.add(random.pick(world.accounts.filter(({ channel }) => channel !== "web")).id);
      });
    if (faults.brokenSnapshot > 0)
      scheduler.after(random.between(0, faults.spanMs), "broken snapshot", () => {
        count("broken snapshot");
        db.exec(
          `UPDATE conversations SET run_state = replace(run_state, '"value":"', '"value":"gone-') WHERE rowid = (SELECT MIN(rowid) FROM conversations WHERE run_id IS NOT NULL)`,
        );
      });
    start();
    people.plan();
    await until(START_AT + faults.spanMs, () => false);
    // Everything works again; drift and jumps stay what they were.
    jumped += faults.drift * (scheduler.now() - START_AT);
    healed = true;
    scheduler.note("healed");
    simulation.expired.clear();
    await heal(simulation, until);
    if (failure) throw failure;
    checkAcked(db, [...parcels.keys()]);
    checkAll(simulation, heard);
    // Doctor goes by the times in the rows: a clock that was set back makes them say what did not happen.
    const forward = faults.drift >= 0 && faults.clockJumps.every(({ byMs }) => byMs > 0);
    if (seed % DOCTOR_ONE_IN === 0 && forward) await examine(simulation);
  } catch (error) {
    if (error instanceof PowerLost) {
      count("power loss");
      const after = new Sqlite(image as Buffer);
      try {
        checkAcked(after, [...parcels.keys()]);
      } catch (broken) {
        failure ??= broken as Broken;
      }
      after.close();
    } else
      failure ??=
        error instanceof Broken
          ? error
          : new Broken("simulation", String(error instanceof Error ? error.stack : error));
  }
  killCurrent = () => {};
  // An engine that was left behind must not work on: its database is gone.
  db.close();
  count("crashes", died);
  count("deliveries", deliveries.sent);
  count("checks", simulation.oracle.checks);
  for (const [edge, times] of simulation.oracle.edges) count(`edge ${edge}`, times);
  const used = process.threadCpuUsage(startedAt);
  return {
    seed,
    broken: failure ? { invariant: failure.invariant, message: failure.message } : null,
    lines: failure ? scheduler.lastLines() : [],
    trace: scheduler.traceHash(),
    steps: scheduler.steps,
    simulatedMs: scheduler.now() - START_AT,
    cpuMs: (used.user + used.system) / 1000,
    counts,
  };
}

/** The power went away with the process: the database is what was synced last. */
class PowerLost extends Error {}

/** Every start of the engine prepares the same statements: on one connection they can be the same ones. */
function remembering(db: Sqlite.Database): Sqlite.Database {
  const known = new Map<string, Sqlite.Statement>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    const statement = known.get(sql) ?? prepare(sql);
    known.set(sql, statement);
    return statement;
  }) as typeof db.prepare;
  return db;
}

function kindOf(sql: string): string {
  if (sql.startsWith("BEGIN") || sql === "COMMIT") return sql;
  return /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? "?";
}
