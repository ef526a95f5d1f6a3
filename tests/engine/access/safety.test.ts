import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MessageId } from "../../../engine/core/domain/ids.ts";
import { createPasswords } from "../../../engine/passwords.ts";
import { PasswordsBusy } from "../../../engine/ports.ts";
import { type Browser, firstOwner, OWNER } from "../../support/browser-session.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { startTestApp, type TestApp } from "../../support/test-app.ts";
import { belongingsOf } from "./belongings.ts";

/**
 * Which test holds which promise of access. Those of other parts (webhooks, mail, flows) have their own.
 * S-50 matrix: "things of another account and of another workspace" · S-51 matrix: "no body may name …"
 * S-52 matrix: "each role and each permission …", rights, team: "nobody gives what they do not have …"
 * S-53 session and store: "is made once …" · S-54 session: "is slowed down …", "says the same …"; team: "is guessed five times …"
 * S-55 team: "are chosen anew …", "are not chosen with the key …", "links are made with the address …"
 * S-56 team: "an invitation" (nobody signs up by themselves) · S-57 session: "gives a cookie …", "makes a new key …", "a session"
 * S-58 session: "pages of other sites" · S-59 team: "API tokens" · S-60, S-62 session: "takes texts and nothing else", here: "words that are looked for"
 * S-61 matrix: "a stream tells …", team: "a stream ends at once …" · S-9 session: "cannot smuggle JSON in a form" · S-10 here: "ways around"
 * S-21, S-25, S-26, S-95 here: "pages" · S-23 here: "files" · S-90, S-91 here: "secrets" · S-94 team: "the record"
 */

let relais: TestApp;
let owner: Browser;

beforeAll(async () => {
  relais = await startTestApp();
  mkdirSync(relais.deps.settings.pagesDir, { recursive: true });
  for (const page of ["index.html", "chat.html"])
    writeFileSync(join(relais.deps.settings.pagesDir, page), "<!doctype html><title>Relais</title>");
  owner = await firstOwner(relais);
});
afterAll(() => relais.close());

describe("pages", () => {
  const policyOf = async (path: string): Promise<string> =>
    (await fetch(`${relais.url}${path}`)).headers.get("content-security-policy") ?? "";

  test("of the application run no script but their own, and stand in no frame", async () => {
    for (const path of ["/", "/flows/boutique", "/setup", "/invitation", "/password"]) {
      const policy = await policyOf(path);
      expect(policy).toContain("default-src 'self'");
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).toMatch(/frame-ancestors 'none'/);
    }
  });

  test("of the chat stand in frames of our own and of the sites that were allowed", async () => {
    expect(await policyOf("/chat")).toMatch(/frame-ancestors 'self'/);
    expect(await policyOf("/chat")).toMatch(/script-src 'self'(;|$)/);
  });

  test("and answers say how browsers are to treat them", async () => {
    for (const path of ["/", "/api/session", "/api/nothing", "/healthz"]) {
      const { headers } = await fetch(`${relais.url}${path}`);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
      expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("x-powered-by")).toBeNull();
    }
  });

  test("what the API says is kept by nobody on the way", async () => {
    const answer = await owner.ask("/api/session");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("no address of ours sends a browser elsewhere", async () => {
    for (const path of [
      "/?next=//evil.example.com",
      "/api/session?next=https://evil.example.com",
      "//evil.example.com",
    ]) {
      const answer = await fetch(`${relais.url}${path}`, { redirect: "manual" });
      expect(answer.headers.get("location")).toBeNull();
    }
  });
});

