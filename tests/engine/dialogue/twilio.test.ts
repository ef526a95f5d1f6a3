import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Failure, type FakeTwilio, startFakeTwilio } from "../../support/fake-twilio.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";

const OWN = "+33639980000";
const SID = `AC${"0".repeat(32)}`;
const TOKEN = "twilio-token-for-tests";
const PUBLIC = "https://bot.example.com";
const SIGNED = `${PUBLIC}/webhook/twilio`;
const LEA = "+33639980001";
const WHATSAPP_LEA = `whatsapp:${LEA}`;
const BACKUP = "+33639980099";

interface ApiMessages {
  readonly items: readonly {
    readonly id: string;
    readonly text: string;
    readonly status: string;
    readonly direction: string;
    readonly conversationId: string;
    readonly externalId: string;
    readonly maybeDuplicate: boolean;
    readonly error: { readonly code: string; readonly providerCode: string } | null;
    readonly position: number;
    readonly contact: { readonly identities: readonly { readonly value: string }[] };
    readonly attachments: readonly { readonly url: string; readonly sizeBytes: number }[];
  }[];
}

let twilio: FakeTwilio;
let relais: RunningRelais;
let hook: string;
let dataDir: string;

const start = (more: Readonly<Record<string, string>> = {}, port?: number): Promise<RunningRelais> =>
  startRelais({
    dataDir,
    ...(port ? { port } : {}),
    env: {
      PUBLIC_URL: PUBLIC,
      TWILIO_BASE_URL: twilio.url,
      TWILIO_ACCOUNT_SID: SID,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_PHONE_NUMBER: OWN,
      TWILIO_WHATSAPP_NUMBER: OWN,
      TWILIO_MESSAGES_PER_SECOND: "200",
      BURST_WINDOW_MS: "100",
      UNKNOWN_WAIT_MS: "3000",
      ...more,
    },
  });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
  const options = { accountSid: SID, authToken: TOKEN, from: OWN, webhookUrl: SIGNED };
  // Small pages, so that every list has several.
  twilio = await startFakeTwilio({ ...options, pageSize: 3 });
});
const open = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
  relais = await start(more);
  hook = `${relais.url}/webhook/twilio`;
  twilio.reportTo(relais.url);
};
afterEach(async () => {
  await relais.stop();
  await twilio.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const say = (text: string, from = LEA, more: Readonly<Record<string, string>> = {}) =>
  twilio.say(hook, from, text, SIGNED, more);
const told = (to = LEA): readonly string[] =>
  twilio
    .sent()
    .filter((one) => one.to === to)
    .map(({ body }) => body);
const messages = (query = "") => relais.api<ApiMessages>(`/api/messages?limit=100${query}`);

/** Until the engine knows whether its only contact wants messages. */
const silenced = (is: boolean): Promise<void> =>
  eventually(async () => {
    const { items } = await relais.api<{ readonly items: readonly { readonly optedOut: readonly string[] }[] }>(
      "/api/contacts",
    );
    expect(items.map(({ optedOut }) => optedOut.includes("service"))).toEqual([is]);
  });

describe("a customer by text message", () => {
  beforeEach(() => open());

  test("orders through the whole flow with numbers: every reply once, in order, statuses reach the messages", async () => {
    expect((await say("Bonjour")).status).toBe(200);
    await twilio.waitForSent(1);
    await say("1");
    await twilio.waitForSent(2);
    await say("Savon au miel");
    await twilio.waitForSent(3);
    await say("1");
    await twilio.waitForSent(4);
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
    const orders = await relais.api<{ readonly items: readonly unknown[] }>("/api/orders");
    expect(orders.items).toMatchObject([{ totalCents: 700, status: "confirmed" }]);
  });

  test("the same webhook five times is one message and one answer; a forged one is nothing", async () => {
    const again = { MessageSid: `SM${"1".repeat(32)}` };
    await Promise.all(Array.from({ length: 5 }, () => say("Bonjour", LEA, again)));
    expect((await twilio.say(hook, LEA, "Bonjour", "https://evil.example.com/webhook/twilio")).status).toBe(401);
    await twilio.waitForSent(1);
    await say("conseiller");
    await twilio.waitForSent(2);
    expect(told()).toHaveLength(2);
    const { items } = await messages();
    expect(items.filter(({ direction }) => direction === "in")).toHaveLength(2);
  });

  test("STOP is Twilio's to answer, ARRET is ours; either way nothing more is sent until START", async () => {
    await say("Bonjour");
    await twilio.waitForSent(1);
    await say("STOP");
    await silenced(true);
    await say("Bonjour ?");
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await twilio.waitForSent(2);
    expect(told()[1]).toContain("bienvenue à la boutique");
    await say("ARRÊT");
    await twilio.waitForSent(3);
    expect(told()[2]).toContain("C'est noté");
    await silenced(true);
    await say("Bonjour ?");
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await twilio.waitForSent(4);
    expect(told()).toHaveLength(4);
  });

  test("who stopped elsewhere is learnt from the refusal", async () => {
    await say("Bonjour");
    await twilio.waitForSent(1);
    twilio.fail({ type: "code", code: 21610 });
    await say("produits");
    await eventually(async () => {
      const { items } = await messages("&status=failed");
      expect(items).toMatchObject([{ error: { code: "optedOut", providerCode: "21610" } }]);
    });
    await silenced(true);
    await say("START");
    await silenced(false);
    await say("Bonjour");
    await twilio.waitForSent(2);
    expect(told()).toHaveLength(2);
  });

  test("a picture is fetched behind the account's credentials and kept on our side", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const line = twilio.lose(LEA, "Voici", { at: Date.now() });
    const url = twilio.keepFile(line.sid, png, "image/png");
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
  const tap = (label: string) => twilio.tap(hook, WHATSAPP_LEA, label, SIGNED);

  test("orders by tapping: buttons and list are made once, every reply comes once and in order", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await twilio.waitForSent(1);
    await tap("Produits");
    await twilio.waitForSent(2);
    await tap("Savon au miel");
    await twilio.waitForSent(3);
    await tap("Confirmer");
    await twilio.waitForSent(4);
    expect(told(WHATSAPP_LEA)).toEqual([
      "Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?",
      "Voici nos produits. Lequel vous ferait plaisir ?",
      "Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €",
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée, pour un total de 7,00 €\./),
    ]);
    expect(twilio.contents()).toHaveLength(3);
    await say("Bonjour", WHATSAPP_LEA);
    await twilio.waitForSent(5);
    expect(twilio.contents()).toHaveLength(3);
    await eventually(async () => {
      const { items } = await messages(`&externalId=${twilio.sent()[0]?.sid}`);
      expect(items.map(({ status }) => status)).toEqual(["read"]);
    });
  });

  test("who asks for a person is passed on, and the alert goes to the phone by text message", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await twilio.waitForSent(1);
    await tap("Conseiller");
    await twilio.waitForSent(3);
    const alert = twilio.sent().find(({ to }) => to === BACKUP);
    expect(alert?.body).toContain("Léa Martin attend une réponse (WhatsApp (Twilio))");
  });

  test("text and WhatsApp of one number are two conversations", async () => {
    await say("Bonjour", WHATSAPP_LEA);
    await say("Bonjour", LEA);
    await twilio.waitForSent(2);
    const { items } = await messages();
    expect(new Set(items.map(({ conversationId }) => conversationId)).size).toBe(2);
    expect(new Set(twilio.sent().map(({ to }) => to))).toEqual(new Set([LEA, WHATSAPP_LEA]));
  });
});

