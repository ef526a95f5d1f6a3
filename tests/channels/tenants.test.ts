import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import { ACCOUNT_SID, APP_SECRET, accountOf, metaRequest, requestOf, twilioRequest } from "./accounts.ts";

const whatsapp = channelOf("whatsapp");
const sms = channelOf("sms");

const delivery = (...numbers: readonly string[]) =>
  JSON.stringify({
    object: "whatsapp_business_account",
    entry: numbers.map((number) => ({
      id: "900800700",
      changes: [
        {
          field: "messages",
          value: {
            metadata: { phone_number_id: number },
            messages: [
              {
                id: `wamid.${number}`,
                from: "33639981234",
                timestamp: "1763632800",
                type: "text",
                text: { body: "x" },
              },
            ],
          },
        },
      ],
    })),
  });
const ours = accountOf(whatsapp);
const sameApp = accountOf(whatsapp, { phoneNumberId: "100200301" }, "acc_2");
const otherApp = accountOf(whatsapp, { phoneNumberId: "555", appSecret: "another-secret" }, "acc_3");

test("one delivery for two numbers of an app reaches both, and never a number of another app", () => {
  const received = whatsapp.receive(metaRequest(delivery("100200300", "100200301", "555", "777")), [
    ours,
    otherApp,
    sameApp,
  ]);
  expect(received.events.map(({ accountId }) => accountId)).toEqual(["acc_1", "acc_2"]);
  expect(received.misrouted).toBe(2);
});

test("another app's secret opens only its own numbers", () => {
  const received = whatsapp.receive(metaRequest(delivery("100200300", "555"), "another-secret"), [ours, otherApp]);
  expect([received.events.map(({ accountId }) => accountId), received.misrouted]).toEqual([["acc_3"], 1]);
});

test("a notice without a number goes to the accounts of its business account, not to the first of the app", () => {
  const foreign = accountOf(whatsapp, { phoneNumberId: "100200302", businessAccountId: "1" }, "acc_4");
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      { id: "900800700", time: 1763632800, changes: [{ field: "account_update", value: { event: "VERIFIED" } }] },
    ],
  });
  const { events } = whatsapp.receive(metaRequest(body), [foreign, ours, sameApp]);
  expect(events.map(({ accountId }) => accountId)).toEqual(["acc_1", "acc_2"]);
});

test.each([
  ["no header", undefined],
  ["an empty one", ""],
  ["no digits", "sha256="],
  ["two digits", "sha256=00"],
  ["no hex", `sha256=${"z".repeat(64)}`],
  ["63 digits", `sha256=${"0".repeat(63)}`],
  ["65 digits", `sha256=${"0".repeat(65)}`],
  [
    "upper case",
    `sha256=${createHmac("sha256", APP_SECRET).update(delivery("100200300")).digest("hex").toUpperCase()}`,
  ],
  ["SHA-1", `sha1=${createHmac("sha1", APP_SECRET).update(delivery("100200300")).digest("hex")}`],
  [
    "the verify token as key",
    `sha256=${createHmac("sha256", "verify-me").update(delivery("100200300")).digest("hex")}`,
  ],
  [
    "two headers",
    Array(2)
      .fill(metaRequest(delivery("100200300")).headers["x-hub-signature-256"])
      .join(", "),
  ],
])("a delivery signed with %s is forged", (_, signature) => {
  const headers = signature === undefined ? {} : { "x-hub-signature-256": signature };
  const received = whatsapp.receive(requestOf("/webhook/whatsapp", headers, delivery("100200300")), [ours]);
  expect([received.verdict, received.response.status, received.events]).toEqual(["forged", 401, []]);
});

test("one byte changed under a good signature is forged", () => {
  const request = metaRequest(delivery("100200300"));
  const body = request.body.map((byte, index) => (index === 20 ? byte ^ 1 : byte));
  expect(whatsapp.receive({ ...request, body }, [ours]).verdict).toBe("forged");
});

const message = { MessageSid: "SM1", AccountSid: ACCOUNT_SID, From: "+33639981234", To: "+33639980001", Body: "x" };

