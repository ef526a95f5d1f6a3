import { afterAll, beforeAll, expect, test } from "vitest";
import {
  metaSignature,
  PUBLIC_URL,
  startTestApp,
  type TestApp,
  TWILIO_SID,
  twilioSignature,
  whatsappText,
} from "../../support/test-app.ts";

interface Person {
  readonly id: string;
  readonly name: string;
  readonly phone: string | null;
  readonly fields: Record<string, unknown>;
  readonly identities: { readonly channel: string; readonly value: string }[];
  readonly contacts: { readonly id: string; readonly linked: string | null }[];
  readonly refused: { readonly channel: string; readonly purpose: string }[];
}
interface Said {
  readonly text: string;
  readonly channel: string;
  readonly contact: { readonly id: string };
}

let relais: TestApp;
beforeAll(async () => {
  relais = await startTestApp();
});
afterAll(() => relais.close());

async function send<T = Person>(
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
async function whatsapp(from: string, id: string, text: string): Promise<void> {
  const body = whatsappText({ id, text, from });
  const headers = { "x-hub-signature-256": metaSignature(body) };
  expect((await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers })).status).toBe(200);
}
async function sms(from: string, id: string, text: string): Promise<void> {
  const params = { MessageSid: id, AccountSid: TWILIO_SID, From: from, To: "+15550100", Body: text, NumMedia: "0" };
  const headers = { "x-twilio-signature": twilioSignature(`${PUBLIC_URL}/webhook/twilio`, params) };
  const body = new URLSearchParams(params);
  expect((await fetch(`${relais.url}/webhook/twilio`, { method: "POST", body, headers })).status).toBe(200);
}
const people = async (): Promise<Person[]> => (await send<{ items: Person[] }>("GET", "/api/contacts")).body.items;
const history = async (id: string) =>
  (await send<{ items: Said[] }>("GET", `/api/contacts/${id}/messages`)).body.items.map(
    ({ text, channel }) => `${channel} ${text}`,
  );

test("one number on two channels is one person; two numbers are one when the owner says so, until they are split", async () => {
  await whatsapp("33639980001", "wamid.1", "Bonjour");
  await sms("+33639980001", `SM${"1".repeat(32)}`, "C'est encore moi");
  await sms("+33639980002", `SM${"2".repeat(32)}`, "Mon autre numéro");
  const [other, lea] = await people();
  if (!lea || !other) throw new Error("two people were expected");
  expect(lea.identities.map(({ channel }) => channel)).toEqual(["whatsapp", "sms"]);
  expect(await history(lea.id)).toEqual(["sms C'est encore moi", "whatsapp Bonjour"]);

  const merged = await send("POST", `/api/contacts/${lea.id}/merge`, { with: other.id });
  expect([merged.status, merged.body.id, merged.body.contacts.length]).toEqual([200, lea.id, 3]);
  expect(await history(other.id)).toEqual(["sms Mon autre numéro", "sms C'est encore moi", "whatsapp Bonjour"]);
  expect(await people()).toHaveLength(1);
  expect((await send("GET", `/api/contacts/${other.id}`)).body.id).toBe(lea.id);
  const talks = await send<{ items: { contact: { id: string } }[] }>("GET", `/api/conversations?contactId=${lea.id}`);
  expect(talks.body.items.map(({ contact }) => contact.id)).toEqual([lea.id, lea.id, lea.id]);

  // What comes in goes on in its own conversation and is the person's.
  await sms("+33639980002", `SM${"3".repeat(32)}`, "Toujours là ?");
  expect((await history(lea.id))[0]).toBe("sms Toujours là ?");
  expect((await send("POST", `/api/contacts/${lea.id}/split`, { contact: other.id })).status).toBe(200);
  expect(await history(other.id)).toEqual(["sms Toujours là ?", "sms Mon autre numéro"]);
  expect((await send("POST", `/api/contacts/${lea.id}/split`, { contact: lea.id })).status).toBe(409);
  expect((await send("POST", `/api/contacts/${lea.id}/merge`, { with: "con_none" })).status).toBe(404);
  expect(await relais.store.operations.doctor()).toEqual([]);
});

test("fields, language and consent are the person's; a phone number is read as it is written in the country", async () => {
  const person = (await people()).at(-1);
  if (!person) throw new Error("nobody is there");
  const path = `/api/contacts/${person.id}`;
  await send("PUT", path, { name: "Léa Martin", language: "fr", fields: { size: 38, pet: "cat" }, labels: ["vip"] });
  const changed = await send("PUT", path, { phone: "06 92 12 34 56", fields: { pet: null } });
  expect(changed.body).toMatchObject({ name: "Léa Martin", phone: "+262692123456", fields: { size: 38 } });
  expect(Object.keys(changed.body.fields)).toEqual(["size"]);
  const wrong = await send<{ fields: object }>("PUT", path, { phone: "12" });
  expect([wrong.status, Object.keys(wrong.body.fields)]).toEqual([400, ["phone"]]);
  const refused = await send("PUT", `${path}/consent`, { channel: "sms", purpose: "marketing", allowed: false });
  expect(refused.body.refused).toMatchObject([{ channel: "sms", purpose: "marketing" }]);
  expect((await send("PUT", `${path}/consent`, { channel: "web", purpose: "service", allowed: false })).status).toBe(
    404,
  );
});
