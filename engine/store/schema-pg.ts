import { sql } from "drizzle-orm";
import { bigint, customType, index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";

/** Every table of the PostgreSQL store: the same as `schema-sqlite.ts`, which says what they hold. */
const integer = (name: string) => bigint(name, { mode: "number" });
const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const ws = () => text("workspace_id").notNull();
const at = (name: string) => integer(name);

export const workspaces = pgTable("workspaces", {
  id: text("id").primaryKey(),
  settings: text("settings").notNull(),
  createdAt: at("created_at").notNull(),
});

export const channelAccounts = pgTable(
  "channel_accounts",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    channel: text("channel").notNull(),
    name: text("name").notNull(),
    address: text("address").notNull(),
    config: text("config").notNull(),
    secrets: text("secrets").notNull(),
    status: text("status").notNull(),
    statusDetail: text("status_detail"),
    botEnabled: integer("bot_enabled").notNull(),
    createdAt: at("created_at").notNull(),
    /** `environment`: only the settings of the program change it; `api`: the owner does. */
    managedBy: text("managed_by").notNull().default("api"),
    /** 1: what the channel uses when nobody says which account. */
    isDefault: integer("is_default").notNull().default(0),
    /** Removed: kept for the names in its history. */
    deletedAt: at("deleted_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("channel_accounts_name").on(t.workspaceId, t.channel, t.name).where(sql`deleted_at IS NULL`),
    index("channel_accounts_address").on(t.channel, t.address),
  ],
);

export const contacts = pgTable(
  "contacts",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    firstName: text("first_name").notNull(),
    language: text("language"),
    phone: text("phone"),
    email: text("email"),
    fields: text("fields").notNull(),
    labels: text("labels").notNull(),
    optedOut: text("opted_out").notNull(),
    createdAt: at("created_at").notNull(),
    /** The contact that this one was linked with: the same person on another account. Null: stands for itself. */
    personId: text("person_id"),
    /** How and why, and what the person took over from it, as JSON. */
    link: text("link"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("contacts_created").on(t.workspaceId, t.createdAt, t.id),
    index("contacts_person").on(t.workspaceId, t.personId).where(sql`person_id IS NOT NULL`),
  ],
);

export const contactIdentities = pgTable(
  "contact_identities",
  {
    workspaceId: ws(),
    accountId: text("account_id").notNull(),
    kind: text("kind").notNull(),
    value: text("value").notNull(),
    contactId: text("contact_id").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.accountId, t.kind, t.value] }),
    index("contact_identities_contact").on(t.workspaceId, t.contactId),
    index("contact_identities_value").on(t.workspaceId, t.kind, t.value),
  ],
);

export const conversations = pgTable(
  "conversations",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    accountId: text("account_id").notNull(),
    channel: text("channel").notNull(),
    contactId: text("contact_id").notNull(),
    owner: text("owner").notNull(),
    status: text("status").notNull(),
    botEnabled: integer("bot_enabled").notNull(),
    handover: text("handover"),
    language: text("language"),
    version: integer("version").notNull(),
    /** Last place given in the mailbox, last one applied, last position given in the thread. */
    lastSeq: integer("last_seq").notNull(),
    appliedSeq: integer("applied_seq").notNull(),
    lastPosition: integer("last_position").notNull(),
    runId: text("run_id"),
    windowExpiresAt: at("window_expires_at"),
    lastInboundAt: at("last_inbound_at"),
    lastInboundExternalId: text("last_inbound_external_id"),
    memory: text("memory").notNull(),
    lastText: text("last_text"),
    lastDirection: text("last_direction"),
    lastMessageAt: at("last_message_at"),
    unread: integer("unread").notNull(),
    /** When the next event may be applied; null: the mailbox is empty. */
    dueAt: at("due_at"),
    createdAt: at("created_at").notNull(),
    /** Where the active run stands, as JSON; null: none runs. */
    runState: text("run_state"),
    /** Timers of the run as JSON: `{ name, generation, dueAt }`, due in ms; null: fired, its event waits in the mailbox. */
    timers: text("timers").notNull().default("[]"),
    /** The first of them. */
    timerDueAt: at("timer_due_at"),
    /** Addresses of the contact on this account as JSON, the preferred one first; null: to be looked up. */
    recipient: text("recipient"),
    /** Everything sent until then is delivered, or read, where the provider tells that by a moment. */
    deliveredUntil: at("delivered_until"),
    readUntil: at("read_until"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("conversations_contact").on(t.workspaceId, t.accountId, t.contactId),
    index("conversations_due").on(t.dueAt).where(sql`due_at IS NOT NULL`),
    index("conversations_timers").on(t.timerDueAt).where(sql`timer_due_at IS NOT NULL`),
    index("conversations_recent").on(t.workspaceId, t.lastMessageAt, t.id),
    index("conversations_of_contact").on(t.workspaceId, t.contactId),
  ],
);

