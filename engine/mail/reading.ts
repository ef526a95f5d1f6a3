import type { FetchMessageObject, ImapFlow } from "imapflow";
import type { ChannelAccountId } from "../core/domain/ids.ts";
import type { MailboxSource } from "../core/domain/mail.ts";
import type { Accepted, ChannelAccount, Clock, Files, Ids, ReceiveAside, Store } from "../ports.ts";

export interface ReadingDeps {
  readonly store: Pick<Store, "inbox" | "mails" | "operations">;
  readonly files: Pick<Files, "save">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** `receive` of the account's channel, on a thread of its own with limits. Throws when the mail cannot be read. */
  readonly receive: ReceiveAside;
  readonly accounts: () => readonly ChannelAccount[];
  readonly accepted: (accepted: Accepted) => void;
  readonly log: {
    info(message: string, facts?: Readonly<Record<string, unknown>>): void;
    warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  };
}

/** Larger mails are read at their beginning only: words, and names of files. */
const MOST_BYTES = 30 * 1024 * 1024;
const BEGINNING_BYTES = 1024 * 1024;
/** Of what is kept as it came; the parts of a mail that matter are kept for themselves. */
const MOST_RAW_BYTES = 1024 * 1024;
const BATCH = 25;
const SIDE_CHARS = 20_000;
const DAY_MS = 86_400_000;
/** Clocks of servers and ours differ. */
const SLACK_MS = 10 * 60_000;
/** After UIDs have lost their meaning mails are known by their keys, and those are kept for at least 30 days (C-2). */
const KNOWN_MS = 29 * DAY_MS;

/** An open folder that is read from where the database says. */
export interface Reading {
  /** Stores every mail that is new, in order. Resolves when there is none left. Throws when the connection breaks or the database refuses: nothing is lost, the position says how far it came. */
  readNew(): Promise<void>;
  /** Whether the folder is still the one that was opened; its UIDs mean nothing any more when not. */
  isSame(): Promise<boolean>;
}

export async function openReading(
  deps: ReadingDeps,
  client: ImapFlow,
  account: ChannelAccount,
  source: MailboxSource,
): Promise<Reading> {
  const { store, clock } = deps;
  const { workspaceId, id: accountId } = account;
  const { folder } = source;
  const mailbox = await client.mailboxOpen(folder, { readOnly: source.afterReading === "leave" });
  const uidValidity = String(mailbox.uidValidity);
  let uid: number;
  let since: number;
  const known = await store.mails.position(workspaceId, accountId, folder);
  if (!known) {
    // What was there before us is nobody's question to us.
    since = clock.now();
    uid = mailbox.uidNext - 1;
    await store.mails.begin(workspaceId, accountId, { folder, uidValidity, uid }, new Date(since).toISOString());
  } else {
    since = Date.parse(known.since);
    uid = known.uid;
    if (known.uidValidity !== uidValidity) {
      uid = 0;
      await store.mails.begin(workspaceId, accountId, { folder, uidValidity, uid }, known.since);
      deps.log.info("a mailbox was numbered anew and is looked through again", { accountId, folder });
      await store.operations.notice(workspaceId, {
        severity: "info",
        code: "mailbox.renumbered",
        text: "The mail server numbered this mailbox anew: it was looked through again, nothing is answered twice.",
        accountId,
        conversationId: null,
        facts: { folder },
      });
    }
  }

  const take = async (message: FetchMessageObject): Promise<void> => {
    const sizeBytes = message.size ?? 0;
    const fetched = await client.fetchOne(
      String(message.uid),
      { source: sizeBytes > MOST_BYTES ? { start: 0, maxLength: BEGINNING_BYTES } : true },
      { uid: true },
    );
    // Somebody removed it in between.
    const body = fetched ? fetched.source : undefined;
    if (!body) return;
    const arrivedAt = new Date(message.internalDate ?? clock.now()).toISOString();
    await storeMail(deps, account, {
      body,
      sizeBytes: Math.max(sizeBytes > MOST_BYTES ? sizeBytes : 0, body.byteLength),
      arrivedAt,
      position: { accountId, folder, uidValidity, uid: message.uid },
    });
  };

  return {
    async isSame() {
      const status = await client.status(folder, { uidValidity: true });
      return status !== false && String(status.uidValidity) === uidValidity;
    },
    async readNew() {
      const notBefore = Math.max(since - SLACK_MS, clock.now() - KNOWN_MS);
      const found = await client.search({ uid: `${uid + 1}:*`, since: new Date(notBefore - DAY_MS) }, { uid: true });
      if (!found) throw new Error("the mailbox could not be searched");
      // "5:*" always names the last mail, also when its number is smaller.
      const uids = found.filter((one) => one > uid).sort((a, b) => a - b);
      for (let from = 0; from < uids.length; from += BATCH) {
        const batch = uids.slice(from, from + BATCH);
        const messages = await client.fetchAll(
          batch.join(","),
          { uid: true, internalDate: true, size: true },
          { uid: true },
        );
        const taken: number[] = [];
        for (const message of [...messages].sort((a, b) => a.uid - b.uid)) {
          if (message.uid <= uid) continue;
          if (message.internalDate === undefined || Date.parse(String(message.internalDate)) >= notBefore - 1000) {
            await take(message);
            taken.push(message.uid);
          }
          uid = message.uid;
        }
        uid = Math.max(uid, batch[batch.length - 1] ?? uid);
        await tidy(client, source, taken);
      }
    },
  };
}

