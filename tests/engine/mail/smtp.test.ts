import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channelOf } from "../../../channels/registry.ts";
import { systemClock } from "../../../engine/clock.ts";
import type { Account, Call, Settled } from "../../../engine/core/domain/channel.ts";
import { createDial } from "../../../engine/dial.ts";
import { createSmtp, type Smtp } from "../../../engine/mail/smtp.ts";
import { createTokens } from "../../../engine/mail/tokens.ts";
import type { Http } from "../../../engine/ports.ts";
import { makeCertificate, type TestCertificate } from "../../support/certificate.ts";
import { type FakeSmtp, type SmtpFault, startFakeSmtp } from "../../support/fake-smtp.ts";

const channel = channelOf("email");
let folder: string;
let certificate: TestCertificate;
let server: FakeSmtp;
let smtp: Smtp;
let effects = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "relais-smtp-"));
  certificate = makeCertificate(folder);
  server = await startFakeSmtp(certificate);
  smtp = createSmtp({
    dial: createDial({ allowed: ["localhost"] }),
    tokens: { token: async () => "token" },
    files: { read: async (path) => (path === "a".repeat(64) ? new TextEncoder().encode("%PDF-1.4") : null) },
    clock: systemClock,
    silenceMs: 1500,
  });
});
afterAll(async () => {
  smtp.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function account(more: object = {}): Account {
  const config = channel.account.parse({
    address: "contact@boutique.example.com",
    password: server.password,
    imapHost: "localhost",
    smtpHost: "localhost",
    smtpPort: server.port,
    certificate: certificate.cert,
    ...more,
  });
  return { id: "acc_1" as Account["id"], config };
}

/** Sends one text over real TLS and lets the channel say what came of it. */
async function send(
  more: object = {},
  text = "Bonjour",
): Promise<{ readonly settled: Settled | string; readonly call: Call }> {
  const [call] = channel.render(
    { type: "text", text },
    { identities: [{ kind: "email", value: "lea@example.com" }] },
    account(more),
    { effectId: `eff_${++effects}`, publicUrl: "", uploaded: {} } as never,
  );
  if (call?.body.type !== "mail") throw new Error("no mail");
  const outcome = await smtp.send(call.body.mail);
  return { settled: outcome.type === "answered" ? channel.settle(outcome.response, call) : outcome.type, call };
}

describe("a mail over SMTP", () => {
  test("logs in with access tokens: one is used until it is refused, then a new one is fetched", async () => {
    let fetched = 0;
    const body = (): Uint8Array =>
      new TextEncoder().encode(JSON.stringify({ access_token: `access-${++fetched}`, expires_in: 3600 }));
    const http: Http = {
      request: async () => ({ type: "response", status: 200, headers: {}, body: body(), truncated: false }),
    };
    const office = createSmtp({
      dial: createDial({ allowed: ["localhost"] }),
      tokens: createTokens(http, systemClock),
      files: { read: async () => null },
      clock: systemClock,
    });
    const oauth = {
      password: "",
      oauthTokenUrl: "https://login.example.com/token",
      oauthClientId: "c",
      oauthRefreshToken: "r",
    };
    const [, call] = channel.probe?.(account(oauth), {} as never) ?? [];
    if (call?.body.type !== "mailLogin") throw new Error("no login");
    server.setAccessToken("access-1");
    expect(await office.look(call.body.server)).toMatchObject({ response: { status: 250 } });
    expect(await office.look(call.body.server)).toMatchObject({ response: { status: 250 } });
    expect(fetched).toBe(1);
    server.setAccessToken("access-2");
    expect(await office.look(call.body.server)).toMatchObject({ response: { status: 250 } });
    expect(fetched).toBe(2);
    server.setAccessToken("nobody's");
    expect(await office.look(call.body.server)).toMatchObject({
      response: { status: 535, headers: { "x-command": expect.stringMatching(/^AUTH/) } },
    });
  });

  test("arrives as text and HTML under its own id", async () => {
    const { settled, call } = await send({}, "Bonjour *Léa*,\n.\nà bientôt");
    expect(settled).toMatchObject({ type: "sent", externalId: `eff_${effects}@boutique.example.com` });
    const mail = server.sent().at(-1);
    expect(mail?.messageId).toBe(`eff_${effects}@boutique.example.com`);
    expect(mail?.text).toBe("Bonjour Léa,\n.\nà bientôt");
    expect(mail?.raw).toContain("<strong>");
    expect(call.url).not.toContain(server.password);
  });

  test("several at once leave over few connections, each once", async () => {
    const before = server.sent().length;
    const all = await Promise.all(Array.from({ length: 12 }, () => send()));
    expect(all.every(({ settled }) => typeof settled === "object" && settled.type === "sent")).toBe(true);
    expect(
      new Set(
        server
          .sent()
          .slice(before)
          .map(({ messageId }) => messageId),
      ).size,
    ).toBe(12);
  });

  const faults: readonly (readonly [string, SmtpFault, object | string])[] = [
    [
      "unknown person",
      { at: "rcptTo", code: 550, text: "5.1.1 User unknown" },
      { code: "recipientUnreachable", providerCode: "550 5.1.1" },
    ],
    ["greylisting", { at: "rcptTo", code: 450, text: "4.7.1 Greylisted" }, { code: "rateLimited", scope: "recipient" }],
    [
      "sender not allowed",
      { at: "mailFrom", code: 550, text: "5.7.60 not allowed to send as this sender" },
      { code: "accountInvalid" },
    ],
    ["spam", { at: "data", code: 554, text: "5.7.1 rejected as spam" }, { code: "providerRejected" }],
    [
      "out of order for now",
      { at: "data", code: 451, text: "4.3.0 try again" },
      { code: "providerDown", providerCode: "451 4.3.0" },
    ],
    ["too fast", { at: "mailFrom", code: 421, text: "4.7.0 too many messages" }, { code: "rateLimited" }],
    ["cut after the mail, taken", { at: "afterData", taken: true }, "unknown"],
    ["cut after the mail, not taken", { at: "afterData", taken: false }, "unknown"],
    ["silence after the mail", { at: "hang" }, "unknown"],
  ];
  test.each(faults)("%s is told as what it is, and the next mail leaves", async (_, fault, expected) => {
    server.fail(fault);
    const { settled } = await send();
    if (typeof expected === "string") expect(settled).toBe(expected);
    else expect(settled).toMatchObject({ type: "failed", error: expected });
    expect((await send()).settled).toMatchObject({ type: "sent" });
  });

  test("a wrong password pauses the account, in the server's words", async () => {
    const { settled } = await send({ password: "wrong" });
    expect(settled).toMatchObject({
      type: "failed",
      error: { code: "accountInvalid", detail: expect.stringContaining("Username and Password not accepted") },
    });
  });

  test("a certificate that nobody vouches for is not spoken to", async () => {
    const before = server.sent().length;
    const { settled } = await send({ certificate: "" });
    expect(settled).toMatchObject({ type: "failed", error: { code: "accountInvalid", providerCode: "certificate" } });
    expect(server.sent()).toHaveLength(before);
  });

  test("STARTTLS is asked for, and a server without it is refused", async () => {
    const starttls = await startFakeSmtp(certificate, { starttls: true });
    const plain = await plainServer();
    try {
      expect((await send({ smtpPort: starttls.port, smtpSecurity: "starttls" })).settled).toMatchObject({
        type: "sent",
      });
      expect((await send({ smtpPort: plain.port, smtpSecurity: "starttls" })).settled).toMatchObject({
        type: "failed",
      });
      expect(plain.heard()).not.toMatch(/AUTH|MAIL FROM/i);
      const mismatch = await send({ smtpPort: starttls.port, smtpSecurity: "tls" });
      expect(mismatch.settled).toMatchObject({ type: "failed", error: { code: "providerDown", providerCode: "tls" } });
    } finally {
      await starttls.close();
      await plain.close();
    }
  });

  test("nobody there is no loss: it is tried again", async () => {
    expect((await send({ smtpPort: 1 })).settled).toMatchObject({ type: "failed", error: { code: "providerDown" } });
  });

  test("a private address from the API is not contacted", async () => {
    const guarded = createSmtp({
      dial: createDial({ allowed: [] }),
      tokens: { token: async () => "" },
      files: { read: async () => null },
      clock: systemClock,
    });
    for (const host of ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"]) {
      const [call] = channel.probe?.(account({ smtpHost: host, smtpPort: 465 }), {} as never).slice(1) ?? [];
      if (call?.body.type !== "mailLogin") throw new Error("no login");
      expect(await guarded.look(call.body.server)).toMatchObject({ response: { headers: { "x-failure": "blocked" } } });
    }
    const [odd] =
      channel.probe?.(account({ smtpHost: "smtp.example.com", smtpPort: 6379 }), {} as never).slice(1) ?? [];
    if (odd?.body.type !== "mailLogin") throw new Error("no login");
    expect(await guarded.look(odd.body.server)).toMatchObject({ response: { headers: { "x-failure": "blocked" } } });
  });

  test("a name that leads inside and outside is not contacted at all", async () => {
    const dial = createDial({
      allowed: [],
      resolve: (_, done) =>
        done(null, [
          { address: "93.184.216.34", family: 4 },
          { address: "127.0.0.1", family: 4 },
        ]),
    });
    await expect(dial("smtp.example.com", 465)).rejects.toThrow("not a public address");
  });
});

/** A mail server of another age: no encryption. */
function plainServer(): Promise<{ readonly port: number; heard(): string; close(): Promise<void> }> {
  let heard = "";
  const server: Server = createServer((socket) => {
    socket.write("220 old.example.com ESMTP\r\n");
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      for (const line of chunk.toString().split("\r\n").filter(Boolean))
        socket.write(/^EHLO/i.test(line) ? "250-old.example.com\r\n250 AUTH PLAIN\r\n" : "502 no\r\n");
    });
  });
  return new Promise((done) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done({
        port: address && typeof address === "object" ? address.port : 0,
        heard: () => heard,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    }),
  );
}
