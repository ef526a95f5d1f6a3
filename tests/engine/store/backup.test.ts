import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationRef } from "../../../engine/core/domain/conversation.ts";
import type { OutboxEffect } from "../../../engine/core/domain/effect.ts";
import { createIds } from "../../../engine/ids.ts";
import { backup } from "../../../engine/store/backup.ts";
import { knownVersion } from "../../../engine/store/migrate.ts";
import { type RestoreOptions, type RestoreReport, restore } from "../../../engine/store/restore.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, deliveryOf, NOTHING, openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

type Kind = "SQLite" | "PostgreSQL";
const KINDS: readonly Kind[] = ["SQLite", "PostgreSQL"];
const HOUR_MS = 3_600_000;

let server: TestPostgres | { readonly unavailable: string };
let folder: string;
let open: TestStore[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  if ("stop" in server) await server.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relais-backup-"));
});
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

function addressOf(kind: Kind, name: string): string {
  return kind === "SQLite" ? join(folder, `${name}.db`) : (server as TestPostgres).url.replace(/\/relais$/, `/${name}`);
}

/** The address of an empty database of this kind; `name` tells two of them apart. */
async function emptyDatabase(kind: Kind, name: string): Promise<string> {
  if (kind === "SQLite") return addressOf(kind, name);
  if (!("url" in server)) throw new Error("no PostgreSQL");
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return addressOf(kind, name);
}

async function openAt(databaseUrl: string, clock = fakeClock()): Promise<TestStore> {
  const at = await openTestStore(null, { databaseUrl, clock });
  open.push(at);
  return at;
}

async function closeAll(): Promise<void> {
  for (const one of open.splice(0)) await one.close();
}

