import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { startPostgres } from "../support/postgres.ts";
import { chatLoop } from "./chat.ts";
import type { Driver, Measured } from "./driver.ts";
import { fill } from "./fill.ts";
import { Latencies, usageOf } from "./measure.ts";
import { type Server, startFloor, startRelais } from "./servers.ts";

/** What every part of the bench works with. */
export interface Bench {
  readonly driver: Driver;
  /** For databases; removed at the end. */
  readonly folder: string;
  readonly seconds: number;
  readonly warmSeconds: number;
  /** A line while something long goes on. */
  readonly progress: (text: string) => void;
  /** A row of the table under the last heading. */
  readonly row: (...cells: readonly (string | number)[]) => void;
  readonly heading: (title: string, ...columns: readonly string[]) => void;
  /** What went wrong while measuring: any makes the run fail. */
  readonly problems: string[];
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const folderIn = ({ folder }: Bench): string => mkdtempSync(join(folder, "data-"));

interface Load {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly peakMb: number;
  readonly measured: Measured;
}

async function loaded(bench: Bench, servers: readonly Server[], run: () => Promise<Measured>): Promise<Load> {
  const cpu = (): number => servers.reduce((sum, { pid }) => sum + usageOf(pid).cpuMs, 0);
  const before = cpu();
  const from = performance.now();
  const measured = await run();
  // CPU of the whole run, warming up included, by the messages of the whole run.
  const perSecond = measured.answered / measured.seconds;
  const spent = cpu() - before;
  const seconds = (performance.now() - from) / 1000;
  bench.problems.push(...measured.problems);
  const peakMb = Math.max(...servers.map(({ pid }) => usageOf(pid).peakMb));
  return { perSecond, cpuMicros: (spent * 1000) / Math.max(1, perSecond * seconds), peakMb, measured };
}

function speedRow(bench: Bench, name: string, customers: number, load: Load, floor: number | null): void {
  const { reply } = load.measured;
  bench.row(
    name,
    customers,
    load.perSecond.toFixed(0),
    ms(reply.percentile(0.5)),
    ms(reply.percentile(0.95)),
    ms(reply.percentile(0.99)),
    load.cpuMicros.toFixed(0),
    load.peakMb.toFixed(0),
    floor === null ? "" : (load.perSecond / floor).toFixed(2),
  );
}

const SPEED_COLUMNS = [
  "",
  "customers",
  "answered/s",
  "reply p50 ms",
  "p95",
  "p99",
  "CPU µs each",
  "peak MB",
  "of the floor",
] as const;

/** The least that any engine must do, per second. */
async function ofFloor(bench: Bench, count: number): Promise<number> {
  bench.progress(`floor, ${count} customers`);
  const floor = await startFloor(bench.driver.url, folderIn(bench));
  const { warmSeconds } = bench;
  const lowest = await loaded(bench, [floor], () =>
    bench.driver.closedLoop([floor.port], count, bench.seconds, { warmSeconds, floor: true }),
  );
  await floor.stop();
  speedRow(bench, "floor", count, lowest, null);
  return lowest.perSecond;
}

/** Floor and Relais, closed loop: who wrote writes again when answered. Returns the most that Relais answered per second. */
export async function closedLoop(bench: Bench, customers: readonly number[]): Promise<number> {
  bench.heading("Messages answered per second, closed loop, SQLite", ...SPEED_COLUMNS);
  const options = { warmSeconds: bench.warmSeconds };
  let best = 0;
  for (const count of customers) {
    const floor = bench.driver.provider.hasFloor ? await ofFloor(bench, count) : null;
    bench.progress(`Relais, ${count} customers`);
    const relais = await startRelais(bench.driver.env, { dataDir: folderIn(bench) });
    const load = await loaded(bench, [relais], () =>
      bench.driver.closedLoop([relais.port], count, bench.seconds, { ...options, floor: false }),
    );
    await relais.stop();
    speedRow(bench, "Relais", count, load, floor);
    best = Math.max(best, load.perSecond);
  }
  return best;
}

/** Relais at fixed rates: latency counts from the moment at which a message should have left. */
export async function openLoop(bench: Bench, rates: readonly number[]): Promise<void> {
  bench.heading(
    "At a fixed rate, open loop",
    "messages/s",
    "answered/s",
    "200 p50 ms",
    "200 p99",
    "reply p50",
    "reply p99",
  );
  for (const rate of rates) {
    bench.progress(`${rate} messages per second`);
    const relais = await startRelais(bench.driver.env, { dataDir: folderIn(bench) });
    const { measured, perSecond } = await loaded(bench, [relais], () =>
      bench.driver.openLoop(relais.port, rate, bench.seconds, { warmSeconds: bench.warmSeconds, floor: false }),
    );
    await relais.stop();
    const { webhook, reply } = measured;
    bench.row(
      rate,
      perSecond.toFixed(0),
      ms(webhook.percentile(0.5)),
      ms(webhook.percentile(0.99)),
      ms(reply.percentile(0.5)),
      ms(reply.percentile(0.99)),
    );
  }
}

/** Visitors of the web chat, who write by POST and hear by server-sent events. There is no floor to compare with. */
export async function chat(bench: Bench, visitors: readonly number[]): Promise<void> {
  bench.heading(
    "Web chat: messages answered per second, closed loop, SQLite",
    "visitors",
    "answered/s",
    "reply p50 ms",
    "p95",
    "p99",
    "202 p50 ms",
    "202 p99",
    "CPU µs each",
    "peak MB",
  );
  for (const count of visitors) {
    bench.progress(`web chat, ${count} visitors`);
    const relais = await startRelais(bench.driver.env, { dataDir: folderIn(bench) });
    const { measured, perSecond, cpuMicros, peakMb } = await loaded(bench, [relais], () =>
      chatLoop(relais.port, count, bench.seconds, bench.warmSeconds),
    );
    await relais.stop();
    const { reply, webhook } = measured;
    bench.row(
      count,
      perSecond.toFixed(0),
      ms(reply.percentile(0.5)),
      ms(reply.percentile(0.95)),
      ms(reply.percentile(0.99)),
      ms(webhook.percentile(0.5)),
      ms(webhook.percentile(0.99)),
      cpuMicros.toFixed(0),
      peakMb.toFixed(0),
    );
  }
}

/** Start, memory and CPU of a server that nobody talks to. */
export async function idle(bench: Bench): Promise<void> {
  bench.heading("Doing nothing", "", "figure");
  const dataDir = folderIn(bench);
  await (await startRelais(bench.driver.env, { dataDir })).stop();
  const relais = await startRelais(bench.driver.env, { dataDir });
  bench.row("start to first answer", `${ms(relais.readyMs)} ms`);
  await rest(bench, relais, "");
  await relais.stop();
}

async function rest(bench: Bench, relais: Server, what: string): Promise<void> {
  bench.progress("resting");
  await wait(10_000);
  const before = usageOf(relais.pid);
  await wait(20_000);
  const after = usageOf(relais.pid);
  bench.row(`CPU${what}`, `${((after.cpuMs - before.cpuMs) / 200).toFixed(2)} %`);
  bench.row(`memory${what}`, `${after.rssMb.toFixed(0)} MB`);
}

/** A large flow through parser, checks and compiler. */
export function flow(bench: Bench): void {
  bench.heading("A flow of 1,000 nodes", "", "ms");
  const script = new URL("flow-size.ts", import.meta.url).pathname;
  const lines = execFileSync(process.execPath, [script, "1000"], { encoding: "utf8" }).trim().split("\n");
  for (const line of lines) {
    const [name = "", value = ""] = line.split("\t");
    bench.row(name, value);
  }
}

/** PostgreSQL on the same machine: one worker, then three; workers, database and driver share all cores. */
export async function postgres(bench: Bench, customers: number): Promise<void> {
  bench.heading("PostgreSQL on the same machine, all cores shared", ...SPEED_COLUMNS.slice(0, -1));
  for (const workers of [1, 3]) {
    bench.progress(`PostgreSQL, ${workers} workers`);
    const database = await startPostgres();
    if ("unavailable" in database) {
      bench.problems.push(`PostgreSQL: ${database.unavailable}`);
      return;
    }
    const dataDir = folderIn(bench);
    const servers: Server[] = [];
    for (let index = 0; index < workers; index++) {
      servers.push(await startRelais(bench.driver.env, { dataDir, databaseUrl: database.url, cores: ALL_CORES }));
    }
    const load = await loaded(bench, servers, () =>
      bench.driver.closedLoop(
        servers.map(({ port }) => port),
        customers,
        bench.seconds,
        { warmSeconds: bench.warmSeconds, floor: false },
      ),
    );
    for (const server of servers) await server.stop();
    await database.stop();
    speedRow(bench, workers === 1 ? "1 worker" : `${workers} workers`, customers, load, null);
  }
}
const ALL_CORES = "0-63";

const PAGES = [
  "/api/conversations?limit=50",
  "/api/conversations?limit=50&status=waiting",
  "/api/messages?limit=50",
  "/api/contacts?limit=50",
  "/api/contacts?limit=50&search=contact%2099",
  "/api/orders?limit=50",
  "/api/outbox",
  "/api/notices",
] as const;
const ASKED = 30;

/** The same load on a database that is full, its list pages, and its start. */
export async function filled(bench: Bench, customers: number): Promise<void> {
  const conversations = 100_000;
  bench.heading("With 100,000 conversations and 1,000,000 messages", "", "figure");
  const empty = await throughput(bench, folderIn(bench), customers);
  const dataDir = folderIn(bench);
  await (await startRelais(bench.driver.env, { dataDir })).stop();
  bench.progress("filling the database");
  fill(join(dataDir, "relais.db"), { conversations, messagesEach: 10 });
  bench.row("database", `${(statSync(join(dataDir, "relais.db")).size / 1e9).toFixed(2)} GB`);
  const full = await throughput(bench, dataDir, customers);
  bench.row(`answered/s empty, ${customers} customers`, empty.toFixed(0));
  bench.row(`answered/s full, ${customers} customers`, `${full.toFixed(0)} (${(full / empty).toFixed(2)} of empty)`);
  const relais = await startRelais(bench.driver.env, { dataDir });
  bench.row("start to first answer", `${ms(relais.readyMs)} ms`);
  for (const path of PAGES) {
    const latencies = new Latencies();
    for (let index = 0; index < ASKED; index++) {
      const from = performance.now();
      const answer = await fetch(`http://127.0.0.1:${relais.port}${path}`, {
        headers: { authorization: `Bearer ${relais.adminToken}` },
      });
      await answer.arrayBuffer();
      latencies.add(performance.now() - from);
      if (!answer.ok) bench.problems.push(`${path}: ${answer.status}`);
    }
    bench.row(`GET ${path}, p95`, `${ms(latencies.percentile(0.95))} ms`);
  }
  await relais.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function throughput(bench: Bench, dataDir: string, customers: number): Promise<number> {
  const relais = await startRelais(bench.driver.env, { dataDir });
  bench.progress("load");
  const { perSecond } = await loaded(bench, [relais], () =>
    bench.driver.closedLoop([relais.port], customers, bench.seconds, { warmSeconds: bench.warmSeconds, floor: false }),
  );
  await relais.stop();
  return perSecond;
}

/** 100,000 armed timers at rest, then 10,000 that are due within one minute. */
export async function timers(bench: Bench): Promise<void> {
  bench.heading("100,000 armed timers", "", "figure");
  const dataDir = folderIn(bench);
  await (await startRelais(bench.driver.env, { dataDir })).stop();
  const file = join(dataDir, "relais.db");
  bench.progress("arming");
  fill(file, { conversations: 100_000, messagesEach: 2, timers: { armed: 100_000, due: 0, dueFrom: 0 } });
  const resting = await startRelais(bench.driver.env, { dataDir });
  await rest(bench, resting, " with 100,000 armed");
  await resting.stop();
  const due = 10_000;
  const from = Date.now() + 8000;
  const db = new Sqlite(file);
  db.prepare(
    `UPDATE conversations SET timer_due_at = ? + (rowid * 60000) / ?,
       timers = '[{"name":"boutique|x","generation":1,"dueAt":' || (? + (rowid * 60000) / ?) || '}]' WHERE rowid <= ?`,
  ).run(from, due, from, due, due);
  db.close();
  const relais = await startRelais(bench.driver.env, { dataDir });
  bench.progress("10,000 due within a minute");
  await wait(from + 60_000 + 8000 - Date.now());
  await relais.stop();
  const read = new Sqlite(file, { readonly: true });
  const late = read
    .prepare(
      `SELECT e.created_at - (? + (c.rowid * 60000) / ?) AS ms FROM events e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id
       WHERE e.type = 'timer' ORDER BY ms`,
    )
    .pluck()
    .all(from, due) as readonly number[];
  read.close();
  bench.row("10,000 due in one minute: fired", late.length);
  bench.row("late by, p50", `${ms(late[Math.floor(late.length * 0.5)] ?? 0)} ms`);
  bench.row("late by, most", `${ms(late[late.length - 1] ?? 0)} ms`);
  if (late.length !== due || (late[0] ?? 0) < 0) bench.problems.push("timers were lost, or early");
  rmSync(dataDir, { recursive: true, force: true });
}

/** How long a start takes with five million messages. */
export async function coldStart(bench: Bench): Promise<void> {
  bench.heading("With 5,000,000 messages", "", "figure");
  const dataDir = folderIn(bench);
  await (await startRelais(bench.driver.env, { dataDir })).stop();
  bench.progress("filling the database");
  fill(join(dataDir, "relais.db"), { conversations: 250_000, messagesEach: 20 });
  const relais = await startRelais(bench.driver.env, { dataDir });
  bench.row("start to first answer", `${ms(relais.readyMs)} ms`);
  await rest(bench, relais, "");
  await relais.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Minutes of steady load: memory and CPU per message at the beginning and at the end. */
export async function soak(bench: Bench, minutes: number, perSecond: number): Promise<void> {
  bench.heading(
    `${minutes} minutes at ${perSecond} messages per second`,
    "minute",
    "answered/s",
    "CPU µs each",
    "memory MB",
    "reply p99 ms",
  );
  const relais = await startRelais(bench.driver.env, { dataDir: folderIn(bench) });
  for (let minute = 1; minute <= minutes; minute++) {
    bench.progress(`minute ${minute} of ${minutes}`);
    const before = usageOf(relais.pid);
    const measured = await bench.driver.openLoop(relais.port, perSecond, 59, { warmSeconds: 0, floor: false });
    const after = usageOf(relais.pid);
    bench.problems.push(...measured.problems);
    bench.row(
      minute,
      (measured.answered / measured.seconds).toFixed(0),
      (((after.cpuMs - before.cpuMs) * 1000) / Math.max(1, measured.answered)).toFixed(0),
      after.rssMb.toFixed(0),
      ms(measured.reply.percentile(0.99)),
    );
  }
  await relais.stop();
}
