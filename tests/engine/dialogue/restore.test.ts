import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeGraph, wordsOf } from "../../support/fake-graph.ts";
import { startPostgres } from "../../support/postgres.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";
import { startWhatsapp, whatsappEnv } from "../../support/whatsapp-house.ts";

const LEA = "+33639980001";
const ROOT = new URL("../../..", import.meta.url).pathname;

let graph: FakeGraph;
let folder: string;
let running: RunningRelais[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "relais-restore-"));
  graph = await startWhatsapp();
  running = [];
});
afterEach(async () => {
  for (const one of running) await one.kill();
  await graph.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningRelais> {
  const relais = await startRelais({
    dataDir: join(folder, dataDir),
    env: {
      ...whatsappEnv(graph),
      BURST_WINDOW_MS: "100",
      ...env,
    },
  });
  running.push(relais);
  graph.reportTo(`${relais.url}/webhook/whatsapp`);
  return relais;
}

/** The command line, as an operator uses it. */
function relais(
  args: readonly string[],
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(ROOT, "engine/cli.ts"), ...args],
      {
        cwd: ROOT,
        env: { PATH: process.env.PATH ?? "", DATA_DIR: join(folder, dataDir), PORT: "1", ...env },
        timeout: 20_000,
      },
      (error, stdout, stderr) =>
        done({ code: error ? (typeof error.code === "number" ? error.code : -1) : 0, output: stdout + stderr }),
    );
  });
}

const hookOf = (one: RunningRelais): string => `${one.url}/webhook/whatsapp`;
const toLea = (): readonly string[] =>
  graph
    .sent()
    .filter(({ to }) => to === LEA)
    .map(({ body }) => wordsOf(body));
const phone = (n: number): string => `+3363998${2000 + n}`;

/** Takes the key along, as the operator is told to. */
function takeKey(from: string, to: string): void {
  copyFileSync(join(folder, from, "secret-key"), join(folder, to, "secret-key"));
}

describe("a restored installation", () => {
  test("made under load sends nothing twice and goes on; then it moves to PostgreSQL and back", async (context) => {
    const server = await startPostgres();
    if ("unavailable" in server) return context.skip(`PostgreSQL cannot run here: ${server.unavailable}`);
    const backupFile = join(folder, "one.backup");
    const old = await start("old");
    await graph.say(hookOf(old), LEA, "Bonjour");
    await graph.waitForSent(1);
    let people = 0;
    let enough = false;
    const load = (async () => {
      while (!enough) {
        await graph.say(hookOf(old), phone(people++), "Bonjour");
        await new Promise((done) => setTimeout(done, 10));
      }
    })();
    await graph.waitForSent(20);
    const made = await relais(["backup", backupFile], "old");
    expect(made).toMatchObject({ code: 0 });
    expect(made.output).toContain("secret-key");
    await graph.waitForSent(graph.sent().length + 20);
    enough = true;
    await load;
    await old.kill();
    const before = graph.sent().length;

    const restored = await relais(["restore", backupFile], "new");
    expect(restored.output).toContain("The key that this backup was written with is not here");
    expect(restored.code).toBe(0);
    takeKey("old", "new");
    const fresh = await start("new");
    // A customer goes on where she was; her name and her place are known.
    await graph.tap(hookOf(fresh), LEA, "Produits");
    await eventually(() => expect(toLea()).toHaveLength(2));
    await new Promise((done) => setTimeout(done, 1500));
    const planted = graph.sent().map(({ evidence }) => evidence);
    expect(new Set(planted).size).toBe(planted.length);
    expect(graph.sent().length).toBe(before + 1);
    expect(await relais(["doctor"], "new")).toMatchObject({ code: 0 });
    const { items } = await fresh.api<{ readonly items: readonly { readonly code: string }[] }>("/api/notices");
    expect(items.map(({ code }) => code)).toContain("database.restored");

    // One file -> PostgreSQL, two commands.
    await fresh.stop();
    const env = { DATABASE_URL: server.url };
    expect(await relais(["backup", join(folder, "two.backup")], "new")).toMatchObject({ code: 0 });
    expect(await relais(["restore", join(folder, "two.backup"), "--move"], "new", env)).toMatchObject({ code: 0 });
    const large = await start("new", env);
    await graph.tap(hookOf(large), LEA, "Savon au miel");
    await eventually(() => expect(toLea()).toHaveLength(3));
    expect(await relais(["doctor"], "new", env)).toMatchObject({ code: 0 });
    expect((await relais(["restore", backupFile, "--replace"], "new", env)).output).toContain("A server runs");

    // And back.
    await large.stop();
    expect(await relais(["backup", join(folder, "three.backup")], "new", env)).toMatchObject({ code: 0 });
    expect(await relais(["restore", join(folder, "three.backup"), "--replace"], "new")).toMatchObject({ code: 0 });
    const back = await start("new");
    await graph.tap(hookOf(back), LEA, "Confirmer");
    await eventually(() => expect(toLea()).toHaveLength(4));
    expect(toLea()[3]).toContain("est confirmée");
    expect(await relais(["doctor"], "new")).toMatchObject({ code: 0 });
    await back.stop();
    running = [];
    await server.stop();
  }, 90_000);
});

describe("a wrong key", () => {
  test("keeps the server from starting, changes nothing, and leaves no key of its own", async (context) => {
    const server = await startPostgres();
    if ("unavailable" in server) return context.skip(`PostgreSQL cannot run here: ${server.unavailable}`);
    for (const env of [{}, { DATABASE_URL: server.url }] as const) {
      const one = await start("data", env);
      await one.stop();
      running = [];
      const wrong = await relais(["start"], "data", { ...env, SECRET_KEY: "another-key-0123456789" });
      expect(wrong.code).toBe(1);
      expect(wrong.output).toContain("SECRET_KEY is not the key that this database was written with");
      const none = await relais(["start"], "empty", { DATABASE_URL: join(folder, "data/relais.db"), ...env });
      expect(none.code).toBe(1);
      expect(existsSync(join(folder, "empty/secret-key"))).toBe(false);
      const right = await start("data", env);
      await right.stop();
      running = [];
    }
    await server.stop();
  }, 60_000);
});
