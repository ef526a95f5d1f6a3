import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import { errorOf, KNOWN_CODES } from "../../channels/shared/messaging/errors.ts";
import { accountOf, metaRequest, recipientOf, requestOf } from "./accounts.ts";

const messenger = channelOf("messenger");
const instagram = channelOf("instagram");
const PAGE = "100200300400500";

const said = (page: string, mid: string, text = "Bonjour") => ({
  sender: { id: "5511000000000001" },
  recipient: { id: page },
  timestamp: 1763632800000,
  message: { mid, text },
});
const delivery = (...pages: readonly string[]) =>
  JSON.stringify({
    object: "page",
    entry: pages.map((id, index) => ({ id, time: 1763632800100, messaging: [said(id, `m_${index}`)] })),
  });

describe("one webhook for pages and Instagram accounts", () => {
  test("a delivery is told apart by its object, whatever its words say", () => {
    const text = JSON.stringify({ object: "page", entry: [{ text: '{"object":"instagram"}' }] });
    expect([messenger.isFor?.(metaRequest(text)), instagram.isFor?.(metaRequest(text))]).toEqual([true, false]);
    const spaced = '{ "object" : "instagram", "entry": [] }';
    expect([messenger.isFor?.(metaRequest(spaced)), instagram.isFor?.(metaRequest(spaced))]).toEqual([false, true]);
    expect(messenger.webhookPath).toBe(instagram.webhookPath);
  });

  test("the handshake answers with the challenge to a token of any of them, and to no other", () => {
    const ask = (query: string) =>
      messenger.handshake?.({ ...requestOf(`/webhook/messenger?${query}`, {}, ""), method: "GET" }, [
        accountOf(messenger),
        accountOf(instagram, { verifyToken: "of-instagram" }, "acc_2"),
      ]);
    const asked = (token: string) => `hub.mode=subscribe&hub.challenge=12345&hub.verify_token=${token}`;
    expect(ask(asked("verify-me"))).toMatchObject({ status: 200, body: "12345" });
    expect(ask(asked("of-instagram"))).toMatchObject({ status: 200, body: "12345" });
    for (const query of [asked("wrong"), asked(""), `${asked("verify-me")}&hub.verify_token=x`, "hub.mode=subscribe"])
      expect(ask(query)).toMatchObject({ status: 403 });
  });

  test("one POST for several pages: each entry to its own account, those of another app to nobody", () => {
    const second = accountOf(messenger, { pageId: "222333444" }, "acc_2");
    const foreign = accountOf(messenger, { pageId: "555666777", appSecret: "another-secret" }, "acc_3");
    const received = messenger.receive(metaRequest(delivery(PAGE, "222333444", "555666777", "999")), [
      accountOf(messenger),
      foreign,
      second,
    ]);
    expect(received.events.map(({ accountId }) => accountId)).toEqual(["acc_1", "acc_2"]);
    expect([received.misrouted, received.response.status]).toEqual([2, 200]);
  });

  test("a page that two workspaces connected by the same app is told to both", () => {
    const both = [accountOf(messenger), accountOf(messenger, {}, "acc_2")];
    const { events } = messenger.receive(metaRequest(delivery(PAGE)), both);
    expect(events.map(({ accountId }) => accountId)).toEqual(["acc_1", "acc_2"]);
  });

  test("one byte changed under a good signature is forged", () => {
    const request = metaRequest(delivery(PAGE));
    const body = request.body.map((byte, index) => (index === 30 ? byte ^ 1 : byte));
    expect(messenger.receive({ ...request, body }, [accountOf(messenger)]).verdict).toBe("forged");
  });
});

test("the program of the business answers where we do not know our own app: its words may be ours", () => {
  const body = JSON.stringify({
    object: "page",
    entry: [
      {
        id: PAGE,
        messaging: [
          {
            ...said(PAGE, "m_1"),
            sender: { id: PAGE },
            recipient: { id: "5511000000000001" },
            message: { mid: "m_1", is_echo: true, app_id: 111, text: "Bonjour" },
          },
        ],
      },
    ],
  });
  const of = (appId: string) => messenger.receive(metaRequest(body), [accountOf(messenger, { appId })]).events[0];
  expect(of("")).toMatchObject({ type: "echo", by: "app 111", maybeOurs: true });
  expect(of("111")).toMatchObject({ type: "status", status: "sent" });
  expect(of("222")).toMatchObject({ type: "echo", by: "app 111" });
  expect(of("222")).not.toHaveProperty("maybeOurs");
});

