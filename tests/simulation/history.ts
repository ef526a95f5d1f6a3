import type Sqlite from "better-sqlite3";

/** One change of one row, as it was committed, in the order of the changes. */
export interface Entry {
  readonly kind: Kind;
  readonly ws: string;
  readonly conv: string;
  readonly id: string;
  readonly a: string | number | null;
  readonly b: string | number | null;
  readonly c: string | number | null;
  readonly d: string | number | null;
  readonly e: string | number | null;
}

export type Kind = keyof typeof TRIGGERS;

const values = (...list: readonly string[]): string => {
  const all = [...list];
  while (all.length < 8) all.push("NULL");
  return all.join(", ");
};
const AND = "|| '/' ||";

/** What is told of each change: workspace, conversation, id, and up to five facts; and when it is told. */
const TRIGGERS = {
  "conversation+": [
    "INSERT ON conversations",
    values("NEW.workspace_id", "NEW.id", "NEW.id", "NEW.channel", "NEW.account_id", "NEW.contact_id"),
  ],
  conversation: [
    "UPDATE ON conversations",
    values(
      "NEW.workspace_id",
      "NEW.id",
      `NEW.owner ${AND} NEW.status ${AND} NEW.bot_enabled`,
      "NEW.version",
      "NEW.applied_seq",
      "NEW.last_seq",
      "NEW.last_position",
      "NEW.timers",
    ),
    "NEW.version <> OLD.version OR NEW.applied_seq <> OLD.applied_seq OR NEW.last_seq <> OLD.last_seq OR NEW.last_position <> OLD.last_position OR NEW.owner <> OLD.owner OR NEW.status <> OLD.status OR NEW.bot_enabled <> OLD.bot_enabled OR NEW.timers <> OLD.timers",
  ],
  "event+": [
    "INSERT ON events",
    values("NEW.workspace_id", "NEW.conversation_id", "NEW.id", "NEW.seq", "NEW.type", "NEW.payload", "NEW.attempts"),
  ],
  event: [
    "UPDATE OF status ON events",
    values("NEW.workspace_id", "NEW.conversation_id", "NEW.id", "NEW.seq", "OLD.status", "NEW.status"),
    "OLD.status <> NEW.status",
  ],
  "effect+": [
    "INSERT ON effects",
    values(
      "NEW.workspace_id",
      "NEW.conversation_id",
      "NEW.id",
      "NEW.type",
      "NEW.ord",
      "NEW.payload",
      "NEW.state",
      "NEW.expires_at",
    ),
  ],
  effect: [
    "UPDATE OF state ON effects",
    values("NEW.workspace_id", "NEW.conversation_id", "NEW.id", "OLD.state", "NEW.state", "NEW.attempts", "NEW.type"),
    "OLD.state <> NEW.state",
  ],
  "attempt+": ["INSERT ON attempts", values("NEW.workspace_id", "''", "NEW.effect_id", "NEW.n", "NEW.outcome")],
  attempt: ["UPDATE OF outcome ON attempts", values("NEW.workspace_id", "''", "NEW.effect_id", "NEW.n", "NEW.outcome")],
  "message+": [
    "INSERT ON messages",
    values(
      "NEW.workspace_id",
      "NEW.conversation_id",
      "NEW.id",
      "NEW.position",
      `NEW.direction ${AND} NEW.author`,
      "NEW.external_id",
      "NEW.account_id",
    ),
  ],
  message: [
    "UPDATE OF status, maybe_duplicate ON messages",
    values("NEW.workspace_id", "NEW.conversation_id", "NEW.id", "NEW.status", "NEW.maybe_duplicate", "OLD.status"),
    "OLD.status <> NEW.status OR OLD.maybe_duplicate <> NEW.maybe_duplicate",
  ],
  step: [
    "INSERT ON steps",
    values("NEW.workspace_id", "NEW.conversation_id", "''", "NEW.version", "NEW.event", "NEW.path"),
  ],
} as const;

/** Everything that is committed to a database, as it happens. */
export interface History {
  /** The entries since the last call. Not to be called inside a transaction. */
  take(): readonly Entry[];
}

/** Watches by temporary triggers: what is rolled back is forgotten with its transaction. */
export function watch(db: Sqlite.Database): History {
  db.exec("CREATE TEMP TABLE told (n INTEGER PRIMARY KEY, kind TEXT, ws TEXT, conv TEXT, id TEXT, a, b, c, d, e)");
  for (const [kind, [on, told, when]] of Object.entries(TRIGGERS) as [string, readonly [string, string, string?]][]) {
    const name = kind.replace("+", "_new").replace("-", "_gone");
    db.exec(`CREATE TEMP TRIGGER told_${name} AFTER ${on} ${when ? `WHEN ${when}` : ""} BEGIN
      INSERT INTO told (kind, ws, conv, id, a, b, c, d, e) VALUES ('${kind}', ${told}); END`);
  }
  const all = db.prepare("SELECT kind, ws, conv, id, a, b, c, d, e FROM told ORDER BY n");
  const forget = db.prepare("DELETE FROM told");
  return {
    take() {
      // The columns are those of the statement above.
      const entries = all.all() as Entry[];
      if (entries.length > 0) forget.run();
      return entries;
    },
  };
}
