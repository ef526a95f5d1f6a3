import type {
  Account,
  Call,
  CallResponse,
  Channel,
  ChannelType,
  ConnectionFinding,
  Profile,
  Received,
  WebhookRequest,
} from "./core/domain/channel.ts";
import type { Contact, IdentityValue } from "./core/domain/contact.ts";
import type { Conversation, ConversationRef, ConversationStatus, Handover } from "./core/domain/conversation.ts";
import type { Diagnostic } from "./core/domain/diagnostic.ts";
import type {
  AnswerEffect,
  AssistantAnswer,
  EffectError,
  OrderView,
  OutboxEffect,
  ProductView,
  UnderstandEffect,
  Understood,
} from "./core/domain/effect.ts";
import type {
  ApiTokenId,
  ChannelAccountId,
  ContactId,
  ConversationId,
  DeliveryId,
  EffectId,
  EventId,
  FlowVersionId,
  IdKind,
  IdOf,
  MessageId,
  RoleId,
  RunId,
  SessionId,
  UserId,
  WorkspaceId,
} from "./core/domain/ids.ts";
import type { InboundEvent } from "./core/domain/inbound-event.ts";
import type { Json, JsonObject } from "./core/domain/json.ts";
import type { Language } from "./core/domain/language.ts";
import type { MailFacts, MailPosition, MailThread } from "./core/domain/mail.ts";
import type { MailboxEvent } from "./core/domain/mailbox-event.ts";
import type { Message, OutboundContent } from "./core/domain/message.ts";
import type { Permission } from "./core/domain/permission.ts";
import type { AccountScope, Grant, Override, Rights } from "./core/domain/rights.ts";
import type { Role } from "./core/domain/role.ts";
import type { SendError } from "./core/domain/send-error.ts";
import type { Actor, ApiToken, AuditEntry, Session, User, UserStatus } from "./core/domain/user.ts";
import type { Workspace } from "./core/domain/workspace.ts";
import type { FlowDocument } from "./core/flow/document.ts";
import type { Decision, NeedsVersions, StepInput } from "./core/run/decision.ts";
import type { UnknownSend } from "./core/run/match-sent.ts";
import type { RunState } from "./core/run/run.ts";

/**
 * What the shell needs from outside, and what its parts need from each other. `main.ts` makes the implementations and
 * hands them in; server, worker, effects and store know only this file and the core.
 */

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back once after the delay; returns how to cancel. */
  after(delayMs: number, run: () => void): () => void;
}

export interface Ids {
  /** A new id, sortable by time: `msg_` + 26 characters. */
  make<K extends IdKind>(kind: K): IdOf[K];
  /** 256 random bits, url-safe. */
  token(): string;
  /** A short code that one can say on the phone, without letters that are mistaken for others: `K7P-4RT`. */
  speakable(): string;
}

/** The one way out of the process. Refuses private addresses, foreign redirects, unbounded bodies (S-11 … S-20). */
export interface Http {
  request(request: HttpRequest): Promise<HttpOutcome>;
}
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Hosts that may be asked even on private addresses: the provider bases that the operator configured. */
  readonly trusted?: boolean;
  /** Redirects are followed at most three times, each checked, without credentials on another host. Default: not at all. */
  readonly redirects?: boolean;
  readonly signal?: AbortSignal;
}
export type HttpOutcome =
  | {
      readonly type: "response";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly truncated: boolean;
    }
  /** Nothing left this machine, or the connection was refused: certainly not done. */
  | { readonly type: "notSent"; readonly detail: string; readonly blocked: boolean }
  /** Bytes left and no answer came: nobody knows (C-6). */
  | { readonly type: "unknown"; readonly detail: string };

/** Stops calling a provider that does not answer, per line (an account, a model): one probe from time to time until it is back (spec 2.3). */
export interface Breaker {
  /** When calls may go again; 0: now. An open line lets one probe through at that moment. */
  openUntil(line: string, now: number): number;
  succeeded(line: string): void;
  failed(line: string, now: number): void;
}

/** Where a mail server is, after its addresses were judged (S-11). Throws when it must not or cannot be asked. */
export type Dial = (host: string, port: number) => Promise<{ readonly address: string }>;

/** A channel's `receive` beside the main loop, with limits of time and memory (S-82). Throws when they are met. */
export type ReceiveAside = (
  channel: ChannelType,
  request: WebhookRequest,
  accounts: readonly Account[],
) => Promise<Pick<Received, "events" | "setAside" | "files">>;

/** Our own copies of files, under DATA_DIR/media. Names are made here, never taken from outside. */
export interface Files {
  save(content: Uint8Array, mimeType: string): Promise<{ readonly path: string; readonly sizeBytes: number }>;
  read(path: string): Promise<Uint8Array | null>;
}

/** Passwords as argon2id. Hashing takes its time on other threads, and only a few at once. */
export interface Passwords {
  hash(plain: string): Promise<string>;
  /** `hash` null: nobody there; takes the same time and is false. Throws `PasswordsBusy` when too many wait already. */
  verify(plain: string, hash: string | null): Promise<boolean>;
}
/** Too many want to sign in at once. */
export class PasswordsBusy extends Error {}

/** Addresses of our own files that anybody may fetch who was given one, for some days: for providers and link readers. */
export interface FileLinks {
  /** `path` as `Files` gave it. */
  make(path: string, mimeType: string | undefined): string;
  /** What the address was made for; null: it was not made by us, was changed, or has had its days. */
  check(path: string, query: URLSearchParams): { readonly mimeType: string } | null;
}

