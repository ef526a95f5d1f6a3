import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationRef } from "../../../engine/core/domain/conversation.ts";
import type { RunState } from "../../../engine/core/run/run.ts";
import type { ClaimedEffect } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import {
  answering,
  delivery,
  deliveryOf,
  NOTHING,
  no,
  openTestStore,
  say,
  type TestStore,
  yes,
} from "../../support/stores.ts";

/** One contract for both databases: whatever holds here is what the engine stands on. */
for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`the store on ${dialect}`, () => {
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

    const refOf = async (externalId = "m1", text = "Bonjour", from?: string): Promise<ConversationRef> => {
      const accepted = await say(at, externalId, text, from ? { from } : {});
      const ref = accepted.due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      return ref;
    };
    const stepped = async (
      ref: ConversationRef,
      decide = answering("Bonjour !"),
      claim = yes,
    ): Promise<readonly ClaimedEffect[]> => {
      const outcome = await at.store.mailbox.step(ref, decide, claim);
      if (outcome.type !== "applied") throw new Error(`expected a step, got ${JSON.stringify(outcome)}`);
      return outcome.claimed;
    };
    const only = (effects: readonly ClaimedEffect[]): ClaimedEffect => {
      const [effect] = effects;
      if (!effect || effects.length !== 1) throw new Error(`expected one effect, got ${effects.length}`);
      return effect;
    };
    const messages = async () =>
      (await at.store.conversations.messages(at.workspaceId, { limit: 100 })).items.toSorted(
        (a, b) => a.position - b.position,
      );
    const sound = async (): Promise<void> => expect(await at.store.operations.doctor()).toEqual([]);

    test("a message that comes twice, also at the same moment, is one message", async () => {
      const all = await Promise.all(Array.from({ length: 8 }, () => say(at, "m1", "Bonjour")));
      expect(all.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
      expect(new Set(all.flatMap(({ messages: made }) => made.map(({ messageId }) => messageId))).size).toBe(1);
      expect(await messages()).toHaveLength(1);
      await sound();
    });

    test("people who write at the same moment each get their own conversation", async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, n) => say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` })),
      );
      expect(new Set(all.map(({ messages: made }) => made[0]?.conversationId)).size).toBe(20);
      await sound();
    });

    test("two messages of one new person at the same moment make one contact and one conversation", async () => {
      const all = await Promise.all([say(at, "m1", "Bonjour"), say(at, "m2", "Vous êtes là ?")]);
      expect(new Set(all.map(({ messages: made }) => made[0]?.conversationId)).size).toBe(1);
      expect((await at.store.conversations.contacts(at.workspaceId, { limit: 10 })).items).toHaveLength(1);
      await sound();
    });

    test("a step writes messages, run, timers and effects together, and begins what may be done at once", async () => {
      const ref = await refOf();
      const { id: versionId } = await at.store.flows.publish(at.workspaceId, {
        flow: "shop",
        source: "flow: shop",
        playbook: null,
        note: "",
        by: "test",
      });
      const state: RunState = {
        frames: [{ flow: "shop", versionId, snapshot: { value: "greeting" } }],
      };
      const claimed = await stepped(ref, (input) => ({
        ...answering("Bonjour !", "Que voulez-vous ?")(input),
        run: { type: "save", start: true, flow: "shop", versionId, state, status: "active" },
        timers: [{ type: "start", name: "shop|timeout", dueAt: new Date(at.clock.now() + 60_000).toISOString() }],
      }));
      expect(claimed.map(({ effect }) => effect.type === "send" && effect.content)).toEqual([
        { type: "text", text: "Bonjour !" },
      ]);
      expect(only(claimed).recipient).toEqual([{ kind: "phone", value: "+33639980001" }]);
      expect((await messages()).map(({ position, direction, status }) => [position, direction, status])).toEqual([
        [1, "in", "received"],
        [2, "out", "queued"],
        [3, "out", "queued"],
      ]);
      expect(await at.store.conversations.run(at.workspaceId, ref.conversationId)).toMatchObject({
        flow: "shop",
        state,
        timers: [{ name: "shop|timeout" }],
      });
      await sound();
    });

    test("sends of a conversation leave one after the other", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref, answering("eins", "zwei", "drei")));
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      const second = await at.store.outbox.settle(first, { type: "done", externalId: "w1" }, yes);
      expect(only(second.claimed).effect).toMatchObject({ content: { text: "zwei" } });
      expect((await messages())[1]).toMatchObject({ status: "sent", externalId: "w1" });
      await sound();
    });

    test("a send that is to be tried again holds the next one back, and is due when it should be", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref, answering("eins", "zwei")));
      const retryAt = new Date(at.clock.now() + 5000).toISOString();
      const settled = await at.store.outbox.settle(
        first,
        { type: "retry", at: retryAt, error: { code: "providerDown" } },
        yes,
      );
      expect(settled.claimed).toEqual([]);
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      at.clock.advance(5000);
      const again = only(await at.store.outbox.claim(10, yes));
      expect([again.id, again.attempt]).toEqual([first.id, 2]);
      await sound();
    });

    test("the first end of an attempt counts, a second one is superseded", async () => {
      const first = only(await stepped(await refOf()));
      expect((await at.store.outbox.settle(first, { type: "done", externalId: "w1" }, yes)).superseded).toBe(false);
      expect(
        (await at.store.outbox.settle(first, { type: "failed", error: { code: "messageInvalid" } }, yes)).superseded,
      ).toBe(true);
      expect((await messages())[1]).toMatchObject({ status: "sent", externalId: "w1" });
      await sound();
    });

    test("a message that failed for good goes back to its flow as an event", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref));
      await at.store.outbox.settle(first, { type: "failed", error: { code: "recipientUnreachable" } }, yes);
      const seen: unknown[] = [];
      await stepped(ref, (input) => {
        seen.push(input.events[0]?.event);
        return NOTHING;
      });
      expect(seen).toMatchObject([{ type: "sendFailed", node: "greeting", error: { code: "recipientUnreachable" } }]);
      await sound();
    });

    const status = (externalId: string, state: "sent" | "delivered" | "read" | "failed", evidence?: string) =>
      at.store.inbox.accept(
        deliveryOf(at, [
          {
            type: "status",
            accountId: at.accountId,
            dedupeKey: `status:${externalId}:${state}`,
            at: new Date(at.clock.now()).toISOString(),
            externalId,
            status: state,
            ...(evidence ? { evidence } : {}),
            ...(state === "failed" ? { error: { code: "recipientUnreachable" as const } } : {}),
          },
        ]),
      );

    test("statuses in any order end at the highest", async () => {
      const first = only(await stepped(await refOf()));
      await at.store.outbox.settle(first, { type: "done", externalId: "w1" }, yes);
      for (const one of ["read", "sent", "delivered", "failed"] as const) await status("w1", one);
      expect((await messages())[1]).toMatchObject({ status: "read", error: null });
      await sound();
    });

    test("a status that comes before our own answer is joined when the message is known", async () => {
      const first = only(await stepped(await refOf()));
      await status("w1", "delivered");
      await at.store.outbox.settle(first, { type: "done", externalId: "w1" }, yes);
      expect((await messages())[1]).toMatchObject({ status: "delivered" });
      await sound();
    });

    test("a status with our own id resolves a send whose answer was lost", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref, answering("eins", "zwei")));
      await at.store.outbox.settle(
        first,
        { type: "unknown", until: new Date(at.clock.now() + 60_000).toISOString(), detail: "reset" },
        yes,
      );
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      await status("w1", "sent", first.id);
      expect((await messages())[1]).toMatchObject({ status: "sent", externalId: "w1", maybeDuplicate: false });
      expect(only(await at.store.outbox.claim(10, yes)).effect).toMatchObject({ content: { text: "zwei" } });
      expect(await at.store.outbox.overdueUnknown(10)).toEqual([]);
      await sound();
    });

    test("without evidence it is sent again, and marked", async () => {
      const first = only(await stepped(await refOf()));
      await at.store.outbox.settle(
        first,
        { type: "unknown", until: new Date(at.clock.now() + 60_000).toISOString(), detail: "reset" },
        yes,
      );
      expect(await at.store.outbox.overdueUnknown(10)).toEqual([]);
      at.clock.advance(60_000);
      expect(only(await at.store.outbox.overdueUnknown(10)).id).toBe(first.id);
      expect(await at.store.outbox.resolveUnknown(at.workspaceId, first.id, "resend")).toBe(true);
      expect(only(await at.store.outbox.claim(10, yes)).attempt).toBe(2);
      expect((await messages())[1]).toMatchObject({ maybeDuplicate: true });
      await sound();
    });

    test("a take-over cancels what the bot has not sent, at once", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref, answering("eins", "zwei")));
      await at.store.mailbox.enqueue(ref, { type: "takeOver", by: "Paul", via: "inbox" }, "t1");
      const settled = await at.store.outbox.settle(first, { type: "done", externalId: "w1" }, yes);
      expect(settled.claimed).toEqual([]);
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      expect((await messages()).map((message) => message.status)).toEqual(["received", "sent", "cancelled"]);
      expect(await at.store.conversations.get(at.workspaceId, ref.conversationId)).toMatchObject({ owner: "agent" });
      await sound();
    });

    test("a person's message takes over, and the same client id sends nothing twice", async () => {
      const ref = await refOf();
      await stepped(ref, () => NOTHING);
      const message = {
        content: { type: "text" as const, text: "Ici Paul." },
        by: "Paul",
        clientId: "c1",
        via: "inbox" as const,
      };
      const first = await at.store.conversations.sendAsAgent(ref, message);
      const again = await at.store.conversations.sendAsAgent(ref, message);
      expect(first.type === "queued" && again.type === "queued" && first.message.id === again.message.id).toBe(true);
      expect(
        await at.store.conversations.sendAsAgent(ref, { ...message, content: { type: "text", text: "autre" } }),
      ).toEqual({ type: "conflict" });
      expect(only(await at.store.outbox.claim(10, yes)).effect).toMatchObject({ author: "agent" });
      await stepped(ref, () => ({ ...NOTHING, conversation: { owner: "agent" } }));
      await sound();
    });

    test("after the service window a person's free text is refused before the provider does", async () => {
      const ref = await refOf();
      at.clock.advance(25 * 3_600_000);
      const sent = await at.store.conversations.sendAsAgent(ref, {
        content: { type: "text", text: "Bonjour" },
        by: "Paul",
        clientId: "c1",
        via: "inbox",
      });
      expect(sent.type).toBe("windowClosed");
    });

    test("what a contact edits or takes back changes in the thread and in the list", async () => {
      const ref = await refOf("m1", "Bonjur");
      const change = (event: object) =>
        at.store.inbox.accept(
          deliveryOf(at, [
            {
              accountId: at.accountId,
              dedupeKey: JSON.stringify(event),
              at: new Date(at.clock.now()).toISOString(),
              externalId: "m1",
              ...event,
            } as never,
          ]),
        );
      const shown = async () =>
        (await at.store.conversations.get(at.workspaceId, ref.conversationId))?.lastMessage?.text;
      await change({ type: "edit", content: { type: "text", text: "Bonjour" } });
      expect(await shown()).toBe("Bonjour");
      await sound();
      await change({ type: "revoke" });
      expect(await shown()).toBe("[unsupported]");
      await sound();
    });

    test("a timer fires once, when it is due; one that was cancelled or set anew does not act", async () => {
      const ref = await refOf();
      const timer = (name: string, ms: number) => ({
        type: "start" as const,
        name,
        dueAt: new Date(at.clock.now() + ms).toISOString(),
      });
      await stepped(ref, () => ({ ...NOTHING, timers: [timer("a", 1000), timer("b", 1000)] }));
      expect(await at.store.mailbox.fireTimers(10)).toEqual([]);
      at.clock.advance(1000);
      expect(await at.store.mailbox.fireTimers(10)).toHaveLength(1);
      expect(await at.store.mailbox.fireTimers(10)).toEqual([]);
      // The first event sets "b" anew: its old event, already in the mailbox, means nothing any more.
      const seen: unknown[] = [];
      const decide = (input: Parameters<ReturnType<typeof answering>>[0]) => {
        const event = input.events[0]?.event;
        seen.push(event?.type === "timer" ? event.name : event?.type);
        return { ...NOTHING, timers: [timer("b", 60_000)] };
      };
      await stepped(ref, decide);
      await stepped(ref, decide);
      expect(seen).toEqual(["a"]);
      at.clock.advance(60_000);
      expect(await at.store.mailbox.fireTimers(10)).toHaveLength(1);
      await sound();
    });

    test("an event that throws three times is set aside; the conversation goes to people, others go on", async () => {
      const ref = await refOf();
      const other = await refOf("m2", "Bonjour", "+33639980002");
      const poison = () => {
        throw new Error("poison");
      };
      const outcomes: string[] = [];
      for (let n = 0; n < 5; n++) {
        const outcome = await at.store.mailbox.step(ref, poison, yes);
        outcomes.push(outcome.type === "failed" && outcome.quarantined ? "quarantined" : outcome.type);
        at.clock.advance(10_000);
      }
      expect(outcomes.filter((outcome) => outcome === "failed").length).toBe(2);
      expect(outcomes).toContain("quarantined");
      expect(await at.store.mailbox.quarantined(at.workspaceId)).toMatchObject([
        { error: expect.stringContaining("poison") },
      ]);
      expect(await at.store.conversations.get(at.workspaceId, ref.conversationId)).toMatchObject({
        owner: "agent",
        status: "waiting",
        botEnabled: false,
      });
      await say(at, "m3", "Encore moi");
      expect((await messages()).filter(({ conversationId }) => conversationId === ref.conversationId)).toHaveLength(2);
      only(await stepped(other));
    });

    test("a burst is given to one step, a tap is not part of it", async () => {
      await at.store.workspaces.update(at.workspaceId, { burstWindowMs: 1000 });
      const accepted = await say(at, "m1", "Bonjour");
      await say(at, "m2", "je voudrais");
      const ref = accepted.due[0]?.ref as ConversationRef;
      expect((await at.store.mailbox.step(ref, answering("x"), yes)).type).toBe("idle");
      at.clock.advance(1000);
      await at.store.inbox.accept(delivery(at, "m3", { type: "choice", id: "a/b/1.0", label: "Produits" }));
      const sizes: number[] = [];
      const decide = (input: Parameters<ReturnType<typeof answering>>[0]) => {
        sizes.push(input.events.length);
        return NOTHING;
      };
      await stepped(ref, decide);
      await stepped(ref, decide);
      expect(sizes).toEqual([2, 1]);
      await sound();
    });

    test("two contacts that turn out to be one keep one history", async () => {
      const ref = await refOf();
      const other = await refOf("m2", "Bonjour", "+33639980002");
      await at.store.inbox.accept(
        deliveryOf(at, [
          {
            type: "identityChange",
            accountId: at.accountId,
            dedupeKey: "change1",
            at: new Date(at.clock.now()).toISOString(),
            was: [{ kind: "phone", value: "+33639980001" }],
            is: [{ kind: "phone", value: "+33639980002" }],
          },
        ]),
      );
      const all = await messages();
      expect(new Set(all.map(({ contactId }) => contactId)).size).toBe(1);
      expect(new Set(all.map(({ conversationId }) => conversationId))).toEqual(
        new Set([ref.conversationId, other.conversationId]),
      );
      await say(at, "m3", "Bonjour", { from: "+33639980002" });
      expect(new Set((await messages()).map(({ contactId }) => contactId)).size).toBe(1);
    });

    test("nothing of one workspace is seen or changed by another, and an empty one is refused", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref));
      const foreign = "wsp_other" as typeof at.workspaceId;
      const { conversations, mailbox, outbox, shop } = at.store;
      expect(await conversations.get(foreign, ref.conversationId)).toBeNull();
      expect((await conversations.messages(foreign, { limit: 10 })).items).toEqual([]);
      expect((await conversations.list(foreign, { limit: 10 })).items).toEqual([]);
      expect((await conversations.contacts(foreign, { limit: 10 })).items).toEqual([]);
      expect(await conversations.contact(foreign, first.contactId)).toBeNull();
      expect(await conversations.run(foreign, ref.conversationId)).toBeNull();
      expect(
        await mailbox.enqueue({ ...ref, workspaceId: foreign }, { type: "botSwitch", enabled: false, by: "x" }, "k"),
      ).toMatchObject({ added: false });
      expect((await mailbox.step({ ...ref, workspaceId: foreign }, answering("x"), yes)).type).toBe("idle");
      expect(await outbox.waiting(foreign, 10)).toEqual([]);
      expect(await outbox.resolveUnknown(foreign, first.id, "skip")).toBe(false);
      expect(
        await conversations.sendAsAgent(
          { ...ref, workspaceId: foreign },
          { content: { type: "text", text: "x" }, by: "x", clientId: "x", via: "api" },
        ),
      ).toEqual({ type: "notFound" });
      expect(await shop.products(foreign, { language: "fr", limit: 5 })).toEqual([]);
      expect((await shop.orders(foreign, { limit: 5 })).items).toEqual([]);
      const empty = "" as typeof at.workspaceId;
      await expect(conversations.get(empty, ref.conversationId)).rejects.toThrow("a workspace is needed");
      await expect(
        mailbox.enqueue({ ...ref, workspaceId: empty }, { type: "botSwitch", enabled: false, by: "x" }, "k"),
      ).rejects.toThrow("a workspace is needed");
    });

    test("what was being sent when the process died is unknown until evidence comes", async () => {
      const ref = await refOf();
      const first = only(await stepped(ref, answering("eins", "zwei")));
      at = await at.reopen();
      if (dialect === "PostgreSQL") at.clock.advance(16_000);
      expect(await at.store.outbox.recover(1000)).toEqual({ unknown: 1, again: 0 });
      expect(await at.store.outbox.claim(10, yes)).toEqual([]);
      await status("w1", "delivered", first.id);
      expect(only(await at.store.outbox.claim(10, yes)).effect).toMatchObject({ content: { text: "zwei" } });
      await sound();
    });

    test("an event that was accepted before the process died is applied after it", async () => {
      const ref = await refOf();
      at = await at.reopen();
      expect(await at.store.mailbox.due(10)).toEqual([ref]);
      only(await stepped(ref));
      await sound();
    });

    test("the same publication is one version, another text the next one", async () => {
      const publish = (source: string) =>
        at.store.flows.publish(at.workspaceId, { flow: "shop", source, playbook: null, note: "", by: "test" });
      const first = await publish("a");
      expect((await publish("a")).id).toBe(first.id);
      expect((await publish("b")).number).toBe(2);
      expect((await at.store.flows.current()).map(({ source }) => source)).toEqual(["b"]);
      expect((await at.store.flows.versions([first.id]))[0]?.source).toBe("a");
    });

    test("an order is made once per effect, with the catalogue's price and a number of its own", async () => {
      const ref = await refOf();
      const { contactId } = only(await stepped(ref));
      const product = {
        sku: "A",
        category: "c",
        names: { fr: "Savon" },
        descriptions: {},
        priceCents: 500,
        currency: "EUR",
        stock: 3,
        imageUrl: null,
        active: true,
      };
      expect(await at.store.shop.saveProducts(at.workspaceId, [product])).toEqual({ made: 1, updated: 0 });
      const asked = async (effect: object): Promise<unknown> => {
        await at.store.mailbox.enqueue(ref, { type: "botSwitch", enabled: true, by: "x" }, JSON.stringify(effect));
        let answer: unknown;
        const outcome = await at.store.mailbox.step(
          ref,
          ({ events: [first] }) => {
            if (first?.event.type === "botSwitch") return { ...NOTHING, effects: [{ key: "k", ...effect } as never] };
            answer = first?.event;
            return NOTHING;
          },
          yes,
        );
        // The answer is the next event of the same step.
        expect(outcome).toMatchObject({ type: "applied", claimed: [], more: false });
        return answer;
      };
      const lines = [{ sku: "A", name: "Savon", quantity: 2, unitPriceCents: 1, currency: "EUR" }];
      const made = await asked({ type: "createOrder", lines, language: "fr" });
      expect(made).toMatchObject({ type: "effectDone", key: "k", result: { totalCents: 1000, status: "confirmed" } });
      const [order] = (await at.store.shop.orders(at.workspaceId, { limit: 5 })).items;
      expect(order).toMatchObject({ totalCents: 1000, contactId });
      const spoken = order?.number.replace("-", " ").toLowerCase();
      expect(await asked({ type: "findOrder", number: spoken })).toMatchObject({ result: { number: order?.number } });
      expect(await asked({ type: "findOrder", number: "nothing" })).toMatchObject({ error: { code: "notFound" } });
      expect(await asked({ type: "setOrderStatus", number: order?.number, status: "cancelled" })).toMatchObject({
        result: { status: "cancelled" },
      });
      expect(await at.store.operations.doctor()).toEqual([]);
      expect(
        (await at.store.shop.products(at.workspaceId, { search: "savon", language: "fr", limit: 5 }))[0],
      ).toMatchObject({ inStock: true, name: "Savon" });
    });

    test("credentials are not readable in the database, and a doctor finds what is broken", async () => {
      expect((await at.store.accounts.all())[0]?.config).toMatchObject({ accessToken: "canary-7f3a-token" });
      await sound();
    });

    test("pages go on where the last one ended", async () => {
      for (let n = 0; n < 7; n++) {
        await say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` });
        at.clock.advance(1000);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await at.store.conversations.list(at.workspaceId, { limit: 3, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map(({ contact }) => contact.phone ?? ""));
        cursor = page.next ?? undefined;
      } while (cursor);
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `+3363998${1000 + n}`));
    });

    test("nothing is begun when the claim says no", async () => {
      expect(await stepped(await refOf(), answering("eins"), no)).toEqual([]);
      expect(await at.store.outbox.waiting(at.workspaceId, 10)).toMatchObject([{ state: "pending", attempts: 0 }]);
      only(await at.store.outbox.claim(10, yes));
    });
  });
}
