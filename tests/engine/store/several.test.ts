import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StepOutcome } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, openTestStore, say, yes } from "../../support/stores.ts";

describe("several processes on one PostgreSQL", () => {
  let server: TestPostgres | { readonly unavailable: string };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    if ("stop" in server) await server.stop();
  });

  test("all are woken for the same message: one answers, and nobody else's try counts against it", async (context) => {
    if ("unavailable" in server) return context.skip(server.unavailable);
    const { url } = server;
    const first = await openTestStore(url);
    const all = [first, ...(await Promise.all([1, 2, 3, 4].map(() => openTestStore(url, { clock: first.clock }))))];
    for (let n = 0; n < 20; n++) {
      const ref = (await say(first, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` })).due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      const outcomes: StepOutcome[] = [];
      for (let round = 0; round < 2; round++)
        outcomes.push(
          ...(await Promise.all(all.map(({ store }) => store.mailbox.step(ref, answering("Bonjour !"), yes)))),
        );
      expect(outcomes.filter(({ type }) => type === "applied")).toHaveLength(1);
      expect(outcomes.filter(({ type }) => type === "failed")).toEqual([]);
    }
    expect(await first.store.mailbox.quarantined(first.workspaceId)).toEqual([]);
    expect(await first.store.operations.doctor()).toEqual([]);
    for (const { close } of all) await close();
  });

  test("one dies right after it counted its try: another answers soon", async (context) => {
    if ("unavailable" in server) return context.skip(server.unavailable);
    const one = await openTestStore(server.url);
    const other = await openTestStore(server.url, { clock: one.clock });
    const ref = (await say(one, "dies", "Bonjour", { from: "+33639982000" })).due[0]?.ref;
    if (!ref) throw new Error("nothing is due");
    // Never comes back from its decision, as far as anybody else can see.
    const frozen = one.store.mailbox.step(
      ref,
      () => {
        throw Object.assign(new Error("Connection terminated unexpectedly"));
      },
      yes,
    );
    await expect(frozen).rejects.toThrow("Connection terminated");
    other.clock.advance(10_000);
    expect(await other.store.mailbox.step(ref, answering("Bonjour !"), yes)).toMatchObject({ type: "applied" });
    await one.close();
    await other.close();
  });
});

test("a disk that is full for a while is no fault of the message: it is tried until there is room", async () => {
  let isFull = false;
  const at = await openTestStore(null, {
    onStatement(sql) {
      if (isFull && sql.startsWith("INSERT INTO steps")) throw new Sqlite.SqliteError("disk is full", "SQLITE_FULL");
      return undefined;
    },
  });
  const ref = (await say(at, "m1", "Bonjour")).due[0]?.ref;
  if (!ref) throw new Error("nothing is due");
  isFull = true;
  for (let tries = 0; tries < 5; tries++) {
    await expect(at.store.mailbox.step(ref, answering("Bonjour !"), yes)).rejects.toThrow("disk is full");
    at.clock.advance(10_000);
  }
  isFull = false;
  expect(await at.store.mailbox.step(ref, answering("Bonjour !"), yes)).toMatchObject({ type: "applied" });
  expect(await at.store.mailbox.quarantined(at.workspaceId)).toEqual([]);
  await at.close();
});
