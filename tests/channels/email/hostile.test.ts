import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressesOf, parameterized, wordsOf } from "../../../channels/email/headers.ts";
import { safeHtml } from "../../../channels/email/html.ts";
import { mimeOf } from "../../../channels/email/mime.ts";
import { replySubject } from "../../../channels/email/render.ts";
import { channelOf } from "../../../channels/registry.ts";
import type { Account, Received } from "../../../engine/core/domain/channel.ts";
import { accountOf, recipientOf, requestOf } from "../accounts.ts";

const email = channelOf("email");
const account = accountOf(email);

function received(mail: string | Uint8Array): Received {
  const request = requestOf("", {}, mail);
  const mailbox = { accountId: account.id, arrivedAt: "2026-11-20T10:00:00.000Z", sizeBytes: request.body.byteLength };
  return email.receive({ ...request, mailbox }, [account]);
}

/** Generous: the machine may have much else to do, and what must not happen takes minutes. */
function soon(run: () => void): void {
  const begins = performance.now();
  run();
  expect(performance.now() - begins).toBeLessThan(5000);
}

describe("a mail that wants to hurt", () => {
  test("is read without throwing, whatever it is", () => {
    const lines = fc.constantFrom(
      "From: a@example.com",
      "Content-Type: multipart/mixed; boundary=b",
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
      "Content-Type: text/html; charset=utf-7",
      "Content-Type: message/delivery-status",
      "Content-Transfer-Encoding: base64",
      "Content-Transfer-Encoding: quoted-printable",
      "Message-ID: <x@example.com>",
      "Subject: =?utf-8?B?////?= =?x?q?=?=",
      "--b",
      "--b--",
      "",
      "=\u0000=FF==",
      "<div><blockquote><p>",
    );
    const mail = fc.oneof(
      fc
        .array(fc.oneof(lines, fc.string()), { maxLength: 40 })
        .map((all) => new TextEncoder().encode(all.join("\r\n"))),
      fc.uint8Array({ maxLength: 2000 }),
    );
    fc.assert(
      fc.property(mail, (bytes) => {
        const { verdict, events } = received(bytes);
        expect(["accepted", "unreadable"]).toContain(verdict);
        for (const event of events) expect(JSON.stringify(event)).not.toContain("\\u0000");
      }),
      { numRuns: 300 },
    );
  });

  test("nested a thousand deep or in a hundred thousand parts is read to a limit, soon", () => {
    const deep = Array.from(
      { length: 1000 },
      (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\n\n--b${at}`,
    ).join("\n");
    const many = `Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(100_000)}`;
    soon(() => {
      expect(mimeOf(new TextEncoder().encode(deep)).cut).toBe(true);
      expect(mimeOf(new TextEncoder().encode(many)).cut).toBe(true);
      expect(mimeOf(new TextEncoder().encode(many)).parts.length).toBeLessThanOrEqual(200);
    });
  });

  test("with endless headers, words and addresses is read soon", () => {
    soon(() => {
      received(`From: ${"a".repeat(280_000)}\n\nx`);
      received(`From: a@example.com\nReferences: ${"<".repeat(300_000)}\n\nx`);
      received(`From: a@example.com\nSubject: ${"=?utf-8?q?".repeat(30_000)}\n\nx`);
      received(`From: a@example.com\nAuthentication-Results: ${"(".repeat(200_000)}\n\nx`);
      received(`From: a@example.com\nContent-Type: text/html\n\n${"<div>".repeat(60_000)}`);
      received(`From: a@example.com\nContent-Type: text/html\n\n${"<a href='".repeat(30_000)}`);
      addressesOf(`${'"'.repeat(5000)}<a@example.com>`);
    });
  });

  const strange: readonly (readonly [string, readonly string[]])[] = [
    ["Lea <lea@example.com>", ["lea@example.com"]],
    ["lea@example.com (Lea)", ["lea@example.com"]],
    ['"Martin, Léa" <LEA@example.com>, paul@example.com', ["lea@example.com", "paul@example.com"]],
    ["Équipe: lea@example.com, paul@example.com;", ["lea@example.com", "paul@example.com"]],
    ['"a@x.example.com"(c) .evil.example.com', []],
    ["<a@b@example.com>", []],
    ["lea@example.com\u0000", []],
    ["lea@localhost", []],
    ['<"a b"@example.com>', []],
    ["Paul <paul@example.com> <evil@example.net>", ["evil@example.net"]],
  ];
  test.each(strange)("From: %s", (value, expected) => {
    expect(addressesOf(value).map(({ address }) => address)).toEqual(expected);
  });

  test("has its words and file names decoded as they were meant", () => {
    expect(wordsOf("=?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9_cr=C3=A8me?=")).toBe("café crème");
    expect(wordsOf("=?ISO-8859-1?Q?=E9t=E9?= 2026")).toBe("été 2026");
    expect(
      parameterized("attachment; filename*0*=UTF-8''colis%20ab; filename*1*=%C3%AEm%C3%A9.png").parameters.get(
        "filename",
      ),
    ).toBe("colis abîmé.png");
    expect(parameterized('a/b; name="=?utf-8?B?w6l0w6kucGRm?="').parameters.get("name")).toBe("été.pdf");
  });

  test("shows agents nothing that runs or is loaded", () => {
    const html = safeHtml(
      `<p onclick="x()">Bonjour</p><img src=x onerror=alert(1)><script>x()</script><style>@import url(x)</style>
       <a href="javascript:x()">a</a><a href="https://example.com">b</a><iframe src="x"></iframe><form><input></form><svg onload=x()>`,
    );
    expect(html).not.toMatch(/onclick|onerror|onload|<img|<script|<style|javascript:|<iframe|<form|<input|<svg/i);
    expect(html).toContain('href="https://example.com"');
  });
});

describe("a mail of ours", () => {
  const send = { effectId: "eff_1", publicUrl: "", uploaded: {} };
  test("goes to one plain address or nowhere", () => {
    const to = (value: string) =>
      email.render({ type: "text", text: "x" }, { identities: [{ kind: "email", value }] }, account, send as never)
        .length;
    for (const value of [
      "a@example.com,b@example.com",
      '"a@x"(c) .evil.com',
      "a@example.com\r\nBcc: b@example.com",
      "a b@example.com",
      "@",
      "",
    ])
      expect([value, to(value)]).toEqual([value, 0]);
    expect(to("lea.martin+colis@example.com")).toBe(1);
  });

  test("never has a line break in its subject, and Re: once", () => {
    fc.assert(
      fc.property(fc.string(), (subject) => {
        expect(replySubject(subject)).not.toMatch(/[\r\n]/);
        expect(replySubject(replySubject(subject))).toBe(replySubject(subject));
      }),
    );
    for (const subject of [
      "Commande",
      "Re: Commande",
      "RE : Re: Commande",
      "TR: RE: Commande",
      "Fwd: Commande",
      "Re[2]: Commande",
    ])
      expect(replySubject(subject)).toBe("Re: Commande");
  });

  test("escapes what customers and owners wrote in its HTML", () => {
    const [call] = email.render(
      { type: "link", text: '<script>x()</script> *gras* & "guillemets"', label: "<b>", url: "javascript:x()" },
      recipientOf(email),
      account,
      send as never,
    );
    const html = call?.body.type === "mail" ? call.body.mail.html : "";
    expect(html).toContain("&lt;script&gt;");
    expect(html).toContain("<strong>gras</strong>");
    expect(html).not.toMatch(/<script|href="javascript/);
  });
});

test("a copy that came another way is the same mail; another mail under its id is not", () => {
  const head =
    "From: lea@example.com\nMessage-ID: <one@example.com>\nDate: Fri, 20 Nov 2026 10:59:50 +0100\nSubject: x";
  const key = (mail: string): string | undefined => received(mail).events[0]?.dedupeKey;
  const first = key(`${head}\n\nBonjour`);
  expect(key(`Received: from mx.example.net\nDelivered-To: other@boutique.example.com\n${head}\n\nBonjour`)).toBe(
    first,
  );
  expect(key(`${head}\n\nAutre chose`)).not.toBe(first);
  expect(key("From: lea@example.com\n\nBonjour")).not.toBe(key("From: lea@example.com\nDate: x\n\nBonjour"));
});

test("accounts of one mailbox know each other's addresses, not each other's mails", () => {
  const other: Account = {
    ...accountOf(email, { address: "ventes@boutique.example.com" }),
    id: "acc_2" as Account["id"],
  };
  const request = requestOf("", {}, "From: ventes@boutique.example.com\n\nBonjour");
  const mailbox = { accountId: account.id, arrivedAt: "2026-11-20T10:00:00.000Z", sizeBytes: 10 };
  const { events } = email.receive({ ...request, mailbox }, [account, other]);
  expect(events).toMatchObject([{ accountId: account.id, automatic: "own" }]);
});
