import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createIds } from "../../../engine/ids.ts";
import { backup } from "../../../engine/store/backup.ts";
import { examine } from "../../../engine/store/examine.ts";
import { migrateSqliteTo } from "../../../engine/store/migrate.ts";
import { restore } from "../../../engine/store/restore.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type FakeGraph, startFakeGraph, wordsOf } from "../../support/fake-graph.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";
import { environment, NUMBER, PEOPLE, SECRET, TOKEN } from "./corpus/people.ts";

interface Corpus {
  readonly recordedAt: number;
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, string | number | null>>[]>>;
}

const FOLDER = new URL("corpus/", import.meta.url);
const VERSIONS = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => Number(name.slice(0, -".json".length)));
/** Columns that hold moments. */
const MOMENT = /(^|_)(at|until)$/;

/** A SQLite file as that version left it, its clock set so that it was left a second ago. */
function left(version: number, file: string): void {
  const { recordedAt, tables } = JSON.parse(
    readFileSync(new URL(`${String(version).padStart(4, "0")}.json`, FOLDER), "utf8"),
  ) as Corpus;
  const later = Date.now() - 1000 - recordedAt;
  const db = new Sqlite(file);
  migrateSqliteTo(db, version);
  for (const [table, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const names = Object.keys(row);
      const values = names.map((name) => {
        const value = row[name] ?? null;
        return MOMENT.test(name) && typeof value === "number" ? value + later : value;
      });
      db.prepare(`INSERT INTO "${table}" (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`).run(
        values,
      );
    }
  }
  db.prepare("UPDATE effects SET due_at = ? WHERE state = 'unknown'").run(Date.now());
  db.prepare("UPDATE facts SET value = ? WHERE key = 'alive'").run(String(Date.now() - 1000));
  db.close();
}

