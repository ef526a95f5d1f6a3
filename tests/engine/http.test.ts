import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttp } from "../../engine/http.ts";
import type { HttpOutcome, HttpRequest } from "../../engine/ports.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer = (_, response) => response.end("ok");
const seen: {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}[] = [];
let server: Server;
let port = 0;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  port = await listening(server);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** Asks our own server, which the operator allows. */
function ask(path: string, request: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return createHttp({ allowPrivate: [`127.0.0.1:${port}`] }).request({
    method: "GET",
    url: `http://127.0.0.1:${port}${path}`,
    headers: {},
    timeoutMs: 2000,
    maxBytes: 1_000_000,
    ...request,
  });
}

/** Asks without any allowance. */
function askAnywhere(url: string, request: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return createHttp({ allowPrivate: [] }).request({
    method: "GET",
    url,
    headers: {},
    timeoutMs: 2000,
    maxBytes: 1000,
    ...request,
  });
}

function listening(of: { listen: Server["listen"]; address: Server["address"] }): Promise<number> {
  return new Promise((done) => {
    of.listen(0, "127.0.0.1", () => {
      const address = of.address();
      done(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}

function textOf(outcome: HttpOutcome): string {
  if (outcome.type !== "response") throw new Error(`no response: ${JSON.stringify(outcome)}`);
  return new TextDecoder().decode(outcome.body);
}

const blocked = expect.objectContaining({ type: "notSent", blocked: true });

describe("an address that is not public is refused", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[fe80::1]/",
    "http://[::127.0.0.1]/",
    "http://[fd00:ec2::254]/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://224.0.0.1/",
  ])("%s", async (url) => expect(await askAnywhere(url)).toEqual(blocked));
});

describe("an address that is no web address is refused", () => {
  test.each([
    "file:///etc/passwd",
    "data:text/plain,hello",
    "blob:http://example.com/1",
    "ftp://example.com/",
    "unix:/var/run/docker.sock",
    "gopher://example.com/",
    "http://example.com:25/",
    "http://example.com:6379/",
    "https://example.com:22/",
    "http://user@example.com/",
    "http://a@b@127.0.0.1/",
  ])("%s", async (url) => expect(await askAnywhere(url)).toEqual(blocked));

  test.each(["not an address", "http://evil\\@127.0.0.1", "http://localhost./"])("%s is not sent", async (url) => {
    expect(await askAnywhere(url)).toMatchObject({ type: "notSent" });
  });

  test("an allowed host does not open other schemes or users", async () => {
    const http = createHttp({ allowPrivate: ["127.0.0.1"] });
    const request = { method: "GET", headers: {}, timeoutMs: 500, maxBytes: 10 };
    expect(await http.request({ ...request, url: "ftp://127.0.0.1/" })).toEqual(blocked);
    expect(await http.request({ ...request, url: "http://me:secret@127.0.0.1/" })).toEqual(blocked);
  });
});

describe("a name is judged by where it leads, at the moment of connecting", () => {
  const v4 = (address: string) => ({ address, family: 4 });
  const asking = (answers: readonly (readonly { address: string; family: number }[])[]) => {
    let lookups = 0;
    const http = createHttp({
      allowPrivate: [],
      resolve: (_, done) => done(null, answers[Math.min(lookups++, answers.length - 1)] ?? []),
    });
    const request = { method: "GET", url: "http://shop.example.com/", headers: {}, timeoutMs: 150, maxBytes: 10 };
    return { ask: () => http.request(request), lookups: () => lookups };
  };

  test.each([
    ["loopback", [v4("127.0.0.1")]],
    ["a cloud machine's own data", [v4("169.254.169.254")]],
    ["a public address and a private one", [v4("93.184.215.14"), v4("10.0.0.1")]],
    ["a public IPv4 and a private IPv6", [v4("93.184.215.14"), { address: "fd00::1", family: 6 }]],
    ["an IPv4 address in IPv6 clothes", [{ address: "::ffff:127.0.0.1", family: 6 }]],
    ["no address that can be read", [v4("nonsense")]],
  ])("%s", async (_, addresses) => expect(await asking([addresses]).ask()).toEqual(blocked));

  test("every new connection asks again: no verdict is kept for a name that changes its mind", async () => {
    const { ask: askName, lookups } = asking([[], [v4("127.0.0.1")]]);
    expect(await askName()).toMatchObject({ type: "notSent", blocked: false });
    for (let round = 0; round < 50; round++) expect(await askName()).toEqual(blocked);
    expect(lookups()).toBe(51);
  });

  test("a name without an address is not sent", async () => {
    expect(await asking([[]]).ask()).toMatchObject({ type: "notSent", blocked: false });
  });
});

describe("headers that are not the caller's are refused", () => {
  test.each([
    ["Host", "x"],
    ["Content-Length", "3"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "upgrade"],
    ["X-aws-ec2-metadata-token", "x"],
    ["Metadata-Flavor", "Google"],
    ["Metadata", "true"],
    ["x-ok", "a\r\nHost: evil"],
    ["x-ok", "a\nb"],
    ["x-ok\r\nHost", "a"],
    ["x-ok", "a\0b"],
  ])("%j: %j", async (name, value) => {
    seen.length = 0;
    expect(await ask("/", { headers: { [name]: value } })).toEqual(blocked);
    expect(seen).toEqual([]);
  });
});

describe("redirects", () => {
  const redirect =
    (status: number, location: string): Answer =>
    (request, response) => {
      if (request.url === "/start") response.writeHead(status, { location }).end();
      else response.end("arrived");
    };

  test("are not followed unless asked", async () => {
    answer = redirect(302, "/next");
    expect(await ask("/start")).toMatchObject({ type: "response", status: 302 });
  });

  test.each([301, 302, 303, 307, 308])("%i is followed on the same host, credentials and all", async (status) => {
    answer = redirect(status, "/next");
    seen.length = 0;
    expect(textOf(await ask("/start", { redirects: true, headers: { authorization: "Bearer mine" } }))).toBe("arrived");
    expect(seen[1]?.headers.authorization).toBe("Bearer mine");
  });

  test.each([
    "http://169.254.169.254/",
    "http://127.0.0.1:1/",
    "http://[::1]/",
    "http://localhost/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
  ])("to %s are refused", async (location) => {
    answer = redirect(302, location);
    expect(await ask("/start", { redirects: true })).toEqual(blocked);
  });

  test("trust in a provider's host ends where it sends us elsewhere", async () => {
    answer = redirect(302, `http://localhost:${port}/next`);
    const http = createHttp({ allowPrivate: [] });
    const outcome = await http.request({
      method: "GET",
      url: `http://127.0.0.1:${port}/start`,
      headers: {},
      timeoutMs: 2000,
      maxBytes: 100,
      trusted: true,
      redirects: true,
    });
    expect(outcome).toEqual(blocked);
  });

  test("end after three", async () => {
    let hops = 0;
    answer = (_, response) => response.writeHead(302, { location: `/${++hops}` }).end();
    expect(await ask("/start", { redirects: true })).toEqual(blocked);
    expect(hops).toBe(4);
  });

  test("to another origin leave every secret behind", async () => {
    answer = redirect(302, `http://localhost:${port}/next`);
    seen.length = 0;
    const http = createHttp({ allowPrivate: ["127.0.0.1", "localhost"] });
    const outcome = await http.request({
      method: "GET",
      url: `http://127.0.0.1:${port}/start`,
      headers: {
        authorization: "Bearer mine",
        "x-api-key": "k",
        "x-shop-token": "t",
        cookie: "c=1",
        accept: "text/plain",
      },
      timeoutMs: 2000,
      maxBytes: 100,
      redirects: true,
    });
    expect(textOf(outcome)).toBe("arrived");
    const { authorization, cookie, accept } = seen[1]?.headers ?? {};
    expect({ authorization, cookie, accept }).toEqual({
      authorization: undefined,
      cookie: undefined,
      accept: "text/plain",
    });
    expect(seen[1]?.headers).not.toHaveProperty("x-api-key");
    expect(seen[1]?.headers).not.toHaveProperty("x-shop-token");
  });

  test("303 asks with GET and without the body; 307 repeats what was sent", async () => {
    for (const [status, method, body] of [
      [303, "GET", ""],
      [302, "GET", ""],
      [307, "POST", "text"],
    ] as const) {
      answer = redirect(status, "/next");
      seen.length = 0;
      await ask("/start", { redirects: true, method: "POST", body: "text" });
      expect(seen.map((one) => [one.method, one.body])).toEqual([
        ["POST", "text"],
        [method, body],
      ]);
    }
  });

  test("never carry a body to another host", async () => {
    answer = redirect(307, `http://localhost:${port}/next`);
    const http = createHttp({ allowPrivate: ["127.0.0.1", "localhost"] });
    const outcome = await http.request({
      method: "POST",
      url: `http://127.0.0.1:${port}/start`,
      headers: {},
      body: "a customer's words",
      timeoutMs: 2000,
      maxBytes: 100,
      redirects: true,
    });
    expect(outcome).toEqual(blocked);
  });
});

describe("answers are bounded", () => {
  test("a body that never ends is cut at the limit", async () => {
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    const outcome = await ask("/", { maxBytes: 100_000 });
    expect(outcome).toMatchObject({ type: "response", truncated: true });
    expect(textOf(outcome)).toHaveLength(100_000);
  });

  test("a compressed bomb stays compressed", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    const outcome = await ask("/");
    expect(outcome).toMatchObject({ type: "response", truncated: false });
    expect(textOf(outcome).length).toBeLessThan(100_000);
  });

  test("a body of one byte now and then ends with the time allowed", async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(timer));
    };
    const startedAt = Date.now();
    expect(await ask("/", { timeoutMs: 400 })).toMatchObject({ type: "unknown" });
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  test("headers without end are refused", async () => {
    answer = (_, response) => {
      for (let index = 0; index < 2000; index++) response.setHeader(`x-${index}`, "y".repeat(30));
      response.end();
    };
    expect(await ask("/")).toMatchObject({ type: "unknown" });
  });
});