/** What the account wants done with mails that are stored; a mail for which this fails stays as it is. */
async function tidy(client: ImapFlow, source: MailboxSource, uids: readonly number[]): Promise<void> {
  if (uids.length === 0 || source.afterReading === "leave") return;
  const range = uids.join(",");
  await client.messageFlagsAdd(range, ["\\Seen"], { uid: true });
  if (source.afterReading === "move") await client.messageMove(range, source.moveTo, { uid: true });
}

interface Fetched {
  readonly body: Uint8Array;
  readonly sizeBytes: number;
  readonly arrivedAt: string;
  readonly position: {
    readonly accountId: ChannelAccountId;
    readonly folder: string;
    readonly uidValidity: string;
    readonly uid: number;
  };
}

/** Parses and stores one mail and the new position, all or nothing. A mail that nobody can read is kept aside and does not stop the others. */
async function storeMail(deps: ReadingDeps, account: ChannelAccount, fetched: Fetched): Promise<void> {
  const { store, files, clock, ids } = deps;
  const { body, position } = fetched;
  const receivedAt = new Date(clock.now()).toISOString();
  const of = deps.accounts().filter(({ channel }) => channel === account.channel);
  const received = await deps
    .receive(
      account.channel,
      {
        method: "FETCH",
        url: "",
        headers: {},
        query: {},
        body,
        receivedAt,
        mailbox: { accountId: account.id, arrivedAt: fetched.arrivedAt, sizeBytes: fetched.sizeBytes },
      },
      // Of the others only their addresses matter; of a neighbour, not even those.
      [account, ...of.filter(({ id, workspaceId }) => id !== account.id && workspaceId === account.workspaceId)],
    )
    .catch((error: unknown) => {
      deps.log.warn("a mail could not be read", { accountId: account.id, uid: position.uid, error: String(error) });
      const part = Buffer.from(body.subarray(0, SIDE_CHARS)).toString("latin1").replaceAll("\0", "");
      return {
        events: [],
        files: [],
        setAside: [{ reason: `a mail that could not be read: ${String(error)}`, accountId: account.id, part }],
      };
    });
  for (const { content, mimeType, path } of received.files ?? []) {
    const saved = await files.save(content, mimeType);
    if (saved.path !== path) throw new Error("a file is not what its name says");
  }
  const accepted = await store.inbox.accept({
    id: ids.make("delivery"),
    channel: account.channel,
    receivedAt,
    headers: { folder: position.folder, uid: String(position.uid), bytes: String(fetched.sizeBytes) },
    body: body.subarray(0, MOST_RAW_BYTES),
    events: received.events,
    setAside: received.setAside,
    position,
  });
  deps.accepted(accepted);
}
