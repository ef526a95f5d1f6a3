declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** Ids are opaque strings with a prefix that says what they name, e.g. `cnv_01kay3…`. The shell makes them. */
export type WorkspaceId = Id<"workspace">;
export type ChannelAccountId = Id<"channelAccount">;
export type ContactId = Id<"contact">;
export type ConversationId = Id<"conversation">;
export type MessageId = Id<"message">;
export type RunId = Id<"run">;
export type FlowVersionId = Id<"flowVersion">;
export type EventId = Id<"event">;
/** `eff_<time><conversation>_<version>_<index>`: named after the step that asked for it, and sorted by its time. */
export type EffectId = Id<"effect">;
export type DeliveryId = Id<"delivery">;
export type OrderId = Id<"order">;
export type ProductId = Id<"product">;
export type UserId = Id<"user">;
export type SessionId = Id<"session">;
export type RoleId = Id<"role">;
export type ApiTokenId = Id<"apiToken">;
export type LinkId = Id<"link">;
export type AuditEntryId = Id<"auditEntry">;

/** The prefix of each kind of id that the shell makes. */
export const ID_PREFIX = {
  workspace: "wsp",
  channelAccount: "acc",
  contact: "con",
  conversation: "cnv",
  message: "msg",
  run: "run",
  flowVersion: "ver",
  event: "evt",
  delivery: "dlv",
  order: "ord",
  product: "prd",
  user: "usr",
  session: "ses",
  role: "rol",
  apiToken: "tok",
  link: "lnk",
  auditEntry: "aud",
} as const;
export type IdKind = keyof typeof ID_PREFIX;
export type IdOf = {
  workspace: WorkspaceId;
  channelAccount: ChannelAccountId;
  contact: ContactId;
  conversation: ConversationId;
  message: MessageId;
  run: RunId;
  flowVersion: FlowVersionId;
  event: EventId;
  delivery: DeliveryId;
  order: OrderId;
  product: ProductId;
  user: UserId;
  session: SessionId;
  role: RoleId;
  apiToken: ApiTokenId;
  link: LinkId;
  auditEntry: AuditEntryId;
};

/** Crockford's base 32: no I, L, O, U; in the order of its characters. */
export const ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** The characters of an id that are its time; the others are chance. */
const STAMP_CHARS = 10;

/** A time in milliseconds as the first characters of an id: what was made later sorts later. */
export function stampOf(now: number): string {
  let time = now;
  let stamp = "";
  for (let index = 0; index < STAMP_CHARS; index++) {
    stamp = ID_ALPHABET[time % 32] + stamp;
    time = Math.floor(time / 32);
  }
  return stamp;
}

/** The id of the n-th effect of the step that made `version`. Sorted by time, so that rows are written side by side. */
export function effectId(conversation: ConversationId, version: number, index: number, now: number): EffectId {
  const own = conversation.slice(ID_PREFIX.conversation.length + 1 + STAMP_CHARS);
  return `eff_${stampOf(now)}${own}_${version}_${index}` as EffectId;
}

/** The id of the message that a `send` effect delivers: one to one, so that neither needs to be looked up. */
export function messageIdOf(effect: EffectId): MessageId {
  return `msg_${effect.slice("eff_".length)}` as MessageId;
}
