import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { totpCode } from "../../../engine/server/totp.ts";
import { type Browser, browserAt, firstOwner, keyIn, member, OWNER } from "../../support/browser-session.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { startTestApp, type TestApp } from "../../support/test-app.ts";

const HOUR = 3_600_000;
let relais: TestApp;
let clock: FakeClock;
let owner: Browser;

beforeEach(async () => {
  clock = fakeClock();
  relais = await startTestApp({ clock });
  owner = await firstOwner(relais);
});
afterEach(() => relais.close());

const everywhere = (roleId: string) => ({ roleId, accountId: null });
async function json<T>(answer: Response | Promise<Response>, status = 200): Promise<T> {
  const got = await answer;
  const text = await got.text();
  expect(`${got.status} ${text.slice(0, 200)}`).toMatch(new RegExp(`^${status} `));
  return JSON.parse(text) as T;
}
const post = (browser: Browser, path: string, body: unknown = {}) => browser.ask(path, { method: "POST", body });
const put = (browser: Browser, path: string, body: unknown) => browser.ask(path, { method: "PUT", body });
const remove = (browser: Browser, path: string, body?: unknown) => browser.ask(path, { method: "DELETE", body });
const ownerId = async () => (await json<{ user: { id: string } }>(owner.ask("/api/session"))).user.id;
const record = async (query = "") =>
  (
    await json<{ items: { action: string; target: string; actor: { name: string }; facts: object }[] }>(
      owner.ask(`/api/audit${query}`),
    )
  ).items;

