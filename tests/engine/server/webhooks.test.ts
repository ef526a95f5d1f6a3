import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  metaSignature,
  OTHER_SECRET,
  PUBLIC_URL,
  startTestApp,
  type TestApp,
  TWILIO_SID,
  twilioSignature,
  whatsappText,
} from "../../support/test-app.ts";

let relais: TestApp;
beforeAll(async () => {
  relais = await startTestApp();
});
afterAll(() => relais.close());
beforeEach(() => {
  relais.accepted.length = 0;
  relais.logged.length = 0;
});

/** Sends bytes to the WhatsApp webhook, signed unless the headers say otherwise. */
function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
  const signed = { "content-type": "application/json", "x-hub-signature-256": metaSignature(body) };
  return fetch(`${relais.url}/webhook/whatsapp`, { method: "POST", body, headers: { ...signed, ...headers } });
}

/** Everything that was stored, of all conversations. */
async function stored(externalId: string): Promise<number> {
  const found = await relais.store.conversations.messages(relais.workspaceId, { externalId, limit: 50 });
  return found.items.length;
}

/** Writes bytes on a bare connection and gives back what comes until it closes. */
function bare(write: (socket: Socket) => void): Promise<string> {
  return new Promise((done) => {
    let answer = "";
    const socket = connect(relais.port, "127.0.0.1", () => write(socket));
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => done(answer));
  });
}

describe("a signed delivery", () => {
  test("is stored before it is answered, and wakes the worker", async () => {
    const answer = await post(whatsappText({ id: "wamid.first", text: "Été à Nîmes 🌻" }));
    expect(answer.status).toBe(200);
    const found = await relais.store.conversations.messages(relais.workspaceId, {
      externalId: "wamid.first",
      limit: 5,
    });
    expect(found.items[0]).toMatchObject({
      direction: "in",
      author: "contact",
      content: { type: "text", text: "Été à Nîmes 🌻" },
      channel: "whatsapp",
    });
    expect(relais.accepted[0]?.due).toHaveLength(1);
  });

  test("that comes a thousand times is one message, and 200 each time", async () => {
    const body = whatsappText({ id: "wamid.replayed" });
    const statuses = new Set<number>();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => post(body)));
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
    expect(await stored("wamid.replayed")).toBe(1);
  });

  test("of 3 MB passes", async () => {
    const text = "x".repeat(4100);
    const one = JSON.parse(whatsappText()) as { entry: { changes: { value: { messages: object[] } }[] }[] };
    const value = one.entry[0]?.changes[0]?.value;
    const message = value?.messages[0];
    if (value) {
      value.messages = Array.from({ length: 700 }, (_, index) => ({
        ...message,
        id: `wamid.batch.${index}`,
        text: { body: text },
      }));
    }
    const body = JSON.stringify(one);
    expect(body.length).toBeGreaterThan(2_900_000);
    expect((await post(body)).status).toBe(200);
    expect(await stored("wamid.batch.0")).toBe(1);
    expect(await stored("wamid.batch.699")).toBe(1);
  });

  test.each([
    ["not JSON", "{"],
    ["of another product", '{"object":"page","entry":[]}'],
    ["nested 200,000 deep", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["with a number that is infinite", '{"object":"whatsapp_business_account","entry":1e400}'],
    ["with lone surrogates", '{"object":"whatsapp_business_account","entry":"\\ud800"}'],
    ["empty", ""],
  ])("that is %s is kept aside and answered 200, so that Meta does not repeat it for days", async (_, body) => {
    const before = await relais.store.operations.setAside(relais.workspaceId, 100);
    expect((await post(body)).status).toBe(200);
    expect(relais.accepted).toMatchObject([{ stored: 0, due: [] }]);
    const after = await relais.store.operations.setAside(relais.workspaceId, 100);
    expect(after.length - before.length).toBe(1);
  });

  test("with a NUL and markup in its text is stored as it is", async () => {
    expect((await post(whatsappText({ id: "wamid.nul", text: "a\u0000b <script>" }))).status).toBe(200);
    expect(await stored("wamid.nul")).toBe(1);
  });

  test("for a number of another app is stored nowhere", async () => {
    const answer = await post(whatsappText({ id: "wamid.foreign", to: "200200" }));
    expect(answer.status).toBe(200);
    expect(await stored("wamid.foreign")).toBe(0);
    expect(relais.logged.join()).toContain("does not own");
  });

  test("whose Host header lies changes nothing", async () => {
    const body = whatsappText({ id: "wamid.host" });
    const status = await new Promise<number | undefined>((done) => {
      const headers = { host: "evil.example.com", "x-hub-signature-256": metaSignature(body) };
      const request = httpRequest(`${relais.url}/webhook/whatsapp`, { method: "POST", headers }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      });
      request.end(body);
    });
    expect(status).toBe(200);
    expect(await stored("wamid.host")).toBe(1);
  });
});

