import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationRef } from "../../../engine/core/domain/conversation.ts";
import type { OutboxEffect } from "../../../engine/core/domain/effect.ts";
import type { ClaimedEffect, Finding } from "../../../engine/ports.ts";
import { doctor } from "../../../engine/store/doctor.ts";
import { CHECKS, WALKED } from "../../../engine/store/doctor-checks.ts";
import { examine } from "../../../engine/store/examine.ts";
import { knownVersion, migrateSqliteTo } from "../../../engine/store/migrate.ts";
import { drive } from "../../../engine/store/postgres.ts";
import { databaseOver } from "../../../engine/store/sqlite.ts";
import { rowsAfter } from "../../../engine/store/walk.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, NOTHING, openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

const MINUTE_MS = 60_000;

/** A sound database in which every check has something to look at. Names of conversations as the cases use them. */
async function world(at: TestStore) {
  const { store, clock, workspaceId } = at;
  const talk = async (name: string, n: number): Promise<ConversationRef> => {
    const accepted = await say(at, name, `Bonjour ${name}`, { from: `+3363998010${n}` });
    return accepted.due[0]?.ref as ConversationRef;
  };
  const step = async (
    ref: ConversationRef,
    decide: Parameters<typeof store.mailbox.step>[1],
  ): Promise<readonly ClaimedEffect[]> => {
    const outcome = await store.mailbox.step(ref, decide, yes);
    if (outcome.type !== "applied") throw new Error(`not applied: ${JSON.stringify(outcome)}`);
    return outcome.claimed;
  };
  const done = (effect: ClaimedEffect | undefined, externalId: string) =>
    store.outbox.settle(effect as ClaimedEffect, { type: "done", externalId }, yes);
  const timer = (name: string, ms: number) => ({
    type: "start" as const,
    name,
    dueAt: new Date(clock.now() + ms).toISOString(),
  });
  const http: OutboxEffect = {
    type: "http",
    key: "k",
    method: "GET",
    url: "https://example.com",
    headers: {},
    timeoutMs: 1,
    repeatable: true,
  };

  const { id: versionId } = await store.flows.publish(workspaceId, {
    flow: "shop",
    source: "flow: shop",
    playbook: null,
    note: "",
    by: "test",
  });
  const sent = await talk("sent", 1);
  const [first] = await step(sent, (input) => ({
    ...answering("Bonjour !")(input),
    run: { type: "save", start: true, flow: "shop", versionId, state: { frames: [] }, status: "active" },
    timers: [timer("late", 10 * 3_600_000)],
    notes: ["asks for soap"],
  }));
  await done(first, "w1");

  const doubled = await talk("doubled", 2);
  const [lost] = await step(doubled, answering("eins", "zwei"));
  await store.outbox.settle(
    lost as ClaimedEffect,
    { type: "unknown", until: new Date(clock.now()).toISOString(), detail: "reset" },
    yes,
  );
  await store.outbox.resolveUnknown(workspaceId, (lost as ClaimedEffect).id, "resend");
  const [again] = await store.outbox.claim(10, yes);
  await done(again, "w2");

  const taken = await talk("taken", 3);
  const [last] = await step(taken, answering("Un instant"));
  await done(last, "w3");
  clock.advance(10);
  await store.mailbox.enqueue(taken, { type: "takeOver", by: "Paul", via: "inbox" }, "t1");
  await step(taken, () => NOTHING);

  const twice = await talk("twice", 4);
  await step(twice, () => ({ ...NOTHING, timers: [timer("a", 1000), timer("b", 1000)] }));
  clock.advance(1000);
  await store.mailbox.fireTimers(10);
  await step(twice, () => NOTHING);
  await step(twice, () => NOTHING);

  const fired = await talk("fired", 5);
  await step(fired, () => ({ ...NOTHING, timers: [timer("c", 1000)] }));
  clock.advance(1000);
  await store.mailbox.fireTimers(10);

  const waiting = await talk("waiting", 6);
  await say(at, "waiting2", "Vous êtes là ?", { from: "+33639980106" });
  const asking = await talk("asking", 7);
  await store.mailbox.step(
    asking,
    () => ({ ...NOTHING, effects: [http] }),
    () => false,
  );

  await store.outbox.saveUpload(
    workspaceId,
    at.accountId,
    "file",
    "media-1",
    new Date(clock.now() + 3_600_000).toISOString(),
  );
  await store.operations.notice(workspaceId, {
    severity: "info",
    code: "test",
    text: "",
    accountId: null,
    conversationId: sent.conversationId,
    facts: {},
  });
  await store.operations.usage(workspaceId, {
    provider: "p",
    model: "m",
    inputTokens: 1,
    outputTokens: 1,
    conversationId: sent.conversationId,
    ok: true,
  });
  const ordering = await talk("ordering", 8);
  const order = { type: "createOrder", key: "k", lines: [], language: "fr" } as const;
  await store.mailbox.step(
    ordering,
    ({ events }) => (events[0]?.event.type === "message" ? { ...NOTHING, effects: [order] } : NOTHING),
    () => false,
  );
  return { sent, doubled, taken, twice, fired, waiting, asking };
}

