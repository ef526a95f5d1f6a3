import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { App } from "../../../engine/server/app.ts";
import { ADMIN_TOKEN, FLOW, metaSignature, startTestApp, type TestApp, whatsappText } from "../../support/test-app.ts";

interface Described {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<
      string,
      {
        summary: string;
        description: string;
        operationId: string;
        parameters: { name: string; in: string; required: boolean; schema: unknown }[];
        responses: object;
        /** Empty: for anyone. */
        security?: readonly unknown[];
      }
    >
  >;
}
interface Listed<T> {
  readonly items: T[];
  readonly next: string | null;
}
interface Talk {
  readonly id: string;
  readonly owner: string;
  readonly contact: { readonly id: string };
}

let relais: TestApp;
let neighbour: App;
let described: Described;
let conversation: Talk;

beforeAll(async () => {
  relais = await startTestApp();
  neighbour = relais.neighbour();
  described = (await (await fetch(`${relais.url}/api/openapi.json`)).json()) as Described;
  for (const id of ["wamid.1", "wamid.2", "wamid.3"]) await webhook(whatsappText({ id, text: `message ${id}` }));
  const [first] = (await json<Listed<Talk>>("/api/conversations")).items;
  if (!first) throw new Error("no conversation");
  conversation = first;
});
afterAll(() => relais.close());

async function webhook(body: string): Promise<void> {
  const headers = { "x-hub-signature-256": metaSignature(body) };
  expect((await fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers })).status).toBe(200);
}
async function json<T>(path: string): Promise<T> {
  const answer = await relais.ask(path);
  expect(`${path} ${answer.status}`).toBe(`${path} 200`);
  return (await answer.json()) as T;
}
function send(
  path: string,
  body: unknown,
  init: { method?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return relais.ask(path, {
    method: init.method ?? "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...init.headers },
  });
}
/** Sends a body without end on a bare connection; gives back how many bytes it took until the server had enough. */
function endless(path: string): Promise<number> {
  return new Promise((done) => {
    let sent = 0;
    const socket = connect(relais.port, "127.0.0.1", () => {
      const head = `Host: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nContent-Type: application/json`;
      socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
      const more = (): void => {
        while (!socket.destroyed && sent < 100_000_000) {
          sent += 65_536;
          if (!socket.write(chunk)) {
            socket.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    socket.on("error", () => {});
    socket.on("close", () => done(sent));
  });
}
/** Every route that is not for anyone, with its parameters filled in. */
function everyRoute(): { method: string; path: string }[] {
  return Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security }]) =>
      security?.length === 0 ? [] : [{ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, "hello") }],
    ),
  );
}

