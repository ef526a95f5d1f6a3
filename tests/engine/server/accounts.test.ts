import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { accountForm } from "../../../engine/core/domain/account-form.ts";
import {
  APP_SECRET,
  metaSignature,
  startTestApp,
  type TestApp,
  TWILIO_SID,
  whatsappText,
} from "../../support/test-app.ts";

interface Shown {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly status: string;
  readonly problem: { readonly fr: string; readonly en: string } | null;
  readonly botEnabled: boolean;
  readonly isDefault: boolean;
  readonly managedBy: string;
  readonly config: Record<string, unknown>;
  readonly secrets: Record<string, { readonly set: boolean }>;
  readonly paste: { readonly field: string; readonly value: string }[];
}
interface Refused {
  readonly error: string;
  readonly message?: { readonly fr: string; readonly en: string };
  readonly fields?: Record<string, { readonly fr: string; readonly en: string }>;
}

let relais: TestApp;
beforeEach(async () => {
  relais = await startTestApp();
});
afterEach(() => relais.close());

async function send<T = Shown & Refused>(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: T }> {
  const answer = await relais.ask(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}
const list = async (): Promise<readonly Shown[]> => (await send<{ items: Shown[] }>("GET", "/api/accounts")).body.items;
const NEW = {
  channel: "whatsapp",
  name: "Lyon",
  config: {
    phoneNumberId: "300300",
    businessAccountId: "77",
    accessToken: "EAA-secret-canary",
    appSecret: "s3cret-canary",
  },
};

describe("an account", () => {
  test("is connected with what the form asks, and shows no secret, ever", async () => {
    const made = await send("POST", "/api/accounts", NEW);
    expect([made.status, made.body.status, made.body.managedBy]).toEqual([201, "active", "api"]);
    expect(made.body.config).toEqual({
      phoneNumberId: "300300",
      businessAccountId: "77",
      graphVersion: "v25.0",
      messagesPerSecond: 80,
    });
    expect(made.body.secrets).toEqual({
      accessToken: { set: true },
      appSecret: { set: true },
      verifyToken: { set: true },
    });
    const everywhere = await Promise.all(
      ["/api/accounts", `/api/accounts/${made.body.id}`, "/api/channels", "/api/public/status"].map(async (path) =>
        (await relais.ask(path)).text(),
      ),
    );
    for (const text of everywhere) expect(text).not.toContain("canary");
  });

  test("has a webhook address and a verify token of ours to paste, which then answers the provider", async () => {
    const { body } = await send("POST", "/api/accounts", NEW);
    const [url, token] = body.paste.map(({ value }) => value);
    expect(url).toBe("https://relais.example.com/webhook/whatsapp");
    expect(token?.length).toBeGreaterThan(20);
    const query = new URLSearchParams({
      "hub.mode": "subscribe",
      "hub.verify_token": token ?? "",
      "hub.challenge": "42",
    });
    const answer = await fetch(`${relais.url}/webhook/whatsapp?${query}`);
    expect([answer.status, await answer.text()]).toEqual([200, "42"]);
  });

  test("takes messages from the moment it is connected, until it is switched off, and again", async () => {
    const { body: made } = await send("POST", "/api/accounts", NEW);
    const deliver = async (id: string): Promise<number> => {
      const body = whatsappText({ id, to: "300300" });
      const headers = { "x-hub-signature-256": metaSignature(body, "s3cret-canary") };
      return (await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers })).status;
    };
    expect(await deliver("wamid.a")).toBe(200);
    expect((await send("PUT", `/api/accounts/${made.id}`, { enabled: false })).body.status).toBe("disabled");
    expect(await deliver("wamid.b")).toBe(401);
    // New values do not switch it on.
    const changed = await send("PUT", `/api/accounts/${made.id}`, { config: { messagesPerSecond: 20 } });
    expect([changed.body.status, changed.body.config.messagesPerSecond]).toEqual(["disabled", 20]);
    await send("PUT", `/api/accounts/${made.id}`, { enabled: true });
    expect(await deliver("wamid.c")).toBe(200);
    const page = await send<{ items: unknown[] }>("GET", "/api/messages");
    expect(page.body.items).toHaveLength(2);
  });

  test("keeps a secret that is left empty, and takes a new one", async () => {
    const { body: made } = await send("POST", "/api/accounts", NEW);
    await send("PUT", `/api/accounts/${made.id}`, {
      name: "Lyon 2",
      config: { accessToken: " new-token \n", appSecret: "" },
    });
    const stored = (await relais.store.accounts.all()).find(({ id }) => id === made.id);
    expect(stored).toMatchObject({
      name: "Lyon 2",
      config: { accessToken: "new-token", appSecret: "s3cret-canary", phoneNumberId: "300300" },
    });
    const token = made.paste[1]?.value;
    expect(stored?.config).toMatchObject({ verifyToken: token });
  });

  test("is refused field by field, in both languages, without repeating what was typed", async () => {
    const { status, body } = await send("POST", "/api/accounts", {
      ...NEW,
      config: { phoneNumberId: "+33 6 39 98 00 00", accessToken: "", graphVersion: "latest", color: "red" },
    });
    expect(status).toBe(400);
    expect(Object.keys(body.fields ?? {})).toEqual(["color"]);
    const again = await send("POST", "/api/accounts", {
      ...NEW,
      config: { phoneNumberId: "+33 6 39 98 00 00", accessToken: "", graphVersion: "latest" },
    });
    expect(again.body.fields).toEqual({
      phoneNumberId: {
        fr: "Des chiffres seulement : c’est l’identifiant que Meta affiche sous le numéro.",
        en: "Digits only: the id that Meta shows below the number.",
      },
      accessToken: { fr: "Ce champ est obligatoire.", en: "This field is needed." },
      appSecret: { fr: "Ce champ est obligatoire.", en: "This field is needed." },
      graphVersion: {
        fr: "Cette valeur n’a pas la forme attendue. Exemple : v25.0",
        en: "This value does not have the expected form. Example: v25.0",
      },
    });
    expect(JSON.stringify(again.body)).not.toContain("33 6");
    expect((await send("POST", "/api/accounts", { ...NEW, channel: "telegram" })).body.fields).toHaveProperty(
      "channel",
    );
  });

  test("is nobody's twice: not by address, not by name", async () => {
    await send("POST", "/api/accounts", NEW);
    const sameAddress = await send("POST", "/api/accounts", { ...NEW, name: "Paris" });
    expect([sameAddress.status, sameAddress.body.message?.fr]).toEqual([409, "Déjà connecté sous le nom « Lyon »."]);
    const sameName = await send("POST", "/api/accounts", {
      ...NEW,
      config: { ...NEW.config, phoneNumberId: "300301" },
    });
    expect([sameName.status, Object.keys(sameName.body.fields ?? {})]).toEqual([409, ["name"]]);
    const other = relais.neighbour();
    const answer = await other.hono.request("/api/accounts", {
      method: "POST",
      body: JSON.stringify(NEW),
      headers: { "content-type": "application/json", authorization: "Bearer admin-token-for-tests-0123456789" },
    });
    expect([answer.status, ((await answer.json()) as Refused).message?.en]).toEqual([
      409,
      "Connected already in another workspace.",
    ]);
  });

  test("that is removed leaves its history, and its name and address free", async () => {
    const { body: made } = await send("POST", "/api/accounts", NEW);
    const body = whatsappText({ id: "wamid.kept", to: "300300" });
    const headers = { "x-hub-signature-256": metaSignature(body, "s3cret-canary") };
    await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers });
    expect((await send("DELETE", `/api/accounts/${made.id}`)).status).toBe(200);
    expect((await send("GET", `/api/accounts/${made.id}`)).status).toBe(404);
    const { body: page } = await send<{ items: { channel: string; accountId: string }[] }>(
      "GET",
      "/api/messages?externalId=wamid.kept",
    );
    expect(page.items).toMatchObject([{ channel: "whatsapp", accountId: made.id }]);
    expect((await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers })).status).toBe(401);
    expect((await send("POST", "/api/accounts", NEW)).status).toBe(201);
    expect(await relais.store.operations.doctor()).toEqual([]);
  });

  test("of a channel is its default when it was chosen, else the oldest", async () => {
    const defaults = async () =>
      (await list()).filter(({ channel, isDefault }) => channel === "whatsapp" && isDefault).map(({ name }) => name);
    expect(await defaults()).toEqual(["number 100100"]);
    const { body: made } = await send("POST", "/api/accounts", NEW);
    await send("PUT", `/api/accounts/${made.id}`, { isDefault: true });
    expect(await defaults()).toEqual(["Lyon"]);
    await send("DELETE", `/api/accounts/${made.id}`);
    expect(await defaults()).toEqual(["number 100100"]);
  });

  test("has its own switch for the bot", async () => {
    const [account] = await list();
    const { body } = await send("PUT", `/api/accounts/${account?.id}`, { botEnabled: false });
    expect([body.botEnabled, body.status]).toEqual([false, "active"]);
  });

  test("that the environment rules says so when somebody wants to change it here", async () => {
    const [account] = await list();
    await relais.store.accounts.setManagedBy(relais.workspaceId, account?.id as never, "environment");
    for (const [method, body] of [
      ["PUT", { config: { messagesPerSecond: 5 } }],
      ["PUT", { name: "other" }],
      ["DELETE", undefined],
    ] as const) {
      const answer = await send(method, `/api/accounts/${account?.id}`, body);
      expect([answer.status, answer.body.message?.fr]).toEqual([
        409,
        "Ce compte est réglé par l’environnement du serveur : changez-le là-bas.",
      ]);
    }
    expect((await send("PUT", `/api/accounts/${account?.id}`, { botEnabled: false })).status).toBe(200);
  });
});