export const events = pgTable(
  "events",
  {
    workspaceId: ws(),
    conversationId: text("conversation_id").notNull(),
    seq: integer("seq").notNull(),
    id: text("id").notNull(),
    type: text("type").notNull(),
    payload: text("payload").notNull(),
    /** `pending`, or `quarantined`. That it was applied, the conversation says: `seq` up to its `applied_seq`. */
    status: text("status").notNull(),
    attempts: integer("attempts").notNull(),
    availableAt: at("available_at").notNull(),
    late: integer("late").notNull(),
    error: text("error"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.conversationId, t.seq] }),
    index("events_quarantined").on(t.workspaceId, t.status).where(sql`status = 'quarantined'`),
  ],
);

export const dedupeKeys = pgTable(
  "dedupe_keys",
  {
    workspaceId: ws(),
    /** Account, or conversation for what the engine tells itself. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    messageId: text("message_id"),
    bodyHash: text("body_hash"),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.scope, t.key] })],
);

export const messages = pgTable(
  "messages",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    conversationId: text("conversation_id").notNull(),
    contactId: text("contact_id").notNull(),
    accountId: text("account_id").notNull(),
    position: integer("position").notNull(),
    direction: text("direction").notNull(),
    author: text("author").notNull(),
    content: text("content").notNull(),
    text: text("text").notNull(),
    externalId: text("external_id"),
    status: text("status").notNull(),
    error: text("error"),
    maybeDuplicate: integer("maybe_duplicate").notNull(),
    node: text("node"),
    createdAt: at("created_at").notNull(),
    sentAt: at("sent_at"),
    /** The person who writes, where a person does and is known. */
    authorName: text("author_name"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("messages_position").on(t.workspaceId, t.conversationId, t.position),
    index("messages_external").on(t.workspaceId, t.externalId).where(sql`external_id IS NOT NULL`),
  ],
);

export const orphanStatuses = pgTable(
  "orphan_statuses",
  {
    workspaceId: ws(),
    accountId: text("account_id").notNull(),
    externalId: text("external_id").notNull(),
    status: text("status").notNull(),
    error: text("error"),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.accountId, t.externalId, t.status] })],
);

export const runs = pgTable(
  "runs",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    conversationId: text("conversation_id").notNull(),
    flow: text("flow").notNull(),
    versionId: text("version_id").notNull(),
    status: text("status").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("runs_live").on(t.workspaceId, t.flow, t.versionId).where(sql`status = 'active'`),
  ],
);

export const steps = pgTable(
  "steps",
  {
    workspaceId: ws(),
    conversationId: text("conversation_id").notNull(),
    version: integer("version").notNull(),
    event: text("event").notNull(),
    path: text("path").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.conversationId, t.version] }),
    // Written at its end only; the figures of flows are counted along it.
    index("steps_at").on(t.workspaceId, t.createdAt),
  ],
);

export const effects = pgTable(
  "effects",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    conversationId: text("conversation_id").notNull(),
    accountId: text("account_id").notNull(),
    contactId: text("contact_id").notNull(),
    type: text("type").notNull(),
    ord: integer("ord").notNull(),
    payload: text("payload").notNull(),
    state: text("state").notNull(),
    attempts: integer("attempts").notNull(),
    dueAt: at("due_at").notNull(),
    expiresAt: at("expires_at"),
    leaseBy: text("lease_by"),
    error: text("error"),
    createdAt: at("created_at").notNull(),
    /** When the attempt began that is under way. */
    startedAt: at("started_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("effects_due").on(t.dueAt).where(sql`state IN ('pending', 'unknown')`),
    index("effects_open")
      .on(t.workspaceId, t.conversationId, t.ord)
      .where(sql`state IN ('pending', 'running', 'unknown', 'asked')`),
    index("effects_failed").on(t.workspaceId, t.createdAt).where(sql`state IN ('failed', 'asked', 'unknown')`),
  ],
);