let folder: string;
let graph: FakeGraph;
let relais: RunningRelais | null;
let server: TestPostgres | { readonly unavailable: string };

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  if ("stop" in server) await server.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "relais-corpus-"));
  graph = await startFakeGraph({ token: TOKEN, appSecret: SECRET, phoneNumberId: NUMBER });
  relais = null;
});
afterEach(async () => {
  await relais?.kill();
  await graph.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<RunningRelais> {
  relais = await startRelais({
    dataDir: folder,
    env: { ...environment(graph.url), BURST_WINDOW_MS: "0", UNKNOWN_WAIT_MS: "300", ...env },
  });
  graph.reportTo(`${relais.url}/webhook/whatsapp`);
  return relais;
}
const say = (one: RunningRelais, person: string, text: string) =>
  graph.say(`${one.url}/webhook/whatsapp`, person, text);
const told = (person: string): readonly string[] =>
  graph
    .sent()
    .filter(({ to }) => to === person)
    .map(({ body }) => wordsOf(body));

describe.each(VERSIONS)("conversations that schema version %i left", (version) => {
  test.each(["SQLite", "PostgreSQL"])(
    "go on with this version on %s, each where it stood",
    async (dialect) => {
      const file = join(folder, "relais.db");
      left(version, file);
      let databaseUrl = file;
      if (dialect === "PostgreSQL") {
        if ("unavailable" in server) return;
        databaseUrl = server.url;
        const copy = join(folder, "one.backup");
        await backup(file, copy, Date.now());
        await restore(
          copy,
          databaseUrl,
          { now: Date.now(), ids: createIds(fakeClock(Date.now())) },
          { replace: true, move: true },
        );
      }
      const one = await start({ DATABASE_URL: databaseUrl });
      // What had come in and was not answered yet.
      await eventually(() => expect(told(PEOPLE.mail)).toEqual([expect.stringContaining("Voici nos produits")]));
      // Of these nobody knows: no evidence came, so they are sent again, and marked.
      for (const person of [PEOPLE.unknown, PEOPLE.running])
        await eventually(() => expect(told(person)).toEqual([expect.stringContaining("bienvenue")]), 25_000);
      await say(one, PEOPLE.asked, "produits");
      await say(one, PEOPLE.picking, "Savon au miel");
      await say(one, PEOPLE.confirming, "Confirmer");
      await say(one, PEOPLE.ordered, "Bonjour");
      for (const person of [PEOPLE.queued, PEOPLE.taken, PEOPLE.stopped]) await say(one, person, "Vous êtes là ?");
      await eventually(() => expect(told(PEOPLE.asked)).toEqual([expect.stringContaining("Voici nos produits")]));
      await eventually(() => expect(told(PEOPLE.picking)).toEqual([expect.stringContaining("Voici votre commande")]));
      await eventually(() => expect(told(PEOPLE.confirming)).toEqual([expect.stringContaining("est confirmée")]));
      await eventually(() => expect(told(PEOPLE.ordered)).toEqual([expect.stringContaining("bienvenue")]));
      expect([PEOPLE.queued, PEOPLE.taken, PEOPLE.stopped].flatMap(told)).toEqual([]);
      const { items } = await one.api<{ readonly items: readonly { readonly maybeDuplicate: boolean }[] }>(
        "/api/messages?limit=100",
      );
      expect(items.filter(({ maybeDuplicate }) => maybeDuplicate)).toHaveLength(2);
      const { findings } = await examine(databaseUrl, { now: Date.now() });
      expect(findings.filter(({ message }) => !message.startsWith("The disk"))).toEqual([]);
      expect(await one.stop()).toBe(0);
      relais = null;
    },
    60_000,
  );
});

describe("a conversation that stands where nothing is any more", () => {
  const conversationOf = `(SELECT c.id FROM conversations c JOIN contact_identities i ON i.contact_id = c.contact_id WHERE i.value = '${PEOPLE.asked}')`;
  test.each([
    [
      "at a node that is gone",
      `UPDATE runs SET state = REPLACE(state, '"value":"greeting"', '"value":"gone"') WHERE conversation_id = ${conversationOf}`,
    ],
    [
      "in a state that is no snapshot",
      `UPDATE runs SET state = '{"frames":[{"flow":"boutique","versionId":"' || version_id || '","snapshot":null}]}' WHERE conversation_id = ${conversationOf}`,
    ],
    [
      "in a version that is gone",
      `UPDATE runs SET state = REPLACE(state, version_id, 'ver_gone'), version_id = 'ver_gone' WHERE conversation_id = ${conversationOf}`,
    ],
    [
      "in a version that cannot be read",
      `UPDATE flow_versions SET source = 'flow: [' WHERE id = (SELECT version_id FROM runs WHERE conversation_id = ${conversationOf})`,
    ],
  ])(
    "%s goes to people; the others go on",
    async (name, sql) => {
      const file = join(folder, "relais.db");
      left(1, file);
      const db = new Sqlite(file);
      // What everybody else is on stays readable, under another name.
      if (name.includes("cannot be read")) {
        db.exec(
          "INSERT INTO flow_versions SELECT workspace_id, 'ver_other', flow, number + 100, source, playbook, note, \"by\", created_at FROM flow_versions WHERE flow = 'boutique'",
        );
        db.exec(
          `UPDATE runs SET state = REPLACE(state, version_id, 'ver_other'), version_id = 'ver_other' WHERE conversation_id <> ${conversationOf} AND flow = 'boutique'`,
        );
        db.exec("UPDATE current_flows SET version_id = 'ver_other' WHERE flow = 'boutique'");
      }
      expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
      db.close();
      const one = await start();
      await say(one, PEOPLE.asked, "produits");
      await say(one, PEOPLE.picking, "Savon au miel");
      await eventually(() => expect(told(PEOPLE.picking)).toHaveLength(1));
      await eventually(async () => {
        const { items } = await one.api<{
          readonly items: readonly {
            readonly status: string;
            readonly owner: string;
            readonly contact: { readonly identities: readonly { readonly value: string }[] };
          }[];
        }>("/api/conversations?limit=100");
        const conversation = items.find(({ contact }) =>
          contact.identities.some(({ value }) => value === PEOPLE.asked),
        );
        expect(conversation).toMatchObject({ owner: "agent", status: "waiting" });
      }, 20_000);
      expect(await one.stop()).toBe(0);
      relais = null;
    },
    60_000,
  );
});
