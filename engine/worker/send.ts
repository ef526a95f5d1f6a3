import type { Channel, Recipient } from "../core/domain/channel.ts";
import type { IdentityValue } from "../core/domain/contact.ts";
import { LIMITS } from "../core/domain/limits.ts";
import { filesToSend, type OutboundContent } from "../core/domain/message.ts";
import { isRetryable, type SendError } from "../core/domain/send-error.ts";
import type {
  AttemptEnd,
  Breaker,
  CallOutcome,
  ChannelAccount,
  Channels,
  Clock,
  FileLinks,
  Perform,
  Store,
} from "../ports.ts";
import type { Pacer } from "./pacer.ts";

/** Calls of one message: a file to upload, then the send, with room for a second file. */
const MOST_CALLS = 5;

export interface SendDeps {
  readonly store: Pick<Store, "outbox" | "mails">;
  readonly channels: Channels;
  readonly perform: Perform;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly breaker: Breaker;
  readonly publicUrl: string;
  readonly fileLinks: Pick<FileLinks, "make">;
  /** How long a send without an answer waits for evidence. */
  readonly unknownWaitMs: number;
  /** 0 … 1, for the jitter of retries. */
  readonly random: () => number;
}

/** What is to be said to whom, once. */
export interface Sending {
  readonly effectId: string;
  readonly conversationId: string;
  readonly account: ChannelAccount;
  readonly recipient: readonly IdentityValue[];
  readonly content: OutboundContent;
  readonly attempt: number;
  readonly repliesTo?: string;
  readonly author?: "bot" | "assistant" | "agent";
  readonly windowClosed?: boolean;
}

/** Says one message through its channel and tells how that ended. Never throws for what a provider does. */
export async function send(deps: SendDeps, sending: Sending): Promise<AttemptEnd> {
  const { account } = sending;
  const channel = deps.channels.of(account.channel);
  const outcome = await converse(deps, channel, sending);
  const now = deps.clock.now();
  switch (outcome.type) {
    case "sent":
      deps.breaker.succeeded(account.id);
      return {
        type: "done",
        externalId: outcome.externalId,
        ...(outcome.identities ? { identities: outcome.identities } : {}),
      };
    case "notSent":
      deps.breaker.failed(account.id, now);
      return retryAt(deps, sending, { code: "providerDown", detail: outcome.detail });
    case "unknown": {
      deps.breaker.failed(account.id, now);
      const waitMs = channel.capabilities.evidence ? deps.unknownWaitMs : 0;
      return { type: "unknown", until: new Date(now + waitMs).toISOString(), detail: outcome.detail };
    }
    case "failed":
      return refused(deps, sending, outcome.error);
  }
}

type Said =
  | { readonly type: "sent"; readonly externalId: string; readonly identities?: readonly IdentityValue[] }
  | { readonly type: "failed"; readonly error: SendError }
  | { readonly type: "notSent"; readonly detail: string }
  | { readonly type: "unknown"; readonly detail: string };

/** Performs the channel's calls in order; after an upload the channel renders again with the file's new id. */
async function converse(deps: SendDeps, channel: Channel, sending: Sending): Promise<Said> {
  const { account, content } = sending;
  const to: Recipient = { identities: sending.recipient };
  const thread = channel.threads ? await deps.store.mails.thread(account.workspaceId, sending.conversationId) : null;
  const links = linksOf(content, deps.fileLinks);
  // What the account has at the provider already is looked up only when something would be made there.
  let uploaded: Readonly<Record<string, string>> | null = null;
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const context = {
      effectId: sending.effectId,
      publicUrl: deps.publicUrl,
      uploaded: uploaded ?? {},
      ...(links ? { links } : {}),
      ...(sending.repliesTo ? { repliesTo: sending.repliesTo } : {}),
      ...(sending.author ? { author: sending.author } : {}),
      ...(thread ? { thread } : {}),
      ...(sending.windowClosed ? { windowClosed: true } : {}),
    };
    const [call] = channel.render(content, to, account, context);
    if (!call)
      return { type: "failed", error: { code: "messageInvalid", detail: "the channel has no way to say this" } };
    if (call.purpose === "upload" && uploaded === null) {
      uploaded = await deps.store.outbox.uploads(account.id);
      if (call.uploadKey !== undefined && uploaded[call.uploadKey] !== undefined) continue;
    }
    const answer: CallOutcome =
      call.via === "push"
        ? { type: "answered", response: { status: 200, headers: {}, body: JSON.stringify({ id: sending.effectId }) } }
        : await deps.perform(call, deps.channels.baseUrl(account.channel));
    if (answer.type === "notSent") return answer;
    // An upload that may have worked is harmless to repeat.
    if (answer.type === "unknown")
      return call.purpose === "upload" ? { type: "notSent", detail: answer.detail } : answer;
    const settled = channel.settle(answer.response, call);
    switch (settled.type) {
      case "sent":
      case "failed":
        return settled;
      case "unknown":
        return call.purpose === "upload" ? { type: "notSent", detail: settled.detail } : settled;
      case "uploaded": {
        const key = call.uploadKey;
        if (!key) return { type: "failed", error: { code: "messageInvalid", detail: "an upload without a key" } };
        uploaded = { ...uploaded, [key]: settled.remoteId };
        const expiresAt = new Date(deps.clock.now() + settled.expiresAfterMs).toISOString();
        await deps.store.outbox.saveUpload(account.workspaceId, account.id, key, settled.remoteId, expiresAt);
        break;
      }
      case "done":
        return { type: "unknown", detail: "the provider said yes without an id" };
    }
  }
  return { type: "failed", error: { code: "messageInvalid", detail: "too many calls for one message" } };
}

function refused(deps: SendDeps, sending: Sending, error: SendError): AttemptEnd {
  const now = deps.clock.now();
  if (error.code === "accountInvalid") return { type: "pauseAccount", error };
  if (error.code === "providerDown") deps.breaker.failed(sending.account.id, now);
  else deps.breaker.succeeded(sending.account.id);
  if (!isRetryable(error)) return { type: "failed", error };
  if (error.code === "rateLimited") {
    const waitMs = error.retryAfterMs ?? backoffMs(sending.attempt, deps.random);
    deps.pacer.hold(error.scope === "recipient" ? sending.conversationId : sending.account.id, now + waitMs);
  }
  return retryAt(deps, sending, error);
}

function retryAt(deps: SendDeps, sending: Sending, error: SendError): AttemptEnd {
  if (error.maxAttempts !== undefined && sending.attempt >= error.maxAttempts) return { type: "failed", error };
  const waitMs = error.retryAfterMs ?? backoffMs(sending.attempt, deps.random);
  return { type: "retry", at: new Date(deps.clock.now() + waitMs).toISOString(), error };
}

/** 1 s, 2 s, 4 s … at most 5 minutes, with half of it left to chance so that a crowd does not come back at once (C-7). */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(LIMITS.retryFirstMs * 2 ** (attempt - 1), LIMITS.retryMaxMs);
  return Math.round(full / 2 + (full / 2) * random());
}

/** Public addresses of the files in a content, by their path; null: it has none. */
function linksOf(content: OutboundContent, { make }: Pick<FileLinks, "make">): Readonly<Record<string, string>> | null {
  const files = filesToSend(content).flatMap(({ path, mimeType }) =>
    path ? [[path, make(path, mimeType)] as const] : [],
  );
  return files.length > 0 ? Object.fromEntries(files) : null;
}
