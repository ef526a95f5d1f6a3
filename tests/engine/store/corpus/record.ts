import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { knownVersion } from "../../../../engine/store/migrate.ts";
import { startFakeGraph } from "../../../support/fake-graph.ts";
import { startRelais } from "../../../support/relais.ts";
import { environment, NUMBER, PEOPLE, SECRET, TOKEN } from "./people.ts";

/**
 * Records live conversations of this version, one in each kind of state, as `corpus/<schema version>.json`. Run once per
 * version with a new schema, before its release; what was recorded is never recorded again.
 */
const LEFT_OUT = new Set(["processes", "raw_deliveries"]);

async function record(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "relais-corpus-"));
  const graph = await startFakeGraph({ token: TOKEN, appSecret: SECRET, phoneNumberId: NUMBER });
  const relais = await startRelais({ dataDir, env: { ...environment(graph.url), BURST_WINDOW_MS: "100" } });
  const hook = `${relais.url}/webhook/whatsapp`;
  graph.reportTo(hook);
  const answered = async (work: () => Promise<unknown>, messages = 1): Promise<void> => {
    const before = graph.sent().length;
    await work();
    await graph.waitForSent(before + messages);
    await new Promise((done) => setTimeout(done, 200));
  };
  const greet = (person: string): Promise<void> => answered(() => graph.say(hook, person, "Bonjour"));
  const tap = (person: string, label: string, messages = 1): Promise<void> =>
    answered(() => graph.tap(hook, person, label), messages);
  const { asked, picking, confirming, ordered, queued, taken, stopped, unknown, running, mail } = PEOPLE;
  for (const person of [asked, picking, confirming, ordered, queued, taken, stopped, mail]) await greet(person);
  for (const person of [picking, confirming, ordered]) await tap(person, "Produits");
  for (const person of [confirming, ordered]) await tap(person, "Savon au miel");
  await tap(ordered, "Confirmer");
  await tap(queued, "Conseiller", 2);
  const { items } = await relais.api<{
    readonly items: readonly {
      readonly id: string;
      readonly contact: { readonly identities: readonly { readonly value: string }[] };
    }[];
  }>("/api/conversations");
  const conversation = items.find(({ contact }) => contact.identities.some(({ value }) => value === taken));
  await answered(() =>
    relais.post(`/api/conversations/${conversation?.id}/messages`, { text: "Ici Paul.", clientId: "c1" }),
  );
  await answered(() => graph.say(hook, stopped, "STOP"));
  // From here on nothing is reported: what is lost stays lost.
  graph.reportTo(null);
  graph.fail({ type: "acceptThenReset" });
  await graph.say(hook, unknown, "Bonjour");
  await new Promise((done) => setTimeout(done, 1000));
  graph.fail({ type: "blackHole" });
  await graph.say(hook, running, "Bonjour");
  await new Promise((done) => setTimeout(done, 1000));
  await graph.say(hook, mail, "Produits");
  await relais.kill();
  const db = new Sqlite(join(dataDir, "relais.db"));
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const tables = Object.fromEntries(
    names.filter((name) => !LEFT_OUT.has(name)).map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]),
  );
  db.close();
  const file = new URL(`${String(knownVersion()).padStart(4, "0")}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify({ recordedAt: Date.now(), tables }, null, 1)}\n`);
  await graph.close();
  rmSync(dataDir, { recursive: true, force: true });
  console.log(`recorded ${file.pathname}`);
  process.exit(0);
}

await record();