type Names = Awaited<ReturnType<typeof world>>;

/** How each promise is broken by hand: statements on the sound database. `alive` says that a server runs. */
const BROKEN: readonly {
  readonly invariant: string;
  readonly says: string;
  readonly sql: (id: (name: keyof Names) => string, now: number) => readonly string[];
}[] = [
  {
    invariant: "I1",
    says: "told the provider",
    sql: () => ["UPDATE dedupe_keys SET message_id = 'msg_gone' WHERE key = 'sent'"],
  },
  {
    invariant: "I2",
    says: "in the thread twice",
    sql: () => ["UPDATE messages SET external_id = 'waiting' WHERE external_id = 'waiting2'"],
  },
  {
    invariant: "I3",
    says: "missing from their mailbox",
    sql: (id) => [`DELETE FROM events WHERE conversation_id = ${id("waiting")} AND seq = 1`],
  },
  {
    invariant: "I3",
    says: "missing from their mailbox",
    sql: (id) => [`DELETE FROM events WHERE conversation_id = ${id("twice")} AND seq = 2`],
  },
  {
    invariant: "I3",
    says: "out of their order",
    sql: (id) => [`UPDATE events SET status = 'quarantined' WHERE conversation_id = ${id("waiting")} AND seq = 2`],
  },
  {
    invariant: "I4",
    says: "does not belong to the events",
    sql: (id) => [`UPDATE conversations SET version = version + 1 WHERE id = ${id("sent")}`],
  },
  {
    invariant: "I6",
    says: "no step",
    sql: (id) => [`UPDATE effects SET ord = 99000 WHERE conversation_id = ${id("sent")}`],
  },
  {
    invariant: "I6",
    says: "a step that never happened",
    sql: (id) => [`UPDATE steps SET version = 99 WHERE conversation_id = ${id("sent")}`],
  },
  {
    invariant: "I6",
    says: "not in the thread",
    sql: (id) => [`UPDATE effects SET type = 'send' WHERE conversation_id = ${id("asking")}`],
  },
  {
    invariant: "I7",
    says: "More than one result",
    sql: () => ["UPDATE attempts SET outcome = 'done' WHERE outcome = 'unknown'"],
  },
  {
    invariant: "I8",
    says: "other attempts than",
    sql: (id) => [`UPDATE effects SET attempts = attempts + 1 WHERE conversation_id = ${id("sent")}`],
  },
  {
    invariant: "I8",
    says: "tasks that are not there",
    sql: () => [
      "INSERT INTO attempts (workspace_id, effect_id, n, started_at, process) SELECT workspace_id, 'eff_gone', 1, 1, 'p' FROM conversations LIMIT 1",
    ],
  },
  { invariant: "I9", says: "not marked as maybe sent twice", sql: () => ["UPDATE messages SET maybe_duplicate = 0"] },
  {
    invariant: "I10",
    says: "after a person had taken",
    sql: (id) => [`UPDATE effects SET started_at = started_at + 5000 WHERE conversation_id = ${id("taken")}`],
  },
  {
    invariant: "I11",
    says: "ended twice",
    sql: (id) => [`UPDATE events SET payload = REPLACE(payload, '"b"', '"a"') WHERE conversation_id = ${id("twice")}`],
  },
  {
    invariant: "I11",
    says: "will never end",
    sql: (id) => [`UPDATE conversations SET timer_due_at = NULL WHERE id = ${id("sent")}`],
  },
  {
    invariant: "I11",
    says: "was not told",
    sql: (id) => [`UPDATE events SET type = 'botSwitch' WHERE conversation_id = ${id("fired")} AND type = 'timer'`],
  },
  {
    invariant: "I12",
    says: "before an earlier one",
    sql: (id) => [
      `UPDATE effects SET state = 'asked' WHERE ord % 1000 = 0 AND conversation_id = ${id("doubled")}`,
      `UPDATE effects SET state = 'done', attempts = 1 WHERE ord % 1000 <> 0 AND conversation_id = ${id("doubled")}`,
      "UPDATE messages SET status = 'sent' WHERE status = 'queued'",
    ],
  },
  {
    invariant: "I13",
    says: "nothing will wake",
    sql: (id) => [`UPDATE conversations SET due_at = NULL WHERE id = ${id("waiting")}`],
  },
  {
    invariant: "I13",
    says: "waiting for minutes",
    sql: (id, now) => [
      alive(now),
      `UPDATE conversations SET due_at = ${now - 11 * MINUTE_MS} WHERE id = ${id("waiting")}`,
    ],
  },
  {
    invariant: "I13",
    says: "nobody saw it",
    sql: (_, now) => [
      alive(now),
      `UPDATE conversations SET timer_due_at = ${now - 11 * MINUTE_MS} WHERE timer_due_at IS NOT NULL`,
    ],
  },
  {
    invariant: "I13",
    says: "nobody is doing them",
    sql: (_, now) => [alive(now), `UPDATE effects SET started_at = ${now - 11 * MINUTE_MS} WHERE state = 'running'`],
  },
  {
    invariant: "I13",
    says: "nothing stands in their way",
    sql: (id, now) => [
      alive(now),
      `UPDATE effects SET due_at = ${now - 61 * MINUTE_MS} WHERE conversation_id = ${id("asking")}`,
    ],
  },
  {
    invariant: "I13",
    says: "Nobody has decided",
    sql: (id, now) => [
      alive(now),
      `UPDATE effects SET state = 'unknown', due_at = ${now - 11 * MINUTE_MS} WHERE conversation_id = ${id("asking")}`,
    ],
  },
  {
    invariant: "I13",
    says: "nothing will send them",
    sql: (id) => [`UPDATE messages SET status = 'queued' WHERE conversation_id = ${id("sent")} AND direction = 'out'`],
  },
  {
    invariant: "I15",
    says: "has not the messages",
    sql: (id) => [`UPDATE conversations SET last_position = last_position + 1 WHERE id = ${id("sent")}`],
  },
  {
    invariant: "I15",
    says: "another last message",
    sql: (id) => [`UPDATE conversations SET last_text = 'Au revoir' WHERE id = ${id("sent")}`],
  },
  {
    invariant: "I16",
    says: "readable in the database",
    sql: () => [`UPDATE channel_accounts SET secrets = '{"accessToken":"canary"}'`],
  },
  {
    invariant: "C-8",
    says: "clock",
    sql: (_, now) => [`INSERT INTO processes (id, started_at, beat_at) VALUES ('p', 1, ${now + 3_600_000})`],
  },
];

