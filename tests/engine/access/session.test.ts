import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../../engine/server/auth.ts";
import { totpCode } from "../../../engine/server/totp.ts";
import { type Browser, browserAt, firstOwner, OWNER } from "../../support/browser-session.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { ADMIN_TOKEN, startTestApp, type TestApp } from "../../support/test-app.ts";

const HOUR = 3_600_000;
let relais: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = fakeClock();
  relais = await startTestApp({ clock });
});
afterEach(() => relais.close());

const credentials = { email: OWNER.email, password: OWNER.password };
async function signIn(browser: Browser, body: object = credentials): Promise<Response> {
  return browser.ask("/api/session", { method: "POST", body });
}
async function link(kind: "setup" = "setup"): Promise<string> {
  const token = `${kind}`.padEnd(43, "x");
  const expiresAt = new Date(clock.now() + HOUR).toISOString();
  await relais.store.users.offerSetup(relais.workspaceId, { tokenHash: hashOf(token), expiresAt });
  return token;
}

describe("the first account", () => {
  test("is made once with the link, and is signed in", async () => {
    const token = await link();
    expect(await (await browserAt(relais).ask("/api/setup")).json()).toEqual({ needed: true });
    const browser = browserAt(relais);
    const made = await browser.ask("/api/setup", { method: "POST", body: { token, ...OWNER } });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({
      type: "user",
      user: { email: OWNER.email, grants: [{ roleId: "owner", accountId: null }] },
      workspace: { name: "Boulangerie" },
      language: "fr",
      permissions: expect.arrayContaining(["users.manage", "roles.manage", "conversations.view"]),
    });
    expect((await browser.ask("/api/conversations")).status).toBe(200);
    expect(await (await browser.ask("/api/setup")).json()).toEqual({ needed: false });
    const again = await browser.ask("/api/setup", {
      method: "POST",
      body: { token, ...OWNER, email: "b@example.com" },
    });
    expect(again.status).toBe(403);
  });

  test("is made once, however many come at the same moment", async () => {
    const token = await link();
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        browserAt(relais).ask("/api/setup", { method: "POST", body: { token, ...OWNER, email: `o${n}@example.com` } }),
      ),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toEqual([201]);
    expect(await relais.store.users.list(relais.workspaceId)).toHaveLength(1);
  });

  test.each([
    ["guessed", "g".repeat(43)],
    ["empty", ""],
    ["null", null],
    ["a list", ["setup".padEnd(43, "x")]],
    ["an object", { $ne: null }],
  ])("is not made with a key that is %s", async (_, token) => {
    await link();
    const answer = await browserAt(relais).ask("/api/setup", { method: "POST", body: { ...OWNER, token } });
    expect([400, 403]).toContain(answer.status);
    expect(await relais.store.users.isEmpty(relais.workspaceId)).toBe(true);
  });

  test("is not made with a link that is too old", async () => {
    const token = await link();
    clock.advance(2 * HOUR);
    const answer = await browserAt(relais).ask("/api/setup", { method: "POST", body: { token, ...OWNER } });
    expect(answer.status).toBe(403);
  });

  test("needs a password that is not too easy", async () => {
    const token = await link();
    for (const password of ["court", "aaaaaaaaaaaaaa", "lea@example.com"]) {
      const answer = await browserAt(relais).ask("/api/setup", { method: "POST", body: { token, ...OWNER, password } });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/^password/) });
    }
  });
});

