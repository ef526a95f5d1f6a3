/** One promise that rows of a table must keep. */
export interface Check {
  readonly invariant: string;
  /** The table that is walked, as `x` in `broken`. */
  readonly table: TableName;
  /** What is wrong, to be read before the ids of the rows. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** True for a row that breaks the promise; looks at other rows by their keys only. `{…}` are moments, see `Moments`. */
  readonly broken: string;
}

/** Milliseconds since 1970 that checks compare with. */
export interface Moments {
  /** Mail, timers and unknown outcomes that were due before this are overdue; 0 while no server runs: nothing is. */
  readonly overdue: number;
  /** The same for what waits for a provider, which may be slow for good reasons. */
  readonly stuck: number;
  /** Older applied events may have been purged. */
  readonly purged: number;
  /** Clocks of several machines differ by this much (ms). */
  readonly skew: number;
  /** Nothing can have happened after it. */
  readonly future: number;
}

interface Walked {
  /** The primary key. */
  readonly key: readonly string[];
  /** How the row is named to people. */
  readonly id: string;
}

/** Tables that are walked, newest rows first where ids tell the time. */
export const WALKED = {
  channel_accounts: { key: ["workspace_id", "id"], id: "x.id" },
  contacts: { key: ["workspace_id", "id"], id: "x.id" },
  contact_identities: { key: ["workspace_id", "account_id", "kind", "value"], id: "x.contact_id" },
  conversations: { key: ["workspace_id", "id"], id: "x.id" },
  current_flows: { key: ["workspace_id", "flow"], id: "x.flow" },
  runs: { key: ["workspace_id", "id"], id: "x.id" },
  notes: { key: ["workspace_id", "id"], id: "x.id" },
  orders: { key: ["workspace_id", "id"], id: "x.id" },
  notices: { key: ["workspace_id", "id"], id: "x.id" },
  usages: { key: ["workspace_id", "id"], id: "x.id" },
  uploads: { key: ["workspace_id", "account_id", "key"], id: "x.key" },
  effects: { key: ["workspace_id", "id"], id: "x.id" },
  attempts: { key: ["workspace_id", "effect_id", "n"], id: "x.effect_id" },
  events: { key: ["workspace_id", "conversation_id", "seq"], id: "x.id" },
  steps: { key: ["workspace_id", "conversation_id", "version"], id: "x.conversation_id" },
  messages: { key: ["workspace_id", "id"], id: "x.id" },
  dedupe_keys: { key: ["workspace_id", "scope", "key"], id: "x.key" },
} as const satisfies Readonly<Record<string, Walked>>;
export type TableName = keyof typeof WALKED;

const REPORT =
  "This should not be possible. Make a backup now (relais backup), look at these conversations in the inbox, and report it with these ids.";
const OPEN = "('pending', 'running', 'unknown', 'asked')";
const OF_CONVERSATION = "workspace_id = x.workspace_id AND conversation_id = x.id";

/** What is said of a row that points to nothing of its own workspace (I14). */
function pointsTo(table: TableName, column: string, target: string, key: string, what: string): Check {
  return {
    invariant: "I14",
    table,
    message: `These rows of ${table} name ${what} that is not there, or that is another workspace's`,
    advice: `If ${what} was removed by hand, put it back from a backup. ${REPORT}`,
    broken: `x.${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${target} t WHERE ${
      target === "workspaces" ? "" : "t.workspace_id = x.workspace_id AND "
    }t.${key} = x.${column})`,
  };
}
const conversationOf = (table: TableName): Check =>
  pointsTo(table, "conversation_id", "conversations", "id", "a conversation");
const accountOf = (table: TableName): Check =>
  pointsTo(table, "account_id", "channel_accounts", "id", "a connected number or page");
const contactOf = (table: TableName): Check => pointsTo(table, "contact_id", "contacts", "id", "a contact");

