import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunId } from "../../../engine/core/domain/ids.ts";
import { parseFlow } from "../../../engine/core/flow/parse.ts";
import { decide } from "../../../engine/core/run/decide.ts";
import type { StepInput } from "../../../engine/core/run/decision.ts";
import { followVersion, liveTalks } from "../../../engine/server/flow-live.ts";
import { createLibrary } from "../../../engine/worker/library.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

const TALK = `flow: talk
languages: [fr]
triggers: [{ on: message }]
start: size
nodes:
  size: { type: choose, text: Taille ?, choices: [{ id: s, label: Petit }, { id: l, label: Grand }], exits: { s: name, l: name } }
  name: { type: ask, text: Votre nom ?, saveAs: name, exits: { next: bye } }
  bye: { type: end, text: Au revoir }
`;
/** \`name\` is another one: who stands there cannot follow. */
const NEXT = TALK.replace("Taille ?", "Quelle taille ?").replace(
  "name: { type: ask, text: Votre nom ?, saveAs: name, exits: { next: bye } }",
  "name: { type: say, text: Merci, exits: { next: bye } }",
);

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`talks that follow a new version on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let at: TestStore;
    beforeAll(async () => {
      if (dialect === "PostgreSQL") server = await startPostgres();
    });
    afterAll(async () => {
      if (server && "stop" in server) await server.stop();
    });
    beforeEach(async (context) => {
      if (dialect === "SQLite") {
        at = await openTestStore(null);
        return;
      }
      if (!server || "unavailable" in server) return context.skip(`PostgreSQL cannot run here: ${server?.unavailable}`);
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      await client.end();
      at = await openTestStore(server.url);
    });
    afterEach(async () => {
      await at?.close();
    });

    const publish = (source: string) =>
      at.store.flows.publish(at.workspaceId, { flow: "talk", source, playbook: null, note: "", by: "Paul" });
    /** Applies everything that waits, as a worker does. */
    const work = async (): Promise<void> => {
      const library = createLibrary(at.store);
      await library.refresh();
      for (;;) {
        const refs = await at.store.mailbox.due(100);
        if (refs.length === 0) return;
        for (const ref of refs) {
          const outcome = await at.store.mailbox.step(
            ref,
            (input: StepInput) => decide(input, library.of(at.workspaceId)),
            yes,
          );
          if (outcome.type === "needs") await library.load(outcome.versions);
          else if (outcome.type !== "applied") throw new Error(JSON.stringify(outcome));
        }
      }
    };
    const talkers = async (count: number, ...texts: readonly string[]): Promise<void> => {
      for (let n = 0; n < count; n++)
        for (const [index, text] of texts.entries()) {
          await say(at, `${texts.length}.${n}.${index}`, text, { from: `+336399${texts.length}${1000 + n}` });
          await work();
        }
    };
    const versionsOf = async (): Promise<Readonly<Record<string, number>>> => {
      const live = await at.store.flows.liveRuns(at.workspaceId);
      return Object.fromEntries(live.map(({ versionId, count }) => [versionId, count]));
    };
    const sound = async (): Promise<void> => expect(await at.store.operations.doctor()).toEqual([]);

    test("move where that is safe, stay where it is not, and go on talking either way", async () => {
      const first = await publish(TALK);
      await talkers(4, "Bonjour");
      await talkers(3, "Bonjour", "petit");
      const { document } = parseFlow(NEXT);
      expect(await liveTalks(at.store, at.workspaceId, "talk", document)).toMatchObject({
        total: 7,
        counted: 7,
        movable: 4,
        nodes: [
          { node: "size", count: 4, movable: 4, reasons: [] },
          { node: "name", count: 3, movable: 0, reasons: [{ en: 'Block "name" has become one of another kind.' }] },
        ],
      });
      const second = await publish(NEXT);
      const sent = async () => (await at.store.conversations.messages(at.workspaceId, { limit: 200 })).items.length;
      const before = await sent();
      const to = { versionId: second.id, how: "move", by: "Paul" } as const;
      expect(await followVersion(at.store, at.workspaceId, "talk", to)).toEqual({ told: 7 });
      expect(await followVersion(at.store, at.workspaceId, "talk", to)).toEqual({ told: 0 });
      await work();
      expect(await versionsOf()).toEqual({ [first.id]: 3, [second.id]: 4 });
      expect(await sent()).toBe(before);
      await sound();
      await say(at, "later", "grand", { from: "+3363991 1000".replace(" ", "") });
      await say(at, "later2", "Léa", { from: "+33639921000" });
      await work();
      const texts = (await at.store.conversations.messages(at.workspaceId, { limit: 200 })).items.flatMap(
        ({ content }) => (content.type === "text" ? [content.text] : []),
      );
      expect(texts.filter((text) => text === "Merci")).toHaveLength(1);
      expect(texts.filter((text) => text === "Au revoir")).toHaveLength(2);
      await sound();
    });

    test("end in silence when they shall begin anew, and the next message begins with the new version", async () => {
      await publish(TALK);
      await talkers(3, "Bonjour");
      const second = await publish(NEXT);
      await followVersion(at.store, at.workspaceId, "talk", { versionId: second.id, how: "restart", by: "Paul" });
      await work();
      expect(await versionsOf()).toEqual({});
      await say(at, "again", "Me revoilà", { from: "+33639911000" });
      await work();
      expect(await versionsOf()).toEqual({ [second.id]: 1 });
      await sound();
    });

    test("leave figures behind: how many came and went where, and how long they stayed, each counted once", async () => {
      await publish(TALK);
      const begun = at.clock.now();
      await talkers(3, "Bonjour");
      at.clock.advance(40_000);
      await say(at, "a", "grand", { from: "+33639911000" });
      await say(at, "b", "petit", { from: "+33639911001" });
      await work();
      const count = () => at.store.figures.count(2);
      // What is younger than a few seconds may not be committed everywhere yet.
      expect(await count()).toMatchObject({ counted: expect.any(Number) });
      at.clock.advance(10_000);
      let left = 20;
      while ((await count()).counted > 0 && left-- > 0);
      expect((await count()).counted).toBe(0);
      const day = new Date(begun).toISOString().slice(0, 10);
      const figures = await at.store.figures.of(at.workspaceId, "talk", { from: day, to: day });
      const told = figures.map(({ node, kind, name, count: n }) => `${node} ${kind} ${name} ${n}`).sort();
      expect(told).toEqual(["name enter  2", "size enter  3", "size exit l 1", "size exit s 1", "size time 4 2"]);
      const of = (period: { from: string; to: string; channel?: "sms" | "whatsapp" }) =>
        at.store.figures.of(at.workspaceId, "talk", period);
      expect(await of({ from: day, to: day, channel: "whatsapp" })).toHaveLength(5);
      expect(await of({ from: day, to: day, channel: "sms" })).toEqual([]);
      expect(await of({ from: "2001-01-01", to: "2001-01-02" })).toEqual([]);
      await sound();
    });

    test("are told in batches, and a batch that is told again adds nothing", async () => {
      await publish(TALK);
      await talkers(5, "Bonjour");
      const second = await publish(NEXT);
      const to = { versionId: second.id, how: "move", by: "Paul" } as const;
      const told: number[] = [];
      let after: RunId | null = null;
      do {
        const page: { told: number; next: RunId | null } = await at.store.flows.follow(at.workspaceId, "talk", to, {
          after,
          limit: 2,
        });
        expect((await at.store.flows.follow(at.workspaceId, "talk", to, { after, limit: 2 })).told).toBe(0);
        told.push(page.told);
        after = page.next;
      } while (after !== null);
      expect(told).toEqual([2, 2, 1]);
      await work();
      expect(await versionsOf()).toEqual({ [second.id]: 5 });
    });
  });
}