describe("the description", () => {
  test("says of every route what it needs, takes and gives", () => {
    expect(described.openapi).toBe("3.1.0");
    const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    expect(operations.length).toBeGreaterThan(20);
    for (const { path, summary, description, parameters, responses } of operations) {
      expect(summary.length, path).toBeGreaterThan(5);
      expect(description, path).toMatch(/permission `[a-z]+\.[a-z]+`|whoever is signed in|For anyone/);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(
        parameters.filter((one) => one.in === "path").map(({ name }) => name),
        path,
      ).toEqual(named);
      expect(Object.keys(responses), path).toContain("200");
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test("holds every path that others rely on", () => {
    expect(Object.keys(described.paths)).toEqual(
      expect.arrayContaining([
        "/api/messages",
        "/api/conversations",
        "/api/conversations/{id}",
        "/api/conversations/{id}/messages",
        "/api/conversations/{id}/takeover",
        "/api/conversations/{id}/handback",
        "/api/contacts",
        "/api/flows/{id}",
        "/api/flows/{id}/publish",
        "/api/flows/check",
        "/api/channels",
        "/api/events",
      ]),
    );
  });

  test("has a page that needs nothing from elsewhere", async () => {
    const answer = await fetch(`${relais.url}/docs`);
    const page = await answer.text();
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page).toContain("/api/conversations/{id}/takeover");
    expect(page).not.toMatch(/<script|src="http|href="http/);
  });
});

describe("who may ask", () => {
  test.each([
    ["no token", null],
    ["a wrong one", "wrong-token-0123456789"],
    ["one letter more", `${ADMIN_TOKEN}x`],
    ["one letter less", ADMIN_TOKEN.slice(0, -1)],
    ["two", `${ADMIN_TOKEN} ${ADMIN_TOKEN}`],
  ])("with %s no route answers", async (_, token) => {
    for (const { method, path } of everyRoute()) {
      const answer = await relais.ask(path, { method, token, ...(method === "GET" ? {} : { body: "{}" }) });
      expect([401, 429], `${method} ${path}`).toContain(answer.status);
      await answer.body?.cancel();
    }
  });

  test("guessing is slowed down", async () => {
    const statuses = new Set<number>();
    for (let guess = 0; guess < 40; guess++) {
      const answer = await relais.ask("/api/contacts", { token: `guess-${guess}` });
      statuses.add(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses).toContain(429);
    expect((await relais.ask("/api/contacts")).status).toBe(200);
  });

  test("the token counts in the header only", async () => {
    for (const path of [`/api/contacts?token=${ADMIN_TOKEN}`, `/api/contacts?access_token=${ADMIN_TOKEN}`]) {
      expect([401, 429]).toContain((await relais.ask(path, { token: null })).status);
    }
  });

  test("pages of other sites may change nothing, even with the token", async () => {
    const path = `/api/conversations/${conversation.id}/bot`;
    for (const headers of [
      { origin: "https://evil.example.com" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ] as Record<string, string>[]) {
      // The platform's fetch does not let us say these: the application is asked itself.
      const answer = await relais.app.hono.request(path, {
        method: "POST",
        body: '{"enabled":true}',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json", ...headers },
      });
      expect(answer.status).toBe(403);
    }
  });
});

describe("another workspace", () => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  const ask = (path: string, init: RequestInit = {}) => neighbour.hono.request(path, { headers, ...init });

  test("sees none of what is ours in any list", async () => {
    for (const path of [
      "/api/conversations",
      "/api/messages",
      "/api/contacts",
      "/api/outbox",
      "/api/notices",
      "/api/orders",
    ]) {
      expect(await (await ask(path)).json(), path).toMatchObject({ items: [] });
    }
    const found = (await (await ask("/api/messages?externalId=wamid.1")).json()) as Listed<unknown>;
    expect(found.items).toEqual([]);
    const channels = (await (await ask("/api/channels")).json()) as Listed<{ accounts: unknown[] }>;
    expect(channels.items.flatMap(({ accounts }) => accounts)).toEqual([]);
  });

  test("gets 404 for every id of ours, as for one that never was, and changes nothing", async () => {
    const before = await json<Talk>(`/api/conversations/${conversation.id}`);
    for (const id of [conversation.id, "cnv_00000000000000000000000000"]) {
      for (const [method, path, body] of [
        ["GET", `/api/conversations/${id}`],
        ["GET", `/api/conversations/${id}/messages`],
        ["POST", `/api/conversations/${id}/messages`, { text: "foreign" }],
        ["POST", `/api/conversations/${id}/takeover`, {}],
        ["POST", `/api/conversations/${id}/handback`, {}],
        ["POST", `/api/conversations/${id}/bot`, { enabled: false }],
        ["POST", "/api/flows/hello/start", { conversationId: id }],
        ["GET", `/api/contacts/${conversation.contact.id}`],
        ["POST", `/api/outbox/eff_${id.slice(4)}_1_0`, { resolve: "resend" }],
      ] as [string, string, unknown?][]) {
        const answer = await ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
        expect(answer.status, `${method} ${path}`).toBe(404);
      }
    }
    expect(await json<Talk>(`/api/conversations/${conversation.id}`)).toEqual(before);
  });
});

describe("messages", () => {
  test("have the shape that others rely on", async () => {
    const { items } = await json<Listed<object>>("/api/messages?externalId=wamid.2");
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      conversationId: conversation.id,
      direction: "in",
      author: "contact",
      kind: "text",
      text: "message wamid.2",
      attachments: [],
      externalId: "wamid.2",
      status: "received",
      error: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      contact: { name: "Camille Exemple", identities: [{ channel: "whatsapp", kind: "phone", value: "+33639980001" }] },
      channel: "whatsapp",
      accountId: expect.stringMatching(/^acc_/),
    });
    expect(items[0]).toHaveProperty("sentAt");
  });

  test("of a conversation come in their order, page by page, none twice", async () => {
    const all = await json<Listed<{ externalId: string }>>(`/api/conversations/${conversation.id}/messages`);
    expect(all.items.map(({ externalId }) => externalId)).toEqual(["wamid.1", "wamid.2", "wamid.3"]);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Listed<{ externalId: string }> = await json(
        `/api/messages?conversationId=${conversation.id}&limit=1${cursor ? `&cursor=${cursor}` : ""}`,
      );
      seen.push(...page.items.map(({ externalId }) => externalId));
      cursor = page.next;
    }
    expect(seen.sort()).toEqual(["wamid.1", "wamid.2", "wamid.3"]);
  });

  test("of a person are queued, take the conversation over, and are sent once however often one asks", async () => {
    const path = `/api/conversations/${conversation.id}/messages`;
    const first = await send(path, { text: "Un instant", clientId: "c-1" });
    expect(first.status).toBe(201);
    const message = (await first.json()) as { id: string };
    expect(message).toMatchObject({ direction: "out", author: "agent", status: "queued", text: "Un instant" });
    const again = await send(path, { text: "Un instant", clientId: "c-1" });
    expect(((await again.json()) as { id: string }).id).toBe(message.id);
    expect((await send(path, { text: "Autre chose", clientId: "c-1" })).status).toBe(409);
    const byHeader = await send(path, { text: "Par l'en-tête" }, { headers: { "idempotency-key": "k-1" } });
    const repeated = await send(path, { text: "Par l'en-tête" }, { headers: { "idempotency-key": "k-1" } });
    expect(await repeated.json()).toMatchObject({ id: ((await byHeader.json()) as { id: string }).id });
    expect(await json(`/api/conversations/${conversation.id}`)).toMatchObject({ owner: "agent" });
    const waiting = await json<Listed<object>>("/api/outbox");
    expect(waiting.items).toHaveLength(2);
  });
});

