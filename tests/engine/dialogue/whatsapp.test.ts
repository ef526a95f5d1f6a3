import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeGraph, wordsOf } from "../../support/fake-graph.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";
import { startWhatsapp, whatsappEnv } from "../../support/whatsapp-house.ts";

const LEA = "+33639980001";
const BACKUP = "+33639980099";

interface ApiList {
  readonly items: readonly {
    readonly id: string;
    readonly text: string;
    readonly status: string;
    readonly direction: string;
    readonly conversationId: string;
    readonly externalId: string;
    readonly maybeDuplicate: boolean;
    readonly author: string;
  }[];
}

let graph: FakeGraph;
let relais: RunningRelais;
let hook: string;
let dataDir: string;

const start = (port?: number): Promise<RunningRelais> =>
  startRelais({
    dataDir,
    ...(port ? { port } : {}),
    env: {
      ...whatsappEnv(graph),
      HUMAN_BACKUP_NUMBER: BACKUP,
      BURST_WINDOW_MS: "100",
    },
  });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
  graph = await startWhatsapp();
  relais = await start();
  hook = `${relais.url}/webhook/whatsapp`;
  graph.reportTo(hook);
});
afterEach(async () => {
  await relais.stop();
  await graph.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What Léa got, in order. */
const toLea = (): readonly string[] =>
  graph
    .sent()
    .filter(({ to }) => to === LEA)
    .map(({ body }) => wordsOf(body));

describe("a customer on WhatsApp", () => {
  test("orders through the whole flow: every reply once, in order, and statuses reach the messages", async () => {
    expect((await graph.say(hook, LEA, "Bonjour")).status).toBe(200);
    await graph.waitForSent(1);
    await graph.tap(hook, LEA, "Produits");
    await graph.waitForSent(2);
    await graph.tap(hook, LEA, "Savon au miel");
    await graph.waitForSent(3);
    await graph.tap(hook, LEA, "Confirmer");
    await graph.waitForSent(4);
    expect(toLea()).toEqual([
      "Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?",
      "Voici nos produits. Lequel vous ferait plaisir ?",
      "Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €",
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée, pour un total de 7,00 €\./),
    ]);
    const first = graph.sent()[0];
    await eventually(async () => {
      const { items } = await relais.api<ApiList>(`/api/messages?externalId=${first?.wamid}`);
      expect(items.map(({ status }) => status)).toEqual(["read"]);
    });
    const orders = await relais.api<{
      readonly items: readonly { readonly totalCents: number; readonly status: string }[];
    }>("/api/orders");
    expect(orders.items).toMatchObject([{ totalCents: 700, status: "confirmed" }]);
  });

  test("the same webhook five times is one message and one answer", async () => {
    const again = { id: "wamid.IN.SAME" };
    await Promise.all(Array.from({ length: 5 }, () => graph.say(hook, LEA, "Bonjour", again)));
    await graph.waitForSent(1);
    await new Promise((done) => setTimeout(done, 400));
    expect(toLea()).toHaveLength(1);
  });

  test("three quick messages get one answer", async () => {
    for (const text of ["Bonjour", "j'aimerais", "vos produits"]) await graph.say(hook, LEA, text);
    await graph.waitForSent(1);
    await new Promise((done) => setTimeout(done, 400));
    expect(toLea()).toHaveLength(1);
    const { items } = await relais.api<ApiList>("/api/messages");
    expect(items.filter(({ direction }) => direction === "in")).toHaveLength(3);
  });

  test("who asks for a person is passed on: the alert goes out, the bot is silent, and goes on when handed back", async () => {
    await graph.say(hook, LEA, "Bonjour");
    await graph.waitForSent(1);
    await graph.tap(hook, LEA, "Conseiller");
    await graph.waitForSent(3);
    const alert = graph.sent().find(({ to }) => to === BACKUP);
    expect(wordsOf(alert?.body ?? {})).toContain("Léa Martin attend une réponse (WhatsApp)");
    expect(wordsOf(alert?.body ?? {})).toContain("/inbox/cnv_");
    const told = toLea();
    expect(told[1]).toContain("conseiller");
    await graph.say(hook, LEA, "Vous êtes là ?");
    await new Promise((done) => setTimeout(done, 500));
    expect(toLea()).toEqual(told);
    const { items } = await relais.api<ApiList>("/api/messages");
    const id = items[0]?.conversationId;
    expect(await relais.api(`/api/conversations/${id}`)).toMatchObject({ owner: "agent", status: "waiting" });
    const sent = await relais.post<{ readonly author: string }>(`/api/conversations/${id}/messages`, {
      text: "Bonjour Léa, je suis Paul.",
      clientId: "one",
    });
    expect(sent.status).toBe(201);
    await graph.waitForSent(4);
    expect(toLea()[2]).toBe("Bonjour Léa, je suis Paul.");
    expect((await relais.post(`/api/conversations/${id}/handback`, {})).status).toBe(200);
    await graph.waitForSent(5);
    expect(toLea()[3]).toBe("Puis-je faire autre chose pour vous ?");
    expect(await relais.api(`/api/conversations/${id}`)).toMatchObject({ owner: "bot" });
  });

  test("a question that the playbook does not hold gets the fixed sentence, a person and an alert", async () => {
    await graph.say(hook, LEA, "Bonjour");
    await graph.waitForSent(1);
    await graph.say(hook, LEA, "Combien coûte la livraison ?");
    await graph.waitForSent(3);
    expect(toLea()[1]).toBe("La livraison coûte 4,90 €, et elle est offerte dès 45 € d'achat.");
    await graph.say(hook, LEA, "Réparez-vous les vélos électriques ?");
    await graph.waitForSent(5);
    expect(toLea()[3]).toBe("Je me renseigne auprès d'un collègue et je reviens vers vous au plus vite.");
    expect(graph.sent().some(({ to }) => to === BACKUP)).toBe(true);
  });

  test("killed in the middle of a dialogue, it goes on after the restart: each reply once", async () => {
    const { port } = relais;
    await graph.say(hook, LEA, "Bonjour", { id: "wamid.IN.1" });
    await graph.waitForSent(1);
    await graph.say(hook, LEA, "produits", { id: "wamid.IN.2" });
    await relais.kill();
    relais = await start(port);
    // Meta delivers again what it is not sure about.
    await graph.say(hook, LEA, "Bonjour", { id: "wamid.IN.1" });
    await graph.say(hook, LEA, "produits", { id: "wamid.IN.2" });
    await graph.waitForSent(2, 12_000);
    await graph.tap(hook, LEA, "Savon au miel");
    await graph.waitForSent(3);
    await new Promise((done) => setTimeout(done, 300));
    expect(toLea().map((text) => text.slice(0, 12))).toEqual(["Bonjour Léa,", "Voici nos pr", "Voici votre "]);
  });

  test("a photo is kept on our side, shown to agents, and asked to be written", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const id = graph.keepFile(png, "image/png");
    await graph.say(hook, LEA, "Bonjour");
    await graph.waitForSent(1);
    await graph.deliver(hook, {
      contacts: [{ profile: { name: "Léa Martin" }, wa_id: LEA.slice(1) }],
      messages: [
        {
          from: LEA.slice(1),
          id: "wamid.PHOTO",
          timestamp: String(Math.floor(Date.now() / 1000)),
          type: "image",
          image: { id, mime_type: "image/png" },
        },
      ],
    });
    await graph.waitForSent(2);
    expect(toLea()[1]).toBe("Je ne peux pas lire ce type de contenu, peux-tu me l'écrire ?");
    const url = await eventually(async () => {
      const { items } = await relais.api<{
        readonly items: readonly {
          readonly attachments: readonly { readonly url: string; readonly sizeBytes: number }[];
        }[];
      }>("/api/messages?externalId=wamid.PHOTO");
      const [file] = items[0]?.attachments ?? [];
      expect(file?.sizeBytes).toBe(png.byteLength);
      return file?.url ?? "";
    });
    const answer = await fetch(`${relais.url}${url}`, { headers: { authorization: `Bearer ${relais.adminToken}` } });
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    expect((await fetch(`${relais.url}${url}`)).status).toBe(401);
  });

  test("a provider that refuses for a while is tried again, a message that can never pass goes to a person", async () => {
    graph.fail({ type: "code", code: 131016, httpStatus: 500 });
    await graph.say(hook, LEA, "Bonjour");
    await graph.waitForSent(1, 10_000);
    graph.fail({ type: "code", code: 131026 });
    await graph.say(hook, LEA, "produits");
    // The contact is told and the person on duty is alerted, side by side.
    await graph.waitForSent(3);
    expect(
      new Set(
        graph
          .sent()
          .slice(1)
          .map((one) => one.to),
      ),
    ).toEqual(new Set([LEA, BACKUP]));
    const { items } = await relais.api<ApiList>("/api/messages?status=failed");
    expect(items).toMatchObject([
      { status: "failed", error: { code: "recipientUnreachable", providerCode: "131026" } },
    ]);
  });

  test("an answer that was lost is found by the status that names our own id: nothing is sent twice", async () => {
    graph.fail({ type: "acceptThenReset" });
    await graph.say(hook, LEA, "Bonjour");
    await graph.waitForSent(1);
    await eventually(async () => {
      const { items } = await relais.api<ApiList>("/api/messages");
      expect(items.find(({ direction }) => direction === "out")).toMatchObject({
        status: "read",
        externalId: graph.sent()[0]?.wamid,
        maybeDuplicate: false,
      });
    });
    await graph.tap(hook, LEA, "Produits");
    await graph.waitForSent(2);
    expect(toLea()).toHaveLength(2);
  });

  test("a token that is refused pauses the account: nothing fails, the operator can read why", async () => {
    graph.fail({ type: "code", code: 190, httpStatus: 401 });
    await graph.say(hook, LEA, "Bonjour");
    await eventually(async () => {
      const { items } = await relais.api<{ readonly items: readonly { readonly state: string }[] }>("/api/outbox");
      expect(items).toMatchObject([{ state: "paused", error: { code: "accountInvalid" } }]);
    });
    const { items } = await relais.api<ApiList>("/api/messages");
    expect(items.find(({ direction }) => direction === "out")).toMatchObject({ status: "queued" });
    const { items: kinds } = await relais.api<{
      readonly items: readonly {
        readonly type: string;
        readonly accounts: readonly { readonly id: string; readonly status: string }[];
      }[];
    }>("/api/channels");
    const account = kinds.find(({ type }) => type === "whatsapp")?.accounts[0];
    expect(account?.status).toBe("authFailed");
    expect((await relais.post(`/api/accounts/${account?.id}/resume`)).status).toBe(200);
    await graph.waitForSent(1);
  });
});

describe("the webhook", () => {
  test("answers the handshake only for our own token", async () => {
    const ask = (token: string) => fetch(`${hook}?hub.mode=subscribe&hub.challenge=12345&hub.verify_token=${token}`);
    const right = await ask("verify-token-for-tests");
    expect([right.status, await right.text()]).toEqual([200, "12345"]);
    expect((await ask("another")).status).toBe(403);
  });

  test("takes nothing that is not signed", async () => {
    expect((await graph.deliver(hook, { messages: [] }, { secret: "another" })).status).toBe(401);
    expect((await fetch(hook, { method: "POST", body: "{}" })).status).toBe(401);
  });
});