describe("an invitation", () => {
  const invite = (body: object = {}) =>
    post(owner, "/api/users", { email: "noe@example.com", name: "Noé", grants: [everywhere("agent")], ...body });

  test("is shown once, greets, lets in once, and signs in", async () => {
    const { user, link } = await json<{ user: { id: string; status: string }; link: { url: string } }>(invite(), 201);
    expect(user.status).toBe("invited");
    expect(link.url).toMatch(/^https:\/\/relais\.example\.com\/invitation#[A-Za-z0-9_-]{43}$/);
    const token = keyIn(link.url);
    const browser = browserAt(relais);
    expect(await json(post(browser, "/api/link", { token, kind: "invitation" }))).toEqual({
      email: "noe@example.com",
      name: "Noé",
      language: "fr",
    });
    expect((await post(browser, "/api/link", { token, kind: "password" })).status).toBe(403);
    expect((await post(browser, "/api/invitation", { token, password: "court" })).status).toBe(422);
    const joined = await json<{ user: { status: string } }>(
      post(browser, "/api/invitation", { token, name: "Noé Petit", password: OWNER.password }),
      201,
    );
    expect(joined.user).toMatchObject({ status: "active", name: "Noé Petit" });
    expect((await browser.ask("/api/conversations")).status).toBe(200);
    expect((await post(browserAt(relais), "/api/invitation", { token, password: OWNER.password })).status).toBe(403);
    expect(JSON.stringify(await json(owner.ask("/api/users")))).not.toContain(token);
  });

  test("is good for seven days, and until there is a newer one", async () => {
    const { user, link } = await json<{ user: { id: string }; link: { url: string } }>(invite(), 201);
    const again = await json<{ url: string }>(post(owner, `/api/users/${user.id}/link`));
    expect((await post(browserAt(relais), "/api/link", { token: keyIn(link.url), kind: "invitation" })).status).toBe(
      403,
    );
    clock.advance(7 * 24 * HOUR);
    const late = { token: keyIn(again.url), password: OWNER.password };
    expect((await post(browserAt(relais), "/api/invitation", late)).status).toBe(403);
  });

  test("names roles and accounts that are there, and an address that is free", async () => {
    expect((await invite({ grants: [everywhere("emperor")] })).status).toBe(422);
    expect((await invite({ grants: [{ roleId: "agent", accountId: "acc_nobody" }] })).status).toBe(422);
    const odd = [{ permission: "users.manage", accountId: relais.accountIds[0], effect: "allow" }];
    expect((await invite({ overrides: odd })).status).toBe(422);
    expect((await invite({ email: "LEA@example.com" })).status).toBe(409);
    expect((await invite({ id: "usr_1", status: "active" })).status).toBe(400);
  });
});

describe("rights", () => {
  test("take hold at once, and so does losing them", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    expect((await agent.ask("/api/users")).status).toBe(403);
    await json(put(owner, `/api/users/${agent.id}`, { grants: [everywhere("manager")] }));
    expect((await agent.ask("/api/users")).status).toBe(200);
    await json(put(owner, `/api/users/${agent.id}`, { overrides: [{ permission: "users.manage", effect: "deny" }] }));
    expect((await agent.ask("/api/users")).status).toBe(403);
    await json(put(owner, `/api/users/${agent.id}`, { status: "disabled" }));
    expect((await agent.ask("/api/session")).status).toBe(401);
    await json(put(owner, `/api/users/${agent.id}`, { status: "active" }));
    expect(
      (await post(browserAt(relais), "/api/session", { email: "a@example.com", password: OWNER.password })).status,
    ).toBe(201);
  });

  test("a new key comes with new rights", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    const before = agent.cookie();
    await agent.ask("/api/session");
    expect(agent.cookie()).toBe(before);
    clock.advance(1000);
    await json(put(owner, `/api/users/${agent.id}`, { grants: [everywhere("manager")] }));
    await agent.ask("/api/session");
    expect(agent.cookie()).not.toBe(before);
  });

  test("nobody gives what they do not have, takes it from others, or gets at it by a link", async () => {
    const manager = await member(relais, owner, { email: "m@example.com", grants: [everywhere("manager")] });
    const lea = await ownerId();
    const own = { permission: "roles.manage", effect: "allow" };
    for (const [name, answer] of Object.entries({
      "an owner made": post(manager, "/api/users", {
        email: "x@example.com",
        name: "X",
        grants: [everywhere("owner")],
      }),
      "an exception made": post(manager, "/api/users", {
        email: "x@example.com",
        name: "X",
        grants: [],
        overrides: [own],
      }),
      "oneself promoted": put(manager, `/api/users/${manager.id}`, { grants: [everywhere("owner")] }),
      "oneself excepted": put(manager, `/api/users/${manager.id}`, { overrides: [own] }),
      "the owner demoted": put(manager, `/api/users/${lea}`, { grants: [everywhere("viewer")] }),
      "the owner renamed": put(manager, `/api/users/${lea}`, { name: "Nobody" }),
      "the owner shut out": put(manager, `/api/users/${lea}`, { status: "disabled" }),
      "the owner removed": remove(manager, `/api/users/${lea}`),
      "the owner's password": post(manager, `/api/users/${lea}/link`),
      "the owner signed out": remove(manager, `/api/users/${lea}/sessions`),
      "the owner's second factor": remove(manager, `/api/users/${lea}/two-factor`),
      "a role made": post(manager, "/api/roles", { name: "R", permissions: ["users.manage"] }),
    }))
      expect(`${name} ${(await answer).status}`).toBe(`${name} 403`);
    expect(await ownerId()).toBe(lea);
  });

  test("at an account that is gone by now do not stand in the way", async () => {
    const accountId = relais.accountIds[1];
    const agent = await member(relais, owner, { email: "a@example.com", grants: [{ roleId: "agent", accountId }] });
    await json(remove(owner, `/api/accounts/${accountId}`));
    await json(put(owner, `/api/users/${agent.id}`, { name: "Nouveau nom" }));
    expect((await put(owner, `/api/users/${agent.id}`, { grants: [{ roleId: "agent", accountId }] })).status).toBe(422);
    expect((await agent.ask("/api/conversations")).status).toBe(403);
  });

  test("there is always an owner, and nobody shuts themselves out", async () => {
    const lea = await ownerId();
    expect((await put(owner, `/api/users/${lea}`, { grants: [everywhere("manager")] })).status).toBe(409);
    expect((await put(owner, `/api/users/${lea}`, { status: "disabled" })).status).toBe(409);
    expect((await remove(owner, `/api/users/${lea}`)).status).toBe(409);
    const second = await member(relais, owner, { email: "b@example.com", grants: [everywhere("owner")] });
    const [one, two] = await Promise.all([
      put(owner, `/api/users/${second.id}`, { grants: [everywhere("viewer")] }),
      put(second, `/api/users/${lea}`, { grants: [everywhere("viewer")] }),
    ]);
    expect([one.status, two.status].filter((status) => status === 200).length).toBe(1);
    const owners = (await relais.store.users.list(relais.workspaceId)).filter(({ grants }) =>
      grants.some(({ roleId }) => roleId === "owner"),
    );
    expect(owners).toHaveLength(1);
  });

  test("whoever was removed is gone with their sessions, tokens and links", async () => {
    const manager = await member(relais, owner, {
      email: "m@example.com",
      grants: [everywhere("manager")],
      overrides: [{ permission: "settings.manage", effect: "allow" }],
    });
    const { token } = await json<{ token: string }>(
      post(manager, "/api/tokens", { name: "t", permissions: ["conversations.view"] }),
      201,
    );
    const { url } = await json<{ url: string }>(post(owner, `/api/users/${manager.id}/link`));
    expect((await relais.ask("/api/conversations", { token })).status).toBe(200);
    await json(remove(owner, `/api/users/${manager.id}`));
    expect((await relais.ask("/api/conversations", { token })).status).toBe(401);
    expect((await manager.ask("/api/session")).status).toBe(401);
    const late = { token: keyIn(url), password: OWNER.password };
    expect((await post(browserAt(relais), "/api/password", late)).status).toBe(403);
  });
});

