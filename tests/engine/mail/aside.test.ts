import { afterEach, expect, test } from "vitest";
import { channelOf } from "../../../channels/registry.ts";
import type { Account, WebhookRequest } from "../../../engine/core/domain/channel.ts";
import { createReceiveAside } from "../../../engine/receive-aside.ts";

const channel = channelOf("email");
const account: Account = {
  id: "acc_1" as Account["id"],
  config: channel.account.parse({
    address: "contact@boutique.example.com",
    password: "x",
    imapHost: "imap.example.com",
    smtpHost: "smtp.example.com",
  }),
};
const fetched = (body: string): WebhookRequest => ({
  method: "FETCH",
  url: "",
  headers: {},
  query: {},
  body: new TextEncoder().encode(body),
  receivedAt: "2026-11-20T10:00:00.000Z",
  mailbox: { accountId: account.id, arrivedAt: "2026-11-20T10:00:00.000Z", sizeBytes: body.length },
});

let aside: ReturnType<typeof createReceiveAside> | null = null;
afterEach(() => aside?.close());

test("a mail is read on another thread as it is here", async () => {
  aside = createReceiveAside(20_000);
  const request = fetched("From: lea@example.com\nMessage-ID: <1@example.com>\n\nBonjour");
  expect(await aside.receive("email", request, [account])).toEqual(channel.receive(request, [account]));
});

test("a mail that takes too long is given up, and the next one is read", async () => {
  aside = createReceiveAside(20_000);
  const hurried = createReceiveAside(1);
  await expect(hurried.receive("email", fetched("From: lea@example.com\n\nx"), [account])).rejects.toThrow(
    "took longer than 1 ms",
  );
  await hurried.close();
  const many = await Promise.all(
    ["a", "b", "c"].map((text) => aside?.receive("email", fetched(`From: ${text}@example.com\n\n${text}`), [account])),
  );
  expect(many.map((one) => one?.events[0])).toMatchObject(
    ["a", "b", "c"].map((text) => ({ type: "message", content: { text } })),
  );
});
