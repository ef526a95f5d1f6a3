import type { ChannelAccountId, ConversationId, MessageId, WorkspaceId } from "../core/domain/ids.ts";
import type { InboundEventOf } from "../core/domain/inbound-event.ts";
import type { MailFacts, MailPosition } from "../core/domain/mail.ts";
import { textOf } from "../core/domain/message.ts";
import type { MailRows } from "../ports.ts";
import type { Context } from "./context.ts";
import { change, iso, json, number, one, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";

const HOUR_MS = 3_600_000;
/** Answers in a day, in hours of the hourly limit: two machines that write to each other slowly stop as well. */
const DAY_FACTOR = 3;
/** The same long text again: a person does not type it three times, a machine does. Short ones are answers. */
const REPEATED_CHARS = 40;
const REPEATED_TIMES = 2;

/** How far mailboxes are read, and what mails carry beside their words. */
export function mailRows(context: Context): MailRows {
  const { db, clock, processId } = context;
  return {
    hold: (workspaceId, accountId, folder, forMs) =>
      db.write(() => {
        // Of a file there is one process: who held it before is gone.
        const now = clock.now();
        const free = db.dialect === "sqlite" ? now + forMs : now;
        return hold(scope(workspaceId), accountId, folder, processId, { now, until: now + forMs, free });
      }),
    release: (workspaceId, accountId, folder) =>
      db.write(() =>
        put(
          "UPDATE mail_positions SET lease_by = NULL, lease_until = 0 WHERE workspace_id = ? AND account_id = ? AND folder = ? AND lease_by = ?",
          scope(workspaceId),
          accountId,
          folder,
          processId,
        ),
      ),
    position: (workspaceId, accountId, folder) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT uid_validity, uid, since FROM mail_positions WHERE workspace_id = ? AND account_id = ? AND folder = ? AND uid_validity <> ''",
          scope(workspaceId),
          accountId,
          folder,
        );
        return (
          row && {
            folder,
            uidValidity: text(row, "uid_validity"),
            uid: number(row, "uid"),
            since: iso(row, "since"),
          }
        );
      }),
    begin: (workspaceId, accountId, position, since) =>
      db.write(() =>
        put(
          `INSERT INTO mail_positions (workspace_id, account_id, folder, uid_validity, uid, since, lease_until) VALUES (?, ?, ?, ?, ?, ?, 0)
           ON CONFLICT (workspace_id, account_id, folder) DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid,
             since = CASE WHEN mail_positions.uid_validity = '' THEN excluded.since ELSE mail_positions.since END`,
          scope(workspaceId),
          accountId,
          position.folder,
          position.uidValidity,
          position.uid,
          Date.parse(since),
        ),
      ),
    thread: (workspaceId, conversationId) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT mail_id, subject, refs FROM mails WHERE workspace_id = ? AND conversation_id = ? ORDER BY position DESC LIMIT 1",
          scope(workspaceId),
          conversationId,
        );
        return (
          row && {
            messageId: text(row, "mail_id"),
            subject: text(row, "subject"),
            references: json<readonly string[]>(row, "refs"),
          }
        );
      }),
    facts: (workspaceId, messageId) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT * FROM mails WHERE workspace_id = ? AND message_id = ?",
          scope(workspaceId),
          messageId,
        );
        return row && factsOf(row);
      }),
  };
}

function factsOf(row: Row): MailFacts & { readonly automatic: string | null } {
  const replyTo = textOrNull(row, "reply_to");
  const authentication = textOrNull(row, "authentication");
  return {
    messageId: text(row, "mail_id"),
    subject: text(row, "subject"),
    references: json<readonly string[]>(row, "refs"),
    text: text(row, "text"),
    html: textOrNull(row, "html"),
    authentication: authentication === null ? null : (JSON.parse(authentication) as MailFacts["authentication"]),
    automatic: textOrNull(row, "automatic"),
    ...(replyTo === null ? {} : { replyTo }),
  };
}

/** A folder that nobody holds, or whose holder has gone silent. Who was late by the clock does no harm: mails are known by their keys. */
function* hold(
  workspaceId: string,
  accountId: ChannelAccountId,
  folder: string,
  processId: string,
  { now, until, free }: { readonly now: number; readonly until: number; readonly free: number },
): Script<boolean> {
  return yield* change(
    `INSERT INTO mail_positions (workspace_id, account_id, folder, uid_validity, uid, since, lease_by, lease_until) VALUES (?, ?, ?, '', 0, ?, ?, ?)
     ON CONFLICT (workspace_id, account_id, folder) DO UPDATE SET lease_by = excluded.lease_by, lease_until = excluded.lease_until
     WHERE mail_positions.lease_by IS NULL OR mail_positions.lease_by = excluded.lease_by OR mail_positions.lease_until <= ?`,
    workspaceId,
    accountId,
    folder,
    now,
    processId,
    until,
    free,
  );
}

/** Moves a mailbox on, never back; of another UIDVALIDITY than the one that is read it says nothing. */
export function* writePosition(
  context: Context,
  position: MailPosition & { readonly accountId: ChannelAccountId },
): Script<void> {
  const account = context.accounts.get(position.accountId);
  if (!account) return;
  yield* put(
    `UPDATE mail_positions SET uid = ? WHERE workspace_id = ? AND account_id = ? AND folder = ? AND uid_validity = ? AND uid < ?`,
    position.uid,
    account.workspaceId,
    position.accountId,
    position.folder,
    position.uidValidity,
    position.uid,
  );
}

export function* insertMail(
  workspaceId: WorkspaceId,
  conversationId: ConversationId,
  messageId: MessageId,
  position: number,
  mail: MailFacts,
  automatic: string | null,
): Script<void> {
  yield* put(
    `INSERT INTO mails (workspace_id, message_id, conversation_id, position, mail_id, subject, refs, text, html, reply_to, authentication, automatic)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    workspaceId,
    messageId,
    conversationId,
    position,
    mail.messageId,
    mail.subject,
    JSON.stringify(mail.references),
    mail.text,
    mail.html,
    mail.replyTo ?? null,
    mail.authentication === null ? null : JSON.stringify(mail.authentication),
    automatic,
  );
}

/** Whether a sender writes as only machines do, without saying so: too often, or the same long text again (S-80). */
export function* tooMuch(
  workspaceId: WorkspaceId,
  conversationId: ConversationId,
  { answersPerHour, content }: InboundEventOf<"message">,
  now: number,
): Script<boolean> {
  if (answersPerHour === undefined) return false;
  const words = textOf(content);
  // The message itself is stored already.
  const row = yield* one(
    `SELECT COUNT(*) AS day, SUM(CASE WHEN created_at > ? THEN 1 ELSE 0 END) AS hour, SUM(CASE WHEN text = ? THEN 1 ELSE 0 END) AS same
     FROM messages WHERE workspace_id = ? AND conversation_id = ? AND direction = 'in' AND created_at > ?`,
    now - HOUR_MS,
    words,
    workspaceId,
    conversationId,
    now - 24 * HOUR_MS,
  );
  if (!row) return false;
  const repeated = words.length >= REPEATED_CHARS && number(row, "same") > REPEATED_TIMES;
  return repeated || number(row, "hour") > answersPerHour || number(row, "day") > answersPerHour * DAY_FACTOR;
}
