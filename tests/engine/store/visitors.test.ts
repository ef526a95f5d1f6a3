import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChannelAccountId } from "../../../engine/core/domain/ids.ts";
import type { InboundEvent } from "../../../engine/core/domain/inbound-event.ts";
import type { AnswerWay } from "../../../engine/core/domain/submission.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, deliveryOf, openTestStore, type TestStore, yes } from "../../support/stores.ts";

const LEA = "+33639980001";

/** Forms and visitors touch several accounts and threads at once: the same on both databases. */
for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`forms and visitors on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let at: TestStore;
    let chat: ChannelAccountId;
    let form: ChannelAccountId;

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
        at = await openTestStore(server.url);
      } else at = await openTestStore(null);
      const save = (channel: "web" | "form") =>
        at.store.accounts.save(at.workspaceId, {
          channel,
          name: "default",
          address: channel,
          config: {},
          secretFields: [],
        });
      chat = await save("web");
      form = await save("form");
      await at.store.accounts.all();
    });
    afterEach(async () => {
      await at?.close();
    });

    const says = (visitor: string, id: string, text: string) => {
      const event: InboundEvent = {
        type: "message",
        accountId: chat,
        dedupeKey: id,
        externalId: id,
        at: new Date(at.clock.now()).toISOString(),
        from: { identities: [{ kind: "visitor", value: visitor }] },
        content: { type: "text", text },
      };
      return at.store.inbox.accept({ ...deliveryOf(at, [event]), channel: "web" });
    };
    const submits = (id: string, answerBy: readonly AnswerWay[]) => {
      const event: InboundEvent = {
        type: "message",
        accountId: form,
        dedupeKey: id,
        externalId: id,
        at: new Date(at.clock.now()).toISOString(),
        from: { identities: [{ kind: "phone", value: LEA }], name: "Léa Martin", language: "fr" },
        content: { type: "form", name: "contact", values: {}, text: "Votre nom : Léa" },
        answersPerHour: 5,
        submission: { form: "contact", message: "Bonjour", values: {}, variables: {}, contact: {}, answerBy },
      };
      return at.store.inbox.accept({ ...deliveryOf(at, [event]), channel: "form" });
    };
    const person = (id: string) => ({ id, name: "Léa Martin", email: null, phone: null });
    const texts = async (conversationId: string): Promise<readonly string[]> => {
      const page = await at.store.conversations.messages(at.workspaceId, {
        conversationId,
        afterPosition: 0,
        limit: 50,
      });
      return page.items.map(
        ({ position, content }) => `${position} ${content.type === "text" ? content.text : content.type}`,
      );
    };
    const sound = async (): Promise<void> => expect(await at.store.operations.doctor()).toEqual([]);

    test("what a visitor wrote before signing in follows what is known, and nothing is left to speak in the old thread", async () => {
      const old = (await says("v1", "a", "hier")).messages[0]?.conversationId ?? "";
      await at.store.visitors.signIn(at.workspaceId, chat, "v1", person("7"));
      const fresh = (await says("v2", "b", "aujourd'hui")).messages[0]?.conversationId ?? "";
      const ref = { workspaceId: at.workspaceId, conversationId: fresh as never };
      expect((await at.store.mailbox.step(ref, answering("Bonjour !"), () => false)).type).toBe("applied");
      expect(await at.store.visitors.signIn(at.workspaceId, chat, "v2", person("7"))).toBe("signedIn");
      expect(await texts(old)).toEqual(["1 hier", "2 aujourd'hui", "3 Bonjour !"]);
      expect(await texts(fresh)).toEqual([]);
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      const visitor = { kind: "visitor" as const, value: "v2" };
      expect(await at.store.conversations.ofIdentity(at.workspaceId, chat, visitor)).toBe(old);
      await sound();
    });

    test("marks follow what the visitor has seen, and never go back", async () => {
      const first = await says("v1", "a", "Bonjour");
      const conversationId = first.messages[0]?.conversationId as never;
      const ref = { workspaceId: at.workspaceId, conversationId };
      const step = await at.store.mailbox.step(ref, answering("Bonjour !"), yes);
      if (step.type !== "applied") throw new Error(`expected a step, got ${step.type}`);
      for (const claimed of step.claimed)
        await at.store.outbox.settle(claimed, { type: "done", externalId: claimed.id }, yes);
      const status = async () =>
        (await at.store.conversations.messages(at.workspaceId, { conversationId, limit: 9 })).items.find(
          ({ direction }) => direction === "out",
        )?.status;
      expect(await at.store.visitors.seen(at.workspaceId, conversationId, 2, false)).toBe(1);
      expect(await status()).toBe("delivered");
      expect(await at.store.visitors.seen(at.workspaceId, conversationId, 2, true)).toBe(1);
      expect(await at.store.visitors.seen(at.workspaceId, conversationId, 2, false)).toBe(0);
      expect(await status()).toBe("read");
      await sound();
    });

    test("a form goes on with the first way that is connected, in the thread that is there, with its window closed", async () => {
      const ways: readonly AnswerWay[] = [
        { channel: "sms", identity: { kind: "phone", value: LEA } },
        { channel: "whatsapp", identity: { kind: "phone", value: LEA } },
      ];
      const [one, again, two] = [await submits("f1", ways), await submits("f1", ways), await submits("f2", ways)];
      expect([one.stored, again.duplicates, two.stored]).toEqual([1, 1, 1]);
      const ids = [one, again, two].map(({ messages }) => messages[0]?.conversationId);
      expect(new Set(ids).size).toBe(1);
      const conversation = await at.store.conversations.get(at.workspaceId, ids[0] as never);
      expect(conversation).toMatchObject({ channel: "whatsapp", windowExpiresAt: "1970-01-01T00:00:00.000Z" });
      expect(conversation?.contact).toMatchObject({ name: "Léa Martin", phone: LEA });
      await sound();
    });

    test("a form without a way stays with itself", async () => {
      const taken = await submits("f1", []);
      const id = taken.messages[0]?.conversationId as never;
      expect(await at.store.conversations.get(at.workspaceId, id)).toMatchObject({ channel: "form", accountId: form });
      await sound();
    });
  });
}
