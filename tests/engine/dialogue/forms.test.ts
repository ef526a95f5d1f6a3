import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectBefore } from "../../support/accounts-before.ts";
import { type FakeGraph, wordsOf } from "../../support/fake-graph.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fake-twilio.ts";
import { fillIn, tokenOf } from "../../support/forms.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";
import { startWhatsapp, whatsappEnv } from "../../support/whatsapp-house.ts";

const SID = `AC${"1".repeat(32)}`;
const SHOP = "+33199001234";
const LEA = "+33639981234";
const REQUEST = { name: "Léa Martin", phone: "06 39 98 12 34", message: "Avez-vous du savon ?" };

interface ApiMessages {
  readonly items: readonly {
    readonly conversationId: string;
    readonly direction: string;
    readonly kind: string;
    readonly text: string;
    readonly channel: string;
    readonly contact: { readonly name: string };
    readonly attachments: readonly { readonly fileName: string; readonly url: string }[];
  }[];
}
interface ApiConversation {
  readonly status: string;
  readonly owner: string;
  readonly handover: { readonly reason: string } | null;
}

let relais: RunningRelais;
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
});
afterEach(async () => {
  await relais.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
const start = (env: Readonly<Record<string, string>>): Promise<RunningRelais> =>
  startRelais({ dataDir, env: { BURST_WINDOW_MS: "100", ...env } });

describe("a form that is answered by SMS", () => {
  let twilio: FakeTwilio;
  const hook = (): string => `${relais.url}/webhook/twilio`;
  const sent = (count: number): Promise<readonly string[]> =>
    eventually(() => {
      expect(twilio.sent().length).toBeGreaterThanOrEqual(count);
      return twilio.sent().map(({ body }) => body);
    });
  beforeEach(async () => {
    twilio = await startFakeTwilio({ accountSid: SID, authToken: "twilio-token", from: SHOP });
    relais = await start({
      TWILIO_BASE_URL: twilio.url,
      TWILIO_ACCOUNT_SID: SID,
      TWILIO_AUTH_TOKEN: "twilio-token",
      TWILIO_PHONE_NUMBER: SHOP,
    });
  });
  afterEach(() => twilio.close());

  test("begins the boutique there, and the order is made by text message", async () => {
    const { status, body } = await fillIn(relais.url, REQUEST);
    expect([status, body]).toEqual([202, expect.objectContaining({ accepted: true, answerBy: "sms" })]);
    expect((await sent(1))[0]).toBe(
      "Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?\n\n1. Produits\n2. Commande\n3. Conseiller",
    );
    expect(twilio.sent()[0]?.to).toBe(LEA);
    await twilio.say(hook(), LEA, "1");
    expect((await sent(2))[1]).toContain("Voici nos produits.");
    await twilio.say(hook(), LEA, "savon au miel");
    expect((await sent(3))[2]).toContain("1 × Savon au miel : 7,00 €");
    await twilio.say(hook(), LEA, "confirmer");
    expect((await sent(4))[3]).toMatch(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée/);
    const { items } = await relais.api<ApiMessages>("/api/messages");
    expect(new Set(items.map(({ conversationId }) => conversationId)).size).toBe(1);
    const form = items.find(({ kind }) => kind === "form");
    expect(form).toMatchObject({ channel: "sms", direction: "in", contact: { name: "Léa Martin" } });
    expect(form?.text).toContain("Votre message :\nAvez-vous du savon ?");
  });

  test("sent twice it is one message and one answer, and both are told the same", async () => {
    const token = await tokenOf(relais.url);
    const answers = await Promise.all([1, 2, 3].map(() => fillIn(relais.url, REQUEST, { token })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await sent(1);
    await twilio.say(hook(), LEA, "1");
    await sent(2);
    expect(twilio.sent()).toHaveLength(2);
  });

  test("a second form of somebody who is known goes on in their conversation and changes nothing that is known", async () => {
    await twilio.say(hook(), LEA, "Bonjour");
    await sent(1);
    await fillIn(relais.url, { ...REQUEST, name: "Mallory" });
    await sent(2);
    await fillIn(relais.url, { ...REQUEST, name: "Eve" });
    const { items } = await eventually(async () => {
      const found = await relais.api<ApiMessages>("/api/messages");
      expect(found.items.filter(({ kind }) => kind === "form")).toHaveLength(2);
      return found;
    });
    expect(new Set(items.map(({ conversationId }) => conversationId)).size).toBe(1);
    // The first form named somebody who had no name; the second one changes nothing.
    await eventually(async () => {
      const { items: contacts } = await relais.api<{ readonly items: readonly { readonly name: string }[] }>(
        "/api/contacts",
      );
      expect(contacts.map(({ name }) => name)).toEqual(["Mallory"]);
    });
  });

  test("without a way to answer it is a task for a person, and the sender is told so", async () => {
    const { status, body } = await fillIn(relais.url, { name: "Tom", email: "tom@example.com", message: "Bonjour" });
    expect([status, body.answerBy]).toEqual([202, null]);
    expect(body.promise).toBe("Un conseiller lira votre message et reviendra vers vous dès que possible.");
    await eventually(async () => {
      const { items } = await relais.api<{ readonly items: readonly ApiConversation[] }>("/api/conversations");
      expect(items).toMatchObject([
        { owner: "agent", status: "waiting", handover: { reason: "a form that no connected channel can answer" } },
      ]);
    });
    expect(twilio.sent()).toEqual([]);
  });

  test("files come along, are kept and can be fetched by agents only", async () => {
    await relais.stop();
    await connectBefore(dataDir, [
      {
        channel: "form",
        name: "devis",
        config: {
          formId: "devis",
          fields: [
            { id: "phone", kind: "phone", label: "Téléphone", required: true },
            { id: "plans", kind: "file", label: "Plans", maxFiles: 2 },
          ],
          answerBy: [{ channel: "sms" }],
        },
      },
    ]);
    relais = await start({
      TWILIO_BASE_URL: twilio.url,
      TWILIO_ACCOUNT_SID: SID,
      TWILIO_AUTH_TOKEN: "twilio-token",
      TWILIO_PHONE_NUMBER: SHOP,
    });
    const form = new FormData();
    const pdf = Buffer.from("%PDF-1.4\n%âãÏÓ\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF", "latin1");
    form.set("_token", await tokenOf(relais.url, "devis"));
    form.set("phone", LEA);
    form.append("plans", new Blob([pdf]), "..\\..\\étage 1.pdf");
    const response = await fetch(`${relais.url}/forms/devis`, {
      method: "POST",
      body: form,
      headers: { accept: "application/json" },
    });
    expect(response.status).toBe(202);
    const [file] = await eventually(async () => {
      const { items } = await relais.api<ApiMessages>("/api/messages");
      const found = items.find(({ kind }) => kind === "form")?.attachments ?? [];
      expect(found).toMatchObject([
        { fileName: "étage 1.pdf", mimeType: "application/pdf", sizeBytes: pdf.byteLength },
      ]);
      return found;
    });
    const asked = await fetch(`${relais.url}${file?.url}`, {
      headers: { authorization: `Bearer ${relais.adminToken}` },
    });
    expect(Buffer.from(await asked.arrayBuffer()).equals(pdf)).toBe(true);
    expect((await fetch(`${relais.url}${file?.url}`)).status).toBe(401);
  });
});

describe("a form that is answered on WhatsApp", () => {
  let graph: FakeGraph;
  const hook = (): string => `${relais.url}/webhook/whatsapp`;
  const withForm = async (way: object): Promise<void> => {
    relais = await start(whatsappEnv(graph));
    await relais.stop();
    await connectBefore(dataDir, [
      { channel: "form", name: "rappel", config: { formId: "rappel", answerBy: [{ channel: "whatsapp", ...way }] } },
    ]);
    relais = await start(whatsappEnv(graph));
  };
  beforeEach(async () => {
    graph = await startWhatsapp();
  });
  afterEach(() => graph.close());

  test("opens with the approved template, and the boutique begins when the contact answers", async () => {
    await withForm({
      template: { name: "demande_recue", language: "fr", fields: ["name"], text: "Bonjour, bien reçu." },
    });
    const { body } = await fillIn(relais.url, REQUEST, { form: "rappel" });
    expect(body.answerBy).toBe("whatsapp");
    await graph.waitForSent(1);
    expect(graph.sent()[0]?.body).toMatchObject({
      type: "template",
      template: { name: "demande_recue", language: { code: "fr" } },
    });
    expect(JSON.stringify(graph.sent()[0]?.body)).toContain("Léa Martin");
    await graph.say(hook(), LEA, "Oui, allez-y");
    await graph.waitForSent(2);
    expect(wordsOf(graph.sent()[1]?.body ?? {})).toBe("Bonjour Léa, bienvenue à la boutique ! Que souhaitez-vous ?");
    await graph.tap(hook(), LEA, "Produits");
    await graph.waitForSent(3);
    expect(wordsOf(graph.sent()[2]?.body ?? {})).toContain("Voici nos produits.");
    const { items } = await relais.api<ApiMessages>("/api/messages");
    expect(new Set(items.map(({ conversationId }) => conversationId)).size).toBe(1);
  });

  test("without a template nothing leaves outside the window: a person is asked", async () => {
    await withForm({});
    await fillIn(relais.url, REQUEST, { form: "rappel" });
    await eventually(async () => {
      const { items } = await relais.api<{ readonly items: readonly ApiConversation[] }>("/api/conversations");
      expect(items).toMatchObject([
        { status: "waiting", handover: { reason: "a form whose answer needs an approved template" } },
      ]);
    });
    expect(graph.sent()).toEqual([]);
  });

  test("inside the window the boutique begins at once", async () => {
    await withForm({ template: { name: "demande_recue", language: "fr" } });
    await graph.say(hook(), LEA, "Bonjour");
    await graph.waitForSent(1);
    await graph.tap(hook(), LEA, "Produits");
    await graph.waitForSent(2);
    await fillIn(relais.url, REQUEST, { form: "rappel" });
    await graph.waitForSent(3);
    expect(wordsOf(graph.sent()[2]?.body ?? {})).toContain("bienvenue à la boutique");
  });
});