export const attempts = pgTable(
  "attempts",
  {
    workspaceId: ws(),
    effectId: text("effect_id").notNull(),
    n: integer("n").notNull(),
    startedAt: at("started_at").notNull(),
    endedAt: at("ended_at"),
    outcome: text("outcome"),
    error: text("error"),
    process: text("process").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.effectId, t.n] })],
);

export const notes = pgTable(
  "notes",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    conversationId: text("conversation_id").notNull(),
    text: text("text").notNull(),
    by: text("by").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("notes_conversation").on(t.workspaceId, t.conversationId, t.createdAt),
  ],
);

export const rawDeliveries = pgTable(
  "raw_deliveries",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    channel: text("channel").notNull(),
    headers: text("headers").notNull(),
    body: bytes("body").notNull(),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

export const setAside = pgTable(
  "set_aside",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    deliveryId: text("delivery_id").notNull(),
    channel: text("channel").notNull(),
    reason: text("reason").notNull(),
    part: text("part").notNull(),
    accountId: text("account_id"),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

export const flowVersions = pgTable(
  "flow_versions",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    flow: text("flow").notNull(),
    number: integer("number").notNull(),
    source: text("source").notNull(),
    playbook: text("playbook"),
    note: text("note").notNull(),
    by: text("by").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("flow_versions_number").on(t.workspaceId, t.flow, t.number),
  ],
);

export const currentFlows = pgTable(
  "current_flows",
  { workspaceId: ws(), flow: text("flow").notNull(), versionId: text("version_id").notNull() },
  (t) => [primaryKey({ columns: [t.workspaceId, t.flow] })],
);

/** What passed through flows, per day (UTC) and channel: see `core/run/passes.ts`. */
export const flowCounts = pgTable(
  "flow_counts",
  {
    workspaceId: ws(),
    flow: text("flow").notNull(),
    day: text("day").notNull(),
    channel: text("channel").notNull(),
    node: text("node").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    count: integer("count").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.flow, t.day, t.channel, t.node, t.kind, t.name] })],
);

/** Up to which moment the steps of a workspace are counted. */
export const flowMarks = pgTable(
  "flow_marks",
  { workspaceId: ws(), countedUntil: at("counted_until").notNull() },
  (t) => [primaryKey({ columns: [t.workspaceId] })],
);

export const products = pgTable(
  "products",
  {
    workspaceId: ws(),
    sku: text("sku").notNull(),
    category: text("category").notNull(),
    names: text("names").notNull(),
    descriptions: text("descriptions").notNull(),
    priceCents: integer("price_cents").notNull(),
    currency: text("currency").notNull(),
    stock: integer("stock"),
    imageUrl: text("image_url"),
    active: integer("active").notNull(),
    /** Words of names, descriptions and category without accents and case. */
    words: text("words").notNull(),
    rank: integer("rank").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.sku] })],
);

export const orders = pgTable(
  "orders",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    number: text("number").notNull(),
    effectId: text("effect_id").notNull(),
    contactId: text("contact_id").notNull(),
    conversationId: text("conversation_id").notNull(),
    status: text("status").notNull(),
    lines: text("lines").notNull(),
    totalCents: integer("total_cents").notNull(),
    currency: text("currency").notNull(),
    note: text("note").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("orders_number").on(t.workspaceId, t.number),
    uniqueIndex("orders_effect").on(t.workspaceId, t.effectId),
    index("orders_contact").on(t.workspaceId, t.contactId, t.createdAt),
    index("orders_recent").on(t.workspaceId, t.createdAt, t.id),
  ],
);

export const notices = pgTable(
  "notices",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    at: at("at").notNull(),
    severity: text("severity").notNull(),
    code: text("code").notNull(),
    text: text("text").notNull(),
    accountId: text("account_id"),
    conversationId: text("conversation_id"),
    facts: text("facts").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

export const usages = pgTable(
  "usages",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    conversationId: text("conversation_id"),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    ok: integer("ok").notNull(),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), index("usages_at").on(t.workspaceId, t.at)],
);