describe("a conversation", () => {
  test("is taken at once, and says where the bot stands", async () => {
    await webhook(whatsappText({ id: "wamid.b1", from: "33639980009" }));
    const talk = (await json<Listed<Talk>>("/api/conversations")).items.find(({ owner }) => owner === "bot");
    expect((await send(`/api/conversations/${talk?.id}/takeover`, {})).status).toBe(200);
    expect(await json(`/api/conversations/${talk?.id}`)).toMatchObject({
      owner: "agent",
      run: null,
      steps: [],
      notes: [],
    });
  });

  test.each(["", "handback", "bot", "takeover"])("that is not there is 404 (%s)", async (verb) => {
    const path = `/api/conversations/cnv_nothing${verb && `/${verb}`}`;
    const answer = verb ? await send(path, verb === "bot" ? { enabled: true } : {}) : await relais.ask(path);
    expect(answer.status).toBe(404);
  });
});

describe("what does not fit is refused", () => {
  const path = (): string => `/api/conversations/${conversation.id}/messages`;
  test.each([
    ["an unknown key", { text: "x", workspaceId: "wsp_other" }],
    ["an id of the client's choice", { text: "x", id: "msg_mine" }],
    ["an operator instead of a text", { text: { $ne: null } }],
    ["a list", ["x"]],
    ["a number", { text: 5 }],
    ["nothing", { text: "   " }],
    ["too much", { text: "x".repeat(4001) }],
    ["null", null],
    ["no JSON", "{"],
    ["nesting without end", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["a prototype", '{"text":"x","__proto__":{"a":1},"constructor":1}'],
  ])("%s", async (_, body) => {
    const answer = await send(path(), body as string);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toMatch(/^body/);
  });

  test.each([
    ["/api/messages?limit=0", 400],
    ["/api/messages?limit=201", 400],
    ["/api/messages?limit=1e9", 400],
    ["/api/messages?limit=50&limit=60", 400],
    ["/api/messages?sort=text;DROP%20TABLE%20messages", 400],
    ["/api/messages?status[]=sent", 400],
    ["/api/conversations?status=open'--", 400],
    ["/api/messages?externalId=%27%20OR%201%3D1--", 200],
    ["/api/contacts?search=%25%25%25%5C_", 200],
    ["/api/messages?cursor=nonsense", 200],
    ["/api/flows/..%2f..%2fetc%2fpasswd", 400],
    ["/api/flows/..%5c..%5cx", 400],
    ["/api/flows/a%00b", 400],
    ["/api/flows/CON.txt", 400],
    [`/api/flows/${"a".repeat(300)}`, 400],
    ["/api/flows/nothing-here", 404],
    ["/api//conversations", 404],
    ["/api/conversations;.js", 404],
    ["/api/nothing", 404],
  ])("%s is %i", async (url, status) => expect((await relais.ask(url)).status).toBe(status));

  test.each([
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 415],
    ["text/plain", 415],
    ["application/json; charset=utf-7", 415],
    ["application/json; charset=utf-8", 201],
    ["application/json", 201],
  ])("a body of type %s gets %i", async (type, status) => {
    const answer = await send(path(), { text: `as ${type}` }, { headers: { "content-type": type } });
    expect(answer.status).toBe(status);
  });

  test("bodies beyond the limit are refused, with or without a length", async () => {
    const big = "x".repeat(3_100_000);
    expect((await send("/api/flows/check", { source: big })).status).toBe(413);
    expect(await endless("/api/flows/check")).toBeLessThan(50_000_000);
  });

  test("a method in a header is not a method", async () => {
    const answer = await relais.ask("/api/flows/hello", { headers: { "x-http-method-override": "PUT" } });
    expect(await answer.text()).toBe(FLOW);
  });
});

