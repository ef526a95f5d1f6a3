import type { ChannelType } from "../core/domain/channel.ts";
import type { Contact } from "../core/domain/contact.ts";
import type {
  Conversation,
  ConversationMemory,
  ConversationOwner,
  ConversationStatus,
  Handover,
} from "../core/domain/conversation.ts";
import type { OutboxEffect } from "../core/domain/effect.ts";
import type {
  ChannelAccountId,
  ContactId,
  ConversationId,
  EffectId,
  MessageId,
  WorkspaceId,
} from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type {
  DeliveryStatus,
  Message,
  MessageAuthor,
  MessageContent,
  MessageDirection,
} from "../core/domain/message.ts";
import type { SendError } from "../core/domain/send-error.ts";
import type { ClaimedEffect } from "../ports.ts";
import { iso, isoOrNull, json, jsonOrNull, number, type Row, text, textOrNull } from "./sql.ts";

/** Rows as the domain knows them. What is stored as JSON was written by this program from the same types. */

export function conversationOf(row: Row): Conversation {
  return {
    id: text(row, "id") as ConversationId,
    workspaceId: text(row, "workspace_id") as WorkspaceId,
    accountId: text(row, "account_id") as ChannelAccountId,
    channel: text(row, "channel") as ChannelType,
    contactId: text(row, "contact_id") as ContactId,
    owner: text(row, "owner") as ConversationOwner,
    status: text(row, "status") as ConversationStatus,
    botEnabled: number(row, "bot_enabled") === 1,
    handover: jsonOrNull<Handover>(row, "handover"),
    language: textOrNull(row, "language"),
    version: number(row, "version"),
    windowExpiresAt: isoOrNull(row, "window_expires_at"),
    lastInboundAt: isoOrNull(row, "last_inbound_at"),
    lastInboundExternalId: textOrNull(row, "last_inbound_external_id"),
    memory: json<ConversationMemory>(row, "memory"),
  };
}

/** A contact; its columns may be part of another row, each with `prefix` before its name. */
export function contactOfRow(row: Row, prefix = "", id = text(row, "id")): Contact {
  return {
    id: id as ContactId,
    name: text(row, `${prefix}name`),
    firstName: text(row, `${prefix}first_name`),
    language: textOrNull(row, `${prefix}language`),
    phone: textOrNull(row, `${prefix}phone`),
    email: textOrNull(row, `${prefix}email`),
    fields: json<JsonObject>(row, `${prefix}fields`),
    labels: json<string[]>(row, `${prefix}labels`),
    optedOut: json<("service" | "marketing")[]>(row, `${prefix}opted_out`),
  };
}

export function messageOfRow(row: Row): Message {
  return {
    id: text(row, "id") as MessageId,
    conversationId: text(row, "conversation_id") as ConversationId,
    contactId: text(row, "contact_id") as ContactId,
    position: number(row, "position"),
    direction: text(row, "direction") as MessageDirection,
    author: text(row, "author") as MessageAuthor,
    ...(textOrNull(row, "author_name") === null ? {} : { authorName: text(row, "author_name") }),
    content: json<MessageContent>(row, "content"),
    externalId: textOrNull(row, "external_id"),
    status: text(row, "status") as DeliveryStatus,
    error: jsonOrNull<SendError>(row, "error"),
    maybeDuplicate: number(row, "maybe_duplicate") === 1,
    createdAt: iso(row, "created_at"),
    sentAt: isoOrNull(row, "sent_at"),
  };
}

/** An effect row with its attempt count; the recipient is looked up apart. */
export function effectOfRow(row: Row): Omit<ClaimedEffect, "recipient"> {
  const effect = json<OutboxEffect>(row, "payload");
  return {
    id: text(row, "id") as EffectId,
    type: effect.type,
    workspaceId: text(row, "workspace_id") as WorkspaceId,
    accountId: text(row, "account_id") as ChannelAccountId,
    conversationId: text(row, "conversation_id") as ConversationId,
    contactId: text(row, "contact_id") as ContactId,
    effect,
    attempt: number(row, "attempts"),
    createdAt: iso(row, "created_at"),
    expiresAt: isoOrNull(row, "expires_at"),
  };
}
