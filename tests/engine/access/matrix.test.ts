import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChannelAccountId } from "../../../engine/core/domain/ids.ts";
import { ACCOUNT_PERMISSIONS, PERMISSIONS, type Permission } from "../../../engine/core/domain/permission.ts";
import type { Grant, Override } from "../../../engine/core/domain/rights.ts";
import { apiRoutes } from "../../../engine/server/api.ts";
import type { App } from "../../../engine/server/app.ts";
import { hashOf } from "../../../engine/server/auth.ts";
import type { Route } from "../../../engine/server/route.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { ADMIN_TOKEN, startTestApp, type TestApp } from "../../support/test-app.ts";
import { type Belongings, belongingsOf, signedIn } from "./belongings.ts";
import { type Expected, ROUTES } from "./routes.ts";

const BY = { type: "system", id: null, name: "test", address: null } as const;
const SAME = { "sec-fetch-site": "same-origin" };
/** The shipped roles as they are meant to be, beside the ones in the program. */
const MEANT: Readonly<Record<string, readonly Permission[]>> = {
  owner: PERMISSIONS,
  manager: PERMISSIONS.filter((one) => !["roles.manage", "settings.manage"].includes(one)),
  agent: ["accounts.view", "conversations.view", "messages.view", "messages.send", "contacts.view", "contacts.manage"],
  viewer: ["accounts.view", "conversations.view", "messages.view", "contacts.view", "flows.view", "insights.view"],
};

let relais: TestApp;
let clock: FakeClock;
let neighbour: App;
let routes: readonly Route[];
let mine: Belongings;
let other: Belongings;

beforeAll(async () => {
  clock = fakeClock();
  relais = await startTestApp({ clock });
  neighbour = relais.neighbour();
  routes = apiRoutes(relais.deps);
  const [first, second] = relais.accountIds as [ChannelAccountId, ChannelAccountId];
  mine = await belongingsOf(relais, clock, first);
  other = await belongingsOf(relais, clock, second);
  const published = await relais.app.hono.request("/api/flows/hello/publish", {
    method: "POST",
    body: "{}",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
  });
  expect(published.status).toBe(200);
});
afterAll(() => relais.close());

const nameOf = ({ method, path }: Pick<Route, "method" | "path">): string => `${method.toUpperCase()} ${path}`;
const expectedOf = (route: Route): Expected => ROUTES[nameOf(route)] ?? { may: "not in the table" };
const count = (what: string, n: number): void => console.log(`      ${n} ${what}`);

interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  readonly app?: App;
}
const ADMIN: Asking = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };

async function ask(
  who: Asking,
  name: string,
  path: string,
  body?: object | string,
): Promise<{ status: number; text: string }> {
  const [method = "GET"] = name.split(" ");
  const answer = await (who.app ?? relais.app).hono.request(path, {
    method,
    headers: { ...SAME, ...who.headers, ...(typeof body === "object" ? { "content-type": "application/json" } : {}) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}
const pathOf = (path: string, id: string): string =>
  path.replace("{id}", encodeURIComponent(id)).replace(/\{\w+\}/g, "1");

/** Every row of every table, but for what reading writes down. */
function rows(): string {
  const db = new Sqlite(relais.databaseFile, { readonly: true });
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all() as string[];
    return JSON.stringify(tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]));
  } finally {
    db.close();
  }
}

describe("the table of routes", () => {
  test("is the one in the program: each says who may ask, and none is forgotten", () => {
    const declared = Object.fromEntries(
      routes.map((route) => [
        nameOf(route),
        "permission" in route.access ? `${route.access.type} ${route.access.permission}` : route.access.type,
      ]),
    );
    expect(declared).toEqual(Object.fromEntries(Object.entries(ROUTES).map(([name, { may }]) => [name, may])));
  });

  test("says for each route with an id, or with a body, how to try it", () => {
    const untried = routes.filter((route) => {
      const { of, body } = expectedOf(route);
      const isOfFlow = route.path.startsWith("/api/flows/");
      const needsBody = route.body !== null && route.body !== "text" && !/flow/.test(route.path);
      return (route.path.includes("{id}") && !isOfFlow && !of) || (needsBody && !body);
    });
    expect(untried.map(nameOf)).toEqual([]);
  });

  test("has changes of rights, accounts and publications on record", () => {
    const silent = routes.filter(
      ({ method, access, record }) =>
        method !== "get" &&
        "permission" in access &&
        /^(accounts\.(manage|assign)|flows\.publish|users|roles|settings)/.test(access.permission) &&
        record === "no",
    );
    expect(silent.map(nameOf)).toEqual([]);
  });
});

