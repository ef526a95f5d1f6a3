import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channelOf } from "../../../channels/registry.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { startTestApp, type TestApp } from "../../support/test-app.ts";

const SHOP = "https://shop.example.com";
const OK = { name: "Léa Martin", phone: "06 39 98 12 34", message: "Bonjour" };
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let app: TestApp;
let clock: ReturnType<typeof fakeClock>;
beforeEach(async () => {
  clock = fakeClock();
  app = await startTestApp({ clock });
  for (const [formId, more] of [
    ["contact", {}],
    ["shop", { allowedOrigins: [SHOP], thanksUrl: `${SHOP}/merci` }],
    [
      "files",
      {
        fields: [
          { id: "phone", kind: "phone", label: { fr: "Téléphone", en: "Phone" }, required: true },
          { id: "plan", kind: "file", label: "Plan" },
        ],
      },
    ],
  ] as const) {
    await app.store.accounts.save(app.workspaceId, {
      channel: "form",
      name: formId,
      address: formId,
      config: channelOf("form").account.parse({ formId, ...more }) as never,
      secretFields: [],
    });
  }
});
afterEach(() => app.close());

const json = { accept: "application/json" };
async function token(form = "contact", ageMs = 2000): Promise<string> {
  const response = await app.ask(`/forms/${form}`, { headers: json, token: null });
  const body = (await response.json()) as { readonly token: string };
  clock.advance(ageMs);
  return body.token;
}
async function send(
  body: unknown,
  {
    form = "contact",
    headers = {},
  }: { readonly form?: string; readonly headers?: Readonly<Record<string, string>> } = {},
) {
  const response = await app.ask(`/forms/${form}`, {
    method: "POST",
    token: null,
    headers: { ...json, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as {
      readonly error?: string;
      readonly fields?: Readonly<Record<string, string>>;
      readonly token?: string;
    },
  };
}
const stored = (): number => app.accepted.reduce((sum, one) => sum + one.stored, 0);

describe("a form takes", () => {
  test("JSON, urlencoded and multipart alike", async () => {
    expect((await send({ token: await token(), values: OK })).status).toBe(202);
    const urlencoded = new URLSearchParams({ ...OK, _token: await token() });
    const one = await app.ask("/forms/contact", { method: "POST", token: null, headers: json, body: urlencoded });
    expect(one.status).toBe(202);
    const multipart = new FormData();
    for (const [name, value] of Object.entries({ ...OK, _token: await token() })) multipart.set(name, value);
    const two = await app.ask("/forms/contact", { method: "POST", token: null, headers: json, body: multipart });
    expect(two.status).toBe(202);
    expect(stored()).toBe(3);
  });

  test("a browser without scripts to a page that thanks, or to the owner's own", async () => {
    const post = (form: string, body: URLSearchParams) =>
      app.ask(`/forms/${form}`, {
        method: "POST",
        token: null,
        headers: { accept: "text/html", origin: app.url },
        body,
        redirect: "manual",
      });
    const own = await post("contact", new URLSearchParams({ ...OK, _language: "fr", _token: await token() }));
    expect([own.status, own.headers.get("location")]).toEqual([303, "/forms/contact/thanks?lang=fr&by=sms"]);
    const page = await app.ask(own.headers.get("location") ?? "", { token: null });
    expect(await page.text()).toContain("Nous vous répondons par SMS.");
    const theirs = await post("shop", new URLSearchParams({ ...OK, _token: await token("shop") }));
    expect(theirs.headers.get("location")).toBe(`${SHOP}/merci`);
  });

  test("the same rendering once, however often and with whatever it is sent", async () => {
    const same = await token();
    expect((await send({ token: same, values: OK })).status).toBe(202);
    expect((await send({ token: same, values: { ...OK, message: "Autre chose" } })).status).toBe(202);
    expect(stored()).toBe(1);
  });

  test("nothing of whoever fills in what nobody sees, and does not say so", async () => {
    const { status } = await send({ token: await token(), values: { ...OK, _website: "https://spam.example.com" } });
    expect(status).toBe(202);
    expect(stored()).toBe(0);
  });
});

describe("a form refuses", () => {
  test("a token that is forged, missing, of another form, too young or too old", async () => {
    const own = await token();
    const forged = [
      "",
      "x",
      own.slice(0, -1) + (own.endsWith("A") ? "B" : "A"),
      own.replace(/^[^.]+/, (time) => (Number.parseInt(time, 36) + 1).toString(36)),
      await token("shop"),
    ];
    for (const wrong of forged) expect((await send({ token: wrong, values: OK })).status).toBe(401);
    const young = await send({ token: await token("contact", 200), values: OK });
    expect([young.status, young.body.error]).toEqual([400, expect.stringContaining("trop rapide")]);
    const old = await send({ token: await token("contact", 13 * 3_600_000), values: OK });
    expect([old.status, old.body.token]).toEqual([400, expect.any(String)]);
    expect(stored()).toBe(0);
    clock.advance(2000);
    expect((await send({ token: old.body.token, values: OK })).status).toBe(202);
  });

  test("what it cannot read, each with its status", async () => {
    const fresh = await token();
    const cases: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
      ["{", {}, 400],
      ["[]", {}, 400],
      ['{"token":"x"}', {}, 400],
      [JSON.stringify({ token: fresh, values: { name: { $ne: null } } }), {}, 400],
      [JSON.stringify({ token: fresh, values: { name: ["a", "b"] } }), {}, 400],
      [JSON.stringify({ token: fresh, values: OK, files: { a: { filepath: "/etc/passwd" } } }), {}, 400],
      [JSON.stringify({ token: fresh, values: OK }), { "content-type": "application/json;charset=utf-7" }, 415],
      [JSON.stringify({ token: fresh, values: OK }), { "content-type": "text/plain" }, 415],
      [`name=a&name=b&_token=${fresh}`, { "content-type": "application/x-www-form-urlencoded" }, 400],
      ["--x\r\nbroken", { "content-type": "multipart/form-data; boundary=x" }, 400],
      ["no boundary", { "content-type": "multipart/form-data" }, 415],
      [JSON.stringify({ token: fresh, values: { ...OK, message: "x".repeat(300_000) } }), {}, 413],
    ];
    for (const [body, headers, status] of cases) {
      clock.advance(60_000);
      expect([body.slice(0, 60), (await send(body, { headers })).status]).toEqual([body.slice(0, 60), status]);
    }
    expect(stored()).toBe(0);
  });

  test("answers that do not hold, by field, in the reader's language", async () => {
    const values = { name: "", email: "nobody", phone: "12", message: "x", isAdmin: "true" };
    const french = await send({ token: await token(), language: "fr", values });
    expect([french.status, french.body.fields]).toEqual([
      422,
      {
        name: "Ce champ est nécessaire.",
        email: "Cette adresse e-mail n'est pas valable. Exemple : nom@exemple.fr",
        phone: "Ce numéro n'est pas valable. Exemple : 06 39 98 12 34",
        isAdmin: "Ce formulaire n'a pas ce champ.",
      },
    ]);
    const english = await send({ token: await token(), language: "en", values: { name: "Tom", message: "Hello" } });
    expect(english.body).toMatchObject({
      error: "Some answers need another look.",
      fields: { email: "Give an e-mail address or a phone number, so that we can answer you." },
    });
    const lines = await send({ token: await token(), values: { ...OK, name: "Léa\r\nBcc: all@example.com" } });
    expect(lines.body.fields).toEqual({ name: "Écrivez sur une seule ligne." });
    expect(stored()).toBe(0);
  });

  test("the page comes back with every answer still in it and every problem named", async () => {
    const body = new URLSearchParams({ name: `"><script>alert(1)</script>`, email: "x", _token: await token() });
    const response = await app.ask("/forms/contact", {
      method: "POST",
      token: null,
      headers: { accept: "text/html", origin: app.url },
      body,
    });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(page).not.toContain("<script>alert");
    expect(page).toMatch(/<input type="email"[^>]*aria-invalid="true"/);
    expect(page).toContain('<a href="#f-email">Adresse e-mail</a>');
  });

  test("files by content, size and count", async () => {
    const post = async (files: readonly (readonly [string, Blob, string])[]) => {
      clock.advance(60_000);
      const body = new FormData();
      body.set("_token", await token("files"));
      body.set("phone", "0639981234");
      for (const [field, blob, name] of files) body.append(field, blob, name);
      const response = await app.ask("/forms/files", { method: "POST", token: null, headers: json, body });
      return [response.status, ((await response.json()) as { fields?: Record<string, string> }).fields?.plan ?? null];
    };
    const png = new Blob([PNG]);
    const kind = expect.stringContaining("Ce type de fichier");
    expect(await post([["plan", new Blob(["<script>alert(1)</script>"]), "photo.png"]])).toEqual([422, kind]);
    expect(await post([["plan", new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']), "a.svg"]])).toEqual([
      422,
      kind,
    ]);
    expect(await post([["plan", new Blob(["MZ\x90\x00"]), "a.pdf.exe"]])).toEqual([422, kind]);
    expect(await post([["plan", new Blob([]), "vide.png"]])).toEqual([422, "Ce fichier est vide."]);
    expect(await post([["plan", new Blob([PNG, new Uint8Array(10_000_001)]), "a.png"]])).toEqual([
      422,
      "Un fichier peut peser 10 Mo au plus.",
    ]);
    const two = [["plan", png, "a.png"] as const, ["plan", png, "b.png"] as const];
    expect(await post(two)).toEqual([422, "Un seul fichier est possible."]);
    expect((await post(Array.from({ length: 6 }, () => ["plan", png, "a.png"] as const)))[0]).toBe(422);
    expect((await post(Array.from({ length: 100 }, () => ["plan", png, "a.png"] as const)))[0]).toBe(400);
    expect(await post([["phone", png, "a.png"]])).toEqual([422, null]);
    expect(stored()).toBe(0);
    expect((await post([["plan", png, "plan.png"]]))[0]).toBe(202);
    const { items } = await app.store.conversations.messages(app.workspaceId, { limit: 5 });
    expect(items[0]?.content).toMatchObject({ type: "form", files: [{ mimeType: "image/png", fileName: "plan.png" }] });
  });

  test("pages of other sites, except those that the owner allowed", async () => {
    const from = (origin: string, form: string, method = "POST") =>
      app.ask(`/forms/${form}`, {
        method,
        token: null,
        headers: { ...json, "content-type": "application/json", origin },
        ...(method === "POST" ? { body: "{}" } : {}),
      });
    for (const origin of [SHOP, "null", "https://shop.example.com.evil.test", "http://shop.example.com"])
      expect((await from(origin, "contact")).status).toBe(403);
    expect((await from("https://evil.test", "shop")).status).toBe(403);
    expect((await from("https://evil.test", "shop", "OPTIONS")).status).toBe(403);
    const asked = await from(SHOP, "shop", "OPTIONS");
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, SHOP]);
    expect(asked.headers.get("access-control-allow-credentials")).toBeNull();
    const fresh = await token("shop");
    const taken = await send({ token: fresh, values: OK }, { form: "shop", headers: { origin: SHOP } });
    expect([taken.status, taken.headers.get("access-control-allow-origin")]).toEqual([202, SHOP]);
  });

  test("more than a person sends: by address and form, with a time to wait", async () => {
    const same = await token();
    const statuses: number[] = [];
    for (let index = 0; index < 12; index++) statuses.push((await send({ token: same, values: {} })).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 422));
    const refused = await send({ token: same, values: OK });
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
    const forwarded = await send({ token: same, values: OK }, { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(forwarded.status).toBe(429);
  });

  test("forms that are not there", async () => {
    expect((await send({ token: "x", values: OK }, { form: "nothing" })).status).toBe(404);
    expect((await app.ask("/forms/nothing", { token: null })).status).toBe(404);
  });
});

describe("the page of a form", () => {
  test("needs no script, allows none but ours, and may only be framed where the owner says", async () => {
    const response = await app.ask("/forms/shop", { token: null, headers: { "accept-language": "en-GB,fr;q=0.5" } });
    const page = await response.text();
    expect(page).toContain('<html lang="en"');
    expect(page).toMatch(/<form method="post" action="\/forms\/shop" enctype="multipart\/form-data"/);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain(`frame-ancestors 'self' ${SHOP}`);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("tells programs what it asks, and nothing of where it may stand or how it is answered", async () => {
    const response = await app.ask("/forms/shop", { token: null, headers: json });
    const body = (await response.json()) as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual([
      "color",
      "corner",
      "fields",
      "formId",
      "scheme",
      "thanksUrl",
      "title",
      "token",
    ]);
  });

  test("has the colours that the owner chose as a style sheet, readable in both schemes", async () => {
    const sheet = await (await app.ask("/forms/contact/theme.css", { token: null })).text();
    expect(sheet).toContain("--corner:10px");
    expect(sheet).toMatch(/--accent:#[0-9a-f]{6};--on-accent:#[0-9a-f]{6}/i);
  });
});
