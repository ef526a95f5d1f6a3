import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SentMail } from "../../support/fake-smtp.ts";
import { findDovecot } from "../../support/install-dovecot.ts";
import { allMessages, type MailHouse, SHOP, startMailHouse } from "../../support/mail-house.ts";
import { eventually } from "../../support/relais.ts";

describe.skipIf(!findDovecot())("a customer by e-mail (dovecot)", () => {
  let house: MailHouse;
  beforeAll(async () => {
    house = await startMailHouse();
  });
  afterAll(() => house.stop());

  const to = (address: string): readonly SentMail[] => house.smtp.sent().filter((mail) => mail.to === address);
  const answers = (address: string, count: number): Promise<readonly SentMail[]> =>
    eventually(() => {
      if (to(address).length < count) throw new Error(`${to(address).length} of ${count}:\n${house.relais.output()}`);
      return to(address);
    }, 15_000);
  const write = async (from: string, text: string): Promise<void> => {
    const answering = to(from).at(-1);
    await house.write({
      from: `Léa Martin <${from}>`,
      text,
      subject: "Une commande ?",
      ...(answering ? { answering } : {}),
    });
  };

  test("orders through the whole flow, in one thread, each answer once", async () => {
    const lea = "lea@example.com";
    await write(lea, "Bonjour");
    await answers(lea, 1);
    await write(lea, "1");
    await answers(lea, 2);
    await write(lea, "Savon au miel");
    await answers(lea, 3);
    await write(lea, "Confirmer\n\nEnvoyé de mon iPhone");
    const sent = await answers(lea, 4);
    expect(sent.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous \?\n\n1\. Produits\n2\. /),
      expect.stringMatching(/^Voici nos produits\. Lequel vous ferait plaisir \?/),
      expect.stringMatching(/^Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €/),
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée/),
    ]);
    expect(sent.map(({ subject }) => subject)).toEqual(Array(4).fill("Re: Une commande ?"));
    const [first, second] = sent;
    expect(first?.header("auto-submitted")).toBe("auto-replied");
    expect(first?.header("from")).toContain(SHOP);
    expect(first?.header("in-reply-to")).toMatch(/^<m\d+\.\d+@mail\.example\.com>$/);
    expect(second?.header("references")).toContain(`<${first?.messageId}>`);
    expect(first?.raw).toContain("text/html");
    const orders = await house.relais.api<{ readonly items: readonly { readonly totalCents: number }[] }>(
      "/api/orders",
    );
    expect(orders.items).toMatchObject([{ totalCents: 700 }]);
    const inbound = (await allMessages(house.relais)).filter(({ direction }) => direction === "in");
    expect(inbound.map(({ text }) => text).reverse()).toEqual(["Bonjour", "1", "Savon au miel", "Confirmer"]);
    const facts = await house.relais.api<{ readonly subject: string; readonly text: string }>(
      `/api/messages/${inbound[0]?.id}/mail`,
    );
    expect(facts.subject).toBe("Re: Une commande ?");
    expect(facts.text).toContain("> Voici votre commande");
  });

  test("a bounce marks the message that did not arrive", async () => {
    const paul = "paul@example.com";
    await write(paul, "Bonjour");
    const [sent] = await answers(paul, 1);
    const bounce = [
      "Return-Path: <>",
      "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>",
      `To: ${SHOP}`,
      "Subject: Undelivered Mail Returned to Sender",
      "Message-ID: <dsn.1@mx.example.com>",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
      "",
      "--B",
      "Content-Type: text/plain",
      "",
      "It could not be delivered.",
      "--B",
      "Content-Type: message/delivery-status",
      "",
      "Reporting-MTA: dns; mx.example.com",
      "",
      `Final-Recipient: rfc822; ${paul}`,
      "Action: failed",
      "Status: 5.1.1",
      "Diagnostic-Code: smtp; 550 5.1.1 User unknown",
      "--B",
      "Content-Type: text/rfc822-headers",
      "",
      `Message-ID: <${sent?.messageId}>`,
      "--B--",
      "",
    ];
    await house.dovecot.deliver(SHOP, bounce.join("\n"));
    await eventually(async () => {
      const [message] = (await allMessages(house.relais)).filter(({ externalId }) => externalId === sent?.messageId);
      expect(message).toMatchObject({
        status: "failed",
        error: { code: "recipientUnreachable", providerCode: "5.1.1" },
      });
    });
    expect(to("mailer-daemon@mx.example.com")).toEqual([]);
  });

  test("nothing that a machine wrote is answered, and all of it is shown", async () => {
    const machines: readonly (readonly [string, Readonly<Record<string, string>>, string?])[] = [
      ["away@example.com", { "Auto-Submitted": "auto-replied" }],
      ["holiday@example.com", { Subject: "Absence du bureau : Bonjour" }],
      ["letter@example.com", { "List-Id": "<lettre.example.com>", "List-Unsubscribe": "<https://example.com/u>" }],
      ["bulk@example.com", { Precedence: "bulk" }],
      ["oof@example.com", { "X-Auto-Response-Suppress": "OOF, AutoReply" }],
      ["no-reply@example.com", {}],
      [SHOP, {}],
      ["mailer-daemon@example.com", {}],
    ];
    for (const [from, headers] of machines) await house.write({ from, text: `Je suis ${from}`, headers });
    await house.write({ from: "marie@example.com", text: "Bonjour" });
    await answers("marie@example.com", 1);
    await eventually(async () => {
      const texts = (await allMessages(house.relais)).map(({ text }) => text);
      for (const [from] of machines) expect(texts).toContain(`Je suis ${from}`);
    });
    for (const [from] of machines) expect([from, to(from)]).toEqual([from, []]);
  });

  test("two machines that say nothing of themselves stop after the hour's answers", async () => {
    const robot = "robot@example.com";
    for (let round = 1; round <= 24; round++) await house.write({ from: robot, text: `Message ${round}` });
    await eventually(async () => {
      const said = (await allMessages(house.relais)).filter(({ text }) => /^Message \d+$/.test(text));
      expect(said).toHaveLength(24);
    }, 20_000);
    await house.write({ from: "julie@example.com", text: "Bonjour" });
    await answers("julie@example.com", 1);
    expect(to(robot).length).toBeGreaterThan(0);
    expect(to(robot).length).toBeLessThanOrEqual(20);
    const again = (await allMessages(house.relais)).find(({ text }) => text === "Message 24");
    const conversation = await house.relais.api<{ readonly status: string }>(
      `/api/conversations/${again?.conversationId}`,
    );
    expect(conversation.status).toBe("waiting");
  });

  test("a person's answer goes into the thread without the mark of a machine", async () => {
    const sophie = "sophie@example.com";
    await write(sophie, "Bonjour");
    await answers(sophie, 1);
    const [message] = (await allMessages(house.relais)).filter(({ contact }) =>
      contact.identities.some(({ value }) => value === sophie),
    );
    const posted = await house.relais.post(`/api/conversations/${message?.conversationId}/messages`, {
      text: "Bonjour Sophie, c'est Paul.",
      clientId: "one",
    });
    expect(posted.status).toBe(201);
    const sent = (await answers(sophie, 2))[1];
    expect(sent?.text).toBe("Bonjour Sophie, c'est Paul.");
    expect(sent?.header("auto-submitted")).toBe("");
    expect(sent?.subject).toBe("Re: Une commande ?");
  });

  test("files of a mail are kept and served, with the words", async () => {
    const head = ["From: Zoé <zoe@example.com>", `To: ${SHOP}`, "Subject: Photo", "Message-ID: <zoe.1@example.com>"];
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    const body = [
      'Content-Type: multipart/mixed; boundary="B"',
      "",
      "--B",
      "Content-Type: text/plain; charset=utf-8",
      "",
      "Voici la photo",
      "--B",
      'Content-Type: image/png; name="photo.png"',
      "Content-Disposition: attachment",
      "Content-Transfer-Encoding: base64",
      "",
      png,
      "--B--",
      "",
    ];
    await house.dovecot.deliver(SHOP, [...head, ...body].join("\n"));
    const message = await eventually(async () => {
      const found = (await allMessages(house.relais)).find(({ text }) => text === "Voici la photo");
      if (!found) throw new Error("not there yet");
      return found;
    });
    expect(message.attachments).toMatchObject([{ fileName: "photo.png", mimeType: "image/png" }]);
    const file = await fetch(`${house.relais.url}${message.attachments[0]?.url}`, {
      headers: { authorization: `Bearer ${house.relais.adminToken}` },
    });
    expect(Buffer.from(await file.arrayBuffer()).toString("base64")).toBe(png);
  });
});