test("any number of accounts of each channel live side by side", async () => {
  for (let n = 0; n < 5; n++) {
    const made = await send("POST", "/api/accounts", {
      channel: "sms",
      name: `SMS ${n}`,
      config: { accountSid: TWILIO_SID, authToken: "twilio-auth-token", from: `+1555010${n + 1}` },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
  expect((await list()).filter(({ channel }) => channel === "sms")).toHaveLength(6);
});

describe("one bad account", () => {
  const DAMAGE: readonly (readonly [string, string, string])[] = [
    [
      "sealed with another key",
      "secrets = '00000000.' || substr(secrets, 10)",
      "Its credentials were sealed with another key: enter them again.",
    ],
    [
      "with damaged secrets",
      "secrets = substr(secrets, 1, 40) || 'AAAA'",
      "Its credentials cannot be read in the database: enter them again.",
    ],
    ["whose settings are no JSON", "config = '{'", "Its credentials cannot be read in the database: enter them again."],
    [
      "whose settings its channel does not take",
      'config = \'{"phoneNumberId":"none"}\'',
      "Its settings are not complete or not valid: open them and put them right.",
    ],
    [
      "of a channel that this version has not",
      "channel = 'telegram'",
      "This version of Relais does not know this channel.",
    ],
  ];

  test.each(DAMAGE)("(%s) stops no other, and says what is wrong", async (_, change, problem) => {
    damage(`UPDATE channel_accounts SET ${change} WHERE address = '100100'`);
    // Another process sees it at its next look; this one is told here.
    const [first] = await relais.store.accounts.all();
    await relais.store.accounts.setBotEnabled(relais.workspaceId, first?.id as never, true);
    const all = await list();
    const bad = all.filter(({ status }) => status === "broken");
    expect(bad.map((account) => account.problem?.en)).toEqual([problem]);
    expect(all.filter(({ status }) => status === "active")).toHaveLength(3);
    const deliver = async (to: string, secret: string): Promise<number> => {
      const body = whatsappText({ id: `wamid.${to}`, to });
      const headers = { "x-hub-signature-256": metaSignature(body, secret) };
      return (await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers })).status;
    };
    expect(await deliver("200200", "app-secret-two")).toBe(200);
    expect(await deliver("100100", APP_SECRET)).toBe(401);
    expect((await send("GET", "/api/channels")).status).toBe(200);
    expect((await relais.ask("/readyz")).status).toBe(200);
  });

  test("works again when its values are entered anew", async () => {
    const [account] = await list();
    damage(`UPDATE channel_accounts SET secrets = '00000000.' || substr(secrets, 10) WHERE id = '${account?.id}'`);
    expect((await send("POST", `/api/accounts/${account?.id}/test`, {})).status).toBe(409);
    const half = await send("PUT", `/api/accounts/${account?.id}`, { config: { accessToken: "new" } });
    expect([half.status, Object.keys(half.body.fields ?? {})]).toEqual([400, ["appSecret"]]);
    const whole = await send("PUT", `/api/accounts/${account?.id}`, {
      config: { accessToken: "new", appSecret: APP_SECRET },
    });
    expect([whole.status, whole.body.status, whole.body.config.phoneNumberId]).toEqual([200, "active", "100100"]);
  });

  function damage(sql: string): void {
    const db = new Sqlite(relais.databaseFile);
    db.pragma("busy_timeout = 5000");
    expect(db.prepare(sql).run().changes).toBe(1);
    db.close();
  }
});

test("every channel describes the form of its accounts in both languages", async () => {
  const { body } = await send<{
    items: { type: string; fields: ReturnType<typeof accountForm>; account: object; webhookUrl: string | null }[];
  }>("GET", "/api/channels");
  for (const { type, fields, account } of body.items) {
    expect(Object.keys((account as { properties: object }).properties), type).toEqual(fields.map(({ name }) => name));
    for (const { name, label, help } of fields) {
      const where = `${type}.${name}`;
      expect([typeof label.fr, typeof label.en], where).toEqual(["string", "string"]);
      if (help) expect([help.fr === "", help.en === ""], where).toEqual([false, false]);
    }
  }
});