describe("after an outage", () => {
  beforeEach(() => open());
  const recovered = async (): Promise<readonly unknown[]> => {
    const { items } = await relais.api<{ readonly items: readonly { readonly code: string }[] }>("/api/notices");
    return items.filter(({ code }) => code === "history.recovered");
  };

  test("what Twilio could not deliver is fetched from its list, in order, once, with its files", async () => {
    await say("Bonjour");
    await say("Bonjour", WHATSAPP_LEA);
    await twilio.waitForSent(2);
    await eventually(() =>
      expect(twilio.asked().filter((one) => one.startsWith("GET")).length).toBeGreaterThanOrEqual(4),
    );
    const { port } = relais;
    await relais.kill();
    const words = ["produits", "Avez-vous du savon ?", "ou du miel ?", "Dites-moi", "merci"];
    const lost = words.map((text, index) => twilio.lose(LEA, text, { at: Date.now() + index }));
    const picture = twilio.lose(LEA, "Voici", { at: Date.now() + 10 });
    twilio.keepFile(picture.sid, Buffer.from("GIF89a1234567890"), "image/gif");
    twilio.lose(WHATSAPP_LEA, "commande");
    relais = await start({}, port);
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
    twilio.reportTo(null);
    for (const person of [LEA, WHATSAPP_LEA]) {
      twilio.fail({ type: "acceptThenReset" }, 1, person);
      await say("Bonjour", person);
      await eventually(async () => {
        const sid = twilio.sent().find(({ to }) => to === person)?.sid;
        const { items } = await messages(`&externalId=${sid}`);
        expect(items).toMatchObject([{ direction: "out", maybeDuplicate: false }]);
      });
      await say("conseiller", person);
      await eventually(() => expect(told(person)).toHaveLength(2));
    }
    expect(twilio.sent()).toHaveLength(4);
  });

  test("statuses that were lost are read from the list, and a list that fails is read again", async () => {
    twilio.reportTo(null);
    await say("Bonjour");
    await twilio.waitForSent(1);
    const { port } = relais;
    await relais.kill();
    twilio.failLists(503);
    relais = await start({}, port);
    await eventually(() => expect(twilio.asked().at(-1)).toContain("GET"));
    await relais.kill();
    twilio.failLists(null);
    relais = await start({}, port);
    await eventually(async () => {
      const { items } = await messages(`&externalId=${twilio.sent()[0]?.sid}`);
      expect(items.map(({ status: one }) => one)).toEqual(["delivered"]);
    });
  });
});

