import { beforeEach, describe, expect, test } from "vitest";
import type { Failure } from "../../support/fake-twilio.ts";
import { eventually } from "../../support/relais.ts";
import { LEA, twilioHouse } from "../../support/twilio-house.ts";

const house = twilioHouse();
const { messages, open, say, told } = house;

/** What goes wrong on the way (F-7), and what must become of the message (C-6, C-7). */
const status = (httpStatus: number, more: { headers?: Record<string, string>; body?: string } = {}): Failure => ({
  type: "status",
  httpStatus,
  ...more,
});
const FAULTS: readonly {
  readonly name: string;
  readonly failure: Failure;
  /** The message in the end; `badge`: it may have been sent twice. */
  readonly becomes: "arrived" | "badge" | "failed";
  readonly code?: string;
}[] = [
  { name: "429 with Retry-After", failure: status(429, { headers: { "retry-after": "1" } }), becomes: "arrived" },
  { name: "code 20429", failure: { type: "code", code: 20429, httpStatus: 429 }, becomes: "arrived" },
  { name: "code 63018", failure: { type: "code", code: 63018, httpStatus: 400 }, becomes: "arrived" },
  { name: "503 with Retry-After", failure: status(503, { headers: { "retry-after": "1" } }), becomes: "arrived" },
  {
    name: "302 to somewhere else",
    failure: status(302, { headers: { location: "http://127.0.0.1:9/" } }),
    becomes: "arrived",
  },
  {
    name: "200 with an error",
    failure: status(200, { body: '{"code":63010,"message":"internal"}' }),
    becomes: "arrived",
  },
  { name: "500 without a body, not taken", failure: status(500), becomes: "badge" },
  { name: "502 from a gateway, not taken", failure: status(502, { body: "<html>" }), becomes: "badge" },
  { name: "200 with garbage, not taken", failure: status(200, { body: "{]" }), becomes: "badge" },
  {
    name: "200 with garbage, taken",
    failure: { type: "acceptThenSay", httpStatus: 200, body: "{]" },
    becomes: "arrived",
  },
  { name: "504, taken", failure: { type: "acceptThenSay", httpStatus: 504, body: "" }, becomes: "arrived" },
  { name: "reset after it was taken", failure: { type: "acceptThenReset" }, becomes: "arrived" },
  { name: "half an answer", failure: { type: "halfBody" }, becomes: "arrived" },
  { name: "slow", failure: { type: "slow", delayMs: 1500 }, becomes: "arrived" },
  { name: "an invalid number", failure: { type: "code", code: 21211 }, becomes: "failed", code: "21211" },
  { name: "a country that is not allowed", failure: { type: "code", code: 21408 }, becomes: "failed", code: "21408" },
  { name: "undelivered in the end", failure: { type: "undelivered", code: 30005 }, becomes: "failed", code: "30005" },
];

describe.each([
  ["text message", ""],
  ["WhatsApp", "whatsapp:"],
])("a provider that fails, by %s", (_, prefix) => {
  beforeEach(() => open());

  test("loses nothing, doubles nothing unmarked, keeps the order", async () => {
    const people = FAULTS.map((fault, index) => ({ ...fault, phone: `${prefix}+3363998${String(1000 + index)}` }));
    for (const { failure, phone } of people) {
      house.twilio.fail(failure, 1, phone);
      await say("Bonjour", phone);
      // Whoever fails five times in a row is rightly left alone for half a minute: somebody is always served between.
      const healthy = phone.replace("+3363998", "+3363997");
      await say("Bonjour", healthy);
      await eventually(() => expect(told(healthy)).toHaveLength(1));
    }
    const wanted = people.filter(({ becomes }) => becomes !== "failed");
    await eventually(() => expect(wanted.filter(({ phone }) => told(phone).length === 0)).toEqual([]), 30_000);
    for (const { phone } of wanted) await say("conseiller", phone);
    await eventually(() => {
      for (const { phone, name } of wanted) expect([name, told(phone).length]).toEqual([name, 2]);
    }, 30_000);
    for (const { phone, name } of wanted) {
      const [first, second] = told(phone);
      expect([name, first?.includes("bienvenue"), second?.includes("conseiller")]).toEqual([name, true, true]);
    }
    const items = [...(await messages()).items, ...(await messages("&status=failed")).items];
    const became = people.map(({ phone, name }) => {
      const greeting = items
        .filter(
          ({ direction, contact }) =>
            direction === "out" && contact.identities.some(({ value }) => phone.endsWith(value)),
        )
        .sort((one, other) => one.position - other.position)[0];
      const end = greeting?.maybeDuplicate ? "badge" : greeting?.status === "failed" ? "failed" : "arrived";
      return [name, end, greeting?.error?.providerCode];
    });
    expect(became).toEqual(FAULTS.map(({ name, becomes, code }) => [name, becomes, code]));
  }, 120_000);

  test("a token that is refused pauses the number: nothing fails, and it goes on when resumed", async () => {
    house.twilio.fail({ type: "code", code: 20003, httpStatus: 401 });
    const lea = `${prefix}${LEA}`;
    await say("Bonjour", lea);
    await eventually(async () => {
      const { items } = await house.relais.api<{ readonly items: readonly unknown[] }>("/api/outbox");
      expect(items).toMatchObject([{ state: "paused", error: { code: "accountInvalid", providerCode: "20003" } }]);
    });
    const { items } = await house.relais.api<{
      readonly items: readonly { readonly accounts: readonly { readonly id: string; readonly status: string }[] }[];
    }>("/api/channels");
    const paused = items.flatMap(({ accounts }) => accounts).find((one) => one.status === "authFailed");
    expect((await house.relais.post(`/api/accounts/${paused?.id}/resume`)).status).toBe(200);
    await eventually(() => expect(told(lea)).toHaveLength(1));
  });
});