describe("flows", () => {
  test("are read and written byte for byte, and not over somebody else's work", async () => {
    const answer = await relais.ask("/api/flows/hello");
    const etag = answer.headers.get("etag") ?? "";
    expect(await answer.text()).toBe(FLOW);
    const edited = `\uFEFF${FLOW.replace("Bonjour !", "Salut !")}# fin, sans retour`;
    const written = await send("/api/flows/hello", edited, {
      method: "PUT",
      headers: { "content-type": "application/yaml", "if-match": etag },
    });
    expect(written.status).toBe(200);
    expect(readFileSync(join(relais.flowsDir, "hello.flow.yaml"), "utf8")).toBe(edited);
    const late = await send("/api/flows/hello", FLOW, { method: "PUT", headers: { "if-match": etag } });
    expect(late.status).toBe(412);
    const next = written.headers.get("etag") ?? "";
    expect((await send("/api/flows/hello", FLOW, { method: "PUT", headers: { "if-match": next } })).status).toBe(200);
    expect(readFileSync(join(relais.flowsDir, "hello.flow.yaml"), "utf8")).toBe(FLOW);
  });

  test("written by two at once keep one of both, and the other is told", async () => {
    const etag = (await relais.ask("/api/flows/hello")).headers.get("etag") ?? "";
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        send("/api/flows/hello", `${FLOW}# ${index}\n`, { method: "PUT", headers: { "if-match": etag } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
    expect((await send("/api/flows/hello", FLOW, { method: "PUT" })).status).toBe(200);
  });

  test("that are new do not replace one that is there, and one that is gone is not made again", async () => {
    const made = await send("/api/flows/hello", FLOW, { method: "PUT", headers: { "if-none-match": "*" } });
    expect(made.status).toBe(412);
    const gone = await send("/api/flows/nowhere", FLOW, { method: "PUT", headers: { "if-match": '"old"' } });
    expect(gone.status).toBe(412);
    expect((await relais.ask("/api/flows/nowhere")).status).toBe(404);
  });

  test("start in a conversation when they are published", async () => {
    const body = { conversationId: conversation.id, variables: { order: "K7P" } };
    expect((await send("/api/flows/nowhere/start", body)).status).toBe(404);
    await send("/api/flows/hello/publish", {});
    expect((await send("/api/flows/hello/start", body)).status).toBe(200);
    expect((await send("/api/flows/hello/start", { ...body, conversationId: "cnv_nothing" })).status).toBe(404);
    expect((await send("/api/flows/hello/start", { ...body, variables: { "a.b": 1 } })).status).toBe(400);
  });

  test("that are not UTF-8 are refused, not mended", async () => {
    const answer = await relais.ask("/api/flows/hello", { method: "PUT", body: new Uint8Array([0x66, 0xff, 0xfe]) });
    expect(answer.status).toBe(400);
  });

  test("are checked: code, place and sentence in both languages", async () => {
    const answer = await send("/api/flows/check", { source: FLOW.replace("next: bye", "next: nowhere") });
    const { ok, diagnostics } = (await answer.json()) as { ok: boolean; diagnostics: object[] };
    expect(ok).toBe(false);
    expect(diagnostics[0]).toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/),
      severity: "error",
      message: { fr: expect.any(String), en: expect.any(String) },
      range: { start: { line: expect.any(Number), column: expect.any(Number) } },
    });
  });

  test("are checked: what the customer sees on each connected channel that the flow allows, and in what it differs", async () => {
    const choose =
      "type: choose\n    text: Que voulez-vous ?\n    choices: [{ id: a, label: Pain }, { id: b, label: Miel }]";
    const source = FLOW.replace("type: say\n    text: Bonjour !", choose).replace("next: bye", "a: bye, b: bye");
    const check = async (text: string) => {
      const answer = await send("/api/flows/check", { source: text });
      return ((await answer.json()) as { shown: readonly { channel: string }[] }).shown;
    };
    const shown = await check(source);
    expect(shown.map(({ channel }) => channel).sort()).toEqual(["sms", "web", "whatsapp"]);
    expect(shown.find(({ channel }) => channel === "whatsapp")).toMatchObject({
      node: "greeting",
      language: "fr",
      parts: [{ type: "choices", choices: [{ label: "Pain" }, { label: "Miel" }] }],
      how: [],
    });
    expect(shown.find(({ channel }) => channel === "sms")).toMatchObject({
      parts: [{ type: "text", text: "Que voulez-vous ?\n\n1. Pain\n2. Miel" }],
      how: [{ code: "numbered", message: { fr: expect.stringContaining("2 choix"), en: expect.any(String) } }],
    });
    const named = await check(source.replace("start:", "channels: [sms, email]\nstart:"));
    expect(named.map(({ channel }) => channel)).toEqual(["sms"]);
    expect(await check("flow: [")).toEqual([]);
  });

  test("with errors are not published, and what is published goes on", async () => {
    const published = await send("/api/flows/hello/publish", { note: "première" });
    expect(await published.json()).toMatchObject({ version: 1 });
    writeFileSync(join(relais.flowsDir, "hello.flow.yaml"), FLOW.replace("type: say", "type: sai"));
    const refused = await send("/api/flows/hello/publish", {});
    expect(refused.status).toBe(422);
    expect(((await refused.json()) as { diagnostics: unknown[] }).diagnostics.length).toBeGreaterThan(0);
    const { items } = await json<Listed<{ id: string }>>("/api/flows");
    expect(items).toEqual([expect.objectContaining({ id: "hello", state: "changed", version: 1 })]);
    writeFileSync(join(relais.flowsDir, "hello.flow.yaml"), FLOW);
  });
});

