import type { Failure } from "../support/provider-failure.ts";
import type { Talk } from "./customers.ts";
import { type House, openHouse } from "./house.ts";
import { pause } from "./kills.ts";
import { ask } from "./machine.ts";
import { resultOf } from "./result.ts";
import { openRows, type Rows } from "./rows.ts";
import type { Scenario } from "./scenario.ts";

/** What Meta, or something on the way to it, does to one message, and what must become of it (C-6, C-7). */
interface Profile {
  readonly name: string;
  readonly failure: Failure;
  /** How the first attempt ends. `done`: nothing was wrong. */
  readonly first: "done" | "retry" | "unknown" | "failed" | "pauseAccount";
  /** How often the provider has the message in the end. */
  readonly arrives: 0 | 1;
  /** Sent again without knowing: it carries the badge. */
  readonly badge: boolean;
  /** Half a minute: not in the short form. */
  readonly isSlow?: boolean;
}

const status = (httpStatus: number, more: { headers?: Record<string, string>; body?: string } = {}): Failure => ({
  type: "status",
  httpStatus,
  ...more,
});
const retried = (name: string, failure: Failure): Profile => ({
  name,
  failure,
  first: "retry",
  arrives: 1,
  badge: false,
});
/** Not taken, and nobody can tell: once more after the wait, with a badge. */
const unsure = (name: string, failure: Failure): Profile => ({
  name,
  failure,
  first: "unknown",
  arrives: 1,
  badge: true,
});
/** Taken, and the answer got lost: the report names our id. */
const proven = (name: string, failure: Failure): Profile => ({
  name,
  failure,
  first: "unknown",
  arrives: 1,
  badge: false,
});

export const PROFILES: readonly Profile[] = [
  retried("429 with Retry-After", status(429, { headers: { "retry-after": "1" } })),
  retried("code 130429 as HTTP 400", { type: "code", code: 130429, httpStatus: 400 }),
  retried("code 131016 as HTTP 500", { type: "code", code: 131016, httpStatus: 500 }),
  retried("code 2 as HTTP 503", { type: "code", code: 2, httpStatus: 503 }),
  retried("503 with Retry-After", status(503, { headers: { "retry-after": "1" } })),
  retried("302 to somewhere else", status(302, { headers: { location: "http://127.0.0.1:9/" } })),
  retried(
    "200 with an error",
    status(200, { body: JSON.stringify({ error: { code: 131000, message: "(#131000)" } }) }),
  ),
  unsure("500 without a body", status(500)),
  unsure("502 from a gateway", status(502, { body: "<html>Bad Gateway</html>" })),
  unsure("503 without Retry-After", status(503)),
  unsure("504", status(504)),
  unsure("200 with garbage, not taken", status(200, { body: "<html>" })),
  proven("200 with garbage, taken", { type: "acceptThenSay", httpStatus: 200, body: "{]" }),
  proven("200 without an id, taken", { type: "acceptThenSay", httpStatus: 200, body: "{}" }),
  proven("502, taken", { type: "acceptThenSay", httpStatus: 502, body: "" }),
  proven("reset after it was taken", { type: "acceptThenReset" }),
  proven("half an answer", { type: "halfBody" }),
  { name: "slow, 3 s", failure: { type: "slow", delayMs: 3000 }, first: "done", arrives: 1, badge: false },
  {
    name: "slow, 29 s",
    failure: { type: "slow", delayMs: 29_000 },
    first: "done",
    arrives: 1,
    badge: false,
    isSlow: true,
  },
  { ...unsure("black hole", { type: "blackHole" }), isSlow: true },
  { name: "code 131026", failure: { type: "code", code: 131026 }, first: "failed", arrives: 0, badge: false },
  // Last: it stops the number until somebody acts.
  {
    name: "code 190 as HTTP 401",
    failure: { type: "code", code: 190, httpStatus: 401 },
    first: "pauseAccount",
    arrives: 1,
    badge: false,
  },
];