describe("roles", () => {
  test("of the workspace give what they say, until they say otherwise", async () => {
    const made = await json<{ id: string }>(
      post(owner, "/api/roles", { name: "Caisse", permissions: ["catalogue.edit", "conversations.view"] }),
      201,
    );
    const clerk = await member(relais, owner, { email: "c@example.com", grants: [everywhere(made.id)] });
    expect((await clerk.ask("/api/conversations")).status).toBe(200);
    expect((await clerk.ask("/api/messages")).status).toBe(403);
    await json(put(owner, `/api/roles/${made.id}`, { name: "Caisse", permissions: ["messages.view"] }));
    expect((await clerk.ask("/api/conversations")).status).toBe(403);
    expect((await clerk.ask("/api/messages")).status).toBe(200);
    expect((await remove(owner, `/api/roles/${made.id}`)).status).toBe(409);
    expect((await post(owner, "/api/roles", { name: "Caisse", permissions: [] })).status).toBe(409);
    await json(remove(owner, `/api/users/${clerk.id}`));
    await json(remove(owner, `/api/roles/${made.id}`));
    const { items } = await json<{ items: { id: string; isShipped: boolean }[] }>(owner.ask("/api/roles"));
    expect(items.map(({ id }) => id)).toEqual(["owner", "manager", "agent", "viewer"]);
  });

  test("that come with the product stay as they are", async () => {
    expect((await put(owner, "/api/roles/viewer", { name: "V", permissions: ["users.manage"] })).status).toBe(404);
    expect((await remove(owner, "/api/roles/viewer")).status).toBe(404);
  });

  test("cannot be made wider than who makes them", async () => {
    const made = await json<{ id: string }>(
      post(owner, "/api/roles", { name: "Rôles", permissions: ["roles.manage"] }),
      201,
    );
    const keeper = await member(relais, owner, { email: "k@example.com", grants: [everywhere(made.id)] });
    expect((await post(keeper, "/api/roles", { name: "X", permissions: ["users.manage"] })).status).toBe(403);
    const wider = { name: "Rôles", permissions: ["roles.manage", "users.manage"] };
    expect((await put(keeper, `/api/roles/${made.id}`, wider)).status).toBe(403);
    expect((await post(keeper, "/api/roles", { name: "Y", permissions: ["roles.manage"] })).status).toBe(201);
  });
});

