import { examine } from "../../engine/store/examine.ts";
import type { Sent } from "../support/fake-graph.ts";
import type { Talk } from "./customers.ts";
import type { Rows } from "./rows.ts";

/** What three logs say together: of the client (acked), of the provider (accepted), of the database. */
export interface Verdict {
  readonly acked: number;
  readonly sent: number;
  readonly lost: number;
  readonly doubled: number;
  readonly badged: number;
  /** One sentence for each broken promise. */
  readonly violations: readonly string[];
}

export interface Evidence {
  readonly acked: ReadonlyMap<string, number>;
  readonly sent: readonly Sent[];
  readonly talks: readonly Talk[];
  readonly databaseUrl: string;
  /** Whether reports with our own ids came in: then nothing may be doubled at all. */
  readonly reported: boolean;
  /** What the doctor may rightly say after this. */
  readonly ignore?: RegExp;
}

interface OutRow {
  readonly id: string;
  readonly conversation: string;
  readonly position: number;
  readonly status: string;
  readonly maybe: number;
}

/** Most examples that one sentence names. */
const NAMED = 5;

/** Judges a run that has come to rest. */
export async function judge(rows: Rows, evidence: Evidence): Promise<Verdict> {
  const violations: string[] = [];
  const blame = (what: string, guilty: readonly string[]): void => {
    if (guilty.length > 0) violations.push(`${what}: ${guilty.length} (${guilty.slice(0, NAMED).join(", ")})`);
  };
  const said = [...evidence.acked.keys()].filter((id) => id.startsWith("wamid.IN."));
  const stored = new Map(
    (
      await rows.all<{ readonly id: string; readonly n: number }>(
        "SELECT external_id AS id, COUNT(*) AS n FROM messages WHERE direction = 'in' GROUP BY external_id",
      )
    ).map(({ id, n }) => [id, n]),
  );
  const lostIn = said.filter((id) => !stored.has(id));
  blame("acked messages that are not in the database", lostIn);
  blame(
    "messages that were stored more than once",
    [...stored].filter(([, n]) => n > 1).map(([id]) => id),
  );

  const out = await rows.all<OutRow>(
    "SELECT id, conversation_id AS conversation, position, status, maybe_duplicate AS maybe FROM messages WHERE direction = 'out' ORDER BY conversation_id, position",
  );
  const accepted = new Map<string, Sent[]>();
  for (const one of evidence.sent) {
    const id = `msg_${(one.evidence ?? "").slice("eff_".length)}`;
    const all = accepted.get(id);
    if (all) all.push(one);
    else accepted.set(id, [one]);
  }
  const arrived = out.filter(({ status }) => ["sent", "delivered", "read"].includes(status));
  const lostOut = arrived.filter(({ id }) => !accepted.has(id)).map(({ id }) => id);
  blame("messages that count as sent and never reached the provider", lostOut);
  const lying = out.filter(({ status }) => ["queued", "failed"].includes(status));
  blame(
    "messages that did not leave",
    lying.map(({ id, status }) => `${id} ${status}`),
  );
  const known = new Set(out.map(({ id }) => id));
  blame(
    "messages at the provider that the database does not know",
    [...accepted.keys()].filter((id) => !known.has(id)),
  );

  const badges = new Set(out.filter(({ maybe }) => maybe === 1).map(({ id }) => id));
  const doubled = [...accepted].filter(([, all]) => all.length > 1).map(([id]) => id);
  const extra = [...accepted.values()].reduce((sum, all) => sum + all.length - 1, 0);
  blame(
    "messages that were sent twice without a badge",
    doubled.filter((id) => !badges.has(id)),
  );
  // Only what was cut off while it was on its way may be sent once more, and only when nobody could know.
  const cutOff = new Map(
    (
      await rows.all<{ readonly id: string; readonly n: number }>(
        "SELECT effect_id AS id, COUNT(*) AS n FROM attempts WHERE outcome IN ('interrupted', 'unknown') GROUP BY effect_id",
      )
    ).map(({ id, n }) => [`msg_${id.slice("eff_".length)}`, n]),
  );
  blame(
    "messages that were sent more often than nobody could know",
    doubled.filter((id) => (accepted.get(id)?.length ?? 0) - 1 > (evidence.reported ? 0 : (cutOff.get(id) ?? 0))),
  );

  blame("messages that left out of order", outOfOrder(out, accepted));
  blame("talks that never came to their end", evidence.talks.filter(({ done }) => !done).map(sentenceOf));
  await checkOrders(rows, evidence, blame);
  const quarantined = await rows.all<{ readonly id: string; readonly error: string }>(
    "SELECT id, error FROM events WHERE status = 'quarantined'",
  );
  blame(
    "events that were set aside",
    quarantined.map(({ id, error }) => `${id} ${error}`),
  );
  const { findings } = await examine(evidence.databaseUrl, { now: Date.now() });
  for (const { invariant, message, ids } of findings) {
    // A small disk is what some scenarios are about.
    if (!/MB left$/.test(message) && !evidence.ignore?.test(message))
      violations.push(`doctor ${invariant}: ${message} (${ids.slice(0, NAMED).join(", ")})`);
  }
  return {
    acked: evidence.acked.size,
    sent: evidence.sent.length,
    lost: lostIn.length + lostOut.length,
    doubled: extra,
    badged: badges.size,
    violations,
  };
}

/** A customer who confirmed once has one order. */
async function checkOrders(
  rows: Rows,
  { talks }: Evidence,
  blame: (what: string, guilty: readonly string[]) => void,
): Promise<void> {
  const confirmed = new Map<string, number>();
  for (const talk of talks) {
    if (talk.name !== "order" || !talk.done) continue;
    confirmed.set(talk.contact, (confirmed.get(talk.contact) ?? 0) + 1);
  }
  const orders = new Map(
    (
      await rows.all<{ readonly phone: string; readonly n: number }>(
        "SELECT c.phone AS phone, COUNT(*) AS n FROM orders o JOIN contacts c ON c.workspace_id = o.workspace_id AND c.id = o.contact_id GROUP BY c.phone",
      )
    ).map(({ phone, n }) => [phone, n]),
  );
  const all = new Set([...confirmed.keys(), ...orders.keys()]);
  const unfinished = new Set(talks.filter(({ done }) => !done).map(({ contact }) => contact));
  blame(
    "customers whose orders are not what they confirmed",
    [...all]
      .filter((phone) => !unfinished.has(phone) && confirmed.get(phone) !== orders.get(phone))
      .map((phone) => `${phone} ${orders.get(phone) ?? 0} instead of ${confirmed.get(phone) ?? 0}`),
  );
}

/** The first arrivals of one conversation at the provider must be in the order of its thread. */
function outOfOrder(out: readonly OutRow[], accepted: ReadonlyMap<string, readonly Sent[]>): readonly string[] {
  const order = new Map([...accepted.keys()].map((id, index) => [id, index]));
  const wrong: string[] = [];
  let before = { conversation: "", index: -1 };
  for (const { id, conversation } of out) {
    const index = order.get(id);
    if (index === undefined) continue;
    if (before.conversation === conversation && before.index > index) wrong.push(id);
    before = { conversation, index };
  }
  return wrong;
}

function sentenceOf(talk: Talk): string {
  const last = talk.heard[talk.heard.length - 1]?.words ?? "nothing";
  return `${talk.contact} ${talk.name} at ${talk.turn}.${talk.replies}, said ${talk.said[talk.said.length - 1]}, heard "${last.slice(0, 40)}"`;
}