/** Every profile, once each or `kills` times, with a message that passes after each. */
export const provider: Scenario = async (setting) => {
  const profiles = PROFILES.filter(({ isSlow }) => !setting.isShort || !isSlow);
  const house = await openHouse({ seed: setting.seed, env: { UNKNOWN_WAIT_MS: "3000" }, talks: { order: 1 } });
  const wrong: string[] = [];
  try {
    const [machine] = house.machines;
    if (!machine) throw new Error("a house without a machine");
    await machine.start();
    const rounds = setting.isShort ? 1 : 5;
    let sent = 0;
    for (let round = 0; round < rounds && !setting.stopping(); round++) {
      const hit: { readonly profile: Profile; readonly talk: Talk }[] = [];
      for (const profile of profiles) {
        const talk = greet(house);
        // For this talk alone: another's second attempt may go out at the same moment.
        house.graph.fail(profile.failure, 1, talk.contact);
        hit.push({ profile, talk });
        for (let tries = 0; house.graph.failuresLeft() > 0 && tries < 2000; tries++) await pause(10);
        if (house.graph.failuresLeft() > 0) wrong.push(`${profile.name}: nothing was sent`);
        await pause(150);
        if (profile.first === "pauseAccount") await resumeAccount(machine.url);
        // Five failures in a row would rightly stop all calls for half a minute.
        const healthy = greet(house);
        for (let tries = 0; healthy.heard.length === 0 && tries < 500; tries++) await pause(10);
        setting.progress(`provider: ${profile.name}`);
      }
      const until = Date.now() + 60_000;
      const rows = await openRows(house.databaseUrl);
      for (const { profile, talk } of hit) {
        while (talk.heard.length < profile.arrives && Date.now() < until) await pause(50);
      }
      await pause(1000);
      for (const { profile, talk } of hit) wrong.push(...(await becameOf(house, rows, profile, talk)));
      await rows.close();
      sent += hit.length;
    }
    await machine.stop();
    return [resultOf(`provider (${profiles.length} profiles)`, 0, [], { acked: house.meta.acked.size, sent }, wrong)];
  } finally {
    await house.close();
  }
};

/** Somebody says good day, and is content with the first answer. */
function greet(house: House): Talk {
  const talk = house.customers.begin("greeting");
  if (!talk) throw new Error("there are no numbers left");
  return talk;
}

async function resumeAccount(url: string): Promise<void> {
  const { items } = await ask<{
    readonly items: readonly { readonly type: string; readonly accounts: readonly { readonly id: string }[] }[];
  }>(url, "/api/channels");
  const id = items.find(({ type }) => type === "whatsapp")?.accounts[0]?.id;
  await ask(url, `/api/accounts/${id}/resume`, {});
}

async function becameOf(house: House, rows: Rows, profile: Profile, talk: Talk): Promise<readonly string[]> {
  const [message] = await rows.all<{ readonly id: string; readonly status: string; readonly maybe: number }>(
    `SELECT m.id AS id, m.status AS status, m.maybe_duplicate AS maybe FROM messages m
     JOIN contacts c ON c.workspace_id = m.workspace_id AND c.id = m.contact_id
     WHERE m.direction = 'out' AND c.phone = '${talk.contact}' ORDER BY m.position LIMIT 1`,
  );
  if (!message) return [`${profile.name}: there is no message`];
  const effect = `eff_${message.id.slice("msg_".length)}`;
  const [attempt] = await rows.all<{ readonly outcome: string }>(
    `SELECT outcome FROM attempts WHERE effect_id = '${effect}' AND n = 1`,
  );
  // What arrived at the first try needs no record of its tries. A report turns the unknown into evidence.
  const first = attempt?.outcome ?? "done";
  const arrived = house.graph.sent().filter(({ evidence }) => evidence === effect).length;
  const expected = profile.first === "unknown" && !profile.badge ? ["unknown", "evidence", "done"] : [profile.first];
  const wrong: string[] = [];
  if (!expected.includes(first)) wrong.push(`${profile.name}: the first attempt ended as ${first}`);
  if (arrived !== profile.arrives) wrong.push(`${profile.name}: it arrived ${arrived} times`);
  if ((message.maybe === 1) !== profile.badge) wrong.push(`${profile.name}: ${profile.badge ? "no badge" : "a badge"}`);
  const status = profile.arrives === 0 ? ["failed"] : ["sent", "delivered", "read"];
  if (!status.includes(message.status)) wrong.push(`${profile.name}: the message is ${message.status}`);
  return wrong;
}