/** What a live database can show of the promises I1 … I16; I5 is shown by simulation. */
export const CHECKS: readonly Check[] = [
  {
    invariant: "I1",
    table: "dedupe_keys",
    message: "A message that we told the provider we have is not there; its key is",
    advice: `Ask the customer to write again. ${REPORT}`,
    broken:
      "x.message_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages t WHERE t.workspace_id = x.workspace_id AND t.id = x.message_id)",
  },
  {
    invariant: "I2",
    table: "messages",
    message: "The same message of a customer is in the thread twice",
    advice: `The bot may have answered twice. ${REPORT}`,
    broken: `x.direction = 'in' AND EXISTS (SELECT 1 FROM messages t WHERE t.workspace_id = x.workspace_id
      AND t.external_id = x.external_id AND t.account_id = x.account_id AND t.direction = 'in' AND t.id <> x.id)`,
  },
  {
    invariant: "I3",
    table: "conversations",
    message: "Something that happened in these conversations is missing from their mailbox",
    advice: REPORT,
    broken: `EXISTS (SELECT 1 FROM (SELECT COUNT(*) AS held, MIN(seq) AS low, MAX(seq) AS high FROM events WHERE ${OF_CONVERSATION}) e
      WHERE COALESCE(e.high, 0) <> x.last_seq OR (e.held > 0 AND e.held <> e.high - e.low + 1) OR (e.low > 1 AND x.created_at >= {purged}))`,
  },
  {
    invariant: "I3",
    table: "conversations",
    message: "Events of these conversations were applied out of their order",
    advice: REPORT,
    broken: `EXISTS (SELECT 1 FROM events e WHERE e.workspace_id = x.workspace_id AND e.conversation_id = x.id
      AND e.seq > x.applied_seq AND e.status <> 'pending')`,
  },
  {
    invariant: "I4",
    table: "conversations",
    message: "The state of these conversations does not belong to the events that were applied to them",
    advice: `Hand them to a person, and back to the bot from the start. ${REPORT}`,
    broken: "x.version <> x.applied_seq",
  },
  {
    invariant: "I6",
    table: "effects",
    message: "These tasks belong to no step of their conversation",
    advice: REPORT,
    broken: `EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = x.workspace_id AND c.id = x.conversation_id
      AND (x.ord / 1000 > c.last_seq OR (x.ord % 1000 <> 999 AND x.ord / 1000 > c.version)))`,
  },
  {
    invariant: "I6",
    table: "steps",
    message: "These conversations remember a step that never happened",
    advice: REPORT,
    broken:
      "EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = x.workspace_id AND c.id = x.conversation_id AND x.version > c.version)",
  },
  {
    invariant: "I6",
    table: "effects",
    message: "These messages are to be sent, but are not in the thread",
    advice: REPORT,
    broken: `x.type = 'send' AND NOT EXISTS (SELECT 1 FROM messages t WHERE t.workspace_id = x.workspace_id
      AND t.id = 'msg_' || substr(x.id, 5) AND t.conversation_id = x.conversation_id)`,
  },
  {
    invariant: "I7",
    table: "effects",
    message: "More than one result of these tasks was used",
    advice: `Look whether the customer got something twice, an order for instance. ${REPORT}`,
    broken: `(SELECT COUNT(*) FROM attempts a WHERE a.workspace_id = x.workspace_id AND a.effect_id = x.id AND a.outcome IN ('done', 'evidence')) > 1`,
  },
  {
    invariant: "I8",
    table: "effects",
    message: "These tasks count other attempts than are on record",
    advice: REPORT,
    // The attempt under way is with the task itself, and so is a first one that went well.
    broken: `EXISTS (SELECT 1 FROM (SELECT COUNT(*) AS held, COALESCE(MAX(n), 0) AS high FROM attempts WHERE workspace_id = x.workspace_id AND effect_id = x.id) a
      WHERE a.held <> a.high OR NOT (a.held = x.attempts OR (a.held = x.attempts - 1 AND (x.state = 'running' OR x.attempts = 1))))`,
  },
  {
    invariant: "I8",
    table: "attempts",
    message: "Attempts are on record for tasks that are not there",
    advice: REPORT,
    broken: "NOT EXISTS (SELECT 1 FROM effects t WHERE t.workspace_id = x.workspace_id AND t.id = x.effect_id)",
  },
  {
    invariant: "I9",
    table: "effects",
    message:
      "These messages were sent again after nobody knew whether they had arrived, but are not marked as maybe sent twice",
    advice: REPORT,
    broken: `x.type = 'send' AND x.attempts > 1 AND EXISTS (SELECT 1 FROM attempts a WHERE a.workspace_id = x.workspace_id AND a.effect_id = x.id
        AND a.n < x.attempts AND a.outcome IN ('unknown', 'interrupted'))
      AND EXISTS (SELECT 1 FROM messages t WHERE t.workspace_id = x.workspace_id AND t.id = 'msg_' || substr(x.id, 5) AND t.maybe_duplicate = 0)`,
  },
  {
    invariant: "I10",
    table: "effects",
    message: "The bot sent these messages after a person had taken the conversation",
    advice: `Tell the person who answers there: the customer heard the bot meanwhile. ${REPORT}`,
    // Decided before the take-over and begun after it; a thousand events further on it is history.
    broken: `x.type = 'send' AND x.attempts > 0 AND x.payload NOT LIKE '%"author":"agent"%' AND x.payload NOT LIKE '%"handover":true%'
      AND EXISTS (SELECT 1 FROM events e
        WHERE e.workspace_id = x.workspace_id AND e.conversation_id = x.conversation_id AND e.seq >= x.ord / 1000 AND e.seq < x.ord / 1000 + 1000
          AND e.type = 'takeOver' AND x.started_at > e.created_at + {skew})`,
  },
  {
    invariant: "I11",
    table: "conversations",
    message: "A waiting time ended twice in these conversations",
    advice: `Customers may have got a reminder twice. ${REPORT}`,
    broken: `EXISTS (SELECT 1 FROM events e WHERE e.workspace_id = x.workspace_id AND e.conversation_id = x.id AND e.type = 'timer' GROUP BY e.payload HAVING COUNT(*) > 1)`,
  },
  {
    invariant: "I11",
    table: "conversations",
    message: "A waiting time of these conversations is over, but the conversation was not told",
    advice: `They wait for ever: hand them to a person. ${REPORT}`,
    broken: `x.timers LIKE '%"dueAt":null%' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.workspace_id = x.workspace_id AND e.conversation_id = x.id
      AND e.seq > x.applied_seq AND e.type = 'timer')`,
  },
  {
    invariant: "I11",
    table: "conversations",
    message: "A waiting time of these conversations will never end",
    advice: `They wait for ever: hand them to a person. ${REPORT}`,
    broken: `x.timer_due_at IS NULL AND x.timers LIKE '%"dueAt":1%'`,
  },
  {
    invariant: "I12",
    table: "effects",
    message: "These messages left before an earlier one of their conversation",
    advice: REPORT,
    // What a person or a provider's word made done may be so in any order.
    broken: `x.type = 'send' AND x.state = 'done' AND x.attempts > 0
      AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.workspace_id = x.workspace_id AND a.effect_id = x.id AND a.n = x.attempts AND a.outcome <> 'done')
      AND EXISTS (SELECT 1 FROM effects p WHERE p.workspace_id = x.workspace_id
      AND p.conversation_id = x.conversation_id AND p.type = 'send' AND p.state IN ${OPEN} AND p.ord < x.ord)`,
  },
  {
    invariant: "I13",
    table: "conversations",
    message: "These conversations have mail, but nothing will wake them",
    advice: `Restarting does not help: hand them to a person. ${REPORT}`,
    broken: "x.last_seq > x.applied_seq AND x.due_at IS NULL",
  },
  {
    invariant: "I13",
    table: "conversations",
    message: "Customers of these conversations have been waiting for minutes while the server runs",
    advice:
      "Look at the server's log for errors and at the load of the machine; then restart it: nothing is lost by that.",
    broken: "x.due_at < {overdue} AND x.last_seq > x.applied_seq",
  },
  {
    invariant: "I13",
    table: "conversations",
    message: "A waiting time of these conversations ended minutes ago, and nobody saw it while the server runs",
    advice: "Look at the server's log for errors; then restart it: nothing is lost by that.",
    broken: "x.timer_due_at < {overdue}",
  },
  {
    invariant: "I13",
    table: "effects",
    message: "These tasks are marked as being done, but nobody is doing them",
    advice: "Restart the server: it finds out what became of them.",
    broken: `x.state = 'running' AND x.started_at < {overdue} AND NOT EXISTS (SELECT 1 FROM processes p WHERE p.id = x.lease_by AND p.beat_at > {overdue})`,
  },
  {
    invariant: "I13",
    table: "effects",
    message: "These tasks should have been done more than an hour ago, and nothing stands in their way",
    advice:
      "Look at the server's log and at the provider's status page; then restart the server: nothing is lost by that.",
    broken: `x.state = 'pending' AND x.due_at < {stuck} AND (x.type <> 'send' OR (
        EXISTS (SELECT 1 FROM channel_accounts a WHERE a.workspace_id = x.workspace_id AND a.id = x.account_id AND a.status = 'active')
        AND NOT EXISTS (SELECT 1 FROM effects p WHERE p.workspace_id = x.workspace_id AND p.conversation_id = x.conversation_id
          AND p.type = 'send' AND p.state IN ${OPEN} AND p.ord < x.ord)))`,
  },
  {
    invariant: "I13",
    table: "effects",
    message: "Nobody has decided about these messages, although the time to wait for the provider's word is over",
    advice: "Look at the server's log; then restart the server: nothing is lost by that.",
    broken: "x.state = 'unknown' AND x.due_at < {overdue}",
  },
  {
    invariant: "I13",
    table: "messages",
    message: "These messages look as if they were waiting to be sent, but nothing will send them",
    advice: `Send them again from the inbox if they still matter. ${REPORT}`,
    broken: `x.direction = 'out' AND x.status = 'queued' AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.workspace_id = x.workspace_id
      AND e.id = 'eff_' || substr(x.id, 5) AND e.state IN ${OPEN})`,
  },
  {
    invariant: "I15",
    table: "conversations",
    message: "The thread of these conversations has not the messages that it counts",
    advice: REPORT,
    broken: `EXISTS (SELECT 1 FROM (SELECT COUNT(*) AS held, COALESCE(MAX(position), 0) AS high FROM messages WHERE ${OF_CONVERSATION}) m
      WHERE m.held <> x.last_position OR m.high <> x.last_position)`,
  },
  {
    invariant: "I15",
    table: "conversations",
    message: "The inbox shows another last message for these conversations than their thread has",
    advice: `Only the list is wrong; the next message puts it right. ${REPORT}`,
    broken: `EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = x.workspace_id AND m.conversation_id = x.id AND m.position = x.last_position
      AND (m.direction <> COALESCE(x.last_direction, '') OR (m.text <> '' AND substr(m.text, 1, 50) <> substr(COALESCE(x.last_text, ''), 1, 50))))`,
  },
  {
    invariant: "I16",
    table: "channel_accounts",
    message: "The credentials of these numbers or pages are readable in the database",
    advice: "Replace them at the provider, then set them again here. Report it.",
    broken: "x.secrets NOT LIKE '________.%'",
  },
  {
    invariant: "C-8",
    table: "channel_accounts",
    message: "Something happened later than now, so the clock of a machine was wrong or has been set back",
    advice: "Set the clock of every machine by NTP. Timers that were set meanwhile fire by the wrong clock.",
    broken:
      "EXISTS (SELECT 1 FROM processes p WHERE p.beat_at > {future}) OR EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = x.workspace_id AND m.created_at > {future})",
  },
  pointsTo("channel_accounts", "workspace_id", "workspaces", "id", "a workspace"),
  pointsTo("conversations", "workspace_id", "workspaces", "id", "a workspace"),
  pointsTo("contacts", "person_id", "contacts", "id", "a contact"),
  accountOf("contact_identities"),
  contactOf("contact_identities"),
  accountOf("conversations"),
  contactOf("conversations"),
  pointsTo("conversations", "run_id", "runs", "id", "a run of a flow"),
  pointsTo("current_flows", "version_id", "flow_versions", "id", "a published flow"),
  conversationOf("runs"),
  pointsTo("runs", "version_id", "flow_versions", "id", "a published flow"),
  conversationOf("notes"),
  conversationOf("orders"),
  contactOf("orders"),
  conversationOf("notices"),
  conversationOf("usages"),
  accountOf("uploads"),
  conversationOf("effects"),
  accountOf("effects"),
  contactOf("effects"),
  conversationOf("events"),
  conversationOf("steps"),
  conversationOf("messages"),
  contactOf("messages"),
  accountOf("messages"),
];
