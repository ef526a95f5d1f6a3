import { createServer } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/fake-twilio.ts";
import { ACCOUNT_SID, AUTH_TOKEN, accountOf, PUBLIC_URL, recipientOf, requestOf, twilioRequest } from "./accounts.ts";

const sms = channelOf("sms");
const account = accountOf(sms);
let twilio: FakeTwilio;

beforeAll(async () => {
  twilio = await startFakeTwilio({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: "+33639980001" });
});
afterAll(() => twilio.close());

/** Renders, sends over real HTTP, settles. */
async function say(text: string, sender = account) {
  const context = { effectId: "eff_1", publicUrl: PUBLIC_URL, uploaded: {} };
  const [call] = sms.render({ type: "text", text }, recipientOf(sms), sender, context);
  if (call?.body.type !== "form") throw new Error("no form");
  const answer = await fetch(call.url.replace("{base}", twilio.url), {
    method: call.method,
    headers: call.headers,
    body: new URLSearchParams(call.body.fields.map(([name, value]) => [name, value])),
  });
  return sms.settle(
    { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() },
    call,
  );
}

test("a message is taken with its accents and the address of its status", async () => {
  const settled = await say("Bonjour, ça va ? 1 + 1 & 50 %");
  const [one] = twilio.sent();
  expect(settled).toEqual({ type: "sent", externalId: one?.sid });
  expect(one).toMatchObject({
    to: "+33639981234",
    body: "Bonjour, ça va ? 1 + 1 & 50 %",
    statusCallback: "https://bot.example.com/webhook/twilio?e=eff_1",
  });
});

test("what Twilio refuses has its class", async () => {
  expect(await say("x".repeat(1601))).toMatchObject({ error: { code: "messageInvalid", providerCode: "21617" } });
  expect(await say("x", accountOf(sms, { authToken: "wrong" }))).toMatchObject({ error: { code: "accountInvalid" } });
  expect(await say("x", accountOf(sms, { from: "+33639989999" }))).toMatchObject({ error: { code: "accountInvalid" } });
  twilio.fail({ type: "code", code: 21610 });
  expect(await say("x")).toMatchObject({ error: { code: "optedOut" } });
  expect(await say("x")).toMatchObject({ type: "sent" });
});

test("its signed webhook is read behind a proxy, by the address that is configured", async () => {
  const bodies: { readonly headers: Record<string, string>; readonly body: Buffer }[] = [];
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    bodies.push({ headers: Object.fromEntries(headers), body: Buffer.concat(chunks) });
    response.end();
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  await twilio.say(`http://127.0.0.1:${address.port}/`, "+33639981234", "Été ?", `${PUBLIC_URL}/webhook/twilio`);
  await new Promise((done) => proxy.close(done));
  const [came] = bodies;
  if (!came) throw new Error("nothing came");
  const received = (path: string) => sms.receive(requestOf(path, came.headers, came.body), [account]);
  expect(received("/webhook/twilio").events).toMatchObject([{ type: "message", content: { text: "Été ?" } }]);
  expect(received("/webhook/other").verdict).toBe("forged");
});

test.each(["sms", "whatsappTwilio"] as const)(
  "%s reads whatever its own account signs, and answers with no words",
  (type) => {
    const channel = channelOf(type);
    const own = type === "sms" ? "+33639980001" : "whatsapp:+33639980001";
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
      fc.constantFrom(
        "",
        "0",
        "-1",
        "999999999",
        "STOP",
        "received",
        "delivered",
        "https://x",
        "\0",
        "{}",
        "[[[",
        own,
        "whatsapp:",
        "FR.1",
      ),
    );
    const name = fc.constantFrom(
      "MessageSid",
      "SmsSid",
      "From",
      "Body",
      "NumMedia",
      "MediaUrl0",
      "MediaContentType0",
      "SmsStatus",
      "MessageStatus",
      "ErrorCode",
      "OptOutType",
      "ButtonPayload",
      "ButtonText",
      "ListId",
      "ListTitle",
      "Latitude",
      "Longitude",
      "WaId",
      "ExternalUserId",
      "InteractiveData",
      "MessageType",
      "ReferralSourceUrl",
      "MessagingServiceSid",
      "__proto__x",
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (fields) => {
        const received = channel.receive(twilioRequest({ To: own, ...fields, AccountSid: ACCOUNT_SID }), [
          accountOf(channel),
        ]);
        expect(received.response).toMatchObject({ status: 200, body: expect.stringContaining("<Response/>") });
        for (const event of received.events) expect(JSON.stringify(event)).not.toContain("\\u0000");
      }),
      { numRuns: 500 },
    );
  },
);