export const uploads = pgTable(
  "uploads",
  {
    workspaceId: ws(),
    accountId: text("account_id").notNull(),
    key: text("key").notNull(),
    remoteId: text("remote_id").notNull(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.accountId, t.key] })],
);

export const users = pgTable(
  "users",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    password: text("password"),
    status: text("status").notNull(),
    language: text("language").notNull(),
    grants: text("grants").notNull(),
    overrides: text("overrides").notNull(),
    twoFactor: text("two_factor"),
    twoFactorStep: integer("two_factor_step"),
    recovery: text("recovery").notNull(),
    changedAt: at("changed_at").notNull(),
    createdAt: at("created_at").notNull(),
    lastSeenAt: at("last_seen_at"),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), uniqueIndex("users_email").on(t.workspaceId, t.email)],
);
export const roles = pgTable(
  "roles",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull(),
    permissions: text("permissions").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), uniqueIndex("roles_name").on(t.workspaceId, t.name)],
);
export const sessions = pgTable(
  "sessions",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    userId: text("user_id").notNull(),
    tokenHash: text("token_hash").notNull(),
    formerHash: text("former_hash"),
    rotatedAt: at("rotated_at").notNull(),
    createdAt: at("created_at").notNull(),
    seenAt: at("seen_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    address: text("address").notNull(),
    agent: text("agent").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("sessions_token").on(t.workspaceId, t.tokenHash),
    index("sessions_former").on(t.workspaceId, t.formerHash).where(sql`former_hash IS NOT NULL`),
    index("sessions_user").on(t.workspaceId, t.userId),
  ],
);

export const apiTokens = pgTable(
  "api_tokens",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    tokenHash: text("token_hash").notNull(),
    hint: text("hint").notNull(),
    permissions: text("permissions").notNull(),
    accountIds: text("account_ids"),
    userId: text("user_id"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at"),
    lastUsedAt: at("last_used_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("api_tokens_token").on(t.workspaceId, t.tokenHash),
  ],
);
export const links = pgTable(
  "links",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    kind: text("kind").notNull(),
    tokenHash: text("token_hash").notNull(),
    userId: text("user_id"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("links_token").on(t.workspaceId, t.tokenHash),
    index("links_user").on(t.workspaceId, t.userId),
  ],
);
export const auditEntries = pgTable(
  "audit_entries",
  {
    workspaceId: ws(),
    id: text("id").notNull(),
    at: at("at").notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    address: text("address"),
    action: text("action").notNull(),
    target: text("target"),
    facts: text("facts").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

export const mails = pgTable(
  "mails",
  {
    workspaceId: ws(),
    messageId: text("message_id").notNull(),
    conversationId: text("conversation_id").notNull(),
    position: integer("position").notNull(),
    mailId: text("mail_id").notNull(),
    subject: text("subject").notNull(),
    references: text("refs").notNull(),
    text: text("text").notNull(),
    html: text("html"),
    replyTo: text("reply_to"),
    authentication: text("authentication"),
    automatic: text("automatic"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.messageId] }),
    uniqueIndex("mails_position").on(t.workspaceId, t.conversationId, t.position),
  ],
);

export const mailPositions = pgTable(
  "mail_positions",
  {
    workspaceId: ws(),
    accountId: text("account_id").notNull(),
    folder: text("folder").notNull(),
    uidValidity: text("uid_validity").notNull(),
    uid: integer("uid").notNull(),
    since: at("since").notNull(),
    leaseBy: text("lease_by"),
    leaseUntil: at("lease_until").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.accountId, t.folder] })],
);

/** How far what a provider keeps of an account was read, and when somebody last looked. */
export const historyPositions = pgTable(
  "history_positions",
  {
    workspaceId: ws(),
    accountId: text("account_id").notNull(),
    readUntil: at("read_until").notNull(),
    lookedAt: at("looked_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.accountId] })],
);

/** Of the program, not of a workspace: who runs, since when, when it was last alive. */
export const processes = pgTable("processes", {
  id: text("id").primaryKey(),
  startedAt: at("started_at").notNull(),
  beatAt: at("beat_at").notNull(),
});

export const facts = pgTable("facts", { key: text("key").primaryKey(), value: text("value").notNull() });
