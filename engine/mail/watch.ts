import type { ImapFlow } from "imapflow";
import type { MailboxSource } from "../core/domain/mail.ts";
import type { ChannelAccount, Store } from "../ports.ts";
import { mailFailureOf } from "./failure.ts";
import type { Imap } from "./imap.ts";
import { openReading, type ReadingDeps } from "./reading.ts";

export interface WatchDeps extends ReadingDeps {
  readonly store: Pick<Store, "inbox" | "mails" | "operations" | "accounts">;
  readonly imap: Imap;
  /** Where mails of this account are fetched; null: it has no mailbox. */
  readonly sourceOf: (account: ChannelAccount) => MailboxSource | null;
  /** 0 … 1, for the jitter of back-offs. */
  readonly random: () => number;
}

/** Reads every mailbox, side by side: what is wrong with one is its own matter. */
export interface MailWatch {
  /** The accounts are as they are now: begins, ends and changes what is watched. */
  reconcile(): void;
  stop(): Promise<void>;
}

const FIRST_MS = 1000;
const LAST_MS = 5 * 60_000;
/** One process reads a mailbox; another takes over when it has gone silent. */
const HELD_MS = 30_000;
const RENEW_MS = 10_000;
/** IDLE dies silently behind some routers. */
const SAFETY_MS = 4 * 60_000;

interface Watched {
  readonly key: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  /** The login was refused: not tried again until somebody changes or resumes the account. */
  refused: boolean;
  /** The account was seen as refused since: an active one has been resumed. */
  told: boolean;
}

export function watchMailboxes(deps: WatchDeps): MailWatch {
  const watched = new Map<string, Watched>();
  let stopped = false;

  const begin = (account: ChannelAccount, source: MailboxSource, key: string): void => {
    const stop = new AbortController();
    const state = { key, stop, refused: false, told: false };
    const ended = watchOne(deps, account, source, stop.signal, () => {
      const now = watched.get(account.id);
      if (now) now.refused = true;
    });
    watched.set(account.id, { ...state, ended });
  };

  const reconcile = (): void => {
    if (stopped) return;
    const wanted = new Map(deps.accounts().map((account) => [account.id as string, account]));
    for (const [id, one] of watched) {
      const account = wanted.get(id);
      if (account && account.status !== "disabled" && keyOf(account) === one.key) continue;
      one.stop.abort();
      watched.delete(id);
    }
    for (const account of wanted.values()) {
      const source = account.status === "disabled" ? null : deps.sourceOf(account);
      if (!source) continue;
      const one = watched.get(account.id);
      if (!one) begin(account, source, keyOf(account));
      else if (one.refused && account.status === "authFailed") one.told = true;
      else if (one.refused && one.told) begin(account, source, one.key);
    }
  };

  return {
    reconcile,
    async stop() {
      stopped = true;
      for (const { stop } of watched.values()) stop.abort();
      await Promise.all([...watched.values()].map(({ ended }) => ended));
    },
  };
}

function keyOf(account: ChannelAccount): string {
  return JSON.stringify(account.config);
}

/** Connects, reads, waits, connects again, until it is told to stop or the login is refused. */
async function watchOne(
  deps: WatchDeps,
  account: ChannelAccount,
  source: MailboxSource,
  signal: AbortSignal,
  refused: () => void,
): Promise<void> {
  const { store, clock, imap, log } = deps;
  const { workspaceId, id: accountId } = account;
  let failures = 0;
  let said: string | null = account.statusDetail;
  const say = async (detail: string | null): Promise<void> => {
    if (detail === said) return;
    const now = deps.accounts().find(({ id }) => id === accountId);
    // What pauses an account has its own words.
    if (now?.status !== "active") return;
    said = detail;
    await store.accounts.setStatus(workspaceId, accountId, "active", detail);
  };
  while (!signal.aborted) {
    // A line that breaks again and again still brings mails: only one that brings nothing is given longer rests.
    let isOfUse = false;
    let client: ImapFlow | null = null;
    try {
      if (!(await store.mails.hold(workspaceId, accountId, source.folder, HELD_MS))) {
        await pause(clock, RENEW_MS, signal);
        continue;
      }
      client = await imap.connect(source.server);
      const noting: WatchDeps = {
        ...deps,
        accepted(accepted) {
          isOfUse = true;
          deps.accepted(accepted);
        },
      };
      await stay(noting, client, account, source, signal, () => {
        isOfUse = true;
        return say(null);
      });
    } catch (error) {
      if (signal.aborted) break;
      const { kind, message } = mailFailureOf(error);
      log.warn("a mailbox cannot be read", { accountId, kind, error: message });
      if (kind === "login") {
        refused();
        await told(deps, account, message);
        break;
      }
      // One broken connection is life; a mailbox that stays away is told.
      if (failures > 0) await say(`IMAP ${kind}: ${message}`.slice(0, 300)).catch(() => {});
    } finally {
      client?.close();
    }
    failures = isOfUse ? 1 : failures + 1;
    await pause(clock, backoffMs(failures, deps.random), signal);
  }
  await store.mails.release(workspaceId, accountId, source.folder).catch(() => {});
}

