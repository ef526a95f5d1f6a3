import { beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../support/relais.ts";
import { LEA, SIGNED, twilioHouse, WHATSAPP_LEA } from "../../support/twilio-house.ts";

const BACKUP = "+33639980099";
const house = twilioHouse();
const { messages, open, say, start, told } = house;

/** Until the engine knows whether its only contact wants messages. */
const silenced = (is: boolean): Promise<void> =>
  eventually(async () => {
    const { items } = await house.relais.api<{ readonly items: readonly { readonly optedOut: readonly string[] }[] }>(
      "/api/contacts",
    );
    expect(items.map(({ optedOut }) => optedOut.includes("service"))).toEqual([is]);
  });

describe("a customer by text message", () => {
  beforeEach(() => open());

  test("orders through the whole flow with numbers: every reply once, in order, statuses reach the messages", async () => {
    expect((await say("Bonjour")).status).toBe(200);
    await house.twilio.waitForSent(1);
    await say("1");
    await house.twilio.waitForSent(2);
    await say("Savon au miel");
    await house.twilio.waitForSent(3);
    await say("1");
    await house.twilio.waitForSent(4);
    expect(told()).toEqual([
      "Bonjour, bienvenue à la boutique ! Que souhaitez-vous ?\n\n1. Produits\n2. Commande\n3. Conseiller",
      expect.stringMatching(/^Voici nos produits\. Lequel vous ferait plaisir \?\n\n1\. /),
      expect.stringMatching(/^Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €\n\n1\. Confirmer/),
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée, pour un total de 7,00 €\./),
    ]);
    await eventually(async () => {
      const { items } = await messages();
      const statuses = items.filter(({ direction }) => direction === "out").map(({ status }) => status);
      expect(statuses).toEqual(["delivered", "delivered", "delivered", "delivered"]);
    });
    const orders = await house.relais.api<{ readonly items: readonly unknown[] }>("/api/orders");
    expect(orders.items).toMatchObject([{ totalCents: 700, status: "confirmed" }]);
  });

  test("the same webhook five times is one message and one answer; a forged one is nothing", async () => {
    const again = { MessageSid: `SM${"1".repeat(32)}` };
    await Promise.all(Array.from({ length: 5 }, () => say("Bonjour", LEA, again)));
    expect((await house.twilio.say(house.hook, LEA, "Bonjour", "https://evil.example.com/webhook/twilio")).status).toBe(
      401,
    );
    await house.twilio.waitForSent(1);
    await say("conseiller");
    await house.twilio.waitForSent(2);
    expect(told()).toHaveLength(2);
    const { items } = await messages();
    expect(items.filter(({ direction }) => direction === "in")).toHaveLength(2);
  });

  test("STOP is Twilio's to answer, ARRET is ours; either way nothing more is sent until START", async () => {
    await say("Bonjour");
    await house.twilio.waitForSent(1);
    await say("STOP");
    await silenced(true);
    await say("Bonjour ?");
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await house.twilio.waitForSent(2);
    expect(told()[1]).toContain("bienvenue à la boutique");
    await say("ARRÊT");
    await house.twilio.waitForSent(3);
    expect(told()[2]).toContain("C'est noté");
    await silenced(true);
    await say("Bonjour ?");
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await house.twilio.waitForSent(4);
    expect(told()).toHaveLength(4);
  });

  test("who stopped elsewhere is learnt from the refusal", async () => {
    await say("Bonjour");
    await house.twilio.waitForSent(1);
    house.twilio.fail({ type: "code", code: 21610 });
    await say("produits");
    await eventually(async () => {
      const { items } = await messages("&status=failed");
      expect(items).toMatchObject([{ error: { code: "optedOut", providerCode: "21610" } }]);
    });
    await silenced(true);
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await house.twilio.waitForSent(2);
    expect(told()).toHaveLength(2);
  });

  test("a picture is fetched behind the account's credentials and kept on our side", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const line = house.twilio.lose(LEA, "Voici", { at: Date.now() });
    const url = house.twilio.keepFile(line.sid, png, "image/png");
    const file = { NumMedia: "1", MediaUrl0: url, MediaContentType0: "image/png" };
    await say("Voici", LEA, { MessageSid: line.sid, ...file });
    await eventually(async () => {
      const { items } = await messages(`&externalId=${line.sid}`);
      expect(items[0]?.attachments[0]?.sizeBytes).toBe(png.byteLength);
    });
  });
});

