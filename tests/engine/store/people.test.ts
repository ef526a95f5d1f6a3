import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChannelType } from "../../../engine/core/domain/channel.ts";
import type { ChannelAccountId, ContactId } from "../../../engine/core/domain/ids.ts";
import type { InboundEvent } from "../../../engine/core/domain/inbound-event.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { answering, deliveryOf, NOTHING, openTestStore, type TestStore, yes } from "../../support/stores.ts";

const LEA = "+33639980001";

/** Contacts of several accounts that are one person: the same on both databases. */
for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  describe(`people on ${dialect}`, () => {
    let server: TestPostgres | { readonly unavailable: string } | null = null;
    let at: TestStore;
    let sms: ChannelAccountId;
    let mail: ChannelAccountId;

    beforeAll(async () => {
      if (dialect === "PostgreSQL") server = await startPostgres();
    });
    afterAll(async () => {
      if (server && "stop" in server) await server.stop();
    });
    beforeEach(async (context) => {
      if (dialect === "SQLite") at = await openTestStore(null);
      else {
        if (!server || "unavailable" in server)
          return context.skip(`PostgreSQL cannot run here: ${server?.unavailable}`);
        const client = new pg.Client({ connectionString: server.url });
        await client.connect();
        await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        await client.end();
        at = await openTestStore(server.url);
      }
      sms = await connected("sms", "AC1/+15550100");
      mail = await connected("web", "second");
    });
    afterEach(async () => {
      if (!at) return;
      expect(await at.store.operations.doctor()).toEqual([]);
      await at.close();
    });

    const connected = async (channel: ChannelType, address: string): Promise<ChannelAccountId> => {
      const account = { channel, name: "default", address, config: {}, secretFields: [] };
      const id = await at.store.accounts.save(at.workspaceId, account);
      await at.store.accounts.all();
      return id;
    };
    let count = 0;
    /** Somebody writes on an account; gives back their contact as it is shown. */
    const writes = async (
      accountId: ChannelAccountId,
      kind: "phone" | "visitor" | "whatsappUser",
      value: string,
      more: { readonly name?: string; readonly also?: string } = {},
    ): Promise<ContactId> => {
      const externalId = `m${++count}`;
      at.clock.advance(1000);
      const event: InboundEvent = {
        type: "message",
        accountId,
        dedupeKey: externalId,
        externalId,
        at: new Date(at.clock.now()).toISOString(),
        from: {
          identities: [{ kind, value }, ...(more.also ? [{ kind: "phone" as const, value: more.also }] : [])],
          ...(more.name === undefined ? {} : { name: more.name }),
        },
        content: { type: "text", text: `message ${count}` },
      };
      await at.store.inbox.accept(deliveryOf(at, [event]));
      const page = await at.store.conversations.messages(at.workspaceId, { externalId, limit: 1 });
      const [message] = page.items;
      if (!message) throw new Error("nothing was stored");
      return message.contactId;
    };
    const person = async (id: ContactId) => {
      const found = await at.store.conversations.contact(at.workspaceId, id);
      if (!found) throw new Error(`there is no contact ${id}`);
      return found;
    };
    const history = async (id: ContactId) =>
      (await at.store.conversations.messages(at.workspaceId, { contactId: id, limit: 50 })).items.map(({ content }) =>
        "text" in content ? content.text : "",
      );
    const { link, split, update, setConsent } = {
      link: (a: ContactId, b: ContactId) => at.store.people.link(at.workspaceId, a, b, "Camille"),
      split: (id: ContactId) => at.store.people.split(at.workspaceId, id),
      update: (id: ContactId, patch: Parameters<TestStore["store"]["people"]["update"]>[2]) =>
        at.store.people.update(at.workspaceId, id, patch),
      setConsent: (id: ContactId, channel: ChannelType, allowed: boolean) =>
        at.store.people.setConsent(at.workspaceId, id, { channel, purpose: "service", allowed }),
    };

    test("the same number on WhatsApp and by text message is one person with one history", async () => {
      const first = await writes(at.accountId, "phone", LEA, { name: "Léa Martin" });
      const second = await writes(sms, "phone", LEA);
      expect(second).not.toBe(first);
      const shown = await person(second);
      expect([shown.id, shown.name, shown.identities.map(({ channel }) => channel).toSorted()]).toEqual([
        first,
        "Léa Martin",
        ["sms", "whatsapp"],
      ]);
      expect(shown.contacts.map(({ linked }) => linked)).toEqual([null, "phone"]);
      expect(await history(second)).toEqual([`message ${count}`, `message ${count - 1}`]);
      expect((await at.store.conversations.contacts(at.workspaceId, { limit: 10 })).items).toHaveLength(1);
    });

    test("neither a name nor a number that somebody typed joins anybody", async () => {
      await writes(at.accountId, "phone", LEA, { name: "Léa Martin" });
      const visitor = await writes(mail, "visitor", "vis_1", { name: "Léa Martin", also: LEA });
      expect((await person(visitor)).contacts).toHaveLength(1);
      // A number that we wrote to ourselves, and that never answered, vouches for nobody.
      await at.store.conversations.open(at.workspaceId, sms, { kind: "phone", value: "+33639980002" }, "");
      const other = await writes(at.accountId, "phone", "+33639980002");
      expect((await person(other)).contacts).toHaveLength(1);
    });

    test("what the owner links is one person, and its own again after a split", async () => {
      const phone = await writes(at.accountId, "phone", LEA, { name: "Léa" });
      const visitor = await writes(mail, "visitor", "vis_1", { name: "L. Martin" });
      await update(phone, { fields: { size: "38" }, labels: ["vip"] });
      await update(visitor, { email: "lea@example.com", fields: { size: "40", city: "Lyon" }, labels: ["web", "vip"] });
      expect(await link(phone, visitor)).toBe("linked");
      expect(await link(visitor, phone)).toBe("already");
      expect(await person(visitor)).toMatchObject({
        id: phone,
        name: "Léa",
        email: "lea@example.com",
        fields: { size: "38", city: "Lyon" },
        labels: ["vip", "web"],
      });
      expect(await history(phone)).toHaveLength(2);
      await update(visitor, { fields: { pet: "cat" } });
      expect(await split(visitor)).toBe(true);
      expect(await split(visitor)).toBe(false);
      expect(await person(phone)).toMatchObject({ email: null, fields: { size: "38", pet: "cat" }, labels: ["vip"] });
      expect(await person(visitor)).toMatchObject({
        id: visitor,
        name: "L. Martin",
        email: "lea@example.com",
        fields: { size: "40", city: "Lyon" },
      });
      expect([await history(phone), await history(visitor)].map(({ length }) => length)).toEqual([1, 1]);
    });

    test("what was split is not joined again by itself", async () => {
      await writes(at.accountId, "phone", LEA);
      const second = await writes(sms, "phone", LEA);
      await split(second);
      await writes(sms, "phone", LEA);
      await writes(at.accountId, "phone", LEA);
      expect((await person(second)).contacts).toHaveLength(1);
    });

    test("whoever comes with a linked contact leaves with it", async () => {
      const [a, b, c] = [
        await writes(at.accountId, "phone", LEA),
        await writes(sms, "phone", "+33639980003"),
        await writes(mail, "visitor", "vis_3"),
      ];
      await link(b, c);
      await link(a, c);
      expect((await person(c)).contacts.map(({ id }) => id).toSorted()).toEqual([a, b, c].toSorted());
      await split(b);
      expect((await person(a)).contacts.map(({ id }) => id)).toEqual([a]);
      expect((await person(c)).contacts.map(({ id }) => id)).toEqual([b, c]);
    });

    test("a flow sees and changes the person, from whichever channel it runs", async () => {
      const phone = await writes(at.accountId, "phone", LEA, { name: "Léa Martin" });
      const visitor = await writes(mail, "visitor", "vis_1");
      await link(phone, visitor);
      const talk = (await at.store.conversations.list(at.workspaceId, { accountId: mail, limit: 1 })).items[0];
      if (!talk) throw new Error("no conversation");
      const ref = { workspaceId: at.workspaceId, conversationId: talk.id };
      let seen = "";
      await at.store.mailbox.step(
        ref,
        (input) => {
          seen = input.contact.firstName;
          return { ...answering("Bonjour")(input), contact: { fields: { size: "38" }, language: "fr" } };
        },
        yes,
      );
      expect(seen).toBe("Léa");
      expect(await person(phone)).toMatchObject({ language: "fr", fields: { size: "38" } });
    });

    test("no on one channel is no on that channel only", async () => {
      const phone = await writes(at.accountId, "phone", LEA);
      const text = await writes(sms, "phone", LEA);
      expect(await setConsent(phone, "sms", false)).toBe(true);
      expect((await person(phone)).refused).toEqual([{ channel: "sms", accountId: sms, purpose: "service" }]);
      const optedOut = async (accountId: ChannelAccountId): Promise<readonly string[]> => {
        const talk = (await at.store.conversations.list(at.workspaceId, { accountId, limit: 1 })).items[0];
        let said: readonly string[] = [];
        if (talk)
          await at.store.mailbox.step(
            { workspaceId: at.workspaceId, conversationId: talk.id },
            (input) => {
              said = input.contact.optedOut;
              return NOTHING;
            },
            yes,
          );
        return said;
      };
      expect([await optedOut(sms), await optedOut(at.accountId)]).toEqual([["service"], []]);
      await setConsent(text, "sms", true);
      expect((await person(phone)).refused).toEqual([]);
      expect(await setConsent(phone, "web", false)).toBe(false);
    });

    test("two that the provider says are one stay one, and bring along whom they are linked with", async () => {
      const phone = await writes(at.accountId, "phone", LEA, { name: "Léa" });
      const user = await writes(at.accountId, "whatsappUser", "FR.1");
      const visitor = await writes(mail, "visitor", "vis_1");
      await link(user, visitor);
      await writes(at.accountId, "whatsappUser", "FR.1", { also: LEA });
      const shown = await person(visitor);
      expect(new Set(shown.identities.map(({ value }) => value))).toEqual(new Set([LEA, "FR.1", "vis_1"]));
      expect(new Set(shown.contacts.map(({ id }) => id))).toEqual(new Set([phone, user, visitor]));
      expect(await history(visitor)).toHaveLength(4);
      const provided = shown.contacts.find(({ linked }) => linked === "provider");
      expect(provided && (await split(provided.id))).toBe(false);
    });

    test("links made at the same moment, in every direction and while messages come in, end in one person", async () => {
      const ids: ContactId[] = [];
      for (let n = 0; n < 6; n++) ids.push(await writes(mail, "visitor", `vis_${n}`));
      const pairs = ids.flatMap((a, i) => ids.map((b, j) => [a, b, i, j] as const)).filter(([, , i, j]) => i !== j);
      await Promise.all([
        ...pairs.map(([a, b]) => link(a, b)),
        ...ids.map((_, n) => writes(mail, "visitor", `vis_${n}`)),
        ...ids.map((id) => update(id, { labels: ["x"] })),
      ]);
      const heads = new Set(await Promise.all(ids.map(async (id) => (await person(id)).id)));
      expect(heads.size).toBe(1);
      expect(await history(ids[3] as ContactId)).toHaveLength(12);
    });

    test("whoever holds other accounts can neither see, link, change nor split a person", async () => {
      const phone = await writes(at.accountId, "phone", LEA);
      const text = await writes(sms, "phone", "+33639980009");
      const scope = { workspaceId: at.workspaceId, accounts: [mail] };
      expect(await at.store.conversations.contact(scope, phone)).toBeNull();
      expect(await at.store.people.link(scope, phone, text, "x")).toBe("notFound");
      expect(await at.store.people.update(scope, phone, { name: "x" })).toBe(false);
      await link(phone, text);
      expect(await at.store.people.split(scope, text)).toBe(false);
      const consent = { channel: "sms", purpose: "service", allowed: false } as const;
      expect(await at.store.people.setConsent(scope, phone, consent)).toBe(false);
      expect(await at.store.people.setConsent({ ...scope, accounts: [sms] }, phone, consent)).toBe(true);
    });

    test("a person of another workspace is nobody", async () => {
      const phone = await writes(at.accountId, "phone", LEA);
      expect(await at.store.people.link("wsp_other" as never, phone, phone, "x")).toBe("notFound");
      expect(await at.store.people.update("wsp_other" as never, phone, { name: "x" })).toBe(false);
      expect(await at.store.people.split("wsp_other" as never, phone)).toBe(false);
    });
  });
}