function alive(now: number): string {
  return `INSERT INTO facts (key, value) VALUES ('alive', '${now}')`;
}

/** Rows that point to nothing: by a change where that breaks nothing else, else by a new row. */
function orphan(table: string, column: string): string {
  if (table === "events")
    return "INSERT INTO events (workspace_id, conversation_id, seq, id, type, payload, status, attempts, available_at, late, created_at) SELECT workspace_id, 'gone', 1, 'evt_x', type, payload, status, attempts, available_at, late, created_at FROM events LIMIT 1";
  if (table === "messages" && column === "conversation_id")
    return "INSERT INTO messages (workspace_id, id, conversation_id, contact_id, account_id, position, direction, author, content, text, status, maybe_duplicate, created_at) SELECT workspace_id, 'msg_x', 'gone', contact_id, account_id, 1, direction, author, content, text, status, 0, created_at FROM messages WHERE direction = 'in' LIMIT 1";
  if (column === "workspace_id")
    return table === "channel_accounts"
      ? "INSERT INTO channel_accounts (workspace_id, id, channel, name, address, config, secrets, status, bot_enabled, created_at) SELECT 'gone', id, channel, name, address, config, secrets, status, bot_enabled, created_at FROM channel_accounts"
      : "UPDATE conversations SET workspace_id = 'gone' WHERE id = (SELECT MIN(id) FROM conversations)";
  const which: Readonly<Record<string, string>> = {
    conversations: "WHERE id = (SELECT MIN(id) FROM conversations)",
    effects: "WHERE type = 'http'",
    steps: "WHERE version = 1 AND conversation_id = (SELECT MIN(id) FROM conversations)",
  };
  return `UPDATE ${table} SET ${column} = 'gone' ${which[table] ?? ""}`;
}

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`doctor on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let folder: string;
    let names: Names;
    let now: number;
    /** Breaks something, asks doctor, and takes it back. */
    let broken: (statements: readonly string[], quick?: boolean) => Promise<readonly Finding[]>;
    let close = async (): Promise<void> => {};

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "relais-doctor-"));
      if (dialect === "PostgreSQL") server = await startPostgres();
      if (server && "unavailable" in server) return;
      const databaseUrl = server?.url ?? join(folder, "relais.db");
      const at = await openTestStore(null, { databaseUrl });
      names = await world(at);
      now = at.clock.now();
      await at.close();
      if (server) {
        const client = new pg.Client({ connectionString: databaseUrl });
        await client.connect();
        broken = async (statements, quick = false) => {
          await client.query("BEGIN");
          try {
            for (const sql of statements) await client.query(sql);
            return await drive(client, doctor({ now, dialect: "postgres", quick }));
          } finally {
            await client.query("ROLLBACK");
          }
        };
        close = () => client.end();
      } else {
        const db = new Sqlite(databaseUrl);
        broken = async (statements, quick = false) => {
          db.exec("BEGIN");
          try {
            for (const sql of statements) db.exec(sql);
            return await databaseOver(db, db).read(() => doctor({ now, dialect: "sqlite", quick }));
          } finally {
            db.exec("ROLLBACK");
          }
        };
        close = async () => {
          db.close();
        };
      }
    });
    afterAll(async () => {
      await close();
      if (server && "stop" in server) await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach((context) => {
      if (server && "unavailable" in server) context.skip(`PostgreSQL cannot run here: ${server.unavailable}`);
    });

    test("finds nothing where nothing is wrong, whether a server runs or not", async () => {
      expect(await broken([])).toEqual([]);
      expect(await broken([alive(now)])).toEqual([]);
      expect(await broken([], true)).toEqual([]);
    });

    test.each(BROKEN)("$invariant: $says", async ({ invariant, says, sql }) => {
      const findings = await broken(sql((name) => `'${names[name].conversationId}'`, now));
      expect(findings.map((finding) => [finding.invariant, finding.message])).toEqual([
        [invariant, expect.stringContaining(says)],
      ]);
      expect(findings[0]?.ids.length).toBeGreaterThan(0);
      expect(findings[0]?.advice).not.toBe("");
    });

    test("I14: a row that points out of its workspace, for every pointer there is", async () => {
      for (const { table, message } of CHECKS.filter(({ invariant }) => invariant === "I14")) {
        const column =
          /x\.(\w+) IS NOT NULL/.exec(CHECKS.find((check) => check.message === message)?.broken ?? "")?.[1] ?? "";
        const findings = await broken([orphan(table, column)]);
        if (column !== "workspace_id" || table !== "conversations")
          expect([table, column, findings.map((finding) => finding.message)]).toEqual([table, column, [message]]);
        else expect(findings.map((finding) => finding.message)).toContain(message);
      }
    });

    test("looks at tables of many pages, row by row", async () => {
      const rows = Array.from({ length: 2500 }, (_, n) => {
        const conversation = [0, 1200, 2499].includes(n) ? "gone" : names.sent.conversationId;
        return `('wsp_many', 'nte_${String(n).padStart(5, "0")}', '${conversation}', '', 'bot', 1)`;
      });
      const insert = `INSERT INTO notes (workspace_id, id, conversation_id, text, by, created_at) VALUES ${rows.join(", ")}`;
      const findings = await broken([insert.replaceAll("'wsp_many'", "(SELECT id FROM workspaces)")]);
      expect(findings.map(({ ids }) => ids.toSorted())).toEqual([["nte_00000", "nte_01200", "nte_02499"]]);
    });
  });
}

test("every check has a case that breaks it", () => {
  const covered = new Set(
    BROKEN.map(({ invariant, says }) =>
      CHECKS.find((check) => check.invariant === invariant && check.message.includes(says)),
    ),
  );
  expect(
    CHECKS.filter((check) => check.invariant !== "I14" && !covered.has(check)).map(({ message }) => message),
  ).toEqual([]);
});

test("no check reads a table from end to end for a page of it", () => {
  const db = new Sqlite(":memory:");
  migrateSqliteTo(db, knownVersion());
  for (const { table, message, broken } of CHECKS) {
    const { key } = WALKED[table];
    const walk = { table, key, backwards: true };
    const [page, ends] = rowsAfter(
      walk,
      key.map(() => "a"),
      1000,
    );
    const sql = `EXPLAIN QUERY PLAN SELECT 1 FROM ${page} x WHERE ${broken.replace(/\{\w+\}/g, "0")}`;
    const plan = (db.prepare(sql).all(...ends) as readonly { readonly detail: string }[]).map(({ detail }) => detail);
    // The page by its key; of what it is compared with only sums and the few processes are read whole.
    expect([message, plan.find((step) => / w /.test(step))]).toEqual([
      message,
      expect.stringMatching(/SEARCH w USING .*(autoindex|PRIMARY KEY)/),
    ]);
    expect([message, plan.filter((step) => /^SCAN (?!(x|e|m|a|p)\b)/.test(step))]).toEqual([message, []]);
  }
  db.close();
});

describe("the file under the database", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "relais-doctor-"));
    file = join(folder, "relais.db");
    const at = await openTestStore(null, { databaseUrl: file });
    await world(at);
    await at.close();
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const now = Date.parse("2026-03-02T09:00:00.000Z");

  test("is sound, and the server's state is said", async () => {
    const { findings, notes } = await examine(file, { now });
    expect(findings.filter(({ message }) => !message.startsWith("The disk"))).toEqual([]);
    expect(notes.join(" ")).toContain("The server is not running");
  });

  test("that is damaged, cut or of another version is told apart", async () => {
    const db = new Sqlite(file);
    db.pragma("user_version = 999");
    db.close();
    expect((await examine(file, { now })).findings).toMatchObject([
      { invariant: "C-13", message: expect.stringContaining("newer") },
    ]);
    const again = new Sqlite(file);
    again.pragma("user_version = 1");
    again.pragma("journal_mode = DELETE");
    again.close();
    const messages = (await examine(file, { now })).findings.map(({ message }) => message);
    expect(messages.some((message) => message.includes("write-ahead log") || message.includes("older version"))).toBe(
      true,
    );
  });

  test("whose pages are spoilt is damaged", async () => {
    const spoilt = join(folder, "spoilt.db");
    copyFileSync(file, spoilt);
    const db = new Sqlite(spoilt);
    db.exec("DELETE FROM facts");
    db.exec("INSERT INTO facts (key, value) VALUES ('a', 'b')");
    db.unsafeMode(true);
    db.pragma("writable_schema = ON");
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'notes_conversation'").pluck().get();
    db.exec(`UPDATE sqlite_schema SET rootpage = ${Number(root) + 1} WHERE name = 'notes_conversation'`);
    db.close();
    const { findings } = await examine(spoilt, { now }).catch((error: unknown) => ({
      findings: [{ message: String(error) }],
    }));
    expect(findings.map(({ message }) => message).join(" ")).toMatch(/damaged|malformed/);
    truncateSync(spoilt, 100);
    writeFileSync(join(folder, "none"), "");
    await expect(examine(join(folder, "nothing.db"), { now })).rejects.toThrow("There is no database");
  });

  test("without a backup for long is said", async () => {
    const db = new Sqlite(file);
    db.exec(`INSERT INTO facts (key, value) VALUES ('backupAt', '${now - 8 * 86_400_000}')`);
    db.close();
    expect((await examine(file, { now })).findings.map(({ message }) => message)).toContain(
      "The last backup is 8 days old",
    );
  });
});
