import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findDovecot } from "../../support/install-dovecot.ts";
import { allMessages, type MailHouse, mailText, SHOP, startMailHouse } from "../../support/mail-house.ts";
import { eventually } from "../../support/relais.ts";

interface Accounts {
  readonly items: readonly {
    readonly type: string;
    readonly accounts: readonly {
      readonly id: string;
      readonly name: string;
      readonly status: string;
      readonly statusDetail: string | null;
    }[];
  }[];
}

describe.skipIf(!findDovecot())("a house with troubles (dovecot)", () => {
  let house: MailHouse;
  beforeAll(async () => {
    house = await startMailHouse({ HTTP_ALLOW_PRIVATE: "localhost" });
  });
  afterAll(() => house.stop());

  const accounts = async (): Promise<Accounts["items"][number]["accounts"]> =>
    (await house.relais.api<Accounts>("/api/channels")).items.find(({ type }) => type === "email")?.accounts ?? [];
  const told = (address: string): number => house.smtp.sent().filter(({ to }) => to === address).length;
  const answered = (address: string): Promise<void> =>
    eventually(() => {
      if (told(address) === 0) throw new Error(`${address} has no answer`);
    }, 20_000);

  test("a second mailbox works, a bad one says why and stops neither", async () => {
    const values = (address: string, password: string): object => ({
      channel: "email",
      name: address,
      config: {
        address,
        password,
        imapHost: "localhost",
        imapPort: house.dovecot.imapsPort,
        smtpHost: "localhost",
        smtpPort: house.smtp.port,
        certificate: house.dovecot.certificate.cert,
        afterReading: "seen",
      },
    });
    const good = await house.relais.post(
      "/api/accounts",
      values("ventes@boutique.example.com", house.dovecot.password),
    );
    expect(good).toMatchObject({ status: 201 });
    expect(await house.relais.post("/api/accounts", values("perdu@boutique.example.com", "wrong"))).toMatchObject({
      status: 201,
    });
    await eventually(async () => {
      expect(await accounts()).toContainEqual(
        expect.objectContaining({
          name: "perdu@boutique.example.com",
          status: "authFailed",
          statusDetail: expect.stringMatching(/^IMAP login: .*[Aa]uth/),
        }),
      );
      expect(house.relais.output().match(/a mailbox is open/g)?.length).toBe(2);
    }, 20_000);
    await house.dovecot.deliver("ventes@boutique.example.com", mailText({ from: "nina@example.com", text: "Bonjour" }));
    await house.write({ from: "omar@example.com", text: "Bonjour" });
    await answered("nina@example.com");
    await answered("omar@example.com");
    expect(house.smtp.sent().find(({ to }) => to === "nina@example.com")?.from).toBe("ventes@boutique.example.com");
    await eventually(() =>
      expect(house.dovecot.admin("fetch", "-u", "ventes@boutique.example.com", "flags", "mailbox", "INBOX")).toContain(
        "Seen",
      ),
    );
    expect(house.dovecot.admin("fetch", "-u", SHOP, "flags", "mailbox", "INBOX")).not.toContain("Seen");
  });

  test("our own mailboxes never answer each other", async () => {
    const before = house.smtp.sent().length;
    await house.write({ from: "ventes@boutique.example.com", text: "Bonjour de chez nous" });
    await house.write({ from: "pia@example.com", text: "Bonjour" });
    await answered("pia@example.com");
    expect(
      house.smtp
        .sent()
        .slice(before)
        .map(({ to }) => to),
    ).toEqual(["pia@example.com"]);
  });

  test("a mail that kills its parser is set aside, and the next one is answered", async () => {
    const deep = Array.from(
      { length: 400 },
      (_, depth) => `Content-Type: multipart/mixed; boundary="b${depth}"\n\n--b${depth}`,
    ).join("\n");
    const many = `Content-Type: multipart/mixed; boundary="x"\n\n${"--x\n\na\n".repeat(100_000)}--x--`;
    const head = (id: string): string =>
      `From: ${id}@example.com\nTo: ${SHOP}\nSubject: x\nMessage-ID: <${id}@example.com>\n`;
    await house.dovecot.deliver(
      SHOP,
      `${head("deep")}${deep}\n\nfin`,
      `${head("many")}${many}`,
      `${head("long")}Cc: ${"a,".repeat(130_000)}b\n\nBonjour`,
      `From: nobody at all\nSubject: x\n\nBonjour`,
    );
    await house.write({ from: "quentin@example.com", text: "Bonjour" });
    await answered("quentin@example.com");
    const { deliveries } = await house.relais.api<{ readonly deliveries: readonly object[] }>("/api/quarantine");
    expect(JSON.stringify(deliveries)).toContain("a mail without a sender's address");
  });

  test("mails wait while the server refuses, leave once it takes them, in order", async () => {
    await house.write({ from: "rose@example.com", text: "Bonjour" });
    await answered("rose@example.com");
    const [message] = (await allMessages(house.relais)).filter(({ contact }) =>
      contact.identities.some(({ value }) => value === "rose@example.com"),
    );
    house.smtp.fail(
      { at: "data", code: 451, text: "4.3.0 try again" },
      { at: "rcptTo", code: 421, text: "4.3.2 shutting down" },
      { at: "afterData", taken: true },
    );
    for (const text of ["un", "deux", "trois"]) {
      const posted = await house.relais.post(`/api/conversations/${message?.conversationId}/messages`, {
        text,
        clientId: text,
      });
      expect(posted.status).toBe(201);
    }
    const toRose = (): readonly string[] =>
      house.smtp
        .sent()
        .filter(({ to }) => to === "rose@example.com")
        .slice(1)
        .map(({ text }) => text);
    await eventually(() => {
      if (!toRose().includes("trois")) throw new Error(`only ${toRose().join()}`);
    }, 60_000);
    expect([...new Set(toRose())]).toEqual(["un", "deux", "trois"]);
    const ids = house.smtp
      .sent()
      .filter(({ text }) => text === "un")
      .map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(1);
    await eventually(async () => {
      const mine = (await allMessages(house.relais)).filter(({ text }) => ["un", "deux", "trois"].includes(text));
      expect(mine.map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
      expect(mine.find(({ text }) => text === "un")?.maybeDuplicate).toBe(ids.length > 1);
    });
  });

  test("a password that is changed pauses the account with its reason; what waits leaves when it is resumed", {
    timeout: 90_000,
  }, async () => {
    await house.write({ from: "sami@example.com", text: "Bonjour" });
    await answered("sami@example.com");
    const right = house.smtp.password;
    house.smtp.setPassword("another");
    // Connections that are logged in already still work: they are let go first.
    await house.relais.stop();
    await house.start();
    await house.reading();
    await house.write({ from: "tom@example.com", text: "Bonjour" });
    const paused = await eventually(async () => {
      const one = (await accounts()).find(({ name }) => name === "default");
      if (one?.status !== "authFailed") throw new Error("not paused yet");
      return one;
    }, 20_000);
    expect(told("tom@example.com")).toBe(0);
    house.smtp.setPassword(right);
    expect((await house.relais.post(`/api/accounts/${paused.id}/resume`)).status).toBe(200);
    await answered("tom@example.com");
  });
});
