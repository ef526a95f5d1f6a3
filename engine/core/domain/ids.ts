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
/** `eff_<conversation>_<version>_<index>`: derived from the step that asked for it, so a step that is repeated names the same effects. */
export type EffectId = Id<"effect">;
export type DeliveryId = Id<"delivery">;
export type OrderId = Id<"order">;
export type ProductId = Id<"product">;

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
};

/** The id of the n-th effect of a step. The same step gives the same ids. */
export function effectId(conversation: ConversationId, version: number, index: number): EffectId {
  return `eff_${conversation.slice(ID_PREFIX.conversation.length + 1)}_${version}_${index}` as EffectId;
}

/** The id of the message that a `send` effect delivers: one to one, so that neither needs to be looked up. */
export function messageIdOf(effect: EffectId): MessageId {
  return `msg_${effect.slice("eff_".length)}` as MessageId;
}
