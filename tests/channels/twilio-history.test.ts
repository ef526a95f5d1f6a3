import { describe, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import type { Call, Channel } from "../../engine/core/domain/channel.ts";
import { ACCOUNT_SID, accountOf, twilioRequest } from "./accounts.ts";

const SINCE = "2026-11-20T10:00:00.000Z";
const sms = channelOf("sms");
const whatsapp = channelOf("whatsappTwilio");
const sid = (n: number): string => `SM${String(n).padStart(32, "0")}`;
const line = (n: number, more: object = {}) => ({
  sid: sid(n),
  account_sid: ACCOUNT_SID,
  messaging_service_sid: null,
  from: "+33639981234",
  to: "+33639980001",
  body: "Bonjour",
  direction: "inbound",
  status: "received",
  error_code: null,
  error_message: null,
  num_media: "0",
  date_created: "Fri, 20 Nov 2026 10:05:00 +0000",
  date_sent: "Fri, 20 Nov 2026 10:05:00 +0000",
  ...more,
});
function read(channel: Channel, body: unknown, call?: Call, status = 200, account = accountOf(channel)) {
  const asked = call ?? channel.history?.ask(account, SINCE)[0];
  if (!asked) throw new Error("nothing is asked");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return channel.history?.read({ status, headers: {}, body: text }, asked, account, SINCE) ?? null;
}

describe("the list of messages", () => {
  test("is asked for both directions of the number, from the day on", () => {
    const urls = sms.history?.ask(accountOf(sms), SINCE).map(({ url, purpose }) => [purpose, url]);
    const base = `{base}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`;
    expect(urls).toEqual([
      ["history", `${base}?To=%2B33639980001&DateSent%3E=2026-11-20&PageSize=1000`],
      ["history", `${base}?From=%2B33639980001&DateSent%3E=2026-11-20&PageSize=1000`],
    ]);
    const named = sms.history?.ask(accountOf(sms, { from: "BOUTIQUE" }), SINCE) ?? [];
    expect(named.map(({ url }) => url.includes("?From=BOUTIQUE"))).toEqual([true]);
    expect(whatsapp.history?.ask(accountOf(whatsapp), SINCE)[0]?.url).toContain("To=whatsapp%3A%2B33639980001");
  });

  test("says what the webhook says, with the same key", () => {
    const fields = {
      MessageSid: sid(1),
      AccountSid: ACCOUNT_SID,
      From: "+33639981234",
      To: "+33639980001",
      Body: "STOP",
    };
    const webhook = sms.receive(twilioRequest({ ...fields, NumMedia: "0" }), [accountOf(sms)]).events;
    const listed = read(sms, { messages: [line(1, { body: "STOP" })], next_page_uri: null })?.events;
    expect(listed).toEqual(webhook.map((event) => ({ ...event, at: "2026-11-20T10:05:00.000Z" })));
  });

  test("leaves out what is older, what is another number's, and what cannot be read", () => {
    const page = read(sms, {
      messages: [
        line(1),
        line(2, { to: "+33639980009" }),
        line(3, { date_created: "Fri, 20 Nov 2026 09:59:59 +0000" }),
        line(4, { date_created: "yesterday" }),
        line(5, { from: "BANQUE" }),
        { sid: 7 },
        null,
      ],
      next_page_uri: `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json?Page=1`,
    });
    expect(page?.events.map((event) => "externalId" in event && event.externalId)).toEqual([sid(1)]);
    // What is older has been reached: no page beyond it is wanted.
    expect(page?.more).toEqual([]);
  });

  test("goes on to the next page, on Twilio's own address only", () => {
    const next = (next_page_uri: string) =>
      read(sms, { messages: [line(1)], next_page_uri })?.more.map(({ url }) => url);
    const path = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json?Page=1&PageToken=PA1`;
    expect(next(path)).toEqual([`{base}${path}`]);
    expect(next("https://evil.example.com/")).toEqual([]);
    expect(next("@evil.example.com/2010-04-01/Accounts/")).toEqual([]);
  });

  test("tells what became of our own messages", () => {
    const sent = { from: "+33639980001", to: "+33639981234", direction: "outbound-api" };
    const page = read(sms, {
      messages: [
        line(1, { ...sent, status: "delivered" }),
        line(2, { ...sent, status: "undelivered", error_code: 30005, error_message: "Unknown destination handset" }),
        line(3, { ...sent, status: "queued" }),
      ],
    });
    expect(page?.events).toMatchObject([
      { type: "status", externalId: sid(1), status: "delivered", dedupeKey: `status:${sid(1)}:delivered:` },
      {
        type: "status",
        externalId: sid(2),
        status: "failed",
        error: { code: "recipientUnreachable", providerCode: "30005" },
      },
    ]);
    expect(page?.sent).toHaveLength(3);
    expect(page?.sent[0]).toEqual({
      externalId: sid(1),
      to: "+33639981234",
      text: "Bonjour",
      at: "2026-11-20T10:05:00.000Z",
    });
  });

  test("asks for the files of a message, and then tells it whole", () => {
    const [call] = read(sms, { messages: [line(1, { num_media: "2" })] })?.more ?? [];
    expect(call?.url).toBe(`{base}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${sid(1)}/Media.json`);
    const uri = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${sid(1)}/Media/ME`;
    const page = read(
      sms,
      { media_list: [1, 2].map((n) => ({ uri: `${uri}${n}.json`, content_type: "image/png" })) },
      JSON.parse(JSON.stringify(call)) as Call,
    );
    expect(page?.events).toMatchObject([
      { dedupeKey: `${sid(1)}:0`, content: { caption: "Bonjour", media: { url: `https://api.twilio.com${uri}1` } } },
      { dedupeKey: `${sid(1)}:1`, content: { media: { url: `https://api.twilio.com${uri}2` } } },
    ]);
  });

  test("of a messaging service holds all of its numbers", () => {
    const messagingServiceSid = `MG${"0".repeat(32)}`;
    const account = accountOf(sms, { from: "", messagingServiceSid });
    const messages = [line(1, { messaging_service_sid: messagingServiceSid, to: "+33639980555" }), line(2)];
    const page = read(sms, { messages }, undefined, 200, account);
    expect(page?.events.map((event) => event.dedupeKey)).toEqual([sid(1)]);
  });

  test.each([
    ["refused", 401, '{"code":20003}'],
    ["no JSON", 200, "<html>"],
    ["no list", 200, "{}"],
    ["down", 503, ""],
  ])("that is %s is no list", (_, status, body) => {
    expect(read(sms, body, undefined, status)).toBeNull();
  });
});
