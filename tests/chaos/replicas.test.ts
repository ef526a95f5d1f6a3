import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgresServer } from "./databases.ts";
import { underKilledPostgres, underKilledReplicas } from "./replicas.ts";

const never = (): boolean => false;

describe("three machines on one PostgreSQL", () => {
  let server: PostgresServer | null = null;
  let why = "";
  beforeAll(async () => {
    server = await startPostgresServer().catch((error: unknown) => {
      why = String(error);
      return null;
    });
  });
  afterAll(() => server?.close());

  test("one dies every three seconds, one freezes and comes back: nothing is lost or doubled", async (context) => {
    if (!server) return context.skip(why);
    const result = await underKilledReplicas(server, {
      seed: 1,
      perSecond: 15,
      killEveryMs: 3000,
      kills: 5,
      frozenMs: 20_000,
      stopping: never,
    });
    expect(result.violations).toEqual([]);
    expect(result.sent).toBeGreaterThan(100);
  });

  test("the database dies and comes back: 503 meanwhile, then everything goes on", async (context) => {
    if (!server) return context.skip(why);
    const result = await underKilledPostgres(server, {
      seed: 2,
      perSecond: 15,
      kills: 1,
      downMs: 2000,
      stopping: never,
    });
    expect(result.violations).toEqual([]);
    expect(result.sent).toBeGreaterThan(20);
  });
});