/** Answers a question from the playbook. Never throws: every failure is an `EffectError`. */
export interface Llm {
  /** Routes a text and takes values out of it. Without a model: by likeness to the examples. */
  understand(
    question: UnderstandQuestion,
    signal: AbortSignal,
  ): Promise<
    | { readonly understood: Understood; readonly usage: LlmUsage | null }
    | { readonly error: EffectError; readonly usage: LlmUsage | null }
  >;
  answer(
    question: AssistantQuestion,
    signal: AbortSignal,
  ): Promise<
    | { readonly answer: AssistantAnswer; readonly usage: LlmUsage | null }
    | { readonly error: EffectError; readonly usage: LlmUsage | null }
  >;
}
/** A text to be understood, and what dates and phone numbers in it are read with. */
export interface UnderstandQuestion extends UnderstandEffect {
  readonly now: string;
  readonly country: string;
}
export interface AssistantQuestion extends AnswerEffect {
  /** The playbook's YAML as published with the flow. */
  readonly playbookSource: string;
  readonly history: readonly { readonly author: Message["author"]; readonly text: string }[];
  readonly contactFirstName: string;
  readonly products: readonly ProductView[];
}
export interface LlmUsage {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The channels that this program knows, by type; and the connected accounts with their secrets, for channel functions. */
export interface Channels {
  readonly all: readonly Channel<never>[];
  of(type: ChannelType): Channel<unknown>;
  /** The address that `{base}` stands for in the calls of this channel. */
  baseUrl(type: ChannelType): string;
}

export interface ChannelAccount extends Account {
  readonly workspaceId: WorkspaceId;
  readonly channel: ChannelType;
  readonly name: string;
  readonly address: string;
  /** `broken`: what is stored of it cannot be used; `statusDetail` is an `AccountFault` then, and `config` is what could be read. */
  readonly status: "active" | "disabled" | "authFailed" | "broken";
  readonly statusDetail: string | null;
  readonly botEnabled: boolean;
  /** `environment`: the settings of the program rule it, and nobody else may. */
  readonly managedBy: "environment" | "api";
  /** What the channel uses when nobody says which account: the one that was chosen, else the oldest. */
  readonly isDefault: boolean;
  readonly createdAt: string;
}
/** Why an account is `broken`: sealed with another key; damaged; of a channel that this version has not; not what its channel takes. */
export type AccountFault = "keyWrong" | "damaged" | "unknownChannel" | "configInvalid";

// ---------------------------------------------------------------------------------------------------------------- store

/**
 * The database: SQLite (one process) or PostgreSQL (any number). One contract suite runs on both. Every method is one
 * transaction; every method on rows takes the workspace, and an empty workspace throws.
 */
export interface Store {
  readonly dialect: "sqlite" | "postgres";
  readonly inbox: Inbox;
  readonly mailbox: Mailbox;
  readonly outbox: Outbox;
  readonly mails: MailRows;
  readonly histories: HistoryRows;
  readonly accounts: AccountRows;
  readonly flows: FlowRows;
  readonly figures: FigureRows;
  readonly conversations: ConversationRows;
  readonly visitors: VisitorRows;
  readonly people: PersonRows;
  readonly shop: ShopRows;
  readonly workspaces: WorkspaceRows;
  readonly users: UserRows;
  readonly sessions: SessionRows;
  readonly roles: RoleRows;
  readonly tokens: TokenRows;
  readonly audit: AuditRows;
  readonly operations: Operations;
  readonly retention: Retention;
  /** After a commit: what changed, on this process and (PostgreSQL) on the others. Returns how to stop listening. */
  onChange(listen: (change: Change) => void): () => void;
  close(): Promise<void>;
}

/** What a look goes over: a whole workspace, or what of it belongs to some accounts. Whoever may see a part has no name for the whole. */
export type Scope = WorkspaceId | AccountScope;

export type Change =
  | {
      readonly type: "message" | "status" | "conversation";
      readonly workspaceId: WorkspaceId;
      readonly conversationId: ConversationId;
    }
  /** Something waits for a worker, now or at `dueAt`. */
  | {
      readonly type: "mailbox";
      readonly workspaceId: WorkspaceId;
      readonly conversationId: ConversationId;
      readonly dueAt: string;
    }
  | { readonly type: "outbox"; readonly dueAt: string }
  /** `access`: somebody's rights, sessions or tokens are not what they were. */
  | { readonly type: "flows" | "accounts" | "workspace" | "access"; readonly workspaceId: WorkspaceId };

/** One webhook as it came. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly channel: ChannelType;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly events: readonly InboundEvent[];
  readonly setAside: readonly {
    readonly reason: string;
    readonly accountId?: ChannelAccountId;
    readonly part: string;
  }[];
  /** From a mailbox: how far it is read once this is stored, in the same transaction. */
  readonly position?: MailPosition & { readonly accountId: ChannelAccountId };
}

export interface Inbox {
  /**
   * Stores raw bytes and every event, all or nothing; deliveries that come together share one transaction and one
   * fsync. Resolves after the fsync. Contacts are found or made by any of their identities, and merged when an event
   * says that two are one. Messages get a position and a place in the mailbox; statuses are merged by rank at once
   * (kept apart while their message is unknown) and enter the mailbox only when they fail; an echo stores the message
   * of a person and takes the conversation over.
   */
  accept(delivery: Delivery): Promise<Accepted>;
}
export interface Accepted {
  readonly stored: number;
  readonly duplicates: number;
  /** Conversations that a worker should look at, and when (a text waits for its burst window). */
  readonly due: readonly { readonly ref: ConversationRef; readonly dueAt: string }[];
  /** Messages of the events, in order, for callers that must answer with an id (web chat). A duplicate gives the first one's. */
  readonly messages: readonly {
    readonly messageId: MessageId;
    readonly conversationId: ConversationId;
    readonly position: number;
  }[];
}

/** How far what a provider keeps of an account was read (`Channel.history`). */
export interface HistoryRows {
  /**
   * This process's turn to read, when nobody looked for `gapMs`: everything since this moment (ISO) is wanted; null: it
   * is another's turn. Of a new account nothing from before is wanted.
   */
  take(workspaceId: WorkspaceId, accountId: ChannelAccountId, gapMs: number): Promise<string | null>;
  /** Everything up to this moment is in. */
  reached(workspaceId: WorkspaceId, accountId: ChannelAccountId, until: string): Promise<void>;
  /** Sends of the account of which nobody knows whether they arrived. */
  unknown(workspaceId: WorkspaceId, accountId: ChannelAccountId): Promise<readonly UnknownSend[]>;
  /** Which of these ids name messages that we know. */
  known(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    externalIds: readonly string[],
  ): Promise<ReadonlySet<string>>;
}