test("files of contacts run nothing: only pictures and sounds are shown, in a sandbox", async () => {
  const clock = fakeClock();
  const own = await startTestApp({ clock });
  const [account] = own.accountIds;
  if (!account) throw new Error("no account");
  const { media } = await belongingsOf(own, clock, account);
  for (const [mimeType, isShown] of [
    ["image/png", true],
    ["image/svg+xml", false],
    ["text/html", false],
    ["text/javascript", false],
  ] as const) {
    const file = await own.deps.files.save(new TextEncoder().encode("<script>alert(1)</script>"), mimeType);
    await own.store.conversations.setMedia(own.workspaceId, media as MessageId, { ...file, mimeType });
    const { headers } = await own.ask(`/api/media/${media}`);
    expect(headers.get("content-type")).toBe(isShown ? mimeType : "application/octet-stream");
    expect(headers.get("content-disposition")).toMatch(isShown ? /^inline/ : /^attachment/);
    expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  await own.close();
});

describe("ways around", () => {
  test.each([
    "/api//users",
    "//api/users",
    "/api/%75sers/",
    "/api/users/..%2fusers",
    "/API/users",
    "/api/users;.js",
    "/api/users.json",
    "/%2e%2e/api/users",
  ])("%s shows nobody the team", async (path) => {
    const answer = await fetch(`${relais.url}${path}`);
    // Some of these are places of the application: its page is for everybody, what it shows is not.
    if (answer.status === 200) expect(answer.headers.get("content-type")).toContain("text/html");
    else expect([400, 401, 404]).toContain(answer.status);
    expect(await answer.text()).not.toContain(OWNER.email);
  });

  test("a method in a header is not the method", async () => {
    const answer = await owner.ask("/api/session", { headers: { "x-http-method-override": "DELETE" } });
    expect(answer.status).toBe(200);
    expect((await owner.ask("/api/session")).status).toBe(200);
  });

  test("of two values of one key none is taken", async () => {
    expect((await owner.ask("/api/audit?action=a&action=b")).status).toBe(400);
  });
});

test("words that are looked for are words, whatever they look like", async () => {
  for (const words of ["' OR 1=1 --", '"; DROP TABLE users; --', "%", "_", "\\", "a') OR ('1'='1"]) {
    const search = encodeURIComponent(words);
    for (const path of [
      `/api/contacts?search=${search}`,
      `/api/audit?action=${search}`,
      `/api/messages?externalId=${search}`,
    ])
      expect(await (await owner.ask(path)).json()).toMatchObject({ items: [] });
  }
});

describe("secrets", () => {
  test("are in no answer of any list: no credentials of accounts, no hashes, no keys", async () => {
    await owner.ask("/api/tokens", { method: "POST", body: { name: "t", permissions: ["contacts.view"] } });
    const key = owner.cookie()?.split("=")[1] ?? "none";
    const paths = [
      "session",
      "sessions",
      "users",
      "roles",
      "tokens",
      "audit",
      "channels",
      "accounts",
      "notices",
      "openapi.json",
    ];
    for (const path of paths) {
      const text = await (await owner.ask(`/api/${path}`)).text();
      for (const secret of ["access-token-canary", "app-secret", "twilio-auth-token", "$argon2id", key, OWNER.password])
        expect(`${path}: ${text.includes(secret)}`).toBe(`${path}: false`);
      expect(text).not.toMatch(/[0-9a-f]{64}/);
    }
  });

  test("are not in what the program writes down", async () => {
    await owner.ask("/api/session", { method: "POST", body: { email: OWNER.email, password: "wrong wrong wrong" } });
    expect(relais.logged.join()).not.toContain("wrong wrong");
    expect(relais.logged.join()).not.toContain(OWNER.password);
  });

  test("a fault of ours says a reference and nothing else", async () => {
    const list = relais.store.users.list;
    relais.store.users.list = () =>
      Promise.reject(new Error("SELECT secret FROM users at /srv/relais/engine/store/users.ts"));
    const answer = await owner.ask("/api/users");
    relais.store.users.list = list;
    expect(answer.status).toBe(500);
    const body = (await answer.json()) as Record<string, string>;
    expect(Object.keys(body).sort()).toEqual(["error", "reference"]);
    expect(JSON.stringify(body)).not.toMatch(/SELECT|\.ts|srv/);
  });
});

describe("passwords", () => {
  test("are argon2id with the cost in the text, each with its own salt", async () => {
    const passwords = createPasswords();
    const [one, two] = await Promise.all([passwords.hash("la même phrase"), passwords.hash("la même phrase")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify("la même phrase", one)).toBe(true);
    expect(await passwords.verify("la même phrasé", one)).toBe(false);
    // The same letters, however the keyboard puts them together.
    expect(await passwords.verify("la même phrase".normalize("NFD"), one)).toBe(true);
  });

  test("of before are known after the cost has changed", async () => {
    const before = await createPasswords({ memory: 64, passes: 1, parallelism: 1 }).hash("une phrase");
    expect(await createPasswords({ memory: 128, passes: 2, parallelism: 1 }).verify("une phrase", before)).toBe(true);
  });

  test.each([null, "", "plain", "$argon2id$v=19$m=0,t=0,p=0$$", "$2b$10$abcdefghijklmnopqrstuv"])(
    "are never right against %j",
    async (hash) => {
      const passwords = createPasswords({ memory: 64, passes: 1, parallelism: 1 });
      expect(await passwords.verify("", hash)).toBe(false);
      expect(await passwords.verify("plain", hash)).toBe(false);
    },
  );

  test("too many at once are told to come again, and the others get their turn", async () => {
    const passwords = createPasswords({ memory: 64, passes: 1, parallelism: 1 });
    const ends = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify("x", null)));
    const busy = ends.filter((end) => end.status === "rejected" && end.reason instanceof PasswordsBusy);
    expect(busy).toHaveLength(60 - 42);
    expect(await passwords.verify("x", null)).toBe(false);
  });

  test("are worked on while everything else goes on", async () => {
    const passwords = createPasswords();
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await passwords.hash("une phrase");
    clearInterval(counting);
    expect(turns).toBeGreaterThan(3);
  });
});