describe("a customer on WhatsApp through Twilio", () => {
  beforeEach(() => open({ HUMAN_BACKUP_NUMBER: BACKUP }));
  const tap = (label: string) => house.twilio.tap(house.hook, WHATSAPP_LEA, label, SIGNED);

  test("orders by tapping: buttons and list are made once, every reply comes once and in order", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await house.twilio.waitForSent(1);
    await tap("Produits");
    await house.twilio.waitForSent(2);
    await tap("Savon au miel");
    await house.twilio.waitForSent(3);
    await tap("Confirmer");
    await house.twilio.waitForSent(4);
    expect(told(WHATSAPP_LEA)).toEqual([
      "Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?",
      "Voici nos produits. Lequel vous ferait plaisir ?",
      "Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €",
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée, pour un total de 7,00 €\./),
    ]);
    expect(house.twilio.contents()).toHaveLength(3);
    await say("Bonjour", WHATSAPP_LEA);
    await house.twilio.waitForSent(5);
    expect(house.twilio.contents()).toHaveLength(3);
    await eventually(async () => {
      const { items } = await messages(`&externalId=${house.twilio.sent()[0]?.sid}`);
      expect(items.map(({ status }) => status)).toEqual(["read"]);
    });
  });

  test("who asks for a person is passed on, and the alert goes to the phone by text message", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await house.twilio.waitForSent(1);
    await tap("Conseiller");
    await house.twilio.waitForSent(3);
    const alert = house.twilio.sent().find(({ to }) => to === BACKUP);
    expect(alert?.body).toContain("Léa Martin attend une réponse (WhatsApp (Twilio))");
  });

  test("text and WhatsApp of one number are two conversations", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await say("Bonjour", LEA);
    await house.twilio.waitForSent(2);
    const { items } = await messages();
    expect(new Set(items.map(({ conversationId }) => conversationId)).size).toBe(2);
    expect(new Set(house.twilio.sent().map(({ to }) => to))).toEqual(new Set([LEA, WHATSAPP_LEA]));
  });
});