/** How far mailboxes are read, and what mails carry beside their words. */
export interface MailRows {
  /** Takes or keeps the right to read this folder for a while; one process has it at a time. */
  hold(workspaceId: WorkspaceId, accountId: ChannelAccountId, folder: string, forMs: number): Promise<boolean>;
  release(workspaceId: WorkspaceId, accountId: ChannelAccountId, folder: string): Promise<void>;
  /** Null: never read. `since`: mails from before this moment (ISO) were there before us and are not ours. */
  position(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    folder: string,
  ): Promise<(MailPosition & { readonly since: string }) | null>;
  /** Begins to read here: the first time, or because UIDs have lost their meaning; `since` stays what it was first. */
  begin(workspaceId: WorkspaceId, accountId: ChannelAccountId, position: MailPosition, since: string): Promise<void>;
  /** The contact's last mail of a conversation: what an answer goes under. */
  thread(workspaceId: WorkspaceId, conversationId: string): Promise<MailThread | null>;
  /** What came with a message; null: it did not come by mail. */
  facts(
    workspaceId: WorkspaceId,
    messageId: MessageId,
  ): Promise<(MailFacts & { readonly automatic: string | null }) | null>;
}

export interface Mailbox {
  /** Conversations with an event that is due, oldest first. For start-up, polling and NOTIFY. */
  due(limit: number): Promise<readonly ConversationRef[]>;
  /** The next moment at which one becomes due (events and timers); null: none. */
  nextDueAt(): Promise<string | null>;
  /** Due timers become mailbox events, in due order, at most `limit`. Returns the conversations. */
  fireTimers(limit: number): Promise<readonly ConversationRef[]>;
  /** Adds an event. The same dedupe key adds nothing. A `takeOver` also sets the owner and cancels the bot's waiting sends at once. */
  enqueue(
    ref: ConversationRef,
    event: MailboxEvent,
    dedupeKey: string,
  ): Promise<{ readonly added: boolean; readonly seq: number }>;
  /**
   * Applies the next event of one conversation: locks it, loads `StepInput`, calls `decide` (pure, synchronous), writes
   * the decision. `idle`: nothing due, or another worker has it. When `decide` throws, nothing is written and the
   * error is counted on the event; the third time the event is quarantined and the conversation goes to people.
   * `claim` is asked for each new effect, in order: true = write its attempt in the same transaction and return it, so
   * that it can be done at once.
   */
  step(
    ref: ConversationRef,
    decide: (input: StepInput) => Decision | NeedsVersions,
    claim: (effect: WaitingEffect) => boolean,
  ): Promise<StepOutcome>;
  quarantined(scope: Scope): Promise<readonly QuarantinedEvent[]>;
  /** `retry`: once more with a new count; `skip`: marked applied without effect. */
  release(scope: Scope, eventId: EventId, how: "retry" | "skip"): Promise<boolean>;
}
export type StepOutcome =
  | {
      readonly type: "applied";
      readonly claimed: readonly ClaimedEffect[];
      readonly more: boolean;
      /** When the first timer of the conversation fires, if this step changed its timers. */
      readonly nextTimerAt: string | null;
    }
  | { readonly type: "needs"; readonly versions: readonly FlowVersionId[] }
  | { readonly type: "idle"; readonly nextDueAt: string | null }
  | { readonly type: "failed"; readonly error: string; readonly quarantined: boolean; readonly retryAt: string | null };
export interface QuarantinedEvent {
  readonly id: EventId;
  readonly conversationId: ConversationId;
  readonly event: MailboxEvent;
  readonly error: string;
  readonly attempts: number;
  readonly createdAt: string;
}

/** What `claim` is told of an effect. */
export interface WaitingEffect {
  readonly id: EffectId;
  readonly type: OutboxEffect["type"];
  readonly accountId: ChannelAccountId;
  readonly conversationId: ConversationId;
}

/** An effect whose attempt is committed: it may be done now. */
export interface ClaimedEffect extends WaitingEffect {
  readonly workspaceId: WorkspaceId;
  readonly effect: OutboxEffect;
  /** 1, 2, 3 … */
  readonly attempt: number;
  readonly recipient: readonly IdentityValue[];
  readonly contactId: ContactId;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** When the attempt was put on record, in ms since 1970. Absent: nobody works on it. */
  readonly begunAt?: number;
}

/** How an attempt ended. The first end of an effect counts, a second one is kept as superseded. */
export type AttemptEnd =
  /** `result` goes back to the run when the effect has a key. */
  | {
      readonly type: "done";
      readonly externalId?: string;
      readonly identities?: readonly IdentityValue[];
      readonly result?: Json;
    }
  /** Certainly not done: once more at `at`. */
  | { readonly type: "retry"; readonly at: string; readonly error: SendError | EffectError }
  /** Nothing of this account passes until the operator acts: the effect waits, the account is marked. */
  | { readonly type: "pauseAccount"; readonly error: SendError }
  | { readonly type: "failed"; readonly error: SendError | EffectError }
  /** Nobody knows: wait for evidence until `until`. */
  | { readonly type: "unknown"; readonly until: string; readonly detail: string };

