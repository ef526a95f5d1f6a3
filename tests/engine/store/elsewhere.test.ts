import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationRef } from "../../../engine/core/domain/conversation.ts";
import type { ChannelAccountId } from "../../../engine/core/domain/ids.ts";
import type { InboundEvent, InboundEventOf } from "../../../engine/core/domain/inbound-event.ts";
import type { InboundContent } from "../../../engine/core/domain/message.ts";
import type { Accepted, ClaimedEffect, MessageView } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, deliveryOf, NOTHING, openTestStore, type TestStore, yes } from "../../support/stores.ts";

const LEA = { identities: [{ kind: "messengerUser", value: "5511000000000001" }] } as const;
const SECOND = 1000;

/** What happens at the provider beside us, on both databases: reading, writing by hand, other programs. */
for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`beside us, on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let at: TestStore;
    let page: ChannelAccountId;
    let keys = 0;

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
      at = await openTestStore(dialect === "SQLite" || !server || "unavailable" in server ? null : server.url);
      page = await at.store.accounts.save(at.workspaceId, {
        channel: "messenger",
        name: "page",
        address: "100200300400500",
        config: { pageId: "100200300400500" },
        secretFields: [],
      });
      await at.store.accounts.all();
    });
    afterEach(async () => {
      if (!at) return;
      expect(await at.store.operations.doctor()).toEqual([]);
      await at.close();
    });

    type Bare<E> = E extends InboundEvent ? Omit<E, "accountId" | "dedupeKey" | "at"> : never;
    const told = (event: Bare<InboundEvent>): Promise<Accepted> => {
      const now = new Date(at.clock.now()).toISOString();
      const whole = { accountId: page, dedupeKey: `k${++keys}`, at: now, ...event } as InboundEvent;
      return at.store.inbox.accept({ ...deliveryOf(at, [whole]), channel: "messenger" });
    };
    const says = (text: string, more: Partial<InboundEventOf<"message">> = {}): Promise<Accepted> =>
      told({ type: "message", externalId: `m_IN_${keys}`, from: LEA, content: { type: "text", text }, ...more });
    const until = (moment: number): string => new Date(moment).toISOString();
    const refOf = async (): Promise<ConversationRef> => {
      const ref = (await says("Bonjour")).due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      return ref;
    };
    const answers = async (ref: ConversationRef, ...texts: readonly string[]): Promise<readonly ClaimedEffect[]> => {
      at.clock.advance(2 * SECOND);
      const outcome = await at.store.mailbox.step(ref, answering(...texts), yes);
      if (outcome.type !== "applied") throw new Error(`expected a step, got ${JSON.stringify(outcome)}`);
      return outcome.claimed;
    };
    const taken = async (effect: ClaimedEffect | undefined, externalId: string): Promise<readonly ClaimedEffect[]> => {
      if (!effect) throw new Error("nothing was claimed");
      return (await at.store.outbox.settle(effect, { type: "done", externalId }, yes)).claimed;
    };
    const thread = async (): Promise<readonly MessageView[]> =>
      (await at.store.conversations.messages(at.workspaceId, { limit: 100 })).items.toSorted(
        (a, b) => a.position - b.position,
      );
    const said = async (): Promise<readonly string[]> =>
      (await thread()).flatMap(({ direction, status }) => (direction === "out" ? [status] : []));
    const ownerOf = async ({ conversationId }: ConversationRef): Promise<string | undefined> =>
      (await at.store.conversations.get(at.workspaceId, conversationId))?.owner;
    const hand = (text: string, more: object = {}): Promise<Accepted> => {
      const content: InboundContent = { type: "text", text };
      return told({ type: "echo", externalId: `m_HAND_${keys}`, to: LEA, content, by: "Messenger inbox", ...more });
    };

    test("a moment of reading marks what was sent until then, and nothing that was sent later", async () => {
      const ref = await refOf();
      const [first] = await answers(ref, "un", "deux", "trois");
      const [second] = await taken(first, "m_1");
      at.clock.advance(SECOND);
      const readAt = at.clock.now();
      at.clock.advance(SECOND);
      const [third] = await taken(second, "m_2");
      await taken(third, "m_3");
      await told({ type: "watermark", of: LEA, status: "delivered", until: until(at.clock.now()) });
      expect(await said()).toEqual(["delivered", "delivered", "delivered"]);
      await told({ type: "watermark", of: LEA, status: "read", until: until(readAt) });
      expect(await said()).toEqual(["read", "read", "delivered"]);
      // An older moment that comes late takes nothing back.
      await told({ type: "watermark", of: LEA, status: "delivered", until: until(readAt - 60 * SECOND) });
      expect(await said()).toEqual(["read", "read", "delivered"]);
    });

    test("a message that was read before its answer reached us is read when the answer comes", async () => {
      const ref = await refOf();
      const [effect] = await answers(ref, "Bonjour !");
      at.clock.advance(SECOND);
      await told({ type: "watermark", of: LEA, status: "read", until: until(at.clock.now()) });
      expect(await said()).toEqual(["queued"]);
      await taken(effect, "m_1");
      expect(await said()).toEqual(["read"]);
    });

    test("a moment of somebody whom we do not know changes nothing", async () => {
      await told({ type: "watermark", of: LEA, status: "read", until: until(at.clock.now()) });
      await told({ type: "control", of: LEA, holder: "other", by: "app 1" });
      expect((await at.store.conversations.list(at.workspaceId, { limit: 10 })).items).toEqual([]);
    });

    test("words without our mark that are just leaving us are ours; other words are a person's", async () => {
      const ref = await refOf();
      const [effect] = await answers(ref, "Bonjour !");
      await hand("Bonjour !", { maybeOurs: true });
      expect(await ownerOf(ref)).toBe("bot");
      expect((await thread()).map(({ externalId, status }) => [externalId, status]).at(-1)).toEqual([
        expect.stringMatching(/^m_HAND/),
        "sent",
      ]);
      // The answer that was on its way changes nothing any more, and nothing is sent again.
      await at.store.outbox.settle(effect as ClaimedEffect, { type: "unknown", until: until(0), detail: "lost" }, yes);
      expect(await at.store.outbox.overdueUnknown(10)).toEqual([]);
      await hand("Bonjour Léa, c'est Paul.", { maybeOurs: true });
      expect(await ownerOf(ref)).toBe("agent");
      expect((await thread()).at(-1)).toMatchObject({ author: "agent", status: "sent" });
    });

    test("what was taken elsewhere is given back from there; what our own people took stays theirs", async () => {
      const ref = await refOf();
      await told({ type: "control", of: LEA, holder: "other", by: "app 1" });
      expect(await ownerOf(ref)).toBe("agent");
      const back = await told({ type: "control", of: LEA, holder: "us", by: "conversation routing" });
      expect(back.due).toHaveLength(1);
      const seen: string[] = [];
      for (let step = 0; step < 3; step++)
        await at.store.mailbox.step(
          ref,
          ({ events }) => {
            seen.push(...events.map(({ event }) => event.type));
            return NOTHING;
          },
          yes,
        );
      expect(seen).toEqual(["message", "takeOver", "handBack"]);
      await at.store.conversations.sendAsAgent(ref, {
        content: { type: "text", text: "Je prends." },
        by: "Paul",
        clientId: "1",
        via: "inbox",
      });
      expect((await told({ type: "control", of: LEA, holder: "us", by: "conversation routing" })).due).toEqual([]);
      expect(await ownerOf(ref)).toBe("agent");
    });

    test("what another program answers is kept, opens the window, and wakes nobody", async () => {
      const accepted = await says("Une question", { standby: true });
      expect([accepted.stored, accepted.due]).toEqual([1, []]);
      const { items } = await at.store.conversations.list(at.workspaceId, { limit: 10 });
      expect(items).toMatchObject([{ unread: 1, windowExpiresAt: until(at.clock.now() + 24 * 3600 * SECOND) }]);
    });

    test("who only has an id is asked about once, and only what nobody has said is filled in", async () => {
      const ref = await refOf();
      const asked = async (): Promise<number> =>
        (await at.store.outbox.waiting(at.workspaceId, 100)).filter(({ type }) => type === "lookUpProfile").length;
      expect(await asked()).toBe(1);
      await says("Vous êtes là ?");
      expect(await asked()).toBe(1);
      const { contact } = (await at.store.conversations.get(at.workspaceId, ref.conversationId)) ?? {};
      if (!contact) throw new Error("no contact");
      const called = async () => (await at.store.conversations.contact(at.workspaceId, contact.id)) ?? null;
      const introduce = (profile: object) =>
        at.store.conversations.introduce(at.workspaceId, ref.conversationId, contact.id, profile);
      await introduce({ name: "Léa Martin", firstName: "Léa", language: "fr" });
      expect(await called()).toMatchObject({ name: "Léa Martin", firstName: "Léa", language: "fr" });
      await introduce({ name: "Quelqu'un d'autre", firstName: "Autre", language: "en" });
      expect(await called()).toMatchObject({ name: "Léa Martin", firstName: "Léa", language: "fr" });
    });

    test("after the bot's day a person may write until their week is over", async () => {
      const ref = await refOf();
      const write = (clientId: string) =>
        at.store.conversations.sendAsAgent(ref, {
          content: { type: "text", text: "Votre colis est parti." },
          by: "Paul",
          clientId,
          via: "inbox",
        });
      at.clock.advance(6 * 24 * 3600 * SECOND);
      expect((await write("1")).type).toBe("queued");
      at.clock.advance(26 * 3600 * SECOND);
      expect((await write("2")).type).toBe("windowClosed");
    });
  });
}
