import { randomUUID } from "node:crypto";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { DIALOGUE, type Turn } from "./dialogue.ts";
import type { Measured } from "./driver.ts";
import { Latencies } from "./measure.ts";

const REPLY_WITHIN_MS = 15_000;

interface Choice {
  readonly id: string;
  readonly label: string;
}
interface Line {
  readonly author: string;
  readonly content: { readonly choices?: readonly Choice[] };
}

/** One visitor of the web chat: a session, an open stream, one message at a time. */
interface Visitor {
  readonly token: string;
  readonly address: string;
  offers: readonly Choice[];
  awaited: number;
  answered: () => void;
  stream: ClientRequest | null;
}

/**
 * Visitors who each play the boutique dialogue over the web chat, in a new session every time: messages by POST, replies
 * by server-sent events. Each has an address of its own, as behind a proxy, so that limits per address do not measure.
 */
export async function chatLoop(
  port: number,
  visitors: number,
  seconds: number,
  warmSeconds: number,
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const reply = new Latencies();
  const webhook = new Latencies();
  const problems: string[] = [];
  const problem = (text: string): void => {
    if (problems.length < 20) problems.push(text);
  };
  let answered = 0;
  let measuring = false;
  let over = false;
  let made = 0;

  const ask = (path: string, who: { readonly address: string; readonly token?: string }, body: string) =>
    new Promise<{ readonly status: number; readonly body: string }>((done, failed) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "x-forwarded-for": who.address,
        ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
      };
      const sent = request({ port, path: `/chat/api${path}`, method: "POST", agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => done({ status: response.statusCode ?? 0, body: text }));
      });
      sent.on("error", failed).end(body);
    });

  const listen = (visitor: Visitor): Promise<void> =>
    new Promise((open, failed) => {
      const headers = { authorization: `Bearer ${visitor.token}`, "x-forwarded-for": visitor.address };
      visitor.stream = request(
        { port, path: "/chat/api/events", headers, agent: false },
        (response: IncomingMessage) => {
          open();
          let rest = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            const blocks = (rest + part).split("\n\n");
            rest = blocks.pop() ?? "";
            for (const block of blocks) if (block.includes("event: message")) heard(visitor, block);
          });
          response.on("error", () => {});
        },
      );
      visitor.stream.on("error", (error) => (over ? open() : failed(error))).end();
    });

  const heard = (visitor: Visitor, block: string): void => {
    const data = block.split("\n").find((line) => line.startsWith("data:"));
    if (!data) return;
    const { author, content } = JSON.parse(data.slice(5)) as Line;
    if (author === "contact") return;
    if (content.choices) visitor.offers = content.choices;
    visitor.awaited--;
    if (visitor.awaited === 0) visitor.answered();
    if (visitor.awaited < 0) problem("a reply too many");
  };

  const say = async (visitor: Visitor, turn: Turn): Promise<void> => {
    const choice = turn.tap === undefined ? null : offered(visitor, turn.tap);
    const body = JSON.stringify({
      clientMessageId: randomUUID(),
      language: "fr",
      ...(choice ? { choice: { id: choice.id, label: choice.label } } : { text: turn.text ?? "" }),
    });
    const from = performance.now();
    visitor.awaited = turn.replies;
    const done = new Promise<void>((end, failed) => {
      const late = setTimeout(() => failed(new Error("no reply in time")), REPLY_WITHIN_MS);
      visitor.answered = () => {
        clearTimeout(late);
        end();
      };
    });
    // Both may fail; the first one tells.
    done.catch(() => {});
    const taken = await ask("/messages", visitor, body);
    if (taken.status !== 202) throw new Error(`message: ${taken.status} ${taken.body}`);
    if (measuring) webhook.add(performance.now() - from);
    await done;
    if (!measuring) return;
    answered++;
    reply.add(performance.now() - from);
  };

  const talk = async (): Promise<void> => {
    const number = ++made;
    const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
    const session = await ask("/sessions", { address }, "");
    if (session.status !== 200) throw new Error(`session: ${session.status} ${session.body}`);
    const { token } = JSON.parse(session.body) as { readonly token: string };
    const visitor: Visitor = { token, address, offers: [], awaited: 0, answered: () => {}, stream: null };
    try {
      await listen(visitor);
      for (const turn of DIALOGUE) {
        if (over) return;
        await say(visitor, turn);
      }
    } finally {
      visitor.stream?.destroy();
    }
  };
  const running = Array.from({ length: visitors }, async () => {
    while (!over) await talk().catch((error: unknown) => problem(String(error)));
  });
  await wait(warmSeconds * 1000);
  measuring = true;
  const from = performance.now();
  await wait(seconds * 1000);
  measuring = false;
  const took = (performance.now() - from) / 1000;
  over = true;
  await Promise.all(running);
  agent.destroy();
  return { seconds: took, answered, reply, webhook, problems };
}

function offered({ offers }: Visitor, tap: string | number): Choice {
  const found = typeof tap === "number" ? offers[tap] : offers.find(({ label }) => label === tap);
  if (!found)
    throw new Error(`"${tap}" was not offered, but ${offers.map(({ label }) => label).join(", ") || "nothing"}`);
  return found;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
