import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import type { Call } from "../../engine/core/domain/channel.ts";
import type { OutboundContent } from "../../engine/core/domain/message.ts";
import { fit } from "../../engine/core/run/fit.ts";
import { type FakeMessenger, startFakeMessenger, wordsOf } from "../support/fake-messenger.ts";
import { APP_SECRET, accountOf, PUBLIC_URL, recipientOf } from "./accounts.ts";

const picture = new Uint8Array([0xff, 0xd8, 0xff]);

describe.each(["messenger", "instagram"] as const)("%s over the wire", (product) => {
  const channel = channelOf(product);
  const account = accountOf(channel);
  const to = recipientOf(channel);
  const person = to.identities[0]?.value ?? "";
  let meta: FakeMessenger;

  beforeAll(async () => {
    meta = await startFakeMessenger({
      product,
      id: channel.address(account.config),
      token: "token-for-tests",
      appSecret: APP_SECRET,
      appId: "700800900",
    });
    meta.wroteHoursAgo(person, 0);
  });
  afterAll(() => meta.close());

  /** Performs a call as the engine does. */
  async function perform(call: Call, mimeType = "image/jpeg") {
    const { body } = call;
    const form = new FormData();
    if (body.type === "multipart") {
      for (const [name, value] of Object.entries(body.fields)) form.set(name, value);
      form.set(body.file.field, new Blob([picture], { type: mimeType }), "file");
    }
    const json = body.type === "json" ? JSON.stringify(body.value) : null;
    const answer = await fetch(call.url.replace("{base}", meta.url), {
      method: call.method,
      headers: { ...call.headers, ...(json ? { "content-type": "application/json" } : {}) },
      ...(call.method === "GET" ? {} : { body: json ?? form }),
    });
    const headers = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, body: await answer.text() };
  }
  const render = (content: OutboundContent, more: object = {}): Call => {
    const [call] = channel.render(content, to, account, {
      effectId: "eff_1",
      publicUrl: PUBLIC_URL,
      uploaded: {},
      ...more,
    });
    if (!call) throw new Error(`no way to say ${content.type}`);
    return call;
  };
  const say = async (content: OutboundContent, more: object = {}) => {
    const call = render(content, more);
    return channel.settle(await perform(call), call);
  };
  /** As the engine says it: fitted first. */
  const sayFitted = async (content: OutboundContent): Promise<readonly string[]> => {
    const before = meta.sent().length;
    for (const part of fit(content, channel.capabilities, "fr"))
      expect(await say(part)).toMatchObject({ type: "sent" });
    return meta.sent().slice(before).map(wordsOf);
  };

  test("a file is uploaded once and sent by its id as often as it is needed", async () => {
    const content = { type: "media", media: { kind: "image", path: "a1", mimeType: "image/jpeg" } } as const;
    const upload = render(content);
    const uploaded = channel.settle(await perform(upload), upload);
    if (uploaded.type !== "uploaded") throw new Error(JSON.stringify(uploaded));
    const known = { uploaded: { [upload.uploadKey ?? ""]: uploaded.remoteId } };
    expect([await say(content, known), await say(content, known)]).toMatchObject([{ type: "sent" }, { type: "sent" }]);
    expect(meta.uploads().size).toBe(1);
    expect(await say(content, { uploaded: { a1: "expired" } })).toMatchObject({
      error: { code: "providerDown", providerCode: "100/2018074", maxAttempts: 2 },
    });
  });

  test("whatever a flow may say is taken when it was fitted", async () => {
    const choices = (count: number, more: object = {}) =>
      Array.from({ length: count }, (_, index) => ({ id: `n/c${index}/1.0`, label: `Choix ${index + 1}`, ...more }));
    const long = "Une phrase de taille moyenne, avec des accents é è à ç. ".repeat(120);
    const texts = await sayFitted({ type: "text", text: long });
    expect(texts.join(" ").replace(/\s+/g, " ")).toBe(long.trim());
    expect(await sayFitted({ type: "text", text: "🙂".repeat(900) })).toHaveLength(product === "instagram" ? 4 : 1);
    await sayFitted({ type: "choices", text: long, choices: choices(13) });
    await sayFitted({ type: "choices", text: "?", choices: choices(14) });
    await sayFitted({ type: "choices", text: long, choices: choices(10, { description: "Une ligne ".repeat(20) }) });
    await sayFitted({ type: "choices", text: "?", choices: [{ id: "a", label: "Un choix de plus de vingt signes" }] });
    await sayFitted({
      type: "choices",
      text: "Lequel ?",
      header: { media: { kind: "image", url: "https://shop.example.com/a.jpg", mimeType: "image/jpeg" } },
      footer: "Prix TTC",
      choices: choices(2),
    });
    await sayFitted({ type: "link", text: "Suivez :", label: "Suivre", url: "https://shop.example.com/suivi" });
    await sayFitted({ type: "link", text: long, label: "Suivre", url: "https://shop.example.com/suivi" });
    await sayFitted({
      type: "media",
      media: { kind: "video", url: "https://shop.example.com/a.mp4" },
      caption: "Voici",
    });
    await sayFitted({ type: "location", place: { latitude: 48.85, longitude: 2.35, name: "Boutique" } });
    await sayFitted({ type: "contacts", cards: [{ name: "Paul", phones: ["+33639985678"], emails: [] }] });
  });

  test("a header, a footer and a picture of a question are said, not dropped", async () => {
    const words = await sayFitted({
      type: "choices",
      text: "Lequel ?",
      header: { text: "Nos savons" },
      footer: "Prix TTC",
      choices: [{ id: "a", label: "Miel" }],
    });
    expect(words).toEqual(["Nos savons\n\nLequel ?\n\nPrix TTC"]);
    const pictured = await sayFitted({
      type: "choices",
      text: "Lequel ?",
      header: { media: { kind: "image", url: "https://shop.example.com/a.jpg" } },
      choices: [{ id: "a", label: "Miel" }],
    });
    expect(pictured).toEqual(["image", "Lequel ?"]);
  });

  test("after the window the bot is refused, a person passes for a week by saying so", async () => {
    meta.wroteHoursAgo(person, 30);
    const text = { type: "text", text: "Votre colis est parti." } as const;
    expect(await say(text)).toMatchObject({ error: { code: "outsideServiceWindow" } });
    expect(await say(text, { author: "bot", windowClosed: true })).toMatchObject({
      error: { code: "outsideServiceWindow", advice: { fr: expect.stringContaining("24 heures") } },
    });
    expect(await say(text, { author: "agent", windowClosed: true })).toMatchObject({ type: "sent" });
    meta.wroteHoursAgo(person, 8 * 24);
    expect(await say(text, { author: "agent", windowClosed: true })).toMatchObject({
      error: { code: "outsideServiceWindow" },
    });
    meta.wroteHoursAgo(person, 0);
  });

  test("what was written is marked as read, and an answer is seen to be coming", async () => {
    for (const call of channel.typing?.(to, account, "m_1") ?? [])
      expect(channel.settle(await perform(call), call)).toEqual({ type: "done" });
    expect(meta.actions()).toEqual([
      { to: person, action: "mark_seen" },
      { to: person, action: "typing_on" },
    ]);
  });

  test("a name is had even where a field of it needs an approval that the app does not have", async () => {
    meta.introduce(person, { name: "Léa Martin", first_name: "Léa", last_name: "Martin", username: "lea.martin" });
    const calls = channel.lookUpProfile?.(to, account) ?? [];
    const found = [];
    for (const call of calls) found.push(channel.readProfile?.(await perform(call)));
    expect(found.at(-1)).toMatchObject({ name: "Léa Martin" });
    expect(found.slice(0, -1)).toEqual(calls.slice(1).map(() => null));
    meta.introduce(person, null);
    for (const call of calls) expect(channel.readProfile?.(await perform(call))).toBeNull();
  });

  test("somebody of another page, and a wrong token, have their class", async () => {
    const text = { type: "text", text: "Bonjour" } as const;
    const stranger = { identities: [{ kind: to.identities[0]?.kind ?? "email", value: "999" }] } as const;
    const [call] = channel.render(text, stranger, account, { effectId: "e", publicUrl: PUBLIC_URL, uploaded: {} });
    if (!call) throw new Error("no call");
    expect(channel.settle(await perform(call), call)).toMatchObject({ error: { code: "recipientUnreachable" } });
    const wrong = channel.render(text, to, accountOf(channel, { accessToken: "wrong" }), {
      effectId: "e",
      publicUrl: PUBLIC_URL,
      uploaded: {},
    })[0];
    if (!wrong) throw new Error("no call");
    expect(channel.settle(await perform(wrong), wrong)).toMatchObject({ error: { code: "accountInvalid" } });
  });
});