const put = (
  file: string,
  databaseUrl: string,
  now: number,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreReport> =>
  restore(file, databaseUrl, { now, ids: createIds(fakeClock(now)) }, { replace: false, move: false, ...options });

async function conversation(at: TestStore, n: number): Promise<ConversationRef> {
  const accepted = await say(at, `m${n}`, `Bonjour ${n}`, { from: `+33639980${100 + n}` });
  const ref = accepted.due[0]?.ref;
  if (!ref) throw new Error("nothing is due");
  return ref;
}

const asking = (effect: OutboxEffect) => () => ({ ...NOTHING, effects: [effect] });
const http = (method: "GET" | "POST"): OutboxEffect => ({
  type: "http",
  key: "k",
  method,
  url: "https://example.com/orders",
  headers: {},
  timeoutMs: 1000,
  repeatable: false,
});

/** One conversation in each state that a restore has to think about. */
async function conversationsInEveryState(at: TestStore) {
  const { store } = at;
  const refs: ConversationRef[] = [];
  for (let n = 0; n < 9; n++) refs.push(await conversation(at, n));
  const [sent, waiting, running, unknown, post, get, alert, timer, mail] = refs as [
    ConversationRef,
    ...ConversationRef[],
  ];
  const step = (ref: ConversationRef | undefined, decide: Parameters<typeof store.mailbox.step>[1], claim = yes) => {
    if (!ref) throw new Error("no conversation");
    return store.mailbox.step(ref, decide, claim);
  };
  const done = await step(sent, answering("Bonjour !"));
  if (done.type === "applied" && done.claimed[0])
    await store.outbox.settle(done.claimed[0], { type: "done", externalId: "w1" }, yes);
  await step(waiting, answering("eins", "zwei"), () => false);
  await step(running, answering("unterwegs"));
  const lost = await step(unknown, answering("verloren"));
  if (lost.type === "applied" && lost.claimed[0])
    await store.outbox.settle(
      lost.claimed[0],
      { type: "unknown", until: new Date(at.clock.now() + 60_000).toISOString(), detail: "reset" },
      yes,
    );
  await step(post, asking(http("POST")));
  await step(get, asking(http("GET")));
  await step(alert, asking({ type: "alert", queue: "default", priority: "high", reason: "asked" }));
  await step(timer, () => ({
    ...NOTHING,
    timers: [
      { type: "start", name: "soon", dueAt: new Date(at.clock.now() + HOUR_MS).toISOString() },
      { type: "start", name: "later", dueAt: new Date(at.clock.now() + 48 * HOUR_MS).toISOString() },
    ],
  }));
  return { sent, waiting, running, unknown, post, get, alert, timer, mail };
}

describe.each(KINDS.flatMap((from) => KINDS.map((to) => ({ from, to }))))(
  "a backup of $from in $to",
  ({ from, to }) => {
    beforeEach((context) => {
      if ("unavailable" in server && (from === "PostgreSQL" || to === "PostgreSQL"))
        context.skip(`PostgreSQL cannot run here: ${server.unavailable}`);
    });

    test("has every row, sends nothing twice, and goes on with the rest", async () => {
      const source = await openAt(await emptyDatabase(from, "old"));
      const { waiting, running, post, timer, mail } = await conversationsInEveryState(source);
      const texts = (await source.store.conversations.messages(source.workspaceId, { limit: 100 })).items;
      const file = join(folder, "one.backup");
      const url = await (from === "SQLite"
        ? Promise.resolve(join(folder, "old.db"))
        : Promise.resolve((server as TestPostgres).url.replace(/\/relais$/, "/old")));
      const made = await backup(url, file, source.clock.now());
      expect(made.rows.get("messages")).toBe(texts.length);
      expect(statSync(file).mode & 0o077).toBe(0);
      await closeAll();

      const later = source.clock.now() + 2 * HOUR_MS;
      const target = await emptyDatabase(to, "fresh");
      const { counts, kept } = await put(file, target, later);
      expect(kept).toBeNull();
      expect(counts).toEqual({ asked: 4, expired: 0, unknown: 1, dropped: 1, again: 1, mail: 2, timers: 1 });

      const at = await openAt(target, fakeClock(later));
      expect(await at.store.operations.doctor()).toEqual([]);
      expect((await at.store.conversations.messages(at.workspaceId, { limit: 100 })).items).toEqual(texts);
      // What is done again: the GET, and nothing else.
      expect((await at.store.outbox.claim(10, yes)).map(({ effect }) => effect)).toEqual([http("GET")]);
      // The POST counts as done with an unknown outcome.
      expect((await at.store.outbox.overdueUnknown(10)).map(({ conversationId }) => conversationId)).toEqual([
        post?.conversationId,
      ]);
      // The timer that was due meanwhile has fired, and what the bot says to old mail waits for a person.
      const seen: unknown[] = [];
      for (const ref of [timer, mail] as ConversationRef[]) {
        const outcome = await at.store.mailbox.step(
          ref,
          (input) => {
            seen.push(input.events[0]?.event.type);
            return answering("Vielleicht schon gesagt")(input);
          },
          yes,
        );
        expect(outcome).toMatchObject({ type: "applied", claimed: [] });
      }
      expect(seen).toEqual(["timer", "message"]);
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      const rows = await at.store.outbox.waiting(at.workspaceId, 100);
      expect(rows.filter(({ state }) => state === "asked")).toHaveLength(6);
      // A provider's word about one of them still counts.
      const lost = rows.find(({ conversationId }) => conversationId === running?.conversationId);
      await at.store.inbox.accept(
        deliveryOf(at, [
          {
            type: "status",
            accountId: at.accountId,
            dedupeKey: "s1",
            at: new Date(later).toISOString(),
            externalId: "w7",
            status: "delivered",
            evidence: lost?.effectId ?? "",
          },
        ]),
      );
      expect(
        (await at.store.outbox.waiting(at.workspaceId, 100)).filter(({ state }) => state === "asked"),
      ).toHaveLength(5);
      // Whoever writes now is answered at once.
      at.clock.advance(1);
      const fresh = await say(at, "after", "Bonjour", { from: "+33639980100" });
      const answered = await at.store.mailbox.step(fresh.due[0]?.ref as ConversationRef, answering("Me revoilà"), yes);
      expect(answered).toMatchObject({ type: "applied", claimed: [{ type: "send" }] });
      // A person decides about what waits.
      const [first] = rows.filter(({ conversationId }) => conversationId === waiting?.conversationId).toReversed();
      expect(await at.store.outbox.resolveUnknown(at.workspaceId, first?.effectId as never, "sent")).toBe(true);
      expect(await at.store.operations.doctor()).toEqual([]);
      expect((await at.store.operations.notices(at.workspaceId, 10)).map(({ code }) => code)).toContain(
        "database.restored",
      );
    });

    test("moved, with the old installation stopped for good: what waited is sent", async () => {
      const source = await openAt(await emptyDatabase(from, "old"));
      const { waiting } = await conversationsInEveryState(source);
      await closeAll();
      const url =
        from === "SQLite" ? join(folder, "old.db") : (server as TestPostgres).url.replace(/\/relais$/, "/old");
      const file = join(folder, "one.backup");
      await backup(url, file, source.clock.now());
      const target = await emptyDatabase(to, "fresh");
      const { counts } = await put(file, target, source.clock.now(), { move: true });
      expect(counts).toMatchObject({ asked: 0, dropped: 0 });
      const at = await openAt(target, fakeClock(source.clock.now()));
      const claimed = await at.store.outbox.claim(10, yes);
      expect(claimed.map(({ conversationId }) => conversationId)).toEqual([waiting?.conversationId]);
      expect(await at.store.operations.doctor()).toEqual([]);
    });

    test("refuses what is not empty, and with --replace keeps it beside", async () => {
      const source = await openAt(await emptyDatabase(from, "old"));
      await conversation(source, 1);
      const url =
        from === "SQLite" ? join(folder, "old.db") : (server as TestPostgres).url.replace(/\/relais$/, "/old");
      const file = join(folder, "one.backup");
      await backup(url, file, source.clock.now());
      const target = await emptyDatabase(to, "fresh");
      const other = await openAt(target);
      await conversation(other, 2);
      await conversation(other, 3);
      await closeAll();
      const now = source.clock.now();
      await expect(put(file, target, now)).rejects.toThrow("is not empty");
      const { kept } = await put(file, target, now, { replace: true });
      const at = await openAt(target);
      expect((await at.store.conversations.list(at.workspaceId, { limit: 10 })).items).toHaveLength(1);
      expect(await countKept(target, kept ?? "")).toBe(2);
    });

    test("is of one moment, also under load", async () => {
      const source = await openAt(await emptyDatabase(from, "old"));
      for (let n = 0; n < 50; n++) await conversation(source, n);
      const url =
        from === "SQLite" ? join(folder, "old.db") : (server as TestPostgres).url.replace(/\/relais$/, "/old");
      let stop = false;
      let written = 50;
      const load = (async () => {
        while (!stop) {
          const ref = await conversation(source, written++);
          await source.store.mailbox.step(ref, answering("Bonjour !"), yes);
          await new Promise(setImmediate);
        }
      })();
      const files = ["a", "b", "c"].map((name) => join(folder, `${name}.backup`));
      for (const file of files) await backup(url, file, source.clock.now());
      stop = true;
      await load;
      expect(written).toBeGreaterThan(52);
      await closeAll();
      for (const [index, file] of files.entries()) {
        const target = await emptyDatabase(to, `fresh_${index}`);
        await put(file, target, source.clock.now());
        const at = await openAt(target);
        expect(await at.store.operations.doctor()).toEqual([]);
        await closeAll();
      }
    });
  },
);

async function countKept(target: string, kept: string): Promise<number> {
  if (kept.startsWith("schema ")) {
    const client = new pg.Client({ connectionString: target });
    await client.connect();
    const { rows } = await client.query(`SELECT COUNT(*) AS count FROM ${kept.slice(7)}.conversations`);
    await client.end();
    return Number(rows[0]?.count);
  }
  const db = new Sqlite(kept);
  const count = db.prepare("SELECT COUNT(*) FROM conversations").pluck().get();
  db.close();
  return Number(count);
}

describe("a backup file", () => {
  const made = async (): Promise<{ readonly file: string; readonly url: string; readonly now: number }> => {
    const url = join(folder, "old.db");
    const at = await openAt(url);
    await conversation(at, 1);
    await closeAll();
    const file = join(folder, "one.backup");
    await backup(url, file, at.clock.now());
    return { file, url, now: at.clock.now() };
  };

  test("is never written over, and an interrupted one leaves nothing", async () => {
    const { file, url, now } = await made();
    await expect(backup(url, file, now)).rejects.toThrow("is there already");
    const controller = new AbortController();
    const halfway = backup(url, join(folder, "two.backup"), now, {
      signal: controller.signal,
      progress: (table) => table === "messages" && controller.abort(new Error("Ctrl-C")),
    });
    await expect(halfway).rejects.toThrow("Ctrl-C");
    expect(readdirSync(folder).filter((name) => name.startsWith("two"))).toEqual([]);
  });

  test("of an empty or missing database is refused", async () => {
    await expect(backup(join(folder, "none.db"), join(folder, "x"), 0)).rejects.toThrow("There is no database");
    new Sqlite(join(folder, "empty.db")).close();
    writeFileSync(join(folder, "empty.db"), "");
    await expect(backup(join(folder, "empty.db"), join(folder, "x"), 0)).rejects.toThrow("nothing to back up");
  });

  test("that is something else, damaged or of a newer version is refused, and nothing is touched", async () => {
    const { file, url, now } = await made();
    const target = join(folder, "fresh.db");
    writeFileSync(join(folder, "letter.txt"), "Dear Relais");
    await expect(put(join(folder, "letter.txt"), target, now)).rejects.toThrow("is not a backup");
    await expect(put(url, target, now)).rejects.toThrow("is not a backup");
    await expect(put(join(folder, "none"), target, now)).rejects.toThrow("There is no file");
    const newer = join(folder, "newer.backup");
    copyFileSync(file, newer);
    const db = new Sqlite(newer);
    db.pragma(`user_version = ${knownVersion() + 1}`);
    db.close();
    await expect(put(newer, target, now)).rejects.toThrow("newer Relais");
    expect(existsSync(target)).toBe(false);
  });

  test("is not put under a server that runs, and says --move only of a stopped one", async () => {
    const { file, url, now } = await made();
    await openAt(url);
    await expect(put(file, url, now, { replace: true })).rejects.toThrow("Another Relais already uses");
    const live = join(folder, "live.backup");
    expect((await backup(url, live, now)).live).toBe(true);
    await expect(put(live, join(folder, "fresh.db"), now, { move: true })).rejects.toThrow(
      "while a server was running",
    );
  });

  test("that is restored much later does not hold conversations up with messages that are too old", async () => {
    const url = join(folder, "old.db");
    const source = await openAt(url);
    const ref = await conversation(source, 1);
    await source.store.mailbox.step(ref, answering("eins", "zwei"), yes);
    await closeAll();
    const file = join(folder, "one.backup");
    await backup(url, file, source.clock.now());
    const later = source.clock.now() + 30 * HOUR_MS;
    const target = join(folder, "fresh.db");
    const { counts } = await put(file, target, later);
    expect(counts).toMatchObject({ asked: 0, expired: 2 });
    const at = await openAt(target, fakeClock(later));
    const { items } = await at.store.conversations.messages(at.workspaceId, { limit: 10 });
    expect(items.map(({ status }) => status).toSorted()).toEqual(["failed", "failed", "received"]);
    at.clock.advance(1);
    const fresh = await say(at, "new", "Toujours là ?", { from: "+33639980101" });
    expect(await at.store.mailbox.step(fresh.due[0]?.ref as ConversationRef, answering("Oui !"), yes)).toMatchObject({
      type: "applied",
      claimed: [{ type: "send" }],
    });
    expect(await at.store.operations.doctor()).toEqual([]);
  });

  test("keeps an answer back that was asked for before it was made", async () => {
    const url = join(folder, "old.db");
    const source = await openAt(url);
    const ref = await conversation(source, 1);
    await source.store.mailbox.step(
      ref,
      asking({ type: "answer", key: "k", question: "Où est ma commande ?", playbook: "boutique", language: "fr" }),
      yes,
    );
    await closeAll();
    const file = join(folder, "one.backup");
    await backup(url, file, source.clock.now());
    const target = join(folder, "fresh.db");
    await put(file, target, source.clock.now() + 1000);
    const at = await openAt(target, fakeClock(source.clock.now() + 2000));
    const [again] = await at.store.outbox.claim(10, yes);
    if (!again) throw new Error("the assistant is not asked again");
    await at.store.outbox.settle(again, { type: "done", result: null }, yes);
    expect(await at.store.mailbox.step(ref, answering("Votre commande …"), yes)).toMatchObject({
      type: "applied",
      claimed: [],
    });
    expect((await at.store.outbox.waiting(at.workspaceId, 10)).map(({ state }) => state)).toEqual(["asked"]);
  });
});