/** What somebody has: everywhere, and somewhere at least. */
interface Person extends Asking {
  readonly name: string;
  readonly everywhere: readonly Permission[];
  readonly somewhere: readonly Permission[];
  readonly known: boolean;
}

async function people(): Promise<readonly Person[]> {
  const [first, second] = relais.accountIds as [ChannelAccountId, ChannelAccountId];
  const found: Person[] = [];
  const add = async (
    name: string,
    grants: readonly Grant[],
    overrides: readonly Override[],
    has: Pick<Person, "everywhere" | "somewhere">,
  ): Promise<void> => {
    const { cookie } = await signedIn(relais, clock, grants, overrides);
    found.push({ name, headers: { cookie }, known: true, ...has });
  };
  const atAll = (roleId: string): Grant => ({ roleId, accountId: null });
  const ofAccounts = (permissions: readonly Permission[]) =>
    permissions.filter((one) => (ACCOUNT_PERMISSIONS as readonly string[]).includes(one));
  for (const [name, headers] of [
    ["nobody", {}],
    ["a wrong token", { authorization: `Bearer rly_${"w".repeat(43)}` }],
    ["a wrong cookie", { cookie: `__Host-relais=${"w".repeat(43)}` }],
  ] as const)
    found.push({ name, headers, known: false, everywhere: [], somewhere: [] });
  await add("without a role", [], [], { everywhere: [], somewhere: [] });
  for (const [role, has] of Object.entries(MEANT)) {
    await add(role, [atAll(role)], [], { everywhere: has, somewhere: has });
    await add(`${role} at one number`, [{ roleId: role, accountId: first }], [], {
      everywhere: [],
      somewhere: ofAccounts(has),
    });
  }
  for (const permission of PERMISSIONS) {
    const one = { permission, accountId: null } as const;
    await add(`only ${permission}`, [], [{ ...one, effect: "allow" }], {
      everywhere: [permission],
      somewhere: [permission],
    });
    const rest = PERMISSIONS.filter((each) => each !== permission);
    await add(
      `owner without ${permission}`,
      [atAll("owner")],
      [
        { ...one, effect: "deny" },
        { ...one, effect: "allow" },
      ],
      {
        everywhere: rest,
        somewhere: rest,
      },
    );
    if (!ofAccounts([permission]).length) continue;
    await add(
      `owner without ${permission} at one number`,
      [atAll("owner")],
      [{ permission, accountId: second, effect: "deny" }],
      {
        everywhere: rest,
        somewhere: PERMISSIONS,
      },
    );
    const key = `rly_${permission.replace(/\W/g, "")}`.padEnd(47, "k");
    await relais.store.tokens.create(
      relais.workspaceId,
      {
        name: permission,
        permissions: [permission],
        accountIds: [first],
        userId: null,
        hint: "",
        expiresAt: null,
        tokenHash: hashOf(key),
      },
      BY,
    );
    found.push({
      name: `a token for ${permission} at one number`,
      headers: { authorization: `Bearer ${key}` },
      known: true,
      everywhere: [],
      somewhere: [permission],
    });
  }
  return found;
}

test("each role and each permission opens its routes and no other", async () => {
  const wrong: string[] = [];
  let tried = 0;
  for (const person of await people()) {
    for (const route of routes) {
      const [type, permission] = expectedOf(route).may.split(" ") as [string, Permission];
      const may =
        type === "anyone" ||
        (person.known &&
          (type === "self" || (type === "accounts" ? person.somewhere : person.everywhere).includes(permission)));
      // A key that no route knows: whoever may is told so, and nothing happens.
      const { status, text } = await ask(
        person,
        nameOf(route),
        `${pathOf(route.path, "none")}?noSuchKey=1`,
        route.method === "get" ? undefined : {},
      );
      const meant = may ? [400] : person.known ? [403] : [401, 429];
      tried++;
      if (!meant.includes(status))
        wrong.push(`${person.name}: ${nameOf(route)} is ${status}, not ${meant.join("/")} (${text.slice(0, 80)})`);
    }
  }
  count("routes x people", tried);
  expect(wrong).toEqual([]);
});

