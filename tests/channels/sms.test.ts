import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { errorOf, KNOWN_CODES } from "../../channels/shared/twilio-errors.ts";
import { isSigned } from "../../channels/shared/twilio-signature.ts";
import { type SmsAccount, sms } from "../../channels/sms/index.ts";
import type { Account, Call } from "../../engine/core/domain/channel.ts";

const SID = `AC${"0".repeat(32)}`;
const URL_ = "https://bot.example.com/webhooks/twilio?tenant=acme";
const account: Account<SmsAccount> = {
  id: "acc_1" as never,
  config: { accountSid: SID, authToken: "test-auth-token", from: "+33644600001", messagingServiceSid: "" },
};
const params: readonly (readonly [string, string])[] = [
  ["MessageSid", `SM${"0".repeat(31)}1`],
  ["AccountSid", SID],
  ["From", "+33612345678"],
  ["To", "+33644600001"],
  ["Body", "Bonjour, ça va ?"],
  ["NumMedia", "0"],
];
const changed = (change: (name: string, value: string) => string): readonly (readonly [string, string])[] =>
  params.map(([name, value]) => [name, change(name, value)]);
const receive = (
  fields: readonly (readonly [string, string])[],
  more: { signature?: string; url?: string; query?: Record<string, readonly string[]> } = {},
) => {
  const url = more.url ?? URL_;
  const text = [...fields]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .reduce((sum, [name, value]) => sum + name + value, url);
  const signature = more.signature ?? createHmac("sha1", "test-auth-token").update(text).digest("base64");
  return sms.receive(
    {
      method: "POST",
      url,
      headers: { "x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded" },
      query: more.query ?? {},
      body: new TextEncoder().encode(new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()),
      receivedAt: "2026-03-02T09:00:00.000Z",
    },
    [account],
  );
};

describe("Twilio's signature", () => {
  test("fits the known vector", () => {
    expect(isSigned("test-auth-token", "vfIaDi0QlDWAbDtuiLruKMdOQtc=", URL_, params)).toBe(true);
  });
  test.each([
    ["another scheme", "http://bot.example.com/webhooks/twilio?tenant=acme"],
    ["no query", "https://bot.example.com/webhooks/twilio"],
  ])("not with %s", (_, url) =>
    expect(isSigned("test-auth-token", "vfIaDi0QlDWAbDtuiLruKMdOQtc=", url, params)).toBe(false),
  );
  test("a JSON body is signed by its hash in the URL", () => {
    const body = '{"a":1}';
    const hash = createHash("sha256").update(body).digest("hex");
    const url = `https://bot.example.com/hook?bodySHA256=${hash}`;
    expect(isSigned("test-auth-token", "/FHM7f6qYBuZyN46KkwmGRvZBE4=", url, [])).toBe(true);
    const json = (text: string) =>
      sms.receive(
        {
          method: "POST",
          url,
          headers: { "x-twilio-signature": "/FHM7f6qYBuZyN46KkwmGRvZBE4=", "content-type": "application/json" },
          query: { bodySHA256: [hash] },
          body: new TextEncoder().encode(text),
          receivedAt: "",
        },
        [account],
      ).verdict;
    expect([json(body), json('{"a":2}')]).toEqual(["unreadable", "forged"]);
  });
});

describe("SMS receives", () => {
  test("a message", () => {
    expect(receive(params)).toMatchObject({
      verdict: "accepted",
      response: { status: 200, headers: { "content-type": "text/xml" } },
      events: [
        {
          type: "message",
          externalId: `SM${"0".repeat(31)}1`,
          content: { type: "text", text: "Bonjour, ça va ?" },
          from: { identities: [{ kind: "phone", value: "+33612345678" }] },
        },
      ],
    });
  });
  test("a picture with its words", () => {
    const fields = [
      ...params.filter(([name]) => name !== "NumMedia"),
      ["NumMedia", "1"],
      ["MediaUrl0", "https://api.twilio.com/m"],
      ["MediaContentType0", "image/png"],
    ] as const;
    expect(receive(fields as never).events).toMatchObject([
      {
        content: {
          type: "media",
          caption: "Bonjour, ça va ?",
          media: { kind: "image", url: "https://api.twilio.com/m" },
        },
      },
    ]);
  });
  test("a status with our own id", () => {
    const fields = [
      ["MessageSid", "SM1"],
      ["AccountSid", SID],
      ["From", "+33644600001"],
      ["To", "+33612345678"],
      ["MessageStatus", "undelivered"],
      ["ErrorCode", "30003"],
    ] as const;
    expect(receive(fields, { query: { e: ["eff_1"] } }).events).toMatchObject([
      {
        type: "status",
        status: "failed",
        evidence: "eff_1",
        error: { code: "recipientUnreachable", providerCode: "30003" },
      },
    ]);
  });
  test("nothing that is forged, and nothing for a number that is not ours", () => {
    expect(receive(params, { signature: "AAAA" })).toMatchObject({ verdict: "forged", response: { status: 401 } });
    expect(receive(changed((name, value) => (name === "To" ? "+33600000000" : value)))).toMatchObject({
      events: [],
      misrouted: 1,
    });
  });
});