describe("API tokens", () => {
  const make = (body: object = {}) =>
    post(owner, "/api/tokens", { name: "caisse", permissions: ["contacts.view"], ...body });

  test("are shown once, do what they may and nothing else, until they are revoked", async () => {
    const made = await json<{ id: string; token: string; hint: string; expiresAt: string }>(make(), 201);
    expect(made.token).toMatch(/^rly_[A-Za-z0-9_-]{43}$/);
    expect(made.token.startsWith(made.hint)).toBe(true);
    expect((await relais.ask("/api/contacts", { token: made.token })).status).toBe(200);
    for (const path of ["/api/conversations", "/api/users", "/api/tokens"])
      expect((await relais.ask(path, { token: made.token })).status).toBe(403);
    const listed = await json<{ items: { lastUsedAt: string }[] }>(owner.ask("/api/tokens"));
    expect(listed.items).toMatchObject([{ name: "caisse", lastUsedAt: expect.any(String) }]);
    expect(JSON.stringify(listed)).not.toContain(made.token.slice(12));
    await json(remove(owner, `/api/tokens/${made.id}`));
    expect((await relais.ask("/api/contacts", { token: made.token })).status).toBe(401);
  });

  test("end by themselves", async () => {
    const { token } = await json<{ token: string }>(make({ expiresInDays: 1 }), 201);
    clock.advance(24 * HOUR + 3001);
    expect((await relais.ask("/api/contacts", { token })).status).toBe(401);
  });

  test("may never more than whoever made them may now", async () => {
    const manager = await member(relais, owner, {
      email: "m@example.com",
      grants: [everywhere("manager")],
      overrides: [{ permission: "settings.manage", effect: "allow" }],
    });
    const wide = { name: "t", permissions: ["roles.manage"] };
    expect((await post(manager, "/api/tokens", wide)).status).toBe(403);
    const { token } = await json<{ token: string }>(
      post(manager, "/api/tokens", { name: "t", permissions: ["contacts.view", "settings.manage"] }),
      201,
    );
    const child = await relais.ask("/api/tokens", {
      method: "POST",
      token,
      body: JSON.stringify({ name: "child", permissions: ["contacts.view"] }),
      headers: { "content-type": "application/json" },
    });
    const grandchild = ((await child.json()) as { token: string }).token;
    expect((await relais.ask("/api/contacts", { token: grandchild })).status).toBe(200);
    await json(put(owner, `/api/users/${manager.id}`, { grants: [], overrides: [] }));
    for (const one of [token, grandchild]) expect((await relais.ask("/api/contacts", { token: one })).status).toBe(403);
    await json(put(owner, `/api/users/${manager.id}`, { status: "disabled" }));
    for (const one of [token, grandchild]) expect((await relais.ask("/api/contacts", { token: one })).status).toBe(401);
  });

  test("have no password, no browser and no second factor", async () => {
    const { token } = await json<{ token: string }>(make(), 201);
    for (const [method, path, body] of [
      ["GET", "/api/sessions", null],
      ["DELETE", "/api/sessions", null],
      ["PUT", "/api/password", { current: OWNER.password, next: "another password" }],
      ["POST", "/api/two-factor/key", {}],
    ] as const) {
      const answer = await relais.ask(path, {
        method,
        token,
        ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
      });
      expect(`${path} ${answer.status}`).toBe(`${path} 409`);
    }
  });
});

describe("passwords", () => {
  const NEXT = "une autre phrase longue";

  test("are changed knowing the old one; every other browser is signed out", async () => {
    const other = browserAt(relais);
    await json(post(other, "/api/session", { email: OWNER.email, password: OWNER.password }), 201);
    expect((await put(owner, "/api/password", { current: "not the password", next: NEXT })).status).toBe(422);
    await json(put(owner, "/api/password", { current: OWNER.password, next: NEXT }));
    expect((await owner.ask("/api/session")).status).toBe(200);
    expect((await other.ask("/api/session")).status).toBe(401);
    expect((await post(other, "/api/session", { email: OWNER.email, password: OWNER.password })).status).toBe(401);
    expect((await post(other, "/api/session", { email: OWNER.email, password: NEXT })).status).toBe(201);
  });

  test("cannot be guessed by whoever sits at an open browser", async () => {
    for (let n = 0; n < 5; n++) await put(owner, "/api/password", { current: `guess number ${n}`, next: NEXT });
    expect((await put(owner, "/api/password", { current: OWNER.password, next: NEXT })).status).toBe(429);
  });

  test("are chosen anew with a link that is good once, for an hour, for its person only, and signs out everywhere", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    const { url } = await json<{ url: string }>(post(owner, `/api/users/${agent.id}/link`));
    expect(url).toMatch(/^https:\/\/relais\.example\.com\/password#/);
    const body = { token: keyIn(url), password: NEXT };
    expect((await post(browserAt(relais), "/api/invitation", body)).status).toBe(403);
    await json(post(browserAt(relais), "/api/password", body));
    expect((await post(browserAt(relais), "/api/password", body)).status).toBe(403);
    expect((await agent.ask("/api/session")).status).toBe(401);
    expect((await owner.ask("/api/session")).status).toBe(200);
    const late = await json<{ url: string }>(post(owner, `/api/users/${agent.id}/link`));
    clock.advance(HOUR);
    const tooLate = { token: keyIn(late.url), password: NEXT };
    expect((await post(browserAt(relais), "/api/password", tooLate)).status).toBe(403);
  });

  test.each([null, "", [], ["x"], { $ne: null }, 0, "x".repeat(43)])(
    "are not chosen with the key %j",
    async (token) => {
      const answer = await post(browserAt(relais), "/api/password", { token, password: NEXT });
      expect([400, 403]).toContain(answer.status);
    },
  );

  test("links are made with the address from the settings, whatever the request says", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    const headers = { host: "evil.example.com", "x-forwarded-host": "evil.example.com" };
    const answer = await owner.ask(`/api/users/${agent.id}/link`, { method: "POST", body: {}, headers });
    expect((await json<{ url: string }>(answer)).url).toMatch(/^https:\/\/relais\.example\.com\//);
  });
});