/** Reads what is there, then what the server says has come, for as long as the connection lives. */
async function stay(
  deps: WatchDeps,
  client: ImapFlow,
  account: ChannelAccount,
  source: MailboxSource,
  signal: AbortSignal,
  ready: () => Promise<void>,
): Promise<void> {
  const { store, clock } = deps;
  let wake = (): void => {};
  let news = false;
  let broken: Error | null = null;
  const rouse = (): void => wake();
  client.on("exists", () => {
    news = true;
    rouse();
  });
  client.on("error", (error) => {
    broken = error instanceof Error ? error : new Error(String(error));
  });
  client.on("close", () => {
    broken ??= new Error("the server closed the connection");
    rouse();
  });
  signal.addEventListener("abort", rouse, { once: true });
  const reading = await openReading(deps, client, account, source);
  const canIdle = client.capabilities.has("IDLE");
  const lookMs = canIdle ? SAFETY_MS : source.pollSeconds * 1000;
  await reading.readNew();
  await ready();
  deps.log.info("a mailbox is open", { accountId: account.id, folder: source.folder, idle: canIdle });
  let lookedAt = clock.now();
  while (!signal.aborted) {
    if (broken) throw broken;
    const due = lookedAt + lookMs - clock.now();
    if (news || due <= 0) {
      news = false;
      if (due <= 0) {
        if (!(await reading.isSame())) throw new Error("the mailbox was numbered anew");
        await client.noop();
      }
      await reading.readNew();
      lookedAt = clock.now();
      continue;
    }
    if (canIdle && !client.idling) void client.idle().catch(() => {});
    await new Promise<void>((done) => {
      const cancel = clock.after(Math.min(due, RENEW_MS), done);
      wake = () => {
        cancel();
        done();
      };
      if (news || broken || signal.aborted) wake();
    });
    if (!(await store.mails.hold(account.workspaceId, account.id, source.folder, HELD_MS)))
      throw new Error("another process reads this mailbox");
  }
}

/** The operator must act: nothing is tried again, or the provider locks the account. */
async function told(deps: WatchDeps, account: ChannelAccount, detail: string): Promise<void> {
  const { workspaceId, id: accountId } = account;
  const text = `IMAP login: ${detail}`.slice(0, 300);
  try {
    await deps.store.accounts.setStatus(workspaceId, accountId, "authFailed", text);
    await deps.store.operations.notice(workspaceId, {
      severity: "error",
      code: "mailbox.loginRefused",
      text,
      accountId,
      conversationId: null,
      facts: {},
    });
  } catch (error) {
    deps.log.warn("a refused login could not be recorded", { accountId, error: String(error) });
  }
}

/** 1 s, 2 s, 4 s … at most 5 minutes, half of it chance. */
function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** (failures - 1), LAST_MS);
  return Math.round(full / 2 + (full / 2) * random());
}

function pause(clock: WatchDeps["clock"], ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    const cancel = clock.after(ms, done);
    signal.addEventListener(
      "abort",
      () => {
        cancel();
        done();
      },
      { once: true },
    );
  });
}