describe("after an outage", () => {
  beforeEach(() => open());
  const recovered = async (): Promise<readonly unknown[]> => {
    const { items } = await house.relais.api<{ readonly items: readonly { readonly code: string }[] }>("/api/notices");
    return items.filter(({ code }) => code === "history.recovered");
  };

  test("what Twilio could not deliver is fetched from its list, in order, once, with its files", async () => {
    await say("Bonjour");
    await say("Bonjour", WHATSAPP_LEA);
    await house.twilio.waitForSent(2);
    await eventually(() =>
      expect(house.twilio.asked().filter((one) => one.startsWith("GET")).length).toBeGreaterThanOrEqual(4),
    );
    const { port } = house.relais;
    await house.relais.kill();
    const words = ["produits", "Avez-vous du savon ?", "ou du miel ?", "Dites-moi", "merci"];
    const lost = words.map((text, index) => house.twilio.lose(LEA, text, { at: Date.now() + index }));
    const picture = house.twilio.lose(LEA, "Voici", { at: Date.now() + 10 });
    house.twilio.keepFile(picture.sid, Buffer.from("GIF89a1234567890"), "image/gif");
    house.twilio.lose(WHATSAPP_LEA, "commande");
    house.relais = await start({}, port);
    const { items } = await eventually(async () => {
      const found = await messages();
      const inbound = found.items.filter(({ direction }) => direction === "in");
      expect(inbound).toHaveLength(9);
      return { items: inbound };
    });
    expect(await recovered()).toHaveLength(2);
    const own = items.filter(({ externalId }) => lost.some(({ sid }) => sid === externalId));
    const inOrder = [...own].sort((one, other) => one.position - other.position).map(({ text }) => text);
    expect(inOrder).toEqual(words);
    await eventually(async () => {
      const { items: files } = await messages(`&externalId=${picture.sid}`);
      expect(files[0]?.attachments[0]?.sizeBytes).toBe(16);
    });
    // What comes by webhook after all is known already.
    for (const { sid } of lost) expect((await say("produits", LEA, { MessageSid: sid })).status).toBe(200);
    const after = await messages();
    expect(after.items.filter(({ direction }) => direction === "in")).toHaveLength(9);
  });

  test("a send whose answer and reports are lost is found in the list: nothing is sent twice, nothing is marked", async () => {
    house.twilio.reportTo(null);
    for (const person of [LEA, WHATSAPP_LEA]) {
      house.twilio.fail({ type: "acceptThenReset" }, 1, person);
      await say("Bonjour", person);
      await eventually(async () => {
        const sid = house.twilio.sent().find(({ to }) => to === person)?.sid;
        const { items } = await messages(`&externalId=${sid}`);
        expect(items).toMatchObject([{ direction: "out", maybeDuplicate: false }]);
      });
      await say("conseiller", person);
      await eventually(() => expect(told(person)).toHaveLength(2));
    }
    expect(house.twilio.sent()).toHaveLength(4);
  });

  test("statuses that were lost are read from the list, and a list that fails is read again", async () => {
    house.twilio.reportTo(null);
    await say("Bonjour");
    await house.twilio.waitForSent(1);
    const { port } = house.relais;
    await house.relais.kill();
    house.twilio.failLists(503);
    house.relais = await start({}, port);
    await eventually(() => expect(house.twilio.asked().at(-1)).toContain("GET"));
    await house.relais.kill();
    house.twilio.failLists(null);
    house.relais = await start({}, port);
    await eventually(async () => {
      const { items } = await messages(`&externalId=${house.twilio.sent()[0]?.sid}`);
      expect(items.map(({ status: one }) => one)).toEqual(["delivered"]);
    });
  });
});

describe("test connection", () => {
  interface Tested {
    readonly findings: readonly { readonly level: string; readonly code: string }[];
  }
  const tested = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const { items } = await house.relais.api<{
      readonly items: readonly { readonly type: string; readonly accounts: readonly { readonly id: string }[] }[];
    }>("/api/channels");
    const found: Record<string, readonly string[]> = {};
    for (const { type, accounts } of items.filter((one) => /sms|Twilio/.test(one.type))) {
      const { body } = await house.relais.post<Tested>(`/api/accounts/${accounts[0]?.id}/test`);
      found[type] = body.findings.map(({ level, code }) => `${level} ${code}`);
    }
    return found;
  };

  test("says that all is well, or what is wrong", async () => {
    await open();
    expect(await tested()).toEqual({
      sms: ["ok accountReady", "ok webhookReady"],
      whatsappTwilio: ["ok accountReady", "ok webhookReady"],
    });
    await house.relais.stop();
    await open({ TWILIO_PHONE_NUMBER: "+33639980007", PUBLIC_URL: "https://elsewhere.example.com" });
    expect(await tested()).toEqual({
      sms: ["error numberNotOurs", "ok accountReady"],
      whatsappTwilio: ["error webhookElsewhere", "ok accountReady"],
    });
    await house.relais.stop();
    await open({ TWILIO_AUTH_TOKEN: "another" });
    expect(await tested()).toEqual({ sms: ["error tokenInvalid"], whatsappTwilio: ["error tokenInvalid"] });
  });
});