describe("SMS sends", () => {
  const calls = sms.render(
    { type: "text", text: "Bonjour" },
    { identities: [{ kind: "phone", value: "+33612345678" }] },
    account,
    { effectId: "eff_1", publicUrl: "https://bot.example.com", uploaded: {} },
  );
  test("one call with the address where its status is told", () => {
    expect(calls).toMatchObject([
      {
        url: `{base}/2010-04-01/Accounts/${SID}/Messages.json`,
        body: {
          type: "form",
          fields: [
            ["To", "+33612345678"],
            ["From", "+33644600001"],
            ["Body", "Bonjour"],
            ["StatusCallback", "https://bot.example.com/webhook/twilio?e=eff_1"],
          ],
        },
      },
    ]);
  });
  test.each([
    [201, { sid: "SM1" }, { type: "sent", externalId: "SM1" }],
    [400, { code: 21610, message: "STOP" }, { error: { code: "optedOut" } }],
    [400, { code: 21211 }, { error: { code: "recipientUnreachable" } }],
    [429, { code: 20429 }, { error: { code: "rateLimited" } }],
    [401, { code: 20003 }, { error: { code: "accountInvalid" } }],
    [400, { code: 63016 }, { error: { code: "outsideServiceWindow" } }],
    [400, { code: 21617 }, { error: { code: "messageInvalid" } }],
    [502, "<html>", { type: "unknown" }],
  ])("HTTP %i %j", (status, body, expected) => {
    expect(
      sms.settle(
        { status, headers: {}, body: typeof body === "string" ? body : JSON.stringify(body) },
        calls[0] as Call,
      ),
    ).toMatchObject(expected);
  });
});

describe("pictures by text message", () => {
  const path = "ab".repeat(32);
  const picture = { type: "media", media: { kind: "image", path, mimeType: "image/png" }, caption: "Voici" } as const;
  const send = {
    effectId: "eff_1",
    publicUrl: "https://bot.example.com",
    uploaded: {},
    links: { [path]: "https://bot.example.com/files/x" },
  };
  const to = { identities: [{ kind: "phone", value: "+33612345678" }] } as const;
  const said = (mms: boolean, links = send.links) => {
    const [call] = sms.render(picture, to, { ...account, config: { ...account.config, mms } }, { ...send, links });
    return call?.body.type === "form"
      ? call.body.fields.filter(([name]) => name === "Body" || name === "MediaUrl")
      : [];
  };

  test("go as MMS where the account may, else as a signed link of ours", () => {
    expect(said(true)).toEqual([
      ["Body", "Voici"],
      ["MediaUrl", "https://bot.example.com/files/x"],
    ]);
    expect(said(false)).toEqual([["Body", "Voici\nhttps://bot.example.com/files/x"]]);
  });

  test("go as a link where Twilio could not fetch them", () => {
    expect(said(true, { [path]: "http://localhost:3000/files/x" })).toEqual([
      ["Body", "Voici\nhttp://localhost:3000/files/x"],
    ]);
  });

  test("are what this account can show only where it may send them", () => {
    expect(sms.capabilitiesFor?.({ ...account.config, mms: true }).media).toHaveProperty("image");
    expect(sms.capabilitiesFor?.(account.config).media).toEqual({});
  });
});

test("every code of the table has its sentences, and an unknown one has none", () => {
  const sentences = [...KNOWN_CODES].map((code) => sms.explain?.(String(code)));
  expect(sentences.length).toBeGreaterThan(80);
  for (const sentence of sentences) {
    expect(sentence?.fr).toMatch(/^\p{Lu}.+[.]$/u);
    expect(sentence?.en).toMatch(/^\p{Lu}.+[.]$/u);
  }
  expect(sms.explain?.("99999")).toBeNull();
});

test.each([
  [20003, "accountInvalid"],
  [21211, "recipientUnreachable"],
  [21408, "providerRejected"],
  [21610, "optedOut"],
  [21611, "rateLimited"],
  [21617, "messageInvalid"],
  [30001, "rateLimited"],
  [30003, "recipientUnreachable"],
  [30008, "providerDown"],
  [63015, "providerRejected"],
  [63016, "outsideServiceWindow"],
  [63018, "rateLimited"],
  [63028, "messageInvalid"],
  [63049, "providerRejected"],
  [99999, "messageInvalid"],
] as const)("code %i is %s", (code, expected) => {
  expect(errorOf(code, "")).toMatchObject({ code: expected, providerCode: String(code) });
});
