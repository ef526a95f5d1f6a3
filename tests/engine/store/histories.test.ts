import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ClaimedEffect } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, deliveryOf, no, openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

const MINUTE_MS = 60_000;

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`what a provider keeps, on ${dialect}`, () => {
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
    const take = (gapMs = MINUTE_MS) => at.store.histories.take(at.workspaceId, at.accountId, gapMs);
    const moment = (ms = at.clock.now()) => new Date(ms).toISOString();
    /** Somebody writes and is answered; how the attempt ended is for the test to say. */
    const sending = async (id: string, words: string): Promise<ClaimedEffect> => {
      const { due } = await say(at, id, id);
      const ref = due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      const outcome = await at.store.mailbox.step(ref, answering(words), yes);
      const claimed = outcome.type === "applied" ? outcome.claimed[0] : undefined;
      if (!claimed) throw new Error("nothing was claimed");
      return claimed;
    };
    const lost = () => ({ type: "unknown" as const, until: moment(at.clock.now() + MINUTE_MS), detail: "reset" });

    test("is wanted from the first look on, then from where it was read to", async () => {
      const first = moment();
      expect(await take()).toBe(first);
      at.clock.advance(5 * MINUTE_MS);
      expect(await take()).toBe(first);
      await at.store.histories.reached(at.workspaceId, at.accountId, moment());
      const reached = moment();
      // An older look that ends later takes nothing back.
      await at.store.histories.reached(at.workspaceId, at.accountId, first);
      at.clock.advance(5 * MINUTE_MS);
      at = await at.reopen();
      expect(await take()).toBe(reached);
    });

    test("is looked at by one at a time", async () => {
      const turns = await Promise.all([take(), take(), take()]);
      expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
      at.clock.advance(MINUTE_MS / 2);
      expect(await take()).toBeNull();
      expect(await take(1000)).not.toBeNull();
    });

    test("may settle sends whose outcome is unknown, and those only", async () => {
      const one = await sending("wamid.1", "Bonjour");
      expect(await at.store.histories.unknown(at.workspaceId, at.accountId)).toEqual([]);
      const begun = moment();
      at.clock.advance(3000);
      await at.store.outbox.settle(one, lost(), no);
      expect(await at.store.histories.unknown(at.workspaceId, at.accountId)).toEqual([
        {
          effectId: one.id,
          recipient: [{ kind: "phone", value: "+33639980001" }],
          content: { type: "text", text: "Bonjour" },
          startedAt: begun,
        },
      ]);
      await at.store.inbox.accept(
        deliveryOf(at, [
          {
            type: "status",
            accountId: at.accountId,
            dedupeKey: `history:SM1:${one.id}`,
            at: moment(),
            externalId: "SM1",
            evidence: one.id,
            status: "sent",
          },
        ]),
      );
      expect(await at.store.histories.unknown(at.workspaceId, at.accountId)).toEqual([]);
      const known = await at.store.histories.known(at.workspaceId, at.accountId, ["SM1", "SM2"]);
      expect([...known]).toEqual(["SM1"]);
    });

    test("a refusal because of STOP is remembered of the person, one because of marketing only for that", async () => {
      const optedOut = async () =>
        (await at.store.conversations.contacts(at.workspaceId, { limit: 5 })).items[0]?.optedOut;
      const refused = (error: { code: "optedOut"; purpose?: "marketing" }) => ({ type: "failed" as const, error });
      await at.store.outbox.settle(
        await sending("wamid.1", "a"),
        refused({ code: "optedOut", purpose: "marketing" }),
        no,
      );
      expect(await optedOut()).toEqual(["marketing"]);
      await at.store.outbox.settle(await sending("wamid.2", "b"), refused({ code: "optedOut" }), no);
      expect(await optedOut()).toEqual(["marketing", "service"]);
    });
  });
}
