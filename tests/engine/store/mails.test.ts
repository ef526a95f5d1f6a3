import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChannelAccountId, MessageId } from "../../../engine/core/domain/ids.ts";
import type { Accepted, Delivery } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { deliveryOf, openTestStore, type TestStore } from "../../support/stores.ts";

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`mails on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let at: TestStore;
    let accountId: ChannelAccountId;

    beforeAll(async () => {
      if (dialect === "PostgreSQL") server = await startPostgres();
    });
    afterAll(async () => {
      if (server && "stop" in server) await server.stop();
    });
    beforeEach(async (context) => {
      if (dialect === "PostgreSQL") {
        if (!server || "unavailable" in server)
          return context.skip(`PostgreSQL cannot run here: ${server?.unavailable}`);
        const client = new pg.Client({ connectionString: server.url });
        await client.connect();
        await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        await client.end();
      }
      at = await openTestStore(dialect === "SQLite" ? null : (server as TestPostgres).url);
      accountId = at.accountId;
    });
    afterEach(async () => {
      await at?.close();
    });

    const where = (uid: number, uidValidity = "7") => ({ folder: "INBOX", uidValidity, uid });
    const position = () => at.store.mails.position(at.workspaceId, accountId, "INBOX");
    const accept = (
      key: string,
      more: {
        readonly uid?: number;
        readonly uidValidity?: string;
        readonly text?: string;
        readonly automatic?: string;
      } = {},
    ): Promise<Accepted> => {
      const { text = "Bonjour", automatic } = more;
      const delivery: Delivery = deliveryOf(at, [
        {
          type: "message",
          accountId,
          dedupeKey: key,
          externalId: `${key}@example.com`,
          at: new Date(at.clock.now()).toISOString(),
          from: { identities: [{ kind: "email", value: "lea@example.com" }] },
          content: { type: "text", text },
          answersPerHour: 3,
          ...(automatic ? { automatic } : {}),
          mail: {
            messageId: `${key}@example.com`,
            subject: `Objet ${key}`,
            references: ["a@example.com"],
            text: `${text}\n> cité`,
            html: "<p>Bonjour</p>",
            authentication: { spf: "pass" },
          },
        },
      ]);
      return at.store.inbox.accept({
        ...delivery,
        ...(more.uid === undefined ? {} : { position: { accountId, ...where(more.uid, more.uidValidity) } }),
      });
    };

    test("the position moves on with the mail that is stored, and never back", async () => {
      expect(await position()).toBeNull();
      await at.store.mails.begin(at.workspaceId, accountId, where(10), "2026-11-20T10:00:00.000Z");
      await accept("m1", { uid: 12 });
      await accept("m2", { uid: 11 });
      await accept("m1", { uid: 13 });
      await accept("m3", { uid: 99, uidValidity: "6" });
      expect(await position()).toEqual({ ...where(13), since: "2026-11-20T10:00:00.000Z" });
    });

    test("a mailbox that is numbered anew begins at the front, and what is not ours stays so", async () => {
      await at.store.mails.begin(at.workspaceId, accountId, where(10), "2026-11-20T10:00:00.000Z");
      await at.store.mails.begin(at.workspaceId, accountId, where(0, "8"), "2026-11-21T10:00:00.000Z");
      expect(await position()).toEqual({ ...where(0, "8"), since: "2026-11-20T10:00:00.000Z" });
    });

    test("one process reads a folder; another takes over when it is gone", async () => {
      const { mails } = at.store;
      expect(await mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(true);
      expect(await mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(true);
      expect(await position()).toBeNull();
      if (dialect === "SQLite") return;
      const other = await openTestStore((server as TestPostgres).url, { clock: at.clock });
      try {
        expect(await other.store.mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(false);
        at.clock.advance(31_000);
        expect(await other.store.mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(true);
        expect(await mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(false);
        await other.store.mails.release(at.workspaceId, accountId, "INBOX");
        expect(await mails.hold(at.workspaceId, accountId, "INBOX", 30_000)).toBe(true);
      } finally {
        await other.close();
      }
    });

    test("answers go under the last mail of the conversation, and what came with a mail is kept", async () => {
      const first = (await accept("m1")).messages[0];
      await accept("m2");
      expect(await at.store.mails.thread(at.workspaceId, first?.conversationId ?? "")).toEqual({
        messageId: "m2@example.com",
        subject: "Objet m2",
        references: ["a@example.com"],
      });
      expect(await at.store.mails.facts(at.workspaceId, first?.messageId as MessageId)).toEqual({
        messageId: "m1@example.com",
        subject: "Objet m1",
        references: ["a@example.com"],
        text: "Bonjour\n> cité",
        html: "<p>Bonjour</p>",
        authentication: { spf: "pass" },
        automatic: null,
      });
      expect(await at.store.mails.facts("wsp_other" as never, first?.messageId as MessageId)).toBeNull();
    });

    test("what a machine wrote is shown and never becomes due", async () => {
      const { due, messages } = await accept("m1", { automatic: "autoReply" });
      expect(due).toEqual([]);
      expect(messages).toHaveLength(1);
      expect(await at.store.mailbox.due(10)).toEqual([]);
    });

    test("beyond the answers of an hour, and the third time of the same letter, a person must look", async () => {
      const forPeople = async (key: string, text: string): Promise<boolean> => {
        const { due } = await accept(key, { text });
        const ref = due[0]?.ref;
        if (!ref) throw new Error("nothing is due");
        let found = false;
        await at.store.mailbox.step(
          ref,
          ({ events }) => {
            found = events.some(({ event }) => event.type === "message" && event.forPeople === true);
            return {
              conversation: {},
              contact: null,
              run: { type: "unchanged" },
              effects: [],
              timers: [],
              notes: [],
              cancelSends: false,
              path: [],
              outcome: "ignored",
            };
          },
          () => true,
        );
        return found;
      };
      expect(await forPeople("m1", "un")).toBe(false);
      expect(await forPeople("m2", "deux")).toBe(false);
      expect(await forPeople("m3", "trois")).toBe(false);
      expect(await forPeople("m4", "quatre")).toBe(true);
      at.clock.advance(3_700_000);
      const letter = "Votre message est bien arrivé, nous vous répondrons bientôt.";
      expect(await forPeople("l1", letter)).toBe(false);
      expect(await forPeople("l2", letter)).toBe(false);
      expect(await forPeople("l3", letter)).toBe(true);
    });
  });
}
