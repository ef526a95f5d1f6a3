import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channelOf } from "../../../channels/registry.ts";
import { systemClock } from "../../../engine/clock.ts";
import type { Account } from "../../../engine/core/domain/channel.ts";
import type { Http } from "../../../engine/ports.ts";
import { openPostOffice } from "../../../engine/post-office.ts";
import { startDovecot, type TestDovecot } from "../../support/dovecot.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fake-smtp.ts";
import { findDovecot } from "../../support/install-dovecot.ts";

const channel = channelOf("email");

describe.skipIf(!findDovecot())("testing a mailbox (dovecot)", () => {
  let dovecot: TestDovecot;
  let smtp: FakeSmtp;
  beforeAll(async () => {
    dovecot = await startDovecot();
    smtp = await startFakeSmtp(dovecot.certificate);
  });
  afterAll(async () => {
    await smtp.close();
    await dovecot.stop();
  });

  const asked: { readonly url: string; readonly body: string }[] = [];
  const http: Http = {
    async request({ url, body }) {
      asked.push({ url, body: String(body) });
      return {
        type: "response",
        status: 400,
        headers: {},
        body: new TextEncoder().encode('{"error":"invalid_grant"}'),
        truncated: false,
      };
    },
  };

  async function findings(more: object): Promise<readonly (readonly [string, string])[]> {
    const config = channel.account.parse({
      address: "contact@boutique.example.com",
      password: dovecot.password,
      imapHost: "localhost",
      imapPort: dovecot.imapsPort,
      smtpHost: "localhost",
      smtpPort: smtp.port,
      certificate: dovecot.certificate.cert,
      ...more,
    });
    const account: Account = { id: "acc_1" as Account["id"], config };
    const office = openPostOffice({
      http,
      files: { read: async () => null } as never,
      clock: systemClock,
      allowed: ["localhost"],
    });
    const perform = office.perform(async () => ({ type: "notSent", detail: "not a mail" }));
    const context = { publicUrl: "", webhookUrl: null, now: new Date().toISOString() };
    const answers = await Promise.all(
      (channel.probe?.(account, context) ?? []).map(async (call) => {
        const outcome = await perform(call, "");
        return { call, response: outcome.type === "answered" ? outcome.response : null };
      }),
    );
    const found = channel.judge?.(answers, account, context) ?? [];
    for (const { message, remedy, level } of found) {
      expect(message.fr).not.toBe(message.en);
      if (level === "error") expect(remedy?.fr).toMatch(/\S/);
      expect(JSON.stringify({ message, remedy })).not.toContain(dovecot.password);
    }
    return found.map(({ level, code }) => [level, code] as const);
  }

  const cases: readonly (readonly [string, () => object, readonly (readonly [string, string])[]])[] = [
    [
      "all is well",
      () => ({}),
      [
        ["ok", "imapReady"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "STARTTLS",
      () => ({ imapPort: dovecot.imapPort, imapSecurity: "starttls" }),
      [
        ["ok", "imapReady"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "a wrong password",
      () => ({ password: "wrong" }),
      [
        ["error", "imapLogin"],
        ["error", "smtpLogin"],
      ],
    ],
    [
      "a wrong password for sending",
      () => ({ smtpPassword: "wrong" }),
      [
        ["error", "smtpLogin"],
        ["ok", "imapReady"],
      ],
    ],
    [
      "no such folder",
      () => ({ folder: "Nulle part" }),
      [
        ["error", "imapFolder"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "an unknown certificate",
      () => ({ certificate: "" }),
      [
        ["error", "imapCertificate"],
        ["error", "smtpCertificate"],
      ],
    ],
    [
      "TLS to the port of STARTTLS",
      () => ({ imapPort: dovecot.imapPort }),
      [
        ["error", "imapTls"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "nobody on the port",
      () => ({ imapPort: 9 }),
      [
        ["error", "imapUnreachable"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "no such server",
      () => ({ imapHost: "imap.invalid", imapPort: 993 }),
      [
        ["error", "imapDns"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "an inside address",
      () => ({ imapHost: "127.0.0.1", imapPort: 993 }),
      [
        ["error", "imapBlocked"],
        ["ok", "smtpReady"],
      ],
    ],
    [
      "a refresh token that is over",
      () => ({
        oauthTokenUrl: "https://login.example.com/token",
        oauthClientId: "client",
        oauthRefreshToken: "refresh-canary",
      }),
      [
        ["error", "imapToken"],
        ["error", "smtpToken"],
      ],
    ],
  ];
  test.each(cases)("%s", async (_, more, expected) => {
    expect(await findings(more())).toEqual(expected);
  });

  test("tokens are asked for where the account says, with its refresh token", () => {
    expect(asked[0]?.url).toBe("https://login.example.com/token");
    expect(new URLSearchParams(asked[0]?.body).get("refresh_token")).toBe("refresh-canary");
  });
});