describe("test connection", () => {
  interface Tested {
    readonly findings: readonly { readonly level: string; readonly code: string }[];
  }
  const tested = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const { items } = await relais.api<{
      readonly items: readonly { readonly type: string; readonly accounts: readonly { readonly id: string }[] }[];
    }>("/api/channels");
    const found: Record<string, readonly string[]> = {};
    for (const { type, accounts } of items.filter((one) => /sms|Twilio/.test(one.type))) {
      const { body } = await relais.post<Tested>(`/api/accounts/${accounts[0]?.id}/test`);
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
    await relais.stop();
    await open({ TWILIO_PHONE_NUMBER: "+33639980007", PUBLIC_URL: "https://elsewhere.example.com" });
    expect(await tested()).toEqual({
      sms: ["error numberNotOurs", "ok accountReady"],
      whatsappTwilio: ["error webhookElsewhere", "ok accountReady"],
    });
    await relais.stop();
    await open({ TWILIO_AUTH_TOKEN: "another" });
    expect(await tested()).toEqual({ sms: ["error tokenInvalid"], whatsappTwilio: ["error tokenInvalid"] });
  });
});

/** What goes wrong on the way (F-7), and what must become of the message (C-6, C-7). */
const status = (httpStatus: number, more: { headers?: Record<string, string>; body?: string } = {}): Failure => ({
  type: "status",
  httpStatus,
  ...more,
});
const FAULTS: readonly {
  readonly name: string;
  readonly failure: Failure;
  /** The message in the end; `badge`: it may have been sent twice. */
  readonly becomes: "arrived" | "badge" | "failed";
  readonly code?: string;
}[] = [
  { name: "429 with Retry-After", failure: status(429, { headers: { "retry-after": "1" } }), becomes: "arrived" },
  { name: "code 20429", failure: { type: "code", code: 20429, httpStatus: 429 }, becomes: "arrived" },
  { name: "code 63018", failure: { type: "code", code: 63018, httpStatus: 400 }, becomes: "arrived" },
  { name: "503 with Retry-After", failure: status(503, { headers: { "retry-after": "1" } }), becomes: "arrived" },
  {
    name: "302 to somewhere else",
    failure: status(302, { headers: { location: "http://127.0.0.1:9/" } }),
    becomes: "arrived",
  },
  {
    name: "200 with an error",
    failure: status(200, { body: '{"code":63010,"message":"internal"}' }),
    becomes: "arrived",
  },
  { name: "500 without a body, not taken", failure: status(500), becomes: "badge" },
  { name: "502 from a gateway, not taken", failure: status(502, { body: "<html>" }), becomes: "badge" },
  { name: "200 with garbage, not taken", failure: status(200, { body: "{]" }), becomes: "badge" },
  {
    name: "200 with garbage, taken",
    failure: { type: "acceptThenSay", httpStatus: 200, body: "{]" },
    becomes: "arrived",
  },
  { name: "504, taken", failure: { type: "acceptThenSay", httpStatus: 504, body: "" }, becomes: "arrived" },
  { name: "reset after it was taken", failure: { type: "acceptThenReset" }, becomes: "arrived" },
  { name: "half an answer", failure: { type: "halfBody" }, becomes: "arrived" },
  { name: "slow", failure: { type: "slow", delayMs: 1500 }, becomes: "arrived" },
  { name: "an invalid number", failure: { type: "code", code: 21211 }, becomes: "failed", code: "21211" },
  { name: "a country that is not allowed", failure: { type: "code", code: 21408 }, becomes: "failed", code: "21408" },
  { name: "undelivered in the end", failure: { type: "undelivered", code: 30005 }, becomes: "failed", code: "30005" },
];

