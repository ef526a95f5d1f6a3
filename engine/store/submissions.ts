import type { ChannelType } from "../core/domain/channel.ts";
import type { IdentityValue } from "../core/domain/contact.ts";
import type { ChannelAccountId, ContactId, WorkspaceId } from "../core/domain/ids.ts";
import type { InboundEventOf, Sender } from "../core/domain/inbound-event.ts";
import type { AnswerWay } from "../core/domain/submission.ts";
import type { Context } from "./context.ts";
import { one, put, type Script, text } from "./sql.ts";
import { addIdentity, contactOf, type Thread, threadWith } from "./threads.ts";

type Submitted = NonNullable<InboundEventOf<"message">["submission"]>;

/** Where a filled-in form goes on, and what may be said there before the contact has written. */
export interface Answering extends Pick<AnswerWay, "opening"> {
  readonly thread: Thread;
  readonly channel: ChannelType;
}

/**
 * The conversation in which a form is answered: with the first of its ways that is connected. Without one it stays with
 * the form itself, where people find it.
 */
export function* threadOfSubmission(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEventOf<"message">,
  submission: Submitted,
  now: number,
): Script<Answering> {
  for (const { channel, account, identity, opening } of submission.answerBy) {
    const accountId = yield* accountFor(context, workspaceId, channel, account);
    if (!accountId) continue;
    const contactId = yield* contactBy(context, workspaceId, accountId, identity, event.from, now);
    const thread = yield* threadWith(context, workspaceId, { id: accountId, channel }, contactId, now);
    return {
      thread: yield* withWindow(context, workspaceId, channel, thread),
      channel,
      ...(opening ? { opening } : {}),
    };
  }
  const channel = "form";
  const contactId = yield* contactOf(context, workspaceId, event.accountId, event.from, now);
  return { thread: yield* threadWith(context, workspaceId, { id: event.accountId, channel }, contactId, now), channel };
}

/** The account that answers: of this name, else the first that can send. */
function* accountFor(
  context: Context,
  workspaceId: WorkspaceId,
  channel: ChannelType,
  name: string | undefined,
): Script<ChannelAccountId | null> {
  if (name !== undefined) {
    const row = yield* one(
      "SELECT id FROM channel_accounts WHERE workspace_id = ? AND channel = ? AND name = ? AND status = 'active'",
      workspaceId,
      channel,
      name,
    );
    return row ? (text(row, "id") as ChannelAccountId) : null;
  }
  for (const [id, account] of context.accounts)
    if (account.workspaceId === workspaceId && account.channel === channel && account.status === "active") return id;
  return null;
}

/**
 * Who has this address: on the account that answers, else on any other. Addresses that somebody only wrote into a form
 * or a chat are nobody's: whoever claims one must not become the person that it belongs to.
 */
function* contactBy(
  context: Context,
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  identity: IdentityValue,
  from: Sender,
  now: number,
): Script<ContactId> {
  const sender = { ...from, identities: [identity] };
  const accounts = [...context.accounts].filter(([, other]) => other.workspaceId === workspaceId).map(([id]) => id);
  const known = yield* one(
    `SELECT contact_id FROM contact_identities WHERE workspace_id = ? AND account_id IN (${accounts.map(() => "?").join()})
       AND kind = ? AND value = ? ORDER BY CASE WHEN account_id = ? THEN 0 ELSE 1 END, created_at LIMIT 1`,
    workspaceId,
    ...accounts,
    identity.kind,
    identity.value,
    accountId,
  );
  if (!known) return yield* contactOf(context, workspaceId, accountId, sender, now);
  const contactId = text(known, "contact_id") as ContactId;
  yield* addIdentity(workspaceId, accountId, identity, contactId, now);
  return contactId;
}

/** Nobody wrote yet: where free text needs a message of the contact first, the window is closed, and a form opens none. */
function* withWindow(context: Context, workspaceId: WorkspaceId, channel: ChannelType, thread: Thread): Script<Thread> {
  if (context.capabilitiesOf(channel).serviceWindowHours === null || thread.windowExpiresAt !== null) return thread;
  yield* put(
    "UPDATE conversations SET window_expires_at = 0 WHERE workspace_id = ? AND id = ?",
    workspaceId,
    thread.id,
  );
  return { ...thread, windowExpiresAt: 0 };
}