export interface Outbox {
  /**
   * Claims effects that are due: the first unfinished send of each conversation, and any other effect. Skips paused
   * accounts, and bot sends of conversations that people own (those become `cancelled`). The attempt row and its
   * count are committed before this resolves. `claim` as in `Mailbox.step`.
   */
  claim(limit: number, claim: (effect: WaitingEffect) => boolean): Promise<readonly ClaimedEffect[]>;
  /** The next moment, after now, at which one becomes due; what is due already was there to be claimed. */
  nextDueAt(): Promise<string | null>;
  /**
   * Records how an attempt ended: message status, result event for the run, account state. Returns the next send of
   * the same conversation already claimed, when `claim` allows it.
   */
  settle(
    effect: ClaimedEffect,
    end: AttemptEnd,
    claim: (effect: WaitingEffect) => boolean,
  ): Promise<{ readonly claimed: readonly ClaimedEffect[]; readonly superseded: boolean }>;
  /** Effects in state `unknown` whose wait for evidence is over. */
  overdueUnknown(limit: number): Promise<readonly ClaimedEffect[]>;
  /** `resend`: once more, the message marked as maybe sent twice. `ask`: stays for a person. `skip`: failed with `unknownOutcome`. */
  resolveUnknown(scope: Scope, effectId: EffectId, how: "resend" | "ask" | "skip" | "sent"): Promise<boolean>;
  /** Start of a process: attempts that nobody works on any more become `unknown` (sends, repeat-unsafe http) or due again (the rest). `downMs`: how long we were away. Returns how many. */
  recover(downMs: number): Promise<{ readonly unknown: number; readonly again: number }>;
  /**
   * Proves that this process lives (PostgreSQL: others take over its leases after 8 s of silence). `busy`: what it
   * works on; a claim of its own that is not among them was never heard of, and is given back.
   */
  heartbeat(busy?: ReadonlySet<EffectId>): Promise<void>;
  /** What waits and why, for the operator; newest first. */
  waiting(scope: Scope, limit: number): Promise<readonly WaitingRow[]>;
  /** Media ids that a provider gave us for our own files. */
  uploads(accountId: ChannelAccountId): Promise<Readonly<Record<string, string>>>;
  saveUpload(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    key: string,
    remoteId: string,
    expiresAt: string,
  ): Promise<void>;
}
export interface WaitingRow {
  readonly effectId: EffectId;
  readonly conversationId: ConversationId;
  readonly accountId: ChannelAccountId;
  readonly type: string;
  readonly state: "pending" | "running" | "unknown" | "asked" | "paused" | "failed";
  readonly attempts: number;
  readonly error: SendError | EffectError | null;
  readonly dueAt: string;
  readonly createdAt: string;
}

export interface AccountRows {
  /**
   * Every connected account of every workspace, secrets decrypted, each channel's default first. One that cannot be
   * read is there as `broken` and stops no other; only when the key fits none of them this throws.
   */
  all(): Promise<readonly ChannelAccount[]>;
  /** Makes or updates the account with this channel and name. Throws when its address belongs to another one. */
  save(workspaceId: WorkspaceId, account: AccountValues): Promise<ChannelAccountId>;
  /** Makes an account (`id` null) or changes one; its history, its switches and its status `disabled` stay. */
  put(workspaceId: WorkspaceId, id: ChannelAccountId | null, account: AccountValues): Promise<AccountSaved>;
  /** Its history stays, its secrets go, what waits to be sent is cancelled; name and address are free again. */
  remove(workspaceId: WorkspaceId, id: ChannelAccountId): Promise<boolean>;
  /** From now on what the channel uses when nobody says which account. */
  makeDefault(workspaceId: WorkspaceId, id: ChannelAccountId): Promise<boolean>;
  /** Whether there ever was an account with this channel and name, also one that was removed. */
  knows(workspaceId: WorkspaceId, channel: ChannelType, name: string): Promise<boolean>;
  setManagedBy(workspaceId: WorkspaceId, id: ChannelAccountId, by: ChannelAccount["managedBy"]): Promise<void>;
  setStatus(
    workspaceId: WorkspaceId,
    id: ChannelAccountId,
    status: Exclude<ChannelAccount["status"], "broken">,
    detail: string | null,
  ): Promise<void>;
  setBotEnabled(workspaceId: WorkspaceId, id: ChannelAccountId, enabled: boolean): Promise<void>;
}
export interface AccountValues {
  readonly channel: ChannelType;
  readonly name: string;
  readonly address: string;
  readonly config: JsonObject;
  readonly secretFields: readonly string[];
  /** Default: `api`. */
  readonly managedBy?: ChannelAccount["managedBy"];
}
export type AccountSaved =
  | { readonly type: "saved"; readonly id: ChannelAccountId }
  /** Another account has this address; `name` when it is of the same workspace. */
  | { readonly type: "addressTaken"; readonly name: string | null }
  | { readonly type: "nameTaken" }
  | { readonly type: "notFound" };

export interface FlowVersion {
  readonly id: FlowVersionId;
  readonly workspaceId: WorkspaceId;
  readonly flow: string;
  readonly number: number;
  readonly source: string;
  /** The playbook's YAML as it was when the flow was published; null: the flow has none. */
  readonly playbook: string | null;
  readonly note: string;
  readonly by: string;
  readonly createdAt: string;
}
export interface FlowRows {
  /** Immutable; becomes what new runs use. The same source and playbook as the current version gives that one back. */
  publish(
    workspaceId: WorkspaceId,
    version: {
      readonly flow: string;
      readonly source: string;
      readonly playbook: string | null;
      readonly note: string;
      readonly by: string;
    },
  ): Promise<FlowVersion>;
  /** The current version of every flow of every workspace. */
  current(): Promise<readonly FlowVersion[]>;
  versions(ids: readonly FlowVersionId[]): Promise<readonly FlowVersion[]>;
  history(workspaceId: WorkspaceId, flow: string): Promise<readonly Omit<FlowVersion, "source" | "playbook">[]>;
  unpublish(workspaceId: WorkspaceId, flow: string): Promise<boolean>;
  /** How many active runs stand at each node of each flow. */
  liveRuns(
    workspaceId: WorkspaceId,
  ): Promise<readonly { readonly flow: string; readonly versionId: FlowVersionId; readonly count: number }[]>;
  /** One version by its number. */
  version(workspaceId: WorkspaceId, flow: string, number: number): Promise<FlowVersion | null>;
  /** Where the active runs of a flow stand, a page in the order of their ids. */
  liveStates(
    workspaceId: WorkspaceId,
    flow: string,
    page: { readonly after: RunId | null; readonly limit: number },
  ): Promise<readonly LiveRun[]>;
  /**
   * Tells the active runs of a flow that stand in another version of the new one: a `version` event each, in the order
   * of their ids, at most `limit` in one transaction. The same again adds nothing. `next`: where to go on; null: done.
   */
  follow(
    workspaceId: WorkspaceId,
    flow: string,
    to: { readonly versionId: FlowVersionId; readonly how: "move" | "restart"; readonly by: string },
    page: { readonly after: RunId | null; readonly limit: number },
  ): Promise<{ readonly told: number; readonly next: RunId | null }>;
}
export interface Figure {
  readonly node: string;
  readonly kind: "enter" | "exit" | "time";
  readonly name: string;
  readonly count: number;
}
export interface FigureRows {
  /** Counts steps that were not counted yet, at most about `limit` per workspace; one process at a time. */
  count(limit: number): Promise<{ readonly counted: number; readonly more: boolean }>;
  /** Sums over days (UTC, both included), of one channel or all. */
  of(
    workspaceId: WorkspaceId,
    flow: string,
    period: { readonly from: string; readonly to: string; readonly channel?: ChannelType },
  ): Promise<readonly Figure[]>;
}
export interface LiveRun {
  readonly runId: RunId;
  readonly conversationId: ConversationId;
  readonly versionId: FlowVersionId;
  readonly state: RunState;
}