describe("the table of errors", () => {
  test.each([
    ["10/2018278", "outsideServiceWindow"],
    ["10/2534022", "outsideServiceWindow"],
    ["10", "accountInvalid"],
    ["10/2018108", "recipientUnreachable"],
    ["10/1893063", "accountInvalid"],
    ["190/463", "accountInvalid"],
    ["190/467", "accountInvalid"],
    ["200", "accountInvalid"],
    ["250", "accountInvalid"],
    ["230", "accountInvalid"],
    ["299", "accountInvalid"],
    ["368", "accountInvalid"],
    ["2/2018344", "accountInvalid"],
    ["2/1545012", "providerDown"],
    ["1", "providerDown"],
    ["1200", "providerDown"],
    ["4", "rateLimited"],
    ["4/2018022", "rateLimited"],
    ["17", "rateLimited"],
    ["32", "rateLimited"],
    ["613", "rateLimited"],
    ["100", "messageInvalid"],
    ["100/2018109", "messageInvalid"],
    ["100/2018047", "providerDown"],
    ["100/2018001", "recipientUnreachable"],
    ["551/1545041", "recipientUnreachable"],
  ])("%s is %s", (name, expected) => {
    const [code, subcode] = name.split("/").map(Number);
    expect(errorOf({ code: code ?? 0, subcode }, "words of Meta")).toMatchObject({
      code: expected,
      providerCode: name,
      detail: "words of Meta",
    });
  });

  test("says in both languages what every code means and what to do", () => {
    for (const name of KNOWN_CODES) {
      const [code, subcode] = name.split("/").map(Number);
      const { advice } = errorOf({ code: code ?? 0, subcode }, "");
      expect(advice?.fr.length, name).toBeGreaterThan(40);
      expect(advice?.en.length, name).toBeGreaterThan(40);
      expect(advice?.fr).not.toBe(advice?.en);
    }
  });
});

describe("who a person is", () => {
  const answer = (body: unknown, status = 200) =>
    messenger.readProfile?.({ status, headers: {}, body: typeof body === "string" ? body : JSON.stringify(body) });

  test("is asked for with every field first, then with those that need no approval", () => {
    const calls = messenger.lookUpProfile?.(recipientOf(messenger), accountOf(messenger)) ?? [];
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET {base}/v25.0/5511000000000001?fields=first_name,last_name,name,locale",
      "GET {base}/v25.0/5511000000000001?fields=first_name,last_name,name",
    ]);
    expect(instagram.lookUpProfile?.(recipientOf(instagram), accountOf(instagram))).toMatchObject([
      { url: "{base}/v25.0/6622000000000001?fields=name,username" },
    ]);
  });

  test("is read from what Meta tells, and from nothing else", () => {
    expect(answer({ first_name: "Léa", last_name: "Martin", locale: "fr_FR", id: "1" })).toEqual({
      name: "Léa Martin",
      firstName: "Léa",
      language: "fr",
    });
    expect(answer({ name: "Léa", username: "lea.martin" })).toEqual({ name: "Léa", username: "lea.martin" });
    expect(answer({ name: null, username: "lea.martin" })).toEqual({ username: "lea.martin" });
    for (const nothing of [{}, { id: "1" }, { name: 5 }, "<html>", "[]", "null"]) expect(answer(nothing)).toBeNull();
    expect(answer({ error: { code: 100, error_subcode: 33 } }, 400)).toBeNull();
  });
});

test.each([messenger, instagram])(
  "$type reads whatever its own app signs without throwing, and takes it",
  (channel) => {
    const account = accountOf(channel);
    const own = channel.address(account.config);
    const names = [
      "mid",
      "text",
      "attachments",
      "quick_reply",
      "reply_to",
      "is_echo",
      "is_deleted",
      "metadata",
      "__proto__",
    ];
    const kinds = [
      "message",
      "postback",
      "read",
      "delivery",
      "reaction",
      "optin",
      "referral",
      "pass_thread_control",
      "x",
    ];
    const part = fc.oneof(
      fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((fields) => ({ mid: "m_1", ...fields })),
      fc.jsonValue(),
    );
    const event = fc
      .tuple(fc.constantFrom(...kinds), part, fc.jsonValue())
      .map(([kind, value, timestamp]) => ({ sender: { id: "1" }, recipient: { id: own }, timestamp, [kind]: value }));
    const entry = fc.record(
      {
        id: fc.oneof(fc.constant(own), fc.jsonValue()),
        messaging: fc.oneof(fc.array(fc.oneof(event, fc.jsonValue())), fc.jsonValue()),
        standby: fc.array(event),
      },
      { requiredKeys: [] },
    );
    const object = channel.type === "instagram" ? "instagram" : "page";
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(entry).map((list) => JSON.stringify({ object, entry: list })),
    );
    fc.assert(
      fc.property(body, (text) => {
        expect(channel.receive(metaRequest(text), [account]).response.status).toBe(200);
      }),
      { numRuns: 500 },
    );
  },
);