describe("sessions", () => {
  test("are listed for their person, and ended one by one or all others at once", async () => {
    const second = browserAt(relais);
    const third = browserAt(relais);
    for (const browser of [second, third])
      await json(post(browser, "/api/session", { email: OWNER.email, password: OWNER.password }), 201);
    const { items } = await json<{ items: { id: string; isThisOne: boolean }[] }>(second.ask("/api/sessions"));
    expect(items).toHaveLength(3);
    expect(JSON.stringify(items)).not.toMatch(/[0-9a-f]{64}/);
    const mine = items.filter(({ isThisOne }) => isThisOne);
    expect(mine).toHaveLength(1);
    await json(remove(owner, `/api/sessions/${mine[0]?.id}`));
    expect((await second.ask("/api/session")).status).toBe(401);
    expect(await json(remove(owner, "/api/sessions"))).toEqual({ ended: 1 });
    expect((await third.ask("/api/session")).status).toBe(401);
    expect((await owner.ask("/api/session")).status).toBe(200);
  });

  test("of others are out of reach", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    const { items } = await json<{ items: { id: string }[] }>(owner.ask("/api/sessions"));
    expect((await remove(agent, `/api/sessions/${items[0]?.id}`)).status).toBe(404);
    expect((await owner.ask("/api/session")).status).toBe(200);
  });

  test("a stream ends at once when its session does", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    const stream = await agent.ask("/api/events");
    const reader = stream.body?.getReader();
    await reader?.read();
    await json(remove(owner, `/api/users/${agent.id}/sessions`));
    const startedAt = performance.now();
    for (;;) if ((await reader?.read())?.done ?? true) break;
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe("a second factor", () => {
  async function switchOn(): Promise<{ key: string; recoveryCodes: string[] }> {
    const { key } = await json<{ key: string; link: string }>(post(owner, "/api/two-factor/key"));
    const code = totpCode(key, Math.floor(clock.now() / 30_000));
    expect((await post(owner, "/api/two-factor", { password: "not it, no", key, code })).status).toBe(422);
    const { recoveryCodes } = await json<{ recoveryCodes: string[] }>(
      post(owner, "/api/two-factor", { password: OWNER.password, key, code }),
    );
    return { key, recoveryCodes };
  }
  const signIn = (code?: string) =>
    post(browserAt(relais), "/api/session", {
      email: OWNER.email,
      password: OWNER.password,
      ...(code ? { code } : {}),
    });

  test("is asked for after the password, and each code is good once", async () => {
    const { key, recoveryCodes } = await switchOn();
    expect(await json(signIn(), 401)).toMatchObject({ codeNeeded: true });
    clock.advance(30_000);
    const code = totpCode(key, Math.floor(clock.now() / 30_000));
    expect((await signIn(code)).status).toBe(201);
    expect((await signIn(code)).status).toBe(401);
    expect(recoveryCodes).toHaveLength(10);
    expect((await signIn(recoveryCodes[3]?.toLowerCase())).status).toBe(201);
    expect((await signIn(recoveryCodes[3])).status).toBe(401);
    const wrong = { email: OWNER.email, password: "wrong wrong wrong" };
    expect(await json(post(browserAt(relais), "/api/session", wrong), 401)).not.toHaveProperty("codeNeeded");
  });

  test("is guessed five times at most, also by whoever knows the password", async () => {
    const { key } = await switchOn();
    for (let n = 0; n < 5; n++) expect((await signIn(`00000${n}`)).status).toBe(401);
    clock.advance(60_000);
    const code = totpCode(key, Math.floor(clock.now() / 30_000));
    expect((await signIn(code)).status).toBe(429);
  });

  test("is not in any answer and not in the record", async () => {
    const { key, recoveryCodes } = await switchOn();
    const said = [];
    for (const path of ["/api/session", "/api/users", `/api/users/${await ownerId()}`, "/api/audit", "/api/sessions"])
      said.push(await (await owner.ask(path)).text());
    for (const secret of [key, ...recoveryCodes, "argon2"]) expect(said.join()).not.toContain(secret);
    expect(said.join()).toContain('hasTwoFactor":true');
  });

  test("is switched off with the password, or by a manager for whoever lost it", async () => {
    await switchOn();
    await json(remove(owner, "/api/two-factor", { password: OWNER.password }));
    expect((await signIn()).status).toBe(201);
    await switchOn();
    await json(relais.ask(`/api/users/${await ownerId()}/two-factor`, { method: "DELETE" }));
    expect((await signIn()).status).toBe(201);
  });
});

describe("the record", () => {
  test("says who did what to whom, and nothing secret", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    await json(put(owner, `/api/users/${agent.id}`, { grants: [everywhere("viewer")] }));
    const { id, token } = await json<{ id: string; token: string }>(
      post(owner, "/api/tokens", { name: "caisse", permissions: ["contacts.view"] }),
      201,
    );
    await json(remove(owner, `/api/tokens/${id}`));
    await json(post(owner, "/api/flows/hello/publish"));
    await json(post(owner, `/api/accounts/${relais.accountIds[0]}/resume`));
    await json(remove(owner, `/api/users/${agent.id}`));
    const entries = await record();
    expect(entries.map(({ action }) => action).sort()).toEqual(
      [
        "user.created",
        "session.started",
        "user.invited",
        "user.joined",
        "session.started",
        "user.changed",
        "token.created",
        "token.revoked",
        "post /api/flows/{id}/publish",
        "post /api/accounts/{id}/resume",
        "user.removed",
      ].sort(),
    );
    expect(entries.find(({ action }) => action === "user.changed")).toMatchObject({
      actor: { type: "user", name: OWNER.name },
      target: agent.id,
      facts: { grants: { before: [everywhere("agent")], after: [everywhere("viewer")] } },
    });
    expect(JSON.stringify(entries)).not.toContain(token);
    expect(JSON.stringify(entries)).not.toContain(OWNER.password);
  });

  test("is looked through by action, person, thing and time, a page at a time", async () => {
    const agent = await member(relais, owner, { email: "a@example.com", grants: [everywhere("agent")] });
    expect((await record("?action=user.invited")).map(({ target }) => target)).toEqual([agent.id]);
    expect((await record(`?actorId=${agent.id}`)).length).toBe(2);
    expect((await record(`?target=${agent.id}`)).length).toBe(2);
    expect(await record(`?since=${new Date(clock.now() + 1).toISOString()}`)).toEqual([]);
    const first = await json<{ items: object[]; next: string }>(owner.ask("/api/audit?limit=2"));
    const second = await json<{ items: object[] }>(owner.ask(`/api/audit?limit=2&cursor=${first.next}`));
    expect(first.items).not.toEqual(second.items);
    expect(second.items).toHaveLength(2);
  });

  test("is seen by who runs the settings, and changed by nobody", async () => {
    const manager = await member(relais, owner, { email: "m@example.com", grants: [everywhere("manager")] });
    expect((await manager.ask("/api/audit")).status).toBe(403);
    for (const method of ["DELETE", "PUT", "POST"])
      expect((await owner.ask("/api/audit", { method, body: {} })).status).toBe(404);
  });
});
