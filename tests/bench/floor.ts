import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import Sqlite from "better-sqlite3";
import { Pool } from "undici";

/**
 * The least that any engine must do: check the signature, store the message in a SQLite FULL transaction (one per group
 * of messages that arrived together), answer 200, post a reply. No flow, no order, no retry, no memory of what was sent.
 * Arguments: port, database file, address of the fake Graph API, app secret, token, phone number id.
 */
const [port, file, graph, secret, token, phoneNumberId] = process.argv.slice(2);
if (!port || !file || !graph || !secret || !token || !phoneNumberId)
  throw new Error("the floor is started by the bench");

const db = new Sqlite(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec("CREATE TABLE messages (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID");
const insert = db.prepare("INSERT OR IGNORE INTO messages VALUES (?, ?)");
const pool = new Pool(graph, { connections: 256, pipelining: 1 });

interface Webhook {
  readonly entry: readonly {
    readonly changes: readonly {
      readonly value: { readonly messages?: readonly { readonly id: string; readonly from: string }[] };
    }[];
  }[];
}

let waiting: { readonly id: string; readonly body: Buffer; readonly stored: () => void }[] = [];
const flush = (): void => {
  const group = waiting;
  waiting = [];
  db.exec("BEGIN IMMEDIATE");
  for (const { id, body } of group) insert.run(id, body);
  db.exec("COMMIT");
  for (const { stored } of group) stored();
};

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const given = Buffer.from(String(request.headers["x-hub-signature-256"] ?? "").slice(7), "hex");
    const wanted = createHmac("sha256", secret).update(body).digest();
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return void response.writeHead(401).end();
    const message = (JSON.parse(body.toString()) as Webhook).entry[0]?.changes[0]?.value.messages?.[0];
    if (!message) return void response.writeHead(200).end();
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({
      id: message.id,
      body,
      stored() {
        response.writeHead(200).end();
        void reply(message.from);
      },
    });
  });
}).listen(Number(port), "127.0.0.1");

async function reply(to: string): Promise<void> {
  const answer = await pool.request({
    method: "POST",
    path: `/v25.0/${phoneNumberId}/messages`,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      messaging_product: "whatsapp",
      to: `+${to}`,
      type: "text",
      text: { body: "Bonjour, bienvenue à la boutique ! Que souhaitez-vous ?" },
    }),
  });
  await answer.body.text();
}