describe("signing in", () => {
  test("gives a cookie that scripts and other sites cannot use", async () => {
    await firstOwner(relais);
    const answer = await signIn(browserAt(relais), { email: " LEA@Example.com ", password: OWNER.password });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^__Host-relais=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(JSON.stringify(await answer.json())).not.toContain("argon2");
  });

  test("makes a new key, whatever the browser came with", async () => {
    const first = await firstOwner(relais);
    const planted = browserAt(relais, first.cookie());
    await signIn(planted);
    expect(planted.cookie()).not.toBe(first.cookie());
    // The former session of this browser is over: nobody would see it any more.
    expect((await first.ask("/api/session")).status).toBe(401);
    const invented = browserAt(relais, `__Host-relais=${"a".repeat(43)}`);
    expect((await invented.ask("/api/session")).status).toBe(401);
  });

  test("says the same of an unknown address, a wrong password and somebody who was shut out", async () => {
    const owner = await firstOwner(relais);
    const other = await relais.store.users.invite(
      relais.workspaceId,
      { email: "b@example.com", name: "B", language: "fr", grants: [], overrides: [] },
      { tokenHash: hashOf("x"), expiresAt: new Date(clock.now() + HOUR).toISOString() },
      { type: "system", id: null, name: "", address: null },
    );
    expect(other).not.toBeNull();
    const answers = [];
    for (const body of [
      { email: "nobody@example.com", password: OWNER.password },
      { email: OWNER.email, password: "wrong wrong wrong" },
      { email: "b@example.com", password: "never chosen one" },
    ]) {
      const answer = await signIn(browserAt(relais), body);
      answers.push(`${answer.status} ${await answer.text()} ${answer.headers.get("set-cookie")}`);
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^401 /);
    expect((await owner.ask("/api/session")).status).toBe(200);
  });

  test("works the password of an unknown address as hard as that of a known one", async () => {
    const asked: (string | null)[] = [];
    const own = await startTestApp({
      clock,
      passwords: { hash: async () => "h", verify: async (_, hash) => asked.push(hash) < 0 },
    });
    await signIn(browserAt(own), { email: "nobody@example.com", password: "whatever it is" });
    expect(asked).toEqual([null]);
    await own.close();
  });

  test.each([
    { email: { $ne: null }, password: "x" },
    { email: [OWNER.email], password: OWNER.password },
    { email: OWNER.email, password: { $ne: null } },
    { email: OWNER.email, password: 1 },
    { email: OWNER.email, password: OWNER.password, role: "owner" },
    { email: OWNER.email },
    [[credentials]],
    "x",
    null,
  ])("takes texts and nothing else: %j", async (body) => {
    await firstOwner(relais);
    expect((await signIn(browserAt(relais), body as object)).status).toBe(400);
  });

  test("is slowed down after five wrong passwords, for this address and place only, and for a while", async () => {
    await firstOwner(relais);
    const wrong = { email: OWNER.email, password: "wrong wrong wrong" };
    for (let n = 0; n < 5; n++) expect((await signIn(browserAt(relais), wrong)).status).toBe(401);
    const slowed = await signIn(browserAt(relais), credentials);
    expect(slowed.status).toBe(429);
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(60);
    const unknown = { email: "nobody@example.com", password: "wrong wrong wrong" };
    const answers = [];
    for (let n = 0; n < 6; n++) answers.push((await signIn(browserAt(relais), unknown)).status);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
    clock.advance(15 * 60_000);
    expect((await signIn(browserAt(relais))).status).toBe(201);
  });

  test("does not count those who knew the password", async () => {
    await firstOwner(relais);
    for (let n = 0; n < 12; n++) expect((await signIn(browserAt(relais))).status).toBe(201);
  });

  test("from one place guesses thirty times at most, whatever the addresses", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 32; n++)
      statuses.push((await signIn(browserAt(relais), { email: `u${n}@example.com`, password: "guess guess" })).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual([429, 429]);
  });
});

describe("a session", () => {
  test("opens every route, the stream and files with the cookie alone", async () => {
    const browser = await firstOwner(relais);
    for (const path of ["/api/conversations", "/api/messages", "/api/channels", "/api/session"])
      expect(`${path} ${(await browser.ask(path)).status}`).toBe(`${path} 200`);
    const stream = await browser.ask("/api/events");
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    await stream.body?.cancel();
    expect((await browser.ask("/api/media/msg_nothing")).status).toBe(404);
  });

  test("ends when its person signs out, at once", async () => {
    const browser = await firstOwner(relais);
    const stolen = browserAt(relais, browser.cookie());
    expect((await stolen.ask("/api/session")).status).toBe(200);
    const out = await browser.ask("/api/session", { method: "DELETE" });
    expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await stolen.ask("/api/session")).status).toBe(401);
  });

  test("ends after twelve hours without use, and after thirty days of it", async () => {
    const idle = await firstOwner(relais);
    clock.advance(12 * HOUR + 1);
    expect((await idle.ask("/api/contacts")).status).toBe(401);
    const busy = browserAt(relais);
    await signIn(busy);
    for (let hours = 0; hours < 30 * 24; hours += 10) {
      expect(`${hours} ${(await busy.ask("/api/contacts")).status}`).toBe(`${hours} 200`);
      clock.advance(10 * HOUR);
    }
    expect((await busy.ask("/api/contacts")).status).toBe(401);
  });

  test("gets a new key every hour; the old one is good for a minute more", async () => {
    const browser = await firstOwner(relais);
    const first = browser.cookie();
    await browser.ask("/api/session");
    expect(browser.cookie()).toBe(first);
    clock.advance(HOUR + 1);
    await browser.ask("/api/session");
    expect(browser.cookie()).not.toBe(first);
    const old = browserAt(relais, first);
    expect((await old.ask("/api/contacts")).status).toBe(200);
    clock.advance(61_000);
    expect((await old.ask("/api/contacts")).status).toBe(401);
    expect((await browser.ask("/api/contacts")).status).toBe(200);
  });

  test("is nowhere in the database as it is in the browser", async () => {
    const browser = await firstOwner(relais);
    const key = browser.cookie()?.split("=")[1] ?? "";
    expect(key).toHaveLength(43);
    const found = await relais.store.sessions.find(relais.workspaceId, hashOf(key), HOUR);
    expect(found?.user.email).toBe(OWNER.email);
    expect(await relais.store.sessions.find(relais.workspaceId, key, HOUR)).toBeNull();
  });

  test("of another workspace is nobody's here", async () => {
    const browser = await firstOwner(relais);
    const neighbour = browserAt({ app: relais.neighbour() }, browser.cookie());
    expect((await neighbour.ask("/api/session")).status).toBe(401);
  });

  test("does not count in the address", async () => {
    const browser = await firstOwner(relais);
    const key = browser.cookie()?.split("=")[1];
    expect((await relais.ask(`/api/session?token=${key}`, { token: null })).status).toBe(401);
  });
});