describe("whether anything was sent", () => {
  test("a closed port: certainly not", async () => {
    const free = createTcpServer();
    const closed = await listening(free as unknown as Server);
    await new Promise((done) => free.close(done));
    const http = createHttp({ allowPrivate: ["127.0.0.1"] });
    const url = `http://127.0.0.1:${closed}/`;
    expect(
      await http.request({ method: "POST", url, headers: {}, body: "x", timeoutMs: 2000, maxBytes: 10 }),
    ).toMatchObject({
      type: "notSent",
      blocked: false,
    });
  });

  test("a name that does not exist: certainly not", async () => {
    expect(await askAnywhere("http://no-such-host.invalid/")).toMatchObject({ type: "notSent", blocked: false });
  });

  test("TLS with somebody who does not speak it: certainly not", async () => {
    answer = (_, response) => response.end("ok");
    const outcome = await ask("/", { url: `https://127.0.0.1:${port}/` });
    expect(outcome).toMatchObject({ type: "notSent", blocked: false });
  });

  test("a connection reset after the request: nobody knows", async () => {
    answer = (request) => request.socket.resetAndDestroy();
    expect(await ask("/", { method: "POST", body: "x" })).toMatchObject({ type: "unknown" });
  });

  test("no answer in time: nobody knows", async () => {
    answer = () => {};
    expect(await ask("/", { method: "POST", body: "x", timeoutMs: 200 })).toMatchObject({ type: "unknown" });
  });

  test("half an answer: nobody knows", async () => {
    answer = (request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    };
    expect(await ask("/", { method: "POST", body: "x" })).toMatchObject({ type: "unknown" });
  });

  test("still waiting for a free connection: certainly not, and it never leaves", async () => {
    answer = () => {};
    const http = createHttp({ allowPrivate: [`127.0.0.1:${port}`] });
    const request = { method: "POST", headers: {}, body: "x", maxBytes: 10 };
    const slow = Array.from({ length: 128 }, () =>
      http.request({ ...request, url: `http://127.0.0.1:${port}/slow`, timeoutMs: 900 }),
    );
    await new Promise((done) => setTimeout(done, 200));
    seen.length = 0;
    const outcome = await http.request({ ...request, url: `http://127.0.0.1:${port}/queued`, timeoutMs: 100 });
    expect(outcome).toMatchObject({ type: "notSent", blocked: false });
    await Promise.all(slow);
    await new Promise((done) => setTimeout(done, 100));
    expect(seen.filter(({ url }) => url === "/queued")).toEqual([]);
  });

  test("the caller's own stop ends it", async () => {
    answer = () => {};
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await ask("/", { signal: stop.signal, timeoutMs: 5000 })).toMatchObject({ type: "unknown" });
  });
});

test("a file goes out as a form", async () => {
  answer = (_, response) => response.end("ok");
  seen.length = 0;
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("file", new Blob(["bytes"], { type: "image/png" }), "a.png");
  await ask("/media", { method: "POST", body: form });
  expect(seen[0]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(seen[0]?.body).toContain('name="messaging_product"');
  expect(seen[0]?.body).toContain('filename="a.png"');
});

test("connections are kept and used again", async () => {
  answer = (_, response) => response.end("ok");
  const http = createHttp({ allowPrivate: ["127.0.0.1"] });
  const before = sockets.size;
  for (let index = 0; index < 20; index++) {
    await http.request({ method: "GET", url: `http://127.0.0.1:${port}/`, headers: {}, timeoutMs: 1000, maxBytes: 10 });
  }
  expect(sockets.size - before).toBeLessThan(5);
});
