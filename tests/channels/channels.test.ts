import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channels } from "../../channels/registry.ts";
import type { Call, CallResponse } from "../../engine/core/domain/channel.ts";
import type { MailThread } from "../../engine/core/domain/mail.ts";
import type { OutboundContent } from "../../engine/core/domain/message.ts";
import { expectGolden, goldenCases } from "../support/golden.ts";
import {
  accountOf,
  callOf,
  type GivenRequest,
  metaRequest,
  PUBLIC_URL,
  recipientOf,
  requestOf,
  signed,
} from "./accounts.ts";

interface RenderCase {
  readonly content: OutboundContent;
  readonly uploaded?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly repliesTo?: string;
  readonly author?: "bot" | "assistant" | "agent";
  readonly thread?: MailThread;
}
interface SettleCase {
  readonly purpose?: Call["purpose"];
  readonly response: CallResponse;
}

const folder = (type: string, part: string) => `${import.meta.dirname}/${type}/${part}`;
const send = { effectId: "eff_1", publicUrl: PUBLIC_URL, uploaded: {} };

describe.each(channels)("$type", (channel) => {
  const receives = goldenCases<GivenRequest>(folder(channel.type, "receive"));
  const renders = goldenCases<RenderCase>(folder(channel.type, "render"));
  const settles = goldenCases<SettleCase>(folder(channel.type, "settle"));

  test("has cases of what it receives, renders and settles", () => {
    expect(receives.length).toBeGreaterThan(0);
    expect(renders.length).toBeGreaterThan(0);
    expect(settles.length).toBeGreaterThan(0);
  });

  test.each(receives)("receives $name", (one) => {
    const { response, files, ...received } = channel.receive(signed(one.given), [accountOf(channel)]);
    const kept = files?.map(({ path, mimeType, content }) => ({ path, mimeType, sizeBytes: content.byteLength }));
    expectGolden(one, { ...received, ...(kept && kept.length > 0 ? { files: kept } : {}), status: response.status });
  });

  test.each(renders)("renders $name", (one) => {
    const { content, ...more } = one.given;
    expectGolden(one, channel.render(content, recipientOf(channel), accountOf(channel), { ...send, ...more }));
  });

  test.each(settles)("settles $name", (one) => {
    expectGolden(one, channel.settle(one.given.response, callOf(one.given.purpose ?? "send", channel)));
  });

  test("says nothing of an account's secrets in what it receives", () => {
    const account = accountOf(channel);
    for (const one of receives) {
      const said = JSON.stringify(channel.receive(signed(one.given), [account]));
      for (const secret of ["app-secret-for-tests", "test-auth-token", "token-for-tests"])
        expect(said).not.toContain(secret);
    }
  });

  test("never throws on a body that nobody signed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.dictionary(fc.string(), fc.string()), (body, headers) => {
        const { verdict, events } = channel.receive(requestOf("/webhook", headers, body), [accountOf(channel)]);
        expect([verdict, events]).toEqual(["forged", []]);
      }),
    );
  });
});

describe.each(channels.filter(({ type }) => type !== "web"))("$type over the wire", (channel) => {
  test("settles every status with every body", () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((error) => JSON.stringify({ error, messages: error })),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        bodies,
        fc.constantFrom("send", "upload", "typing"),
        (status, body, purpose) => {
          const settled = channel.settle({ status, headers: { "retry-after": body }, body }, callOf(purpose));
          expect(["sent", "uploaded", "done", "failed", "unknown"]).toContain(settled.type);
          if (settled.type === "sent") expect(settled.externalId).not.toBe("");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe.each(channels.filter(({ probe }) => probe))("$type tests its connection", (channel) => {
  const account = accountOf(channel);
  const context = {
    publicUrl: "https://relais.example.com",
    webhookUrl: channel.webhookPath ? `https://relais.example.com${channel.webhookPath}` : null,
    now: "2026-11-21T09:00:00.000Z",
  };
  const calls = channel.probe?.(account, context) ?? [];

  test("with at most eight calls that only read", () => {
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.length).toBeLessThanOrEqual(8);
    for (const call of calls)
      expect([call.purpose, call.method, call.body.type]).toEqual([
        "probe",
        "GET",
        call.via === "mail" ? "mailLogin" : "none",
      ]);
  });

  test("judges whatever comes back, without throwing and without a secret", () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ data: value, error: value })),
    );
    const response = fc.option(fc.record({ status: fc.integer({ min: 100, max: 599 }), body }), { nil: null });
    fc.assert(
      fc.property(fc.array(response, { minLength: calls.length, maxLength: calls.length }), (responses) => {
        const answers = calls.map((call, at) => {
          const given = responses[at];
          return { call, response: given ? { ...given, headers: {} } : null };
        });
        const findings = channel.judge?.(answers, account, context) ?? [];
        if (responses.some((one) => one !== null)) expect(findings.length).toBeGreaterThan(0);
        for (const { level, code, message, remedy } of findings) {
          expect(["ok", "warning", "error"]).toContain(level);
          expect(code).toMatch(/^[a-z][A-Za-z]+$/);
          for (const text of [message, ...(remedy ? [remedy] : [])])
            expect([text.fr.trim(), text.en.trim()]).not.toContain("");
        }
        const shown = JSON.stringify(findings);
        for (const secret of ["app-secret-for-tests", "test-auth-token", "token-for-tests"])
          expect(shown).not.toContain(secret);
      }),
    );
  });

  test("never finds fault-free what was never answered", () => {
    const silent = calls.map((call) => ({ call, response: null }));
    expect(channel.judge?.(silent, account, context).some(({ level }) => level === "ok")).toBe(false);
  });
});

test("whatsapp reads whatever its own app signs without throwing, and takes it", () => {
  const channel = channels.find(({ type }) => type === "whatsapp");
  if (!channel) throw new Error("no whatsapp");
  const names = [
    "text",
    "type",
    "id",
    "from",
    "timestamp",
    "interactive",
    "context",
    "system",
    "edit",
    "errors",
    "__proto__",
  ];
  const types = fc.constantFrom(
    "text",
    "image",
    "system",
    "order",
    "edit",
    "constructor",
    "request_welcome",
    "toString",
  );
  const message = fc
    .tuple(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), types)
    .map(([fields, type]) => ({ id: "wamid.1", from: "33639981234", timestamp: "1700000000", ...fields, type }));
  const value = fc.record({
    metadata: fc.oneof(fc.constant({ phone_number_id: "100200300" }), fc.jsonValue()),
    messages: fc.oneof(fc.array(message, { maxLength: 3 }), fc.jsonValue()),
    statuses: fc.oneof(fc.array(message, { maxLength: 3 }), fc.jsonValue()),
    errors: fc.jsonValue(),
  });
  const changes = fc.array(
    fc.record(
      {
        field: fc.constantFrom("messages", "account_update", "user_preferences"),
        value: fc.oneof(value, fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  );
  const delivery = fc.oneof(
    fc.string(),
    fc.json(),
    changes.map((list) =>
      JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "900800700", changes: list }] }),
    ),
  );
  fc.assert(
    fc.property(delivery, (body) => {
      expect(channel.receive(metaRequest(body), [accountOf(channel)]).response.status).toBe(200);
    }),
    { numRuns: 500 },
  );
});