describe("secrets", () => {
  test("are in no answer", async () => {
    const canaries = ["access-token-canary", "app-secret-one", "twilio-auth-token", "verify-me", ADMIN_TOKEN];
    for (const path of [
      "/api/channels",
      "/api/conversations",
      "/api/messages",
      "/api/outbox",
      "/api/quarantine",
      "/api/notices",
      "/api/public/status",
      "/api/openapi.json",
      "/docs",
      "/metrics",
      "/healthz",
      "/readyz",
    ]) {
      const text = await (await relais.ask(path)).text();
      for (const canary of canaries) expect(text, path).not.toContain(canary);
    }
  });

  test("a failure of ours says an id and nothing else", async () => {
    const broken = await startTestApp({
      broken: { shop: new Proxy({} as never, { get: () => () => Promise.reject(new Error("secret detail")) }) },
    });
    try {
      const answer = await broken.ask("/api/orders");
      expect(answer.status).toBe(500);
      const body = (await answer.json()) as { reference: string };
      expect(Object.keys(body).sort()).toEqual(["error", "reference"]);
      expect(JSON.stringify(body)).not.toContain("secret detail");
      expect(broken.logged.join()).toContain(body.reference);
    } finally {
      await broken.close();
    }
  });
});

describe("a catalogue", () => {
  test("is imported whole or not at all", async () => {
    const bad = await send("/api/products", "sku,category,name_fr,price\nA1,Pain,Baguette,1.20\nA2,Pain,,x\n", {
      method: "PUT",
      headers: { "content-type": "text/csv" },
    });
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({ problems: [{ line: 3 }] });
    expect((await json<Listed<unknown>>("/api/products")).items).toEqual([]);
    const good = await send("/api/products", "sku,category,name_fr,price\nA1,Pain,Baguette,1.20\n", {
      method: "PUT",
      headers: { "content-type": "text/csv" },
    });
    expect(await good.json()).toEqual({ made: 1, updated: 0 });
    expect((await json<Listed<unknown>>("/api/products")).items).toMatchObject([{ sku: "A1", priceCents: 120 }]);
  });
});