describe.each([
  ["text message", ""],
  ["WhatsApp", "whatsapp:"],
])("a provider that fails, by %s", (_, prefix) => {
  beforeEach(() => open());

  test("loses nothing, doubles nothing unmarked, keeps the order", async () => {
    const people = FAULTS.map((fault, index) => ({ ...fault, phone: `${prefix}+3363998${String(1000 + index)}` }));
    for (const { failure, phone } of people) {
      twilio.fail(failure, 1, phone);
      await say("Bonjour", phone);
      // Whoever fails five times in a row is rightly left alone for half a minute: somebody is always served between.
      const healthy = phone.replace("+3363998", "+3363997");
      await say("Bonjour", healthy);
      await eventually(() => expect(told(healthy)).toHaveLength(1));
    }
    const wanted = people.filter(({ becomes }) => becomes !== "failed");
    await eventually(() => expect(wanted.filter(({ phone }) => told(phone).length === 0)).toEqual([]), 30_000);
    for (const { phone } of wanted) await say("conseiller", phone);
    await eventually(() => {
      for (const { phone, name } of wanted) expect([name, told(phone).length]).toEqual([name, 2]);
    }, 30_000);
    for (const { phone, name } of wanted) {
      const [first, second] = told(phone);
      expect([name, first?.includes("bienvenue"), second?.includes("conseiller")]).toEqual([name, true, true]);
    }
    const items = [...(await messages()).items, ...(await messages("&status=failed")).items];
    const became = people.map(({ phone, name }) => {
      const greeting = items
        .filter(
          ({ direction, contact }) =>
            direction === "out" && contact.identities.some(({ value }) => phone.endsWith(value)),
        )
        .sort((one, other) => one.position - other.position)[0];
      const end = greeting?.maybeDuplicate ? "badge" : greeting?.status === "failed" ? "failed" : "arrived";
      return [name, end, greeting?.error?.providerCode];
    });
    expect(became).toEqual(FAULTS.map(({ name, becomes, code }) => [name, becomes, code]));
  }, 120_000);

  test("a token that is refused pauses the number: nothing fails, and it goes on when resumed", async () => {
    twilio.fail({ type: "code", code: 20003, httpStatus: 401 });
    const lea = `${prefix}${LEA}`;
    await say("Bonjour", lea);
    await eventually(async () => {
      const { items } = await relais.api<{ readonly items: readonly unknown[] }>("/api/outbox");
      expect(items).toMatchObject([{ state: "paused", error: { code: "accountInvalid", providerCode: "20003" } }]);
    });
    const { items } = await relais.api<{
      readonly items: readonly { readonly accounts: readonly { readonly id: string; readonly status: string }[] }[];
    }>("/api/channels");
    const paused = items.flatMap(({ accounts }) => accounts).find((one) => one.status === "authFailed");
    expect((await relais.post(`/api/accounts/${paused?.id}/resume`)).status).toBe(200);
    await eventually(() => expect(told(lea)).toHaveLength(1));
  });
});
