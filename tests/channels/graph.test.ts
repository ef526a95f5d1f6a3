import { afterAll, beforeAll, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import type { Call } from "../../engine/core/domain/channel.ts";
import { type FakeGraph, startFakeGraph } from "../support/fake-graph.ts";
import { APP_SECRET, accountOf, PUBLIC_URL, recipientOf } from "./accounts.ts";

const whatsapp = channelOf("whatsapp");
const account = accountOf(whatsapp);
const picture = new Uint8Array([0xff, 0xd8, 0xff]);
let graph: FakeGraph;

beforeAll(async () => {
  graph = await startFakeGraph({ token: "token-for-tests", appSecret: APP_SECRET, phoneNumberId: "100200300" });
});
afterAll(() => graph.close());

/** Performs a call as the engine does. */
async function perform(call: Call) {
  const { body } = call;
  const form = new FormData();
  if (body.type === "multipart") {
    for (const [name, value] of Object.entries(body.fields)) form.set(name, value);
    form.set(body.file.field, new Blob([picture], { type: body.file.media.mimeType ?? "" }), "file");
  }
  const json = body.type === "json" ? JSON.stringify(body.value) : null;
  const answer = await fetch(call.url.replace("{base}", graph.url), {
    method: call.method,
    headers: { ...call.headers, ...(json ? { "content-type": "application/json" } : {}) },
    body: json ?? form,
  });
  return whatsapp.settle(
    { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() },
    call,
  );
}

test("a file of ours is uploaded, sent by its id, and fetched as an inbound one would be", async () => {
  const content = { type: "media", media: { kind: "image", path: "a".repeat(64), mimeType: "image/jpeg" } } as const;
  const say = (uploaded: Readonly<Record<string, string>>) =>
    whatsapp.render(content, recipientOf(whatsapp), account, { effectId: "eff_1", publicUrl: PUBLIC_URL, uploaded });
  const [upload] = say({});
  if (!upload?.uploadKey) throw new Error("no upload");
  const uploaded = await perform(upload);
  if (uploaded.type !== "uploaded") throw new Error(JSON.stringify(uploaded));
  const [send] = say({ [upload.uploadKey]: uploaded.remoteId });
  if (!send) throw new Error("no send");
  expect(await perform(send)).toMatchObject({ type: "sent", externalId: graph.sent()[0]?.wamid });
  expect(graph.sent()[0]).toMatchObject({ evidence: "eff_1", to: "+33639981234" });

  const plan = whatsapp.fetchMedia?.({ kind: "image", remoteId: uploaded.remoteId }, account);
  const found = await fetch((plan?.lookup?.url ?? "").replace("{base}", graph.url), {
    headers: { ...plan?.lookup?.headers },
  });
  const { url } = (await found.json()) as { readonly url: string };
  expect((await fetch(url)).status).toBe(401);
  const bytes = await (await fetch(url, { headers: { ...plan?.headers } })).bytes();
  expect([...bytes]).toEqual([...picture]);
});

test("every kind of content that WhatsApp can show is taken", async () => {
  const before = graph.sent().length;
  const contents = [
    { type: "text", text: "Bonjour" },
    { type: "choices", text: "?", choices: [{ id: "a", label: "A" }] },
    { type: "choices", text: "?", choices: [{ id: "a", label: "A" }], listLabel: "Voir" },
    { type: "link", text: "x", label: "Voir", url: "https://shop.example.com" },
    { type: "location", place: { latitude: 1, longitude: 2 } },
    { type: "locationRequest", text: "?" },
    { type: "contacts", cards: [{ name: "Paul", phones: ["+33639985678"], emails: [] }] },
    { type: "template", name: "bonjour", language: "fr", parameters: {} },
    { type: "products", catalogId: "1", header: "h", text: "t", sections: [{ title: "s", skus: ["a"] }] },
    { type: "reaction", toExternalId: "wamid.1", emoji: "👍" },
  ] as const;
  for (const content of contents) {
    const [call] = whatsapp.render(content, recipientOf(whatsapp), account, {
      effectId: "e",
      publicUrl: PUBLIC_URL,
      uploaded: {},
    });
    if (!call) throw new Error(content.type);
    expect(await perform(call), content.type).toMatchObject({ type: "sent" });
  }
  expect(graph.sent().length).toBe(before + contents.length);
});

test("typing is taken without counting as a message", async () => {
  const before = graph.sent().length;
  const [call] = whatsapp.typing?.(recipientOf(whatsapp), account, "wamid.IN.1") ?? [];
  if (!call) throw new Error("no typing");
  expect(await perform(call)).toEqual({ type: "done" });
  expect(graph.sent().length).toBe(before);
});
