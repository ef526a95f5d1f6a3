import { createHmac, randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channelOf } from "../../../channels/registry.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { startTestApp, type TestApp } from "../../support/test-app.ts";

const SITE = "https://shop.example.com";
const SECRET = "a-secret-that-only-the-site-knows-0123456789";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let app: TestApp;
let clock: ReturnType<typeof fakeClock>;
beforeEach(async () => {
  clock = fakeClock();
  app = await startTestApp({ clock });
  await app.store.accounts.save(app.workspaceId, {
    channel: "web",
    name: "atelier",
    address: "atelier",
    config: channelOf("web").account.parse({
      widgetId: "atelier",
      allowedOrigins: [SITE],
      identitySecret: SECRET,
      color: "#B3446C",
      greeting: { fr: "Bienvenue", en: "Welcome" },
    }) as never,
    secretFields: ["identitySecret"],
  });
});
afterEach(() => app.close());

const call = (path: string, init: RequestInit & { readonly token?: string } = {}): Promise<Response> => {
  const { token = null, ...rest } = init;
  return app.ask(`/chat/api${path}`, { ...rest, token });
};
const session = async (account = "atelier"): Promise<string> =>
  ((await (await call(`/sessions?account=${account}`, { method: "POST" })).json()) as { token: string }).token;