describe("things of another account and of another workspace", () => {
  test("are not there: for each route with an id, the answer is that for what does not exist, and nothing changes", async () => {
    const manager = await managerOf(other.account as ChannelAccountId);
    const foreign: readonly (Asking & { readonly name: string })[] = [
      { name: "another workspace", headers: ADMIN.headers, app: neighbour },
      { name: "another account", headers: manager },
      { name: "a token of another account", headers: await tokenOf(other.account as ChannelAccountId) },
    ];
    const wrong: string[] = [];
    let tried = 0;
    for (const route of routes) {
      const { of, body, may } = expectedOf(route);
      const nested = body?.(mine);
      const inBody = JSON.stringify(nested ?? "");
      const isNested = Object.values({ ...mine, channel: mine.words }).some((one) => inBody.includes(one));
      if (!of && !isNested) continue;
      const id = of ? mine[of] : "hello";
      const none = Object.fromEntries(
        Object.entries(mine).map(([kind, one]) => [kind, kind === "channel" ? one : unknownLike(one)]),
      ) as unknown as Belongings;
      for (const who of foreign) {
        const before = rows();
        const given = await ask(who, nameOf(route), pathOf(route.path, id), nested);
        const unknown = await ask(who, nameOf(route), pathOf(route.path, of ? unknownLike(id) : id), body?.(none));
        const isAllowedAtAll = who.app !== undefined || may.startsWith("accounts");
        const meant = may === "self" ? [401, 404, 409] : isAllowedAtAll ? (of ? [404] : [404, 422]) : [403];
        tried++;
        if (
          !meant.includes(given.status) ||
          given.status !== unknown.status ||
          given.text !== unknown.text ||
          rows() !== before
        )
          wrong.push(
            `${who.name}: ${nameOf(route)} is ${given.status} ${given.text.slice(0, 100)}, unknown ${unknown.status} ${unknown.text.slice(0, 60)}${rows() === before ? "" : ", and rows changed"}`,
          );
      }
    }
    count("routes x foreign ids", tried);
    expect(wrong).toEqual([]);
  });

  test("are in no list, by whatever they are looked for", async () => {
    const manager = { headers: await managerOf(other.account as ChannelAccountId) };
    const token = { headers: await tokenOf(other.account as ChannelAccountId) };
    const { user: _, session: __, channel: ___, ...secrets } = mine;
    const secret = Object.values(secrets);
    const wrong: string[] = [];
    let tried = 0;
    for (const route of routes.filter(({ method }) => method === "get")) {
      for (const query of ["", ...(expectedOf(route).asks?.(mine) ?? [])]) {
        if (route.path.includes("{")) continue;
        const path = `${route.path}?${query}`;
        for (const [name, who] of Object.entries({ manager, token, neighbour: { ...ADMIN, app: neighbour } })) {
          const { status, text } = await ask(who, nameOf(route), path);
          tried++;
          const shown = secret.filter((one) => text.includes(one));
          if (shown.length > 0 || ![200, 403, 409].includes(status))
            wrong.push(`${name}: ${path} is ${status}, shows ${shown.join()}`);
        }
      }
    }
    count("lists x people of elsewhere", tried);
    expect(wrong).toEqual([]);
  });

  test("are there for whoever may: the same calls of their own people work", async () => {
    const home = relais.accountIds[2] as ChannelAccountId;
    const things = await belongingsOf(relais, clock, home);
    const manager = { headers: await managerOf(home) };
    const wrong: string[] = [];
    let tried = 0;
    const inOrder = [...routes].sort((a, b) => Number(expectedOf(a).endsIt ?? 0) - Number(expectedOf(b).endsIt ?? 0));
    for (const route of inOrder) {
      const { body, may, of, ends, endsIt } = expectedOf(route);
      if (/flow/.test(route.path) && !may.startsWith("accounts")) continue;
      if (route.body === "text" || (may === "self" && route.method === "delete")) continue;
      const { cookie } = await signedIn(relais, clock, [{ roleId: "owner", accountId: null }], []);
      const owner = { headers: { cookie } };
      for (const [name, who] of Object.entries(
        may.startsWith("accounts") ? { manager, ...(endsIt ? {} : { owner }) } : { owner },
      )) {
        const own = await belongingsOf(relais, clock, home);
        const { status, text } = await ask(who, nameOf(route), pathOf(route.path, of ? own[of] : "hello"), body?.(own));
        tried++;
        const meant = ends ? [ends[0]] : [200, 201];
        if (!meant.includes(status)) wrong.push(`${name}: ${nameOf(route)} is ${status} ${text.slice(0, 120)}`);
      }
      for (const query of expectedOf(route).asks?.(things) ?? []) {
        const { text } = await ask(manager, nameOf(route), `${route.path}?${query}`);
        tried++;
        if (!Object.values({ ...things, channel: things.words }).some((id) => text.includes(id)))
          wrong.push(`${route.path}?${query} finds nothing: ${text.slice(0, 100)}`);
      }
    }
    count("routes x own people", tried);
    expect(wrong).toEqual([]);
  });

  test("no body may name a workspace, an owner or a time", async () => {
    const wrong: string[] = [];
    let tried = 0;
    const before = rows();
    for (const route of routes) {
      const { body, of } = expectedOf(route);
      const given = body?.(mine);
      if (typeof given !== "object") continue;
      const path = pathOf(route.path, of ? mine[of] : "hello");
      for (const more of [
        { ...given, workspaceId: "wsp_neighbour" },
        { ...given, ownerId: mine.user },
        { ...given, isAdmin: true },
        { ...given, createdAt: "2020-01-01T00:00:00Z" },
        { ...given, passwordHash: "x" },
        [given],
        "null",
        '"x"',
      ]) {
        const { status } = await ask(ADMIN, nameOf(route), path, more);
        tried++;
        if (![400, 415].includes(status))
          wrong.push(`${nameOf(route)} with ${JSON.stringify(more).slice(0, 60)} is ${status}`);
      }
    }
    expect(rows() === before).toBe(true);
    count("bodies with what nobody may say", tried);
    expect(wrong).toEqual([]);
  });

  test("a file of a message is for who may read the message", async () => {
    const path = `/api/media/${mine.media}`;
    const manager = { headers: await managerOf(mine.account as ChannelAccountId) };
    const agent = { headers: await managerOf(other.account as ChannelAccountId) };
    expect((await ask(manager, "GET", path)).text).toBe(mine.words);
    expect((await ask(agent, "GET", path)).status).toBe(404);
    expect((await ask({ ...ADMIN, app: neighbour }, "GET", path)).status).toBe(404);
    expect((await ask({ headers: {} }, "GET", path)).status).toBe(401);
  });

  test("a stream tells of one's own accounts only", async () => {
    const heard: string[] = [];
    const readers = [];
    for (const account of [mine.account, other.account]) {
      const headers = { ...SAME, ...(await managerOf(account as ChannelAccountId)) };
      const stream = await relais.app.hono.request("/api/events", { headers });
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
      readers.push(reader);
      const at = heard.push("") - 1;
      const listen = async (): Promise<void> => {
        for (;;) {
          const next = await reader?.read();
          if (!next || next.done) return;
          heard[at] += next.value;
        }
      };
      void listen().catch(() => {});
    }
    for (const things of [mine, other, mine])
      await ask(ADMIN, "POST", `/api/conversations/${things.conversation}/takeover`, {});
    await expect.poll(() => heard[1]).toContain(other.conversation);
    await expect.poll(() => heard[0]).toContain(mine.conversation);
    expect(heard[0]).not.toContain(other.conversation);
    expect(heard[1]).not.toContain(mine.conversation);
    for (const reader of readers) await reader?.cancel();
  });

  test("who may see conversations but not their messages is shown no words", async () => {
    const only: Override = {
      permission: "conversations.view",
      accountId: mine.account as ChannelAccountId,
      effect: "allow",
    };
    const who = { headers: { cookie: (await signedIn(relais, clock, [], [only])).cookie } };
    const list = await ask(who, "GET", "/api/conversations");
    const single = await ask(who, "GET", `/api/conversations/${mine.conversation}`);
    expect(single.text).toContain(mine.conversation);
    for (const { status, text } of [list, single]) {
      expect(status).toBe(200);
      expect(text).toContain('"lastMessage":null');
      expect(text).not.toContain('"lastMessage":{');
    }
  });
});

/** Somebody who may do everything that can be given for an account, at one. */
async function managerOf(accountId: ChannelAccountId): Promise<Record<string, string>> {
  const overrides = ACCOUNT_PERMISSIONS.map((permission) => ({ permission, accountId, effect: "allow" as const }));
  return { cookie: (await signedIn(relais, clock, [], overrides)).cookie };
}
let keys = 0;
async function tokenOf(accountId: ChannelAccountId): Promise<Record<string, string>> {
  const key = `rly_account${++keys}`.padEnd(47, "k");
  await relais.store.tokens.create(
    relais.workspaceId,
    {
      name: "of one account",
      permissions: ACCOUNT_PERMISSIONS,
      accountIds: [accountId],
      userId: null,
      hint: "",
      expiresAt: null,
      tokenHash: hashOf(key),
    },
    BY,
  );
  const headers = { authorization: `Bearer ${key}` };
  // Its first use is written down.
  await ask({ headers }, "GET", "/api/session");
  return headers;
}
/** An id like this one, of nothing. */
function unknownLike(id: string): string {
  return id.replace(/[0-9a-z](?=[0-9a-z]{0,3}$)/g, "0").replace(/.$/, "y");
}