/** A flow file that is another one than before; `etag` null: it is gone. */
export interface FlowFileChange {
  readonly flow: string;
  readonly etag: string | null;
}
export type PublishedFlow =
  | { readonly type: "published"; readonly number: number; readonly versionId: FlowVersionId }
  | { readonly type: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly type: "notFound" };

export interface FlowFile {
  readonly id: string;
  readonly source: string;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

export interface CheckedFlow {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly document: FlowDocument | null;
}

/** The flow files of a folder: drafts, until they are published. Names come from outside, so only plain ones are files. */
export interface FlowFolder {
  list(): Promise<readonly FlowFile[]>;
  read(id: string): Promise<string | null>;
  /** All or nothing, and on the disk when it resolves. */
  write(id: string, source: string): Promise<void>;
  /** False: it was not there. */
  remove(id: string): Promise<boolean>;
  readPlaybook(id: string): Promise<string | null>;
  writePlaybook(id: string, source: string): Promise<void>;
  /** Flows to begin with, each with its playbook if it has one. */
  templates(): Promise<readonly (FlowFile & { readonly playbook: string | null })[]>;
  /** Parses and checks; `ok`: nothing forbids publishing. */
  check(id: string | null, source: string): Promise<CheckedFlow>;
  publish(id: string, note: string, by: string): Promise<PublishedFlow>;
  /** Publishes a text that is not the file, e.g. an old version, as it is checked now. */
  publishText(
    id: string,
    text: { readonly source: string; readonly playbook: string | null },
    note: string,
    by: string,
  ): Promise<PublishedFlow>;
  /** Files that changed, by whomever. Returns how to stop listening. */
  onChange(listen: (change: FlowFileChange) => void): () => void;
  /** One change after the other: between a look at the files and the write nobody else may come. */
  inTurn<T>(change: () => Promise<T>): Promise<T>;
}

/** A page of rows: `next` goes into the next call's `cursor`; null: that was all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
export interface ConversationView extends Conversation {
  readonly contact: ContactView;
  readonly lastMessage: { readonly text: string; readonly direction: "in" | "out"; readonly at: string } | null;
  readonly unread: number;
  readonly createdAt: string;
}
/** Contacts on several accounts that are one person. */
export interface PersonRows {
  /** Makes two contacts one person: `kept` speaks for it, what it does not know it takes over from the other. */
  link(scope: Scope, kept: ContactId, other: ContactId, by: string): Promise<"linked" | "already" | "notFound">;
  /** A linked contact stands for itself again, with its addresses, conversations and fields; no rule joins it again. False: it was not linked, or the provider says that they are one. */
  split(scope: Scope, id: ContactId): Promise<boolean>;
  /** Changes what is given, of the whole person. A field that is null goes. */
  update(scope: Scope, id: ContactId, patch: PersonPatch): Promise<boolean>;
  /** What the person allows on a channel. False: they have no conversation there. */
  setConsent(
    scope: Scope,
    id: ContactId,
    consent: {
      readonly channel: ChannelType;
      readonly purpose: "service" | "marketing";
      readonly allowed: boolean;
    },
  ): Promise<boolean>;
}
export interface PersonPatch {
  readonly name?: string;
  readonly firstName?: string;
  readonly language?: Language | null;
  readonly phone?: string | null;
  readonly email?: string | null;
  readonly fields?: JsonObject;
  readonly labels?: readonly string[];
}
/** As people see a contact: the whole person, whichever of its contacts was asked for. */
export interface ContactView extends Contact {
  /** The contacts that are this person; more than one when they were linked. */
  readonly contacts: readonly {
    readonly id: ContactId;
    readonly name: string;
    /** Why it belongs to this person; null: it speaks for it. */
    readonly linked: "owner" | "phone" | "provider" | null;
  }[];
  /** What they said no to, where. */
  readonly refused: readonly {
    readonly channel: ChannelType;
    readonly accountId: ChannelAccountId;
    readonly purpose: "service" | "marketing";
  }[];
  readonly identities: readonly (IdentityValue & {
    readonly channel: ChannelType;
    readonly accountId: ChannelAccountId;
  })[];
  readonly createdAt: string;
}
export interface MessageView extends Message {
  readonly contact: ContactView;
  readonly channel: ChannelType;
  readonly accountId: ChannelAccountId;
}
/** `waiting`: for a person. `bot`, `agent`: open, and theirs. */
export interface ConversationCounts {
  readonly waiting: number;
  readonly bot: number;
  readonly agent: number;
  readonly closed: number;
  readonly all: number;
}
export interface ConversationRows {
  get(scope: Scope, id: ConversationId): Promise<ConversationView | null>;
  list(
    scope: Scope,
    filter: {
      readonly status?: ConversationStatus;
      readonly owner?: "bot" | "agent";
      readonly channel?: ChannelType;
      readonly accountId?: string;
      readonly contactId?: string;
      readonly cursor?: string;
      readonly limit: number;
    },
  ): Promise<Page<ConversationView>>;
  /** How many there are of each, of a channel or account where one is given. */
  counts(
    scope: Scope,
    filter: { readonly channel?: ChannelType; readonly accountId?: string },
  ): Promise<ConversationCounts>;
  /** Who took the conversation last, by name; null: nobody did. */
  takenBy(workspaceId: WorkspaceId, id: ConversationId): Promise<string | null>;
  messages(
    scope: Scope,
    filter: {
      readonly id?: string;
      readonly contactId?: string;
      readonly conversationId?: string;
      readonly externalId?: string;
      readonly status?: string;
      readonly afterPosition?: number;
      readonly cursor?: string;
      readonly limit: number;
      readonly newestFirst?: boolean;
    },
  ): Promise<Page<MessageView>>;
  /** The last lines of a conversation, oldest first, for prompts and alerts. */
  recent(workspaceId: WorkspaceId, id: ConversationId, limit: number): Promise<readonly Message[]>;
  /** Where the run stands: for *Where is the bot?*. */
  run(
    workspaceId: WorkspaceId,
    id: ConversationId,
  ): Promise<{
    readonly id: RunId;
    readonly flow: string;
    readonly versionId: FlowVersionId;
    readonly status: string;
    readonly state: Json;
    readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  } | null>;
  steps(
    workspaceId: WorkspaceId,
    id: ConversationId,
    limit: number,
  ): Promise<readonly { readonly version: number; readonly path: Json; readonly event: string; readonly at: string }[]>;
  notes(
    workspaceId: WorkspaceId,
    id: ConversationId,
  ): Promise<readonly { readonly text: string; readonly by: string; readonly at: string }[]>;
  /** A person's message: one transaction {take over, message, effect}. The same client id gives the first message back; the same id with other content gives `conflict`. */
  sendAsAgent(
    ref: ConversationRef,
    message: {
      readonly content: OutboundContent;
      readonly by: string;
      /** As customers see it. */
      readonly authorName?: string;
      readonly clientId: string;
      readonly via: "inbox" | "api";
    },
  ): Promise<
    | { readonly type: "queued"; readonly message: Message }
    | { readonly type: "conflict" }
    | { readonly type: "notFound" }
    | { readonly type: "windowClosed"; readonly since: string }
  >;
  /** Of a scope: people with an address on one of its accounts, and only those addresses. */
  contacts(
    scope: Scope,
    filter: { readonly search?: string; readonly cursor?: string; readonly limit: number },
  ): Promise<Page<ContactView>>;
  contact(scope: Scope, id: ContactId): Promise<ContactView | null>;
  /** The web chat: the conversation of a visitor, if there is one. */
  ofIdentity(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    identity: IdentityValue,
  ): Promise<ConversationId | null>;
  /** Finds or makes contact and conversation of an address that has not written yet (API, alerts). */
  open(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    identity: IdentityValue,
    name: string,
  ): Promise<ConversationId>;
  /** What a provider says of a contact: fills in what nobody has said yet, changes nothing that is known. */
  introduce(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
    contactId: ContactId,
    profile: Profile,
  ): Promise<void>;
  setMedia(
    workspaceId: WorkspaceId,
    messageId: MessageId,
    media:
      | { readonly path: string; readonly sizeBytes: number; readonly mimeType: string }
      | { readonly error: string },
  ): Promise<void>;
}

/** Visitors of the web chat, known by the hash of the key that their browser holds. */
export interface VisitorRows {
  /**
   * The site's own server vouches for who the visitor is: what they wrote before joins what is known of them. `another`:
   * this visitor has signed in as somebody else. `busy`: something is being said to them at this moment; try again.
   */
  signIn(
    workspaceId: WorkspaceId,
    accountId: ChannelAccountId,
    visitorId: string,
    person: {
      readonly id: string;
      readonly name: string | null;
      readonly email: string | null;
      readonly phone: string | null;
    },
  ): Promise<"signedIn" | "another" | "busy">;
  /** The key opens nothing any more; what was said stays with the contact. */
  signOut(workspaceId: WorkspaceId, accountId: ChannelAccountId, visitorId: string): Promise<void>;
  /** Everything up to this place has reached the visitor, or was seen. Returns how many messages that is news for. */
  seen(workspaceId: WorkspaceId, conversationId: ConversationId, position: number, isRead: boolean): Promise<number>;
}

export interface Product extends ProductView {
  readonly id: string;
  readonly names: Readonly<Record<Language, string>>;
  readonly descriptions: Readonly<Record<Language, string>>;
  readonly stock: number | null;
  readonly active: boolean;
}
export interface ShopRows {
  products(
    workspaceId: WorkspaceId,
    filter: {
      readonly category?: string;
      /** Every word of it stands in name, description or category. */
      readonly search?: string;
      /** At least one of these beginnings of words does. */
      readonly anyOf?: readonly string[];
      readonly skus?: readonly string[];
      readonly language: Language;
      readonly limit: number;
    },
  ): Promise<readonly ProductView[]>;
  /** Makes or updates products by SKU. */
  saveProducts(
    workspaceId: WorkspaceId,
    products: readonly Omit<Product, "id" | "name" | "description" | "inStock">[],
  ): Promise<{ readonly made: number; readonly updated: number }>;
  countProducts(workspaceId: WorkspaceId): Promise<number>;
  orders(
    scope: Scope,
    filter: { readonly cursor?: string; readonly limit: number },
  ): Promise<Page<OrderView & { readonly contactId: ContactId; readonly conversationId: ConversationId }>>;
}

export interface WorkspaceRows {
  all(): Promise<readonly Workspace[]>;
  /** The first workspace; made when there is none. */
  first(defaults: Omit<Workspace, "id">): Promise<Workspace>;
  update(id: WorkspaceId, patch: Partial<Omit<Workspace, "id">>): Promise<Workspace>;
}

/** Somebody who signs in, with what proves it. Never leaves the server. */
export interface UserSecrets {
  readonly user: User;
  readonly rights: Rights;
  readonly passwordHash: string | null;
  /** The second factor's key; null: none is asked for. */
  readonly twoFactorKey: string | null;
}
export interface UserChange {
  readonly name?: string;
  readonly language?: string;
  readonly status?: Extract<UserStatus, "active" | "disabled">;
  readonly grants?: readonly Grant[];
  readonly overrides?: readonly Override[];
}
export type UserOutcome = "done" | "notFound" | "refused" | "lastOwner";
/** What a link is good for, once. */
export type LinkKind = "setup" | "invitation" | "password";
export interface NewLink {
  readonly tokenHash: string;
  readonly expiresAt: string;
}
/** Looks at who is to be changed, inside the transaction, and says whether that may be. Pure. */
export type MayChange = (user: User, rights: Rights) => boolean;

/** People. Every change is on record (`audit`) in the same transaction; owners are never fewer than one. */
export interface UserRows {
  /** Nobody can sign in yet: the setup link is good. */
  isEmpty(workspaceId: WorkspaceId): Promise<boolean>;
  /** A setup link, as long as nobody can sign in; false: somebody can. */
  offerSetup(workspaceId: WorkspaceId, link: NewLink): Promise<boolean>;
  /** The first owner. `setupHash` null: asked for by the operator's settings. Null: there is one, or the link is no good. */
  createOwner(
    workspaceId: WorkspaceId,
    owner: { readonly email: string; readonly name: string; readonly passwordHash: string; readonly language: string },
    setupHash: string | null,
    by: Actor,
  ): Promise<User | null>;
  list(workspaceId: WorkspaceId): Promise<readonly User[]>;
  get(workspaceId: WorkspaceId, id: UserId): Promise<UserSecrets | null>;
  byEmail(workspaceId: WorkspaceId, email: string): Promise<UserSecrets | null>;
  /** Null: the address is taken. */
  invite(
    workspaceId: WorkspaceId,
    user: {
      readonly email: string;
      readonly name: string;
      readonly language: string;
      readonly grants: readonly Grant[];
      readonly overrides: readonly Override[];
    },
    link: NewLink,
    by: Actor,
  ): Promise<User | null>;
  /** A new link for somebody: an invitation or a new password. Links of the same kind that they had are no good any more. */
  link(
    workspaceId: WorkspaceId,
    id: UserId,
    kind: Exclude<LinkKind, "setup">,
    link: NewLink,
    may: MayChange,
    by: Actor,
  ): Promise<UserOutcome>;
  /** Whose link this is; null: it is no good. */
  ofLink(workspaceId: WorkspaceId, kind: LinkKind, tokenHash: string): Promise<User | null>;
  /** Uses a link up: the password is chosen, every session of theirs ends. Null: the link is no good. */
  takeLink(
    workspaceId: WorkspaceId,
    kind: Exclude<LinkKind, "setup">,
    tokenHash: string,
    chosen: { readonly passwordHash: string; readonly name?: string },
    address: string,
  ): Promise<User | null>;
  update(workspaceId: WorkspaceId, id: UserId, change: UserChange, may: MayChange, by: Actor): Promise<UserOutcome>;
  remove(workspaceId: WorkspaceId, id: UserId, may: MayChange, by: Actor): Promise<UserOutcome>;
  /** Every other session of theirs ends. */
  setPassword(
    workspaceId: WorkspaceId,
    id: UserId,
    passwordHash: string,
    keep: SessionId | null,
    by: Actor,
  ): Promise<void>;
  /** Null switches the second factor off. `may`: as for `update`. */
  setTwoFactor(
    workspaceId: WorkspaceId,
    id: UserId,
    factor: { readonly key: string; readonly recoveryHashes: readonly string[] } | null,
    may: MayChange,
    by: Actor,
  ): Promise<UserOutcome>;
  /** True once for every step of the clock: a code that somebody looked at is no good a second time. */
  spendStep(workspaceId: WorkspaceId, id: UserId, step: number): Promise<boolean>;
  /** True once for every recovery code. */
  spendRecovery(workspaceId: WorkspaceId, id: UserId, hash: string): Promise<boolean>;
}

export interface SessionRows {
  start(
    workspaceId: WorkspaceId,
    session: {
      readonly userId: UserId;
      readonly tokenHash: string;
      readonly expiresAt: string;
      readonly agent: string;
    },
    by: Actor,
  ): Promise<SessionId>;
  /** One indexed read; null: ended, expired, idle for too long, or of somebody who may not sign in. */
  find(
    workspaceId: WorkspaceId,
    tokenHash: string,
    idleMs: number,
  ): Promise<{
    readonly session: Session;
    readonly user: User;
    readonly rights: Rights;
    /** When the key was made; rights or password may have changed since. */
    readonly rotatedAt: string;
    readonly changedAt: string;
  } | null>;
  seen(workspaceId: WorkspaceId, id: SessionId): Promise<void>;
  /** A new key for a session; the old one is good for a moment longer. False: another request was faster. */
  rotate(workspaceId: WorkspaceId, id: SessionId, oldHash: string, newHash: string): Promise<boolean>;
  list(workspaceId: WorkspaceId, userId: UserId): Promise<readonly Session[]>;
  /** Ends one session, or all of a person but one. Returns how many. */
  end(
    workspaceId: WorkspaceId,
    which: { readonly userId: UserId; readonly id?: SessionId; readonly except?: SessionId },
    by: Actor,
  ): Promise<number>;
}

export interface RoleRows {
  /** The workspace's own roles; those that come with the product are in `SHIPPED_ROLES`. */
  list(workspaceId: WorkspaceId): Promise<readonly Role[]>;
  /** Null: the name is taken. */
  create(workspaceId: WorkspaceId, role: Omit<Role, "id">, by: Actor): Promise<Role | null>;
  /** `may` sees the permissions as they are. */
  update(
    workspaceId: WorkspaceId,
    id: RoleId,
    role: Omit<Role, "id">,
    may: (permissions: readonly Permission[]) => boolean,
    by: Actor,
  ): Promise<"done" | "notFound" | "refused" | "taken">;
  /** `used`: somebody has it. */
  remove(
    workspaceId: WorkspaceId,
    id: RoleId,
    may: (permissions: readonly Permission[]) => boolean,
    by: Actor,
  ): Promise<"done" | "notFound" | "refused" | "used">;
}

export interface TokenRows {
  create(
    workspaceId: WorkspaceId,
    token: Omit<ApiToken, "id" | "createdAt" | "lastUsedAt"> & { readonly tokenHash: string },
    by: Actor,
  ): Promise<ApiToken>;
  /** One indexed read; null: unknown or expired, or of somebody who may not sign in. `owner` null: nobody's. */
  find(
    workspaceId: WorkspaceId,
    tokenHash: string,
  ): Promise<{
    readonly token: ApiToken;
    readonly owner: { readonly user: User; readonly rights: Rights } | null;
  } | null>;
  used(workspaceId: WorkspaceId, id: ApiTokenId): Promise<void>;
  list(workspaceId: WorkspaceId): Promise<readonly ApiToken[]>;
  /** `may`: whether this one may be revoked by whoever asks. */
  revoke(workspaceId: WorkspaceId, id: ApiTokenId, may: (token: ApiToken) => boolean, by: Actor): Promise<boolean>;
}

export interface AuditRows {
  add(workspaceId: WorkspaceId, entry: Pick<AuditEntry, "action" | "target" | "facts">, by: Actor): Promise<void>;
  /** Newest first. */
  list(
    workspaceId: WorkspaceId,
    filter: {
      readonly action?: string;
      readonly actorId?: string;
      readonly target?: string;
      readonly since?: string;
      readonly until?: string;
      readonly cursor?: string;
      readonly limit: number;
    },
  ): Promise<Page<AuditEntry>>;
}

export interface Notice {
  readonly id: string;
  readonly at: string;
  readonly severity: "info" | "warning" | "error";
  readonly code: string;
  readonly text: string;
  readonly accountId: ChannelAccountId | null;
  readonly conversationId: ConversationId | null;
  readonly facts: Json;
}
/** How long history is kept, in days; 0: for ever. Messages, contacts and orders are kept for ever. */
export interface Keep {
  /** Applied events, steps, finished effects with their attempts, ended runs, notices, usage, statuses of unknown messages. */
  readonly historyDays: number;
  /** Webhooks as they came. */
  readonly rawDays: number;
  readonly compressRawAfterDays: number;
  /** What tells a second delivery from a first one; at least 30 (C-2). */
  readonly keyDays: number;
}
export interface SweepSlice {
  /** Rows by table. */
  readonly removed: Readonly<Record<string, number>>;
  readonly compressed: number;
  /** When to go on (ms since 1970): now, or when this process's turn comes. */
  readonly nextAt: number;
  /** How long the database was held. */
  readonly heldMs: number;
}
export interface Retention {
  /** Looks at a few rows and removes those that have had their day. One process at a time; about 5 ms. */
  slice(keep: Keep): Promise<SweepSlice>;
}

/** A broken promise in words for the operator. */
export interface Finding {
  /** `I1` … `I16`, or the clause of the contract. */
  readonly invariant: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** Which rows, at most twenty. */
  readonly ids: readonly string[];
}
/** The disk under the database. */
export interface Room {
  /** False: nothing is taken in and nothing is begun, until there is room. */
  readonly hasRoom: boolean;
  /** Null: it is not our disk (PostgreSQL). */
  readonly freeBytes: number | null;
  readonly path: string | null;
}
export interface Operations {
  /** The clock of this machine was set, by so much: the operator is told. Back: what was due at the old time is due now. */
  clockJumped(jumpMs: number): Promise<void>;
  room(): Room;
  /** Tries a write: true when the database can take one. */
  canWrite(): Promise<boolean>;
  notice(workspaceId: WorkspaceId, notice: Omit<Notice, "id" | "at">): Promise<void>;
  notices(workspaceId: WorkspaceId, limit: number): Promise<readonly Notice[]>;
  /** Of a scope: those of its accounts; whose account is not known are seen by whoever sees everything. */
  setAside(
    scope: Scope,
    limit: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly channel: string;
      readonly reason: string;
      readonly part: string;
      readonly receivedAt: string;
    }[]
  >;
  usage(
    workspaceId: WorkspaceId,
    usage: LlmUsage & { readonly conversationId: ConversationId | null; readonly ok: boolean },
  ): Promise<void>;
  /** Sum of tokens since a moment, for budgets. */
  tokensSince(workspaceId: WorkspaceId, since: string, conversationId: ConversationId | null): Promise<number>;
  /** For /metrics and the start page: how many wait, how old the oldest is. */
  gauges(): Promise<{
    readonly mailboxDue: number;
    readonly outboxPending: number;
    readonly outboxUnknown: number;
    readonly quarantined: number;
    readonly oldestOutboxAt: string | null;
    readonly timers: number;
  }>;
  /** Checks the invariants I1 … I16 that a live database can show; one finding per broken promise, [] = sound. */
  doctor(): Promise<readonly Finding[]>;
  /** Remembers when the process was last alive; returns how long it was away (0 at the first start). */
  alive(): Promise<number>;
}

/** What hands and eyes of the worker see of a call to a provider. */
export type CallOutcome =
  | { readonly type: "answered"; readonly response: CallResponse }
  | { readonly type: "notSent"; readonly detail: string }
  | { readonly type: "unknown"; readonly detail: string };
export type Perform = (call: Call, baseUrl: string) => Promise<CallOutcome>;
/** *Test connection* of an account, which need not be saved: what works and what does not, the worst first. */
export type TestConnection = (
  account: Pick<ChannelAccount, "id" | "channel" | "config">,
) => Promise<readonly ConnectionFinding[]>;
export type { Handover };