test("a catalogue comes as JSON too, and names what does not fit", async () => {
  const bread = { sku: "J1", category: "Pain", names: { fr: "Miche", en: "Loaf" }, priceCents: 450 };
  const bad = await send("/api/products", [bread, { ...bread, sku: "J 2" }, { ...bread, workspaceId: "x" }], {
    method: "PUT",
  });
  expect(bad.status).toBe(422);
  expect(await bad.json()).toMatchObject({ problems: [{ line: 2 }, { line: 3 }] });
  expect(await (await send("/api/products", [bread], { method: "PUT" })).json()).toEqual({ made: 1, updated: 0 });
  expect((await send("/api/products", "{", { method: "PUT" })).status).toBe(422);
});

test("the start page learns what is connected, and nothing of another workspace", async () => {
  const status = await (await fetch(`${relais.url}/api/public/status`)).json();
  expect(status).toMatchObject({
    assistant: "builtin",
    backupNumber: false,
    channels: expect.arrayContaining([
      expect.objectContaining({ type: "whatsapp", connected: true, status: "active" }),
    ]),
    webhooks: expect.arrayContaining([{ channel: "whatsapp", url: "https://relais.example.com/webhook/whatsapp" }]),
    flows: [{ id: "hello", published: expect.any(Boolean) }],
  });
  const theirs = (await (await neighbour.hono.request("/api/public/status")).json()) as {
    channels: { connected: boolean }[];
  };
  expect(theirs.channels.filter(({ connected }) => connected)).toEqual([]);
});

test.each(["foo", "null", "https://evil.example.com", "http://127.0.0.1.evil.example.com"])(
  "the chat refuses pages from %s",
  async (origin) => {
    const headers = { origin, host: `127.0.0.1:${relais.port}` };
    const answer = await relais.app.hono.request("/chat/api/sessions", { method: "POST", headers });
    expect(answer.status).toBe(403);
  },
);

describe("health", () => {
  test("ready while work is taken, 503 while stopping; alive all the time", async () => {
    expect((await fetch(`${relais.url}/readyz`)).status).toBe(200);
    relais.setReady(false);
    expect((await fetch(`${relais.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${relais.url}/healthz`)).status).toBe(200);
    relais.setReady(true);
  });

  test("not ready when the database cannot be written", async () => {
    const broken = await startTestApp();
    const original = broken.store.operations.canWrite;
    broken.store.operations.canWrite = () => Promise.resolve(false);
    expect((await fetch(`${broken.url}/readyz`)).status).toBe(503);
    broken.store.operations.canWrite = original;
    await broken.close();
  });

  test("numbers are for this machine and for the token", async () => {
    const text = await (await fetch(`${relais.url}/metrics`)).text();
    expect(text).toContain("relais_outbox_pending ");
    expect(text).toContain("relais_nodejs_eventloop_lag_seconds");
    const proxied = { "x-forwarded-for": "198.51.100.7" };
    expect((await fetch(`${relais.url}/metrics`, { headers: proxied })).status).toBe(401);
    expect((await relais.ask("/metrics", { headers: proxied })).status).toBe(200);
  });

  test("every answer has its protecting headers and none that tells what we run on", async () => {
    for (const path of ["/healthz", "/api/conversations", "/nothing", "/docs"]) {
      const { headers } = await relais.ask(path);
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(headers.get("referrer-policy"), path).toBeTruthy();
      expect(headers.get("strict-transport-security"), path).toContain("max-age");
      expect(headers.get("x-powered-by"), path).toBeNull();
    }
  });
});

describe("the stream of changes", () => {
  /** Reads a stream until it has said what is looked for. */
  async function until(answer: Response, wanted: string): Promise<string> {
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (reader && !said.includes(wanted)) {
      const { value, done } = await reader.read();
      if (done) break;
      said += value;
    }
    await reader?.cancel();
    return said;
  }

  test("tells of a new message, to those who may know", async () => {
    const stream = await relais.ask("/api/events");
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const heard = until(stream, '"type":"message"');
    await webhook(whatsappText({ id: "wamid.live" }));
    expect(await heard).toContain(conversation.id);
  });

  test("tells another workspace nothing", async () => {
    const stream = await neighbour.hono.request("/api/events", { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    const heard = until(stream, "never said");
    await webhook(whatsappText({ id: "wamid.live2" }));
    await new Promise((done) => setTimeout(done, 100));
    await neighbour.close();
    expect(await heard).toBe("retry: 1000\n\n");
  });

  test("ends at once when the process stops", async () => {
    const short = await startTestApp();
    const stream = await short.ask("/api/events");
    const heard = until(stream, "never said");
    await new Promise((done) => setTimeout(done, 50));
    const startedAt = Date.now();
    await short.close();
    await heard;
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });
});