describe("pages of other sites", () => {
  const unsafe = { method: "PUT", body: { name: "Eve" } };
  test.each([
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["from a neighbour of our domain", { "sec-fetch-site": "same-site" }],
    ["with another origin", { origin: "https://evil.example.com" }],
    ["with no origin that has a name", { origin: "null" }],
    ["that do not say", { "sec-fetch-site": "" }],
  ] as [string, Record<string, string>][])("%s change nothing with the cookie", async (_, headers) => {
    const browser = await firstOwner(relais);
    const { cookie } = { cookie: browser.cookie() ?? "" };
    const named: Record<string, string> = { cookie, "content-type": "application/json", ...headers };
    if (named["sec-fetch-site"] === "") delete named["sec-fetch-site"];
    const answer = await relais.app.hono.request("/api/session", {
      method: unsafe.method,
      body: JSON.stringify(unsafe.body),
      headers: named,
    });
    expect(answer.status).toBe(403);
    expect(await (await browser.ask("/api/session")).json()).toMatchObject({ name: OWNER.name });
  });

  test("cannot sign a browser in as somebody else", async () => {
    await firstOwner(relais);
    const answer = await relais.app.hono.request("/api/session", {
      method: "POST",
      body: JSON.stringify(credentials),
      headers: { "content-type": "application/json", origin: "https://evil.example.com" },
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("cannot smuggle JSON in a form", async () => {
    const browser = await firstOwner(relais);
    for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/json; charset=utf-7"]) {
      const answer = await browser.ask("/api/session", { ...unsafe, headers: { "content-type": type } });
      expect(answer.status).toBe(415);
    }
  });

  test("get no permission to read with the cookie", async () => {
    const browser = await firstOwner(relais);
    for (const origin of ["null", "https://evil.example.com"]) {
      const answer = await browser.ask("/api/contacts", { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    }
  });
});

test("one person holds fifty streams at most", async () => {
  const browser = await firstOwner(relais);
  const streams = await Promise.all(Array.from({ length: 51 }, () => browser.ask("/api/events")));
  expect(streams.filter(({ status }) => status === 503)).toHaveLength(1);
  for (const stream of streams) await stream.body?.cancel();
});

test("the token of the operator goes on working beside sessions", async () => {
  await firstOwner(relais);
  const who = await (await relais.ask("/api/session")).json();
  expect(who).toMatchObject({ type: "admin", user: null, session: null });
  const put = await relais.ask("/api/session", {
    method: "PUT",
    body: '{"name":"x"}',
    headers: { "content-type": "application/json" },
  });
  expect(put.status).toBe(409);
  expect(ADMIN_TOKEN.length).toBeGreaterThan(8);
});

test("codes of the clock are those of RFC 6238", () => {
  // Appendix B, SHA-1: the key is "12345678901234567890"; the last six digits.
  const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  expect([59, 1111111109, 20000000000].map((seconds) => totpCode(key, Math.floor(seconds / 30)))).toEqual([
    "287082",
    "081804",
    "353130",
  ]);
});