describe("a delivery that is not signed as it must be is refused and leaves nothing", () => {
  const body = whatsappText({ id: "wamid.forged" });
  const good = metaSignature(body);
  test.each([
    ["without a signature", ""],
    ["an empty one", "sha256="],
    ["two digits", "sha256=00"],
    ["no hex", `sha256=${"z".repeat(64)}`],
    ["one digit short", good.slice(0, -1)],
    ["one digit more", `${good}0`],
    ["capital letters", `sha256=${good.slice(7).toUpperCase()}`],
    ["without its prefix", good.slice(7)],
    ["of another secret", metaSignature(body, "guessed")],
    ["of an empty secret", metaSignature(body, "")],
    ["twice", `${good}, ${good}`],
    ["of other bytes", metaSignature(`${body} `)],
  ])("%s", async (_, signature) => {
    const answer = await post(body, { "x-hub-signature-256": signature });
    expect(answer.status).toBe(401);
    expect(await stored("wamid.forged")).toBe(0);
    expect(relais.accepted).toEqual([]);
  });

  test("only SHA-1", async () => {
    const sha1 = `sha1=${createHmac("sha1", "app-secret-one").update(body).digest("hex")}`;
    expect((await post(body, { "x-hub-signature-256": "", "x-hub-signature": sha1 })).status).toBe(401);
  });

  test("signed by the other app for this app's number", async () => {
    const answer = await post(body, { "x-hub-signature-256": metaSignature(body, OTHER_SECRET) });
    expect(answer.status).toBe(200);
    expect(await stored("wamid.forged")).toBe(0);
  });

  test("is counted", async () => {
    await post(body, { "x-hub-signature-256": "" });
    const metrics = await (await fetch(`${relais.url}/metrics`)).text();
    expect(metrics).toMatch(/relais_webhooks_total\{channel="whatsapp",verdict="forged"\} [1-9]/);
  });
});