test("whoever writes down a foreign AccountSid with a token of their own cannot speak for its numbers", () => {
  const victim = accountOf(sms);
  const thief = accountOf(sms, { authToken: "own-token", from: "+33639980002" }, "acc_2");
  const received = sms.receive(twilioRequest(message, { token: "own-token" }), [victim, thief]);
  expect([received.events, received.misrouted]).toEqual([[], 1]);
});

test("a messaging service receives for all of its numbers, and sends without naming one", () => {
  const messagingServiceSid = `MG${"0".repeat(32)}`;
  const service = accountOf(sms, { from: "", messagingServiceSid });
  const { events } = sms.receive(twilioRequest({ ...message, MessagingServiceSid: messagingServiceSid }), [service]);
  expect(events).toMatchObject([{ type: "message", accountId: "acc_1" }]);
  const to = { identities: [{ kind: "phone", value: "+33639981234" }] } as const;
  const calls = sms.render({ type: "text", text: "x" }, to, service, {
    effectId: "e",
    publicUrl: "https://bot.example.com",
    uploaded: {},
  });
  expect(calls[0]?.body).toMatchObject({
    fields: expect.arrayContaining([["MessagingServiceSid", messagingServiceSid]]),
  });
});

test("an account needs a number, a sender name or a messaging service", () => {
  for (const from of ["", "12", "TOO LONG A NAME"]) expect(() => accountOf(sms, { from })).toThrow();
  for (const from of ["BOUTIQUE", "36105"]) expect(() => accountOf(sms, { from })).not.toThrow();
});

test("a text message and a WhatsApp message of the same number go to the account that speaks their way", () => {
  const number = "+33639980001";
  const whatsappTwilio = channelOf("whatsappTwilio");
  const text = twilioRequest(message);
  const chat = twilioRequest({ ...message, From: "whatsapp:+33639981234", To: `whatsapp:${number}` });
  expect([text, chat].map((request) => [sms.isFor?.(request), whatsappTwilio.isFor?.(request)])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(sms.receive(text, [accountOf(sms)]).events).toHaveLength(1);
  expect(whatsappTwilio.receive(chat, [accountOf(whatsappTwilio)]).events).toHaveLength(1);
  expect(sms.receive(chat, [accountOf(sms)])).toMatchObject({ events: [], misrouted: 1 });
});

test("a sub-account signs with its own token; its SID in front of another's signature is forged", () => {
  const main = accountOf(sms);
  const sub = accountOf(sms, { accountSid: `AC${"1".repeat(32)}`, authToken: "token-of-the-sub-account" }, "acc_2");
  const fields = { ...message, AccountSid: `AC${"1".repeat(32)}` };
  const own = sms.receive(twilioRequest(fields, { token: "token-of-the-sub-account" }), [main, sub]);
  expect(own.events).toMatchObject([{ accountId: "acc_2" }]);
  expect(sms.receive(twilioRequest(fields), [main, sub]).verdict).toBe("forged");
});

test("while a token is being replaced either one signs, and an empty one never", () => {
  const account = accountOf(sms, { authToken: "new-token", secondaryAuthToken: "old-token" });
  for (const token of ["new-token", "old-token"])
    expect(sms.receive(twilioRequest(message, { token }), [account]).events).toHaveLength(1);
  expect(sms.receive(twilioRequest(message, { token: "" }), [account]).verdict).toBe("forged");
});

test("a short code has no words of Twilio's own: STOP is for us to answer", () => {
  const code = accountOf(sms, { from: "36105" });
  const { events } = sms.receive(twilioRequest({ ...message, To: "36105", Body: "STOP" }), [code]);
  expect(events).toMatchObject([{ content: { text: "STOP" } }]);
  expect(events[0]).not.toHaveProperty("handled");
});

test.each(["sender-that-is-a-name", "whatsapp"])(
  "nothing that Twilio would send on as an SMS is answered (%s)",
  (what) => {
    const { response } = sms.receive(
      twilioRequest(what === "whatsapp" ? { ...message, To: "whatsapp:+33639980001" } : { ...message, From: "BANQUE" }),
      [accountOf(sms)],
    );
    expect(response).toMatchObject({
      headers: { "content-type": "text/xml" },
      body: expect.stringContaining("<Response/>"),
    });
  },
);
