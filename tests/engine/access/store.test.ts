import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Change } from "../../../engine/ports.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { openTestStore, type TestStore } from "../../support/stores.ts";

const BY = { type: "system", id: null, name: "test", address: "198.51.100.7" } as const;
const HOUR = 3_600_000;
const owner = (email: string) => ({ email, name: "Léa", passwordHash: "hash", language: "fr" });
const yes = () => true;

describe.each(["SQLite", "PostgreSQL"])("on %s", (dialect) => {
  let server: TestPostgres | { readonly unavailable: string } | null = null;
  let at: TestStore | null = null;
  beforeAll(async () => {
    if (dialect === "PostgreSQL") server = await startPostgres();
    if (server && "unavailable" in server) return;
    at = await openTestStore(server?.url ?? null);
  });
  afterAll(async () => {
    await at?.close();
    if (server && "stop" in server) await server.stop();
  });
  const on = (name: string, work: (own: TestStore) => Promise<void>): void =>
    void test(name, async (context) => {
      if (!at) return context.skip(server && "unavailable" in server ? server.unavailable : "no database");
      await work(at);
    });
  const later = ({ clock }: TestStore, ms: number) => new Date(clock.now() + ms).toISOString();

  on("of fifty who use the setup link at once, one becomes the owner", async (own) => {
    const { users } = own.store;
    expect(await users.offerSetup(own.workspaceId, { tokenHash: "setup", expiresAt: later(own, HOUR) })).toBe(true);
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, n) => users.createOwner(own.workspaceId, owner(`o${n}@example.com`), "setup", BY)),
    );
    expect(made.filter((one) => one !== null)).toHaveLength(1);
    expect(await users.list(own.workspaceId)).toHaveLength(1);
    expect(await users.offerSetup(own.workspaceId, { tokenHash: "again", expiresAt: later(own, HOUR) })).toBe(false);
  });

  on("two owners who demote each other at once leave one", async (own) => {
    const { users } = own.store;
    const [first] = await users.list(own.workspaceId);
    const link = { tokenHash: "second", expiresAt: later(own, HOUR) };
    const grants = first?.grants ?? [];
    const person = { email: "second@example.com", name: "Noé", language: "fr", grants, overrides: [] };
    await users.invite(own.workspaceId, person, link, BY);
    const second = await users.takeLink(own.workspaceId, "invitation", "second", { passwordHash: "h" }, "");
    if (!first || !second) throw new Error("nobody there");
    const ends = await Promise.all(
      [first.id, second.id].map((id) => users.update(own.workspaceId, id, { grants: [] }, yes, BY)),
    );
    expect(ends.sort()).toEqual(["done", "lastOwner"]);
  });

  on("a link is good once, also for two who use it at once", async (own) => {
    const { users } = own.store;
    const person = { email: "once@example.com", name: "Once", language: "fr", grants: [], overrides: [] };
    await users.invite(own.workspaceId, person, { tokenHash: "once", expiresAt: later(own, HOUR) }, BY);
    const taken = await Promise.all(
      [1, 2, 3].map(() => users.takeLink(own.workspaceId, "invitation", "once", { passwordHash: "h" }, "")),
    );
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
  });

  on("a session is found by its key, the key before it for a minute, and not when it is over", async (own) => {
    const { sessions, users } = own.store;
    const [user] = await users.list(own.workspaceId);
    if (!user) throw new Error("nobody there");
    const start = { userId: user.id, tokenHash: "key", expiresAt: later(own, 20 * HOUR), agent: "Firefox" };
    const id = await sessions.start(own.workspaceId, start, BY);
    const find = (hash: string) => sessions.find(own.workspaceId, hash, 12 * HOUR);
    expect(await find("key")).toMatchObject({ session: { id, address: BY.address }, user: { id: user.id } });
    expect(await sessions.rotate(own.workspaceId, id, "key", "next")).toBe(true);
    expect(await sessions.rotate(own.workspaceId, id, "key", "other")).toBe(false);
    expect([await find("key"), await find("next")].every((one) => one?.session.id === id)).toBe(true);
    own.clock.advance(61_000);
    expect([await find("key"), (await find("next"))?.session.id]).toEqual([null, id]);
    own.clock.advance(11 * HOUR);
    await sessions.seen(own.workspaceId, id);
    own.clock.advance(8 * HOUR);
    expect((await find("next"))?.session.id).toBe(id);
    own.clock.advance(HOUR);
    expect(await find("next")).toBeNull();
  });

  on("a second factor's step and a recovery code count once", async (own) => {
    const { users } = own.store;
    const [user] = await users.list(own.workspaceId);
    if (!user) throw new Error("nobody there");
    await users.setTwoFactor(own.workspaceId, user.id, { key: "KEY", recoveryHashes: ["r1", "r2"] }, yes, BY);
    expect((await users.get(own.workspaceId, user.id))?.twoFactorKey).toBe("KEY");
    const spent = await Promise.all([7, 7, 7].map((step) => users.spendStep(own.workspaceId, user.id, step)));
    expect(spent.filter(Boolean)).toHaveLength(1);
    expect(await users.spendStep(own.workspaceId, user.id, 6)).toBe(false);
    const codes = await Promise.all(
      ["r1", "r1", "r3"].map((one) => users.spendRecovery(own.workspaceId, user.id, one)),
    );
    expect(codes.filter(Boolean)).toHaveLength(1);
    await users.setTwoFactor(own.workspaceId, user.id, null, yes, BY);
  });

  on("an empty workspace is refused everywhere", async ({ store, workspaceId }) => {
    const none = "" as typeof workspaceId;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => store.users.list(none),
      () => store.users.byEmail(none, "x"),
      () => store.sessions.find(none, "x", HOUR),
      () => store.roles.list(none),
      () => store.tokens.find(none, "x"),
      () => store.audit.list(none, { limit: 1 }),
      () => store.conversations.list({ workspaceId: none, accounts: [] }, { limit: 1 }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow("a workspace is needed");
  });

  on("the record keeps everything that was done above, and shows it by time and page", async (own) => {
    const { audit } = own.store;
    const all = await audit.list(own.workspaceId, { limit: 200 });
    const actions = new Set(all.items.map(({ action }) => action));
    for (const action of ["user.created", "user.invited", "user.joined", "user.changed", "session.started"])
      expect(actions).toContain(action);
    expect(JSON.stringify(all.items)).not.toMatch(/"KEY"|hash/);
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await audit.list(own.workspaceId, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
      more = page.next !== null;
    }
    expect(seen).toEqual(all.items.map(({ id }) => id));
  });

  on("what changes rights is told to every process", async (own) => {
    if (!server || !("url" in server)) return;
    const other = await openTestStore(server.url, { clock: own.clock });
    const told: Change[] = [];
    other.store.onChange((change) => told.push(change));
    const [user] = await own.store.users.list(own.workspaceId);
    if (!user) throw new Error("nobody there");
    // The other one listens as soon as its own connection is up.
    await expect
      .poll(
        async () => {
          await own.store.users.update(own.workspaceId, user.id, { name: "Autre" }, yes, BY);
          return told.map(({ type }) => type);
        },
        { timeout: 10_000 },
      )
      .toContain("access");
    await other.close();
  });
});
