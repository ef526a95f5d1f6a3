import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationRef } from "../../../engine/core/domain/conversation.ts";
import type { Keep } from "../../../engine/ports.ts";
import { startPurge } from "../../../engine/worker/purge.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, NOTHING, openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

const DAY_MS = 86_400_000;
const KEEP: Keep = { historyDays: 90, rawDays: 30, compressRawAfterDays: 7, keyDays: 30 };

/** One walk through all tables. Returns what went, and how long each slice held the database. */
async function sweep(at: TestStore, keep: Keep = KEEP) {
  const removed: Record<string, number> = {};
  const heldMs: number[] = [];
  let compressed = 0;
  for (let n = 0; n < 10_000; n++) {
    const slice = await at.store.retention.slice(keep);
    for (const [table, rows] of Object.entries(slice.removed)) removed[table] = (removed[table] ?? 0) + rows;
    compressed += slice.compressed;
    heldMs.push(slice.heldMs);
    if (slice.nextAt > at.clock.now()) break;
  }
  return { removed, compressed, heldMs };
}

async function talk(at: TestStore, externalId: string, from = "+33639980001"): Promise<ConversationRef> {
  const accepted = await say(at, externalId, "Bonjour", { from });
  const ref = accepted.due[0]?.ref as ConversationRef;
  const outcome = await at.store.mailbox.step(ref, answering("Bonjour !"), yes);
  if (outcome.type === "applied" && outcome.claimed[0])
    await at.store.outbox.settle(outcome.claimed[0], { type: "done", externalId: `out-${externalId}` }, yes);
  return ref;
}

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`history on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let folder: string;
    let databaseUrl: string;
    let at: TestStore;
    let query: (sql: string) => Promise<readonly Record<string, unknown>[]>;

    beforeAll(async () => {
      if (dialect === "PostgreSQL") server = await startPostgres();
    });
    afterAll(async () => {
      if (server && "stop" in server) await server.stop();
    });
    beforeEach(async (context) => {
      folder = mkdtempSync(join(tmpdir(), "relais-retention-"));
      if (server && "unavailable" in server) return context.skip(`PostgreSQL cannot run here: ${server.unavailable}`);
      if (server) {
        const url = server.url;
        query = async (sql) => {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          return (await client.query(sql).finally(() => client.end())).rows;
        };
        await query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        databaseUrl = url;
      } else {
        databaseUrl = join(folder, "relais.db");
        query = async (sql) => {
          const db = new Sqlite(databaseUrl);
          try {
            return db.prepare(sql).all() as Record<string, unknown>[];
          } finally {
            db.close();
          }
        };
      }
      at = await openTestStore(null, { databaseUrl });
    });
    afterEach(async () => {
      await at?.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const count = async (table: string): Promise<number> =>
      Number((await query(`SELECT COUNT(*) AS count FROM ${table}`))[0]?.count);

    test("goes after its time; threads, and what is still open, stay", async () => {
      const ref = await talk(at, "m1");
      await talk(at, "m2");
      await talk(at, "m3");
      const open = await say(at, "m4", "Bonjour", { from: "+33639980002" });
      await at.store.mailbox.step(open.due[0]?.ref as ConversationRef, answering("eins"), () => false);
      const poison = await say(at, "m5", "Bonjour", { from: "+33639980003" });
      for (let n = 0; n < 4; n++) {
        await at.store.mailbox.step(
          poison.due[0]?.ref as ConversationRef,
          () => {
            throw new Error("poison");
          },
          yes,
        );
        at.clock.advance(10_000);
      }
      await talk(at, "m6", "+33639980003");
      at.clock.advance(91 * DAY_MS);
      await talk(at, "m7");
      const messages = await count("messages");

      const { removed } = await sweep(at);
      expect(removed).toMatchObject({ effects: 4, events: 3, raw_deliveries: 6, dedupe_keys: 6, notices: 1 });
      expect(await count("messages")).toBe(messages);
      // Of each conversation the last event stays, and everything behind one that waits for a person.
      const events = await query("SELECT seq, status FROM events ORDER BY seq, status");
      expect(events.map(({ seq, status }) => `${seq} ${status}`)).toEqual([
        "1 pending",
        "1 quarantined",
        "2 pending",
        "4 pending",
      ]);
      expect(await count("effects")).toBe(2);
      expect(await at.store.operations.doctor()).toEqual([]);
      // It goes on as if nothing had been.
      await talk(at, "m8");
      expect(
        (await at.store.conversations.messages(at.workspaceId, { conversationId: ref.conversationId, limit: 50 }))
          .items,
      ).toHaveLength(10);
      expect(await at.store.operations.doctor()).toEqual([]);
    });

    test("that is missing though it should be there is still found", async () => {
      await talk(at, "m1");
      at.clock.advance(91 * DAY_MS);
      await sweep(at);
      await talk(at, "m2", "+33639980002");
      await talk(at, "m3", "+33639980002");
      await query(
        "DELETE FROM events WHERE seq = 1 AND created_at > (SELECT MIN(created_at) FROM events) RETURNING id",
      );
      expect((await at.store.operations.doctor()).map(({ invariant }) => invariant)).toEqual(["I3"]);
    });

    test("of webhooks is compressed after a week, and can be read again", async () => {
      await say(at, "m1", "Bonjour ".repeat(200));
      const [before] = await query("SELECT body FROM raw_deliveries");
      at.clock.advance(8 * DAY_MS);
      expect((await sweep(at)).compressed).toBe(1);
      const [after] = await query("SELECT body FROM raw_deliveries");
      const [whole, packed] = [before?.body as Buffer, after?.body as Buffer];
      expect(packed.byteLength).toBeLessThan(whole.byteLength / 4);
      expect(zstdDecompressSync(packed)).toEqual(whole);
      at.clock.advance(7 * 3_600_000);
      expect((await sweep(at)).compressed).toBe(0);
      at.clock.advance(30 * DAY_MS);
      expect((await sweep(at)).removed).toMatchObject({ raw_deliveries: 1 });
    });

    test("is kept for ever when asked, but for keys, which guard against second deliveries for a month", async () => {
      await talk(at, "m1");
      at.clock.advance(29 * DAY_MS);
      await sweep(at);
      expect((await say(at, "m1", "Bonjour")).duplicates).toBe(1);
      at.clock.advance(2000 * DAY_MS);
      const { removed } = await sweep(at, { ...KEEP, historyDays: 0, rawDays: 0, compressRawAfterDays: 0 });
      expect(Object.keys(removed)).toEqual(["dedupe_keys"]);
    });

    test("is removed by one process at a time", async () => {
      await talk(at, "m1");
      if (dialect === "SQLite") return;
      const other = await openTestStore(null, { databaseUrl, clock: at.clock });
      expect((await at.store.retention.slice(KEEP)).nextAt).toBe(at.clock.now());
      expect((await other.store.retention.slice(KEEP)).nextAt).toBeGreaterThan(at.clock.now());
      // The first one is never heard of again.
      at.clock.advance(11 * 60_000);
      expect((await other.store.retention.slice(KEEP)).nextAt).toBe(at.clock.now());
      await other.close();
    });

    test("of a long conversation goes in small slices", async () => {
      const ref = await talk(at, "m1");
      const rows = 20_000;
      await query(
        dialect === "SQLite"
          ? `WITH RECURSIVE n(v) AS (SELECT 2 UNION ALL SELECT v + 1 FROM n WHERE v <= ${rows})
             INSERT INTO events (workspace_id, conversation_id, seq, id, type, payload, status, attempts, available_at, late, created_at)
             SELECT workspace_id, conversation_id, n.v, 'evt_' || n.v, type, payload, 'applied', 1, 1, 0, created_at FROM events, n RETURNING 1`
          : `INSERT INTO events (workspace_id, conversation_id, seq, id, type, payload, status, attempts, available_at, late, created_at)
             SELECT workspace_id, conversation_id, n.v, 'evt_' || n.v, type, payload, 'applied', 1, 1, 0, created_at FROM events, generate_series(2, ${rows + 1}) AS n(v)`,
      );
      await query(
        `UPDATE conversations SET last_seq = ${rows + 1}, applied_seq = ${rows + 1}, version = ${rows + 1} WHERE id = '${ref.conversationId}' RETURNING id`,
      );
      at.clock.advance(91 * DAY_MS);
      const { removed, heldMs } = await sweep(at);
      expect(removed.events).toBe(rows);
      expect(heldMs.length).toBeGreaterThan(rows / 2000);
      expect(await at.store.operations.doctor()).toEqual([]);
    });

    test("is looked after in the background, and stops when asked", async () => {
      await talk(at, "m1");
      await talk(at, "m2");
      at.clock.advance(91 * DAY_MS);
      const purged: string[] = [];
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      const stop = startPurge({
        store: at.store,
        clock: at.clock,
        log,
        metrics: { purged: (table, rows) => purged.push(`${table} ${rows}`) },
        keep: KEEP,
      });
      for (let n = 0; n < 60; n++) {
        at.clock.advance(60_000);
        await new Promise((done) => setTimeout(done, 10));
      }
      await stop();
      expect(purged).toContain("events 1");
      expect(at.clock.pending).toBe(0);
      await at.store.mailbox.step(
        { workspaceId: at.workspaceId, conversationId: "cnv_x" as never },
        () => NOTHING,
        yes,
      );
    });
  });
}
