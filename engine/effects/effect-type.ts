import type { IdentityValue } from "../core/domain/contact.ts";
import type { EffectError, OutboxEffect } from "../core/domain/effect.ts";
import type { Json } from "../core/domain/json.ts";
import type { OutboundContent } from "../core/domain/message.ts";
import type { SendError } from "../core/domain/send-error.ts";
import type { Workspace } from "../core/domain/workspace.ts";
import type {
  Perform as CallProvider,
  ChannelAccount,
  Channels,
  ClaimedEffect,
  Clock,
  Files,
  Http,
  Ids,
  Llm,
  Store,
} from "../ports.ts";

/**
 * How one kind of effect is done. One file per type, listed in `registry.ts`, which the compiler keeps complete. An
 * effect may be done twice (a crash in between), so it must be harmless then, or say `unknown`. Sends are the outbox's
 * own; everything else is here.
 */
export type Perform<T extends OutboxEffect["type"]> = (
  effect: Extract<OutboxEffect, { readonly type: T }>,
  context: EffectContext,
) => Promise<EffectEnd>;

export type EffectEnd =
  | { readonly type: "done"; readonly result: Json }
  | { readonly type: "failed"; readonly error: EffectError }
  | { readonly type: "retry"; readonly afterMs: number; readonly error: EffectError }
  /** It may have happened. */
  | { readonly type: "unknown"; readonly detail: string };

export interface EffectContext {
  readonly claimed: ClaimedEffect;
  readonly workspace: Workspace;
  readonly account: ChannelAccount | undefined;
  readonly store: Store;
  readonly http: Http;
  readonly llm: Llm;
  readonly files: Files;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: EffectSettings;
  /** Says something to a number or address that may never have written to us. */
  readonly deliver: (
    account: ChannelAccount,
    to: IdentityValue,
    content: OutboundContent,
  ) => Promise<{ readonly ok: true } | { readonly ok: false; readonly error: SendError }>;
  readonly accounts: () => readonly ChannelAccount[];
  /** One call to a provider, as a channel describes it. */
  readonly call: CallProvider;
}

export interface EffectSettings {
  readonly publicUrl: string;
  readonly backupNumber: string | undefined;
  readonly backupTemplate: { readonly name: string; readonly language: string } | undefined;
  /** Tokens of models within 24 hours: of the workspace, of one conversation. */
  readonly dailyTokens: number;
  readonly conversationTokens: number;
  /** Signs what we post to other people's webhooks. */
  readonly webhookSecret: string;
}

/** Tries of an effect before its failure counts; the first counts as one. */
export const TRIES = 3;

export function failed(code: string, detail = ""): EffectEnd {
  return { type: "failed", error: { code, detail } };
}

/** Once more, a little later each time; after the last try the failure counts. */
export function again(context: EffectContext, code: string, detail: string): EffectEnd {
  const { attempt } = context.claimed;
  if (attempt >= TRIES) return failed(code, detail);
  return { type: "retry", afterMs: 1000 * 4 ** (attempt - 1), error: { code, detail } };
}