describe("limits", () => {
  test("a body that says it is too large is refused", async () => {
    expect((await post("x".repeat(3_600_000))).status).toBe(413);
  });

  test("a body without end is cut off, whatever it claims", async () => {
    let sent = 0;
    const before = process.memoryUsage().rss;
    const answer = await bare((socket) => {
      socket.write("POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
      const more = (): void => {
        while (!socket.destroyed && sent < 2_000_000_000) {
          sent += 65_536;
          if (!socket.write(chunk)) {
            socket.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    // The answer may be lost with the connection: what was not read resets it.
    expect(answer).toMatch(/^(HTTP\/1\.1 413|$)/);
    expect(sent).toBeLessThan(200_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test("a length and chunks at once are refused", async () => {
    const answer = await bare((socket) =>
      socket.write(
        "POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });

  test("headers of a megabyte are refused", async () => {
    const answer = await bare((socket) => {
      socket.write(`POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nx-big: ${"x".repeat(1_000_000)}\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 431/);
  });

  test("a compressed body is not unpacked", async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(10_000_000)));
    expect((await post(bomb, { "content-encoding": "gzip" })).status).toBe(415);
  });

  test("whoever goes away in the middle is no failure of ours", async () => {
    await bare((socket) => {
      socket.write("POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf", () =>
        setTimeout(() => socket.destroy(), 50),
      );
    });
    await new Promise((done) => setTimeout(done, 50));
    expect(relais.logged).toEqual([]);
    expect((await fetch(`${relais.url}/healthz`)).status).toBe(200);
  });

  test("a method that means nothing here is refused", async () => {
    expect((await fetch(`${relais.url}/webhook/whatsapp`, { method: "PUT", body: "x" })).status).toBe(405);
  });
});

describe("the handshake of Meta", () => {
  const shake = (query: string): Promise<Response> => fetch(`${relais.url}/webhook/whatsapp?${query}`);

  test("is answered with the challenge as plain text", async () => {
    const answer = await shake("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=%3Cscript%3Ealert(1)");
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("<script>alert(1)");
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each([
    "",
    "hub.mode=subscribe&hub.challenge=1",
    "hub.mode=subscribe&hub.verify_token=&hub.challenge=1",
    "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1",
    "hub.mode=subscribe&hub.verify_token[]=verify-me&hub.challenge=1",
    "hub.mode=subscribe&hub.verify_token=verify-me&hub.verify_token=verify-me&hub.challenge=1",
    "hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1",
    "hub.mode=subscribe&hub.verify_token=verify-me",
  ])("with %j is refused", async (query) => expect((await shake(query)).status).toBe(403));
});

describe("Twilio", () => {
  const params = {
    AccountSid: TWILIO_SID,
    MessageSid: "SM1",
    From: "+33639980002",
    To: "+15550100",
    Body: "Bonjour",
    NumMedia: "0",
    SmsStatus: "received",
  };
  const ask = (path: string, signature: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${relais.url}${path}`, {
      method: "POST",
      body: new URLSearchParams(params),
      headers: { "x-twilio-signature": signature, ...headers },
    });

  test("is believed by its signature over the configured address", async () => {
    const answer = await ask("/webhook/twilio", twilioSignature(`${PUBLIC_URL}/webhook/twilio`, params));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/xml");
    expect(await stored("SM1")).toBe(1);
  });

  test.each([
    ["another scheme", "http://relais.example.com/webhook/twilio"],
    ["a port", "https://relais.example.com:8443/webhook/twilio"],
    ["another host", "https://evil.example.com/webhook/twilio"],
    ["another path", `${PUBLIC_URL}/webhook/other`],
    ["a query that is not there", `${PUBLIC_URL}/webhook/twilio?e=1`],
  ])("signed for %s is refused, whatever the forwarding headers say", async (_, url) => {
    const forwarded = {
      "x-forwarded-proto": new URL(url).protocol.slice(0, -1),
      "x-forwarded-host": new URL(url).host,
    };
    expect((await ask("/webhook/twilio", twilioSignature(url, params), forwarded)).status).toBe(401);
  });

  test("its query counts", async () => {
    const url = `${PUBLIC_URL}/webhook/twilio?e=eff_1`;
    expect((await ask("/webhook/twilio?e=eff_1", twilioSignature(url, params))).status).toBe(200);
  });
});

test("a channel that is not part of this program says so politely", async () => {
  const answer = await fetch(`${relais.url}/webhook/telegraph`, { method: "POST", body: "{}" });
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe("this channel is not connected");
});

test("a database that refuses is 503 with nothing in it: the provider comes again", async () => {
  const broken = await startTestApp({
    broken: { inbox: { accept: () => Promise.reject(new Error("disk full: secret detail")) } },
  });
  try {
    const body = whatsappText();
    const answer = await fetch(`${broken.url}/webhook/whatsapp`, {
      method: "POST",
      body,
      headers: { "x-hub-signature-256": metaSignature(body) },
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe("");
  } finally {
    await broken.close();
  }
});