const post = (path: string, token: string, body: unknown): Promise<Response> =>
  call(path, { method: "POST", token, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const say = (token: string, text: string): Promise<Response> =>
  post("/messages", token, { clientMessageId: randomUUID(), text });
const texts = async (token: string): Promise<readonly string[]> => {
  const { items } = (await (await call("/messages", { token })).json()) as {
    items: readonly { readonly content: { readonly text?: string } }[];
  };
  return items.map(({ content }) => content.text ?? "");
};
const jwt = (claims: object, options: { readonly secret?: string; readonly alg?: string } = {}): string => {
  const { secret = SECRET, alg = "HS256" } = options;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${part({ alg, typ: "JWT" })}.${part({ exp: clock.now() / 1000 + 600, ...claims })}`;
  return `${said}.${createHmac("sha256", secret).update(said).digest("base64url")}`;
};
const identify = async (token: string, given: string): Promise<number> =>
  (await post("/identity", token, { token: given })).status;
const contacts = async () => (await app.store.conversations.contacts(app.workspaceId, { limit: 50 })).items;

describe("a visitor", () => {
  test("is told how the chat looks, and nothing of its secret or its sites", async () => {
    const look = await (await call("/look?account=atelier")).json();
    expect(look).toEqual({
      title: "",
      color: "#B3446C",
      greeting: { fr: "Bienvenue", en: "Welcome" },
      position: "right",
      scheme: "auto",
      corner: 16,
      sound: false,
    });
    expect((await call("/look?account=nothing")).status).toBe(404);
  });

  test("who signs in is known by name, also in another browser, and what they wrote before comes along in order", async () => {
    const first = await session();
    expect(await identify(first, jwt({ sub: "7", name: "Léa Martin", email: "Lea@Example.com" }))).toBe(200);
    await say(first, "du premier navigateur");
    const second = await session();
    await say(second, "avant de me connecter");
    await say(second, "et encore");
    expect(await identify(second, jwt({ sub: "7", name: "Léa Martin" }))).toBe(200);
    const whole = ["du premier navigateur", "avant de me connecter", "et encore"];
    expect(await texts(second)).toEqual(whole);
    expect(await texts(first)).toEqual(whole);
    await say(second, "après");
    expect(await texts(first)).toEqual([...whole, "après"]);
    const known = (await contacts()).filter(({ name }) => name === "Léa Martin");
    expect(known).toMatchObject([{ firstName: "Léa", email: "lea@example.com" }]);
    expect(await app.store.operations.doctor()).toEqual([]);
  });

  test("who signs out sees nothing any more with the old key", async () => {
    const token = await session();
    await identify(token, jwt({ sub: "8", name: "Paul" }));
    await say(token, "Bonjour");
    expect((await post("/logout", token, {})).status).toBe(204);
    expect(await texts(token)).toEqual([]);
    const again = await session();
    await identify(again, jwt({ sub: "8" }));
    expect(await texts(again)).toEqual(["Bonjour"]);
  });

  test("one browser is not two people", async () => {
    const token = await session();
    await identify(token, jwt({ sub: "8" }));
    expect(await identify(token, jwt({ sub: "9" }))).toBe(409);
  });

  test("nobody signs in with a token that is not the site's, over, endless, or of another kind", async () => {
    const token = await session();
    const now = clock.now() / 1000;
    const [head = "", body = ""] = jwt({ sub: "7" }).split(".");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
    const wrong = [
      "",
      "x.y.z",
      none,
      `${head}.${body}.`,
      `${head}.${body}.AAAA`,
      jwt({ sub: "7" }, { secret: "another-secret-that-is-long-enough-000000" }),
      jwt({ sub: "7" }, { alg: "HS512" }),
      jwt({ sub: "7" }, { alg: "none" }),
      jwt({ sub: "7", exp: now - 120 }),
      jwt({ sub: "7", exp: now + 40 * 86_400 }),
      jwt({ sub: "7", exp: undefined }),
      jwt({ sub: "7", nbf: now + 600 }),
      jwt({ sub: "" }),
      jwt({ sub: 7 }),
      jwt({}),
      jwt({ sub: "7", email: "not an address" }),
    ];
    for (const given of wrong)
      expect([given.slice(0, 40), await identify(token, given)]).toEqual([given.slice(0, 40), 403]);
    // A chat without a secret lets nobody in, whatever is signed with nothing.
    const other = await session("web");
    expect(await identify(other, jwt({ sub: "7" }, { secret: " " }))).toBe(403);
  });

  test("says files by the ticket of their own upload, never by a path", async () => {
    const token = await session();
    const uploaded = await call("/files", { method: "POST", token, body: PNG });
    expect(uploaded.status).toBe(201);
    const { ticket } = (await uploaded.json()) as { readonly ticket: string };
    const file = (given: object) => post("/messages", token, { clientMessageId: randomUUID(), file: given });
    expect((await file({ path: "a".repeat(64), mimeType: "text/html", fileName: "a", sizeBytes: 1 })).status).toBe(400);
    expect((await file({ ticket: `${ticket}x`, fileName: "a.png" })).status).toBe(400);
    expect((await file({ ticket: "x", fileName: "a.png" })).status).toBe(400);
    expect((await file({ ticket, fileName: "../../a‮gnp.exe" })).status).toBe(202);
    const stranger = await session();
    const stolen = { clientMessageId: randomUUID(), file: { ticket, fileName: "a.png" } };
    expect((await post("/messages", stranger, stolen)).status).toBe(400);
    const page = await app.store.conversations.messages(app.workspaceId, { limit: 1 });
    expect(page.items[0]?.content).toMatchObject({
      type: "media",
      media: { kind: "image", mimeType: "image/png", fileName: "agnp.exe", sizeBytes: PNG.byteLength },
    });
    const shown = await (await call("/messages", { token })).text();
    expect(shown).not.toContain(page.items[0]?.content.type === "media" ? page.items[0].content.media.path : "");
  });

  test("what is not a picture, a sound, a film or a document is refused, whatever it is called", async () => {
    const token = await session();
    for (const body of ["<html><script>1</script>", '<svg xmlns="http://www.w3.org/2000/svg"/>', "MZ\x90"])
      expect((await call("/files", { method: "POST", token, body })).status).toBe(415);
    expect((await call("/files", { method: "POST", token, body: new Uint8Array() })).status).toBe(400);
    expect((await call("/files", { method: "POST", token, body: new Uint8Array(16_000_001) })).status).toBe(413);
    expect((await call("/files", { method: "POST", token, body: PNG })).status).toBe(429);
  });

  test("says with its marks what it has seen", async () => {
    const token = await session();
    await say(token, "Bonjour");
    expect((await post("/seen", token, { position: 5, isRead: true })).status).toBe(204);
    expect((await post("/seen", token, { position: "all" })).status).toBe(400);
    expect((await post("/seen", "x", { position: 5, isRead: true })).status).toBe(401);
  });

  test("asks only from sites that the owner allowed", async () => {
    const from = (origin: string, account: string) =>
      call(`/sessions?account=${account}`, { method: "POST", headers: { origin } });
    expect((await from(SITE, "atelier")).status).toBe(200);
    expect((await from(SITE, "web")).status).toBe(403);
    for (const origin of ["null", "https://evil.test", `${SITE}.evil.test`])
      expect((await from(origin, "atelier")).status).toBe(403);
  });
});
