import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { freePort } from "../support/relais.ts";
import { ACCOUNT } from "./provider-whatsapp.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const READY_WITHIN_MS = 60_000;

/** A server that is measured, alone on its core. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process until it took work. */
  readonly readyMs: number;
  readonly adminToken: string;
  stop(): Promise<void>;
}

const hasTaskset = spawnSync("taskset", ["--version"]).status === 0;

/** The driver stays on core 1, so that core 0 is the server's. False: this machine cannot tell them apart. */
export function pinDriver(): boolean {
  return hasTaskset && spawnSync("taskset", ["-acp", "1", String(process.pid)]).status === 0;
}

/** What one synced commit costs on this disk, in microseconds: figures of machines can be compared only beside it. */
export function syncMicros(folder: string): number {
  const db = new Sqlite(join(folder, "sync.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE t (n INTEGER)");
  const insert = db.prepare("INSERT INTO t VALUES (1)");
  const times = Array.from({ length: 200 }, () => {
    const from = performance.now();
    insert.run();
    return (performance.now() - from) * 1000;
  });
  db.close();
  return Math.round(times.sort((a, b) => a - b)[100] ?? 0);
}

export async function startFloor(graphUrl: string, folder: string): Promise<Server> {
  const port = await freePort();
  const file = join(folder, "floor.db");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  const args = [String(port), file, graphUrl, ACCOUNT.appSecret, ACCOUNT.token, ACCOUNT.phoneNumberId];
  return started(port, join(ROOT, "tests/bench/floor.ts"), args, {}, "/");
}

export interface RelaisSettings {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  /** Cores as `taskset -c` takes them; default: core 0. */
  readonly cores?: string;
}

/** `provider`: what tells it which provider to use. */
export async function startRelais(
  provider: Readonly<Record<string, string>>,
  settings: RelaisSettings,
): Promise<Server> {
  const port = await freePort();
  return started(
    port,
    join(ROOT, "engine/cli.ts"),
    ["start"],
    {
      PORT: String(port),
      HOST: "127.0.0.1",
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: settings.dataDir,
      ...(settings.databaseUrl ? { DATABASE_URL: settings.databaseUrl } : {}),
      SECRET_KEY: "secret-key-of-the-bench-0123456789",
      ADMIN_TOKEN: ADMIN_TOKEN,
      LOG_LEVEL: "warn",
      ...provider,
      BURST_WINDOW_MS: "0",
      // Visitors of the web chat have an address each, as behind a proxy.
      TRUSTED_PROXIES: "127.0.0.1",
      FLOWS_DIR: endlessShop(settings.dataDir),
    },
    "/readyz",
    settings.cores,
  );
}

/** The shipped flows with a catalogue that never sells out. */
function endlessShop(dataDir: string): string {
  const folder = join(dataDir, "flows");
  cpSync(join(ROOT, "flows"), folder, { recursive: true });
  const file = join(folder, "boutique.catalogue.csv");
  const [head = "", ...rows] = readFileSync(file, "utf8").trim().split("\n");
  writeFileSync(file, [head, ...rows.map((row) => row.replace(/,EUR,\d+,/, ",EUR,,"))].join("\n"));
  return folder;
}

const ADMIN_TOKEN = "admin-token-of-the-bench-0123456789";

async function started(
  port: number,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  readyPath: string,
  cores = "0",
): Promise<Server> {
  const from = performance.now();
  const command = hasTaskset ? ["taskset", "-c", cores, process.execPath] : [process.execPath];
  const child: ChildProcess = spawn(command[0] as string, [...command.slice(1), program, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env, ...profiling() },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const until = from + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended at once`);
    if (performance.now() > until) throw new Error(`${program} was not ready in time`);
    const answer = await fetch(`http://127.0.0.1:${port}${readyPath}`).catch(() => null);
    if (answer && answer.status < 503) break;
    await new Promise((done) => setTimeout(done, 5));
  }
  return {
    pid: child.pid ?? 0,
    port,
    readyMs: performance.now() - from,
    adminToken: ADMIN_TOKEN,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** `BENCH_NODE_OPTIONS=--cpu-prof` profiles what is measured. */
function profiling(): Readonly<Record<string, string>> {
  const options = process.env.BENCH_NODE_OPTIONS;
  return options ? { NODE_OPTIONS: options } : {};
}
