import { createHmac } from "node:crypto";
import { Agent, request } from "undici";

/** Between two tries of a delivery. Meta's own pauses grow to hours; here an outage is over in seconds. */
const FIRST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 1000;

/** The side of Meta that delivers: signed, and again until somebody answers 200. Its log is what the oracle believes. */
export interface Meta {
  /** Resolves when it was answered with 200. `id` names it in the log. */
  deliver(id: string, value: object): Promise<void>;
  /** When each delivery was answered with 200. */
  readonly acked: ReadonlyMap<string, number>;
  /** How often each other answer came; 0: no answer. */
  readonly refused: ReadonlyMap<number, number>;
  waiting(): number;
  /** No more tries: the test is over. */
  close(): Promise<void>;
}

export interface MetaOptions {
  readonly phoneNumberId: string;
  readonly appSecret: string;
  /** Webhooks behind one address: each try goes to the next one. */
  readonly hooks: () => readonly string[];
  readonly timeoutMs?: number;
}

export function createMeta(options: MetaOptions): Meta {
  const agent = new Agent({ connections: 64, pipelining: 1, connect: { timeout: 2000 } });
  const acked = new Map<string, number>();
  const refused = new Map<number, number>();
  let waiting = 0;
  let turn = 0;
  let closed = false;
  const once = async (body: string, signature: string): Promise<number> => {
    const hooks = options.hooks();
    const hook = hooks[turn++ % hooks.length];
    if (!hook) return 0;
    try {
      const answer = await request(hook, {
        dispatcher: agent,
        method: "POST",
        headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
        body,
        signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
      });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return 0;
    }
  };
  return {
    acked,
    refused,
    waiting: () => waiting,
    async deliver(id, value) {
      const body = JSON.stringify({
        object: "whatsapp_business_account",
        entry: [
          {
            id: "1",
            changes: [
              {
                field: "messages",
                value: {
                  messaging_product: "whatsapp",
                  metadata: { display_phone_number: "33639980000", phone_number_id: options.phoneNumberId },
                  ...value,
                },
              },
            ],
          },
        ],
      });
      const signature = createHmac("sha256", options.appSecret).update(body).digest("hex");
      waiting++;
      try {
        for (let pauseMs = FIRST_PAUSE_MS; !closed; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
          const status = await once(body, signature);
          if (status === 200) {
            acked.set(id, Date.now());
            return;
          }
          refused.set(status, (refused.get(status) ?? 0) + 1);
          await new Promise((done) => setTimeout(done, pauseMs * (0.5 + Math.random())));
        }
      } finally {
        waiting--;
      }
    },
    async close() {
      closed = true;
      await agent.destroy();
    },
  };
}
