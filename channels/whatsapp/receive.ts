import type { z } from "zod";
import type { Account, Received, WebhookRequest } from "../../engine/core/domain/channel.ts";
import type { ChannelAccountId } from "../../engine/core/domain/ids.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import { plainAnswer, unreadable } from "../shared/answers.ts";
import { fingerprint, openDelivery, partOf, timeOf } from "../shared/meta-webhook.ts";
import { identitiesOf } from "../shared/whatsapp-identities.ts";
import { contentOf } from "./contents.ts";
import { errorOf } from "./errors.ts";
import type { WhatsappAccount } from "./index.ts";
import { noticeOf } from "./notices.ts";
import * as payload from "./payload.ts";

const STATUSES = new Map([
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "read"],
  ["played", "read"],
  ["failed", "failed"],
] as const);
/** What a person wants of marketing messages; a word that is not here is not taken for a no. */
const CHOICES = new Map([
  ["stop", false],
  ["resume", true],
]);
/** What the WhatsApp Business app tells about itself when it stays on the phone. */
const OF_THE_PHONE: ReadonlySet<string> = new Set(["history", "smb_app_state_sync"]);
/** Changes that speak of one number; without its id nobody can say whose they are. */
const OF_A_NUMBER: ReadonlySet<string> = new Set(["messages", "smb_message_echoes", "user_preferences", "standby"]);

interface Collected {
  readonly events: InboundEvent[];
  readonly setAside: { readonly reason: string; readonly accountId?: ChannelAccountId; readonly part: string }[];
  misrouted: number;
  readonly at: string;
}

type OwnAccounts = readonly Account<WhatsappAccount>[];

/** Verifies and reads one delivery. One POST may speak for several numbers, and may hold one message that is broken. */
export function receive(request: WebhookRequest, accounts: readonly Account<WhatsappAccount>[]): Received {
  const opened = openDelivery(request, accounts);
  if ("verdict" in opened) return opened;
  const { own, text } = opened;
  const parsed = payload.delivery.safeParse(opened.json);
  if (!parsed.success || parsed.data.object !== "whatsapp_business_account")
    return unreadable("not a delivery of WhatsApp", text);
  const found: Collected = { events: [], setAside: [], misrouted: 0, at: request.receivedAt };
  for (const raw of parsed.data.entry) {
    const entry = payload.entry.safeParse(raw);
    if (entry.success) for (const one of entry.data.changes) change(one, entry.data, own, found);
    else found.setAside.push({ reason: "an entry that cannot be read", part: partOf(raw) });
  }
  const { events, setAside, misrouted } = found;
  return { verdict: "accepted", events, setAside, misrouted, response: plainAnswer(200, "ok") };
}

function change(raw: unknown, entry: payload.WaEntry, own: OwnAccounts, found: Collected): void {
  const parsed = payload.change.safeParse(raw);
  if (!parsed.success) {
    found.setAside.push({ reason: "a change that cannot be read", part: partOf(raw) });
    return;
  }
  const { field, value } = parsed.data;
  const number = value.metadata?.phone_number_id;
  if (number === undefined && OF_A_NUMBER.has(field)) {
    found.setAside.push({ reason: `a change of ${field} without its number`, part: partOf(raw) });
    return;
  }
  const named =
    number === undefined
      ? own.filter(
          ({ config }) =>
            config.businessAccountId === entry.id || (config.businessAccountId === "" && own.length === 1),
        )
      : own.filter(({ config }) => config.phoneNumberId === number);
  if (named.length === 0) found.misrouted++;
  for (const account of named) readChange(field, value, entry, account, found);
}

function readChange(
  field: string,
  value: payload.WaValue,
  entry: payload.WaEntry,
  account: Account<WhatsappAccount>,
  found: Collected,
): void {
  if (field === "messages") return messages(value, account, found);
  // Another handler is active on this number: what it is told is kept for people, and not for us to answer.
  if (field === "standby") return messages(value, account, found, true);
  if (field === "smb_message_echoes") return echoes(value, account, found);
  if (field === "user_preferences") return preferences(value, account, found);
  if (OF_THE_PHONE.has(field)) {
    // What was said before, and whom the phone knows, stays on the phone: nobody asked us to keep it.
    found.setAside.push({ reason: `${field} of the phone app: not taken over`, accountId: account.id, part: field });
    return;
  }
  const told = noticeOf(field, value);
  if (!told) {
    found.setAside.push({ reason: `a change of ${field.slice(0, 60)}`, accountId: account.id, part: partOf(value) });
    return;
  }
  const facts = JSON.stringify(value);
  found.events.push({
    type: "notice",
    accountId: account.id,
    dedupeKey: `notice:${field}:${entry.time ?? ""}:${fingerprint(facts)}`.slice(0, 200),
    at: timeOf(entry.time ?? "", found.at),
    code: `whatsapp.${field}`,
    ...told,
    facts: JSON.parse(facts),
  });
}

function messages(value: payload.WaValue, account: Account<WhatsappAccount>, found: Collected, standby = false): void {
  const contacts = (value.contacts ?? []).flatMap((one) => {
    const parsed = payload.contact.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  each(value.messages, payload.message, "a message", account, found, (message) =>
    oneMessage(message, contacts, account, found, standby),
  );
  each(value.statuses, payload.status, "a status", account, found, (status) => oneStatus(status, account, found));
  each(value.errors, payload.errorItem, "an error", account, found, (error) => {
    const text = [...new Set([error.title ?? error.message ?? "", detailOf(error)])].join(": ");
    found.events.push({
      type: "notice",
      accountId: account.id,
      // The hour tells a new failure from a redelivery of the old one.
      dedupeKey: `error:${error.code}:${found.at.slice(0, 13)}:${fingerprint(JSON.stringify(error))}`,
      at: found.at,
      severity: "error",
      code: `whatsapp.${error.code}`,
      text,
    });
  });
}

/** Reads every item by its schema; one that does not fit is kept apart without its neighbours. */
function each<S extends z.ZodType>(
  items: readonly unknown[] | undefined,
  schema: S,
  what: string,
  account: Account<WhatsappAccount>,
  found: Collected,
  use: (item: z.infer<S>) => void,
): void {
  for (const item of items ?? []) {
    const parsed = schema.safeParse(item);
    if (parsed.success) use(parsed.data);
    else
      found.setAside.push({
        reason: `${what} that cannot be read`,
        accountId: account.id,
        part: partOf(item),
      });
  }
}

function oneMessage(
  message: payload.WaMessage,
  contacts: readonly payload.WaContact[],
  account: Account<WhatsappAccount>,
  found: Collected,
  standby: boolean,
): void {
  const at = timeOf(message.timestamp, found.at);
  const base = { accountId: account.id, at };
  if (message.group_id) {
    found.setAside.push({
      reason: "a group message",
      accountId: account.id,
      part: partOf(message),
    });
    return;
  }
  if (message.type === "request_welcome") {
    // The chat was opened and nothing was said: there is nothing to answer yet.
    found.setAside.push({ reason: "the chat was opened", accountId: account.id, part: partOf(message) });
    return;
  }
  if (message.type === "system") return systemMessage(message, base, found);
  if (message.edit) {
    const edited = payload.message.safeParse({
      ...message,
      ...message.edit.message,
      type: message.edit.message?.type ?? "text",
    });
    if (edited.success) {
      found.events.push({
        ...base,
        type: "edit",
        dedupeKey: message.id,
        externalId: message.edit.original_message_id,
        content: contentOf(edited.data),
      });
    } else found.setAside.push({ reason: "an edit that cannot be read", accountId: account.id, part: partOf(message) });
    return;
  }
  if (message.revoke) {
    found.events.push({
      ...base,
      type: "revoke",
      dedupeKey: message.id,
      externalId: message.revoke.original_message_id,
    });
    return;
  }
  const contact = contacts.find(
    ({ wa_id, user_id }) =>
      (wa_id !== undefined && wa_id === message.from) ||
      (user_id !== undefined && (user_id === message.from_user_id || user_id === message.from)),
  );
  const identities = identitiesOf({
    phone: message.from ?? contact?.wa_id,
    user: message.from_user_id ?? contact?.user_id,
    parent: message.from_parent_user_id ?? contact?.parent_user_id,
  });
  if (identities.length === 0) {
    found.setAside.push({
      reason: "a message without a sender",
      accountId: account.id,
      part: partOf(message),
    });
    return;
  }
  const { name, username } = contact?.profile ?? {};
  const product = message.context?.referred_product?.product_retailer_id;
  const referral = message.referral
    ? referralOf(message.referral)
    : product
      ? { source: "product", sourceId: product }
      : null;
  found.events.push({
    ...base,
    type: "message",
    dedupeKey: message.id,
    externalId: message.id,
    from: { identities, ...(name ? { name } : {}), ...(username ? { username } : {}) },
    content: contentOf(message),
    ...(message.context?.id ? { repliesTo: message.context.id } : {}),
    ...(message.context?.forwarded || message.context?.frequently_forwarded ? { forwarded: true } : {}),
    ...(referral ? { referral } : {}),
    ...(standby ? { standby: true } : {}),
  });
}

function referralOf(referral: NonNullable<payload.WaMessage["referral"]>) {
  const { source_type, source_id, source_url, headline, body, ctwa_clid } = referral;
  return {
    source: source_type ?? "ad",
    ...(source_id ? { sourceId: source_id } : {}),
    ...(source_url ? { url: source_url } : {}),
    ...(headline ? { headline } : {}),
    ...(body ? { body } : {}),
    ...(ctwa_clid ? { ref: ctwa_clid } : {}),
  };
}

/** The person has another number or user id from now on: one person, both addresses. */
function systemMessage(
  message: payload.WaMessage,
  base: { readonly accountId: ChannelAccountId; readonly at: string },
  found: Collected,
): void {
  const { system } = message;
  const was = identitiesOf({
    phone: message.from,
    user: system?.previous_user_id ?? message.from_user_id,
    parent: system?.previous_parent_user_id,
  });
  const is = identitiesOf({ phone: system?.wa_id, user: system?.user_id });
  if (was.length === 0 || is.length === 0) {
    found.setAside.push({
      reason: `a system message of type ${system?.type ?? "unknown"}`,
      accountId: base.accountId,
      part: partOf(message),
    });
    return;
  }
  found.events.push({ ...base, type: "identityChange", dedupeKey: message.id, was, is });
}

function oneStatus(status: payload.WaStatus, account: Account<WhatsappAccount>, found: Collected): void {
  const known = STATUSES.get(status.status as "sent");
  if (!known) return;
  const error = status.errors?.[0];
  found.events.push({
    type: "status",
    accountId: account.id,
    dedupeKey: `status:${status.id}:${status.status}`,
    at: timeOf(status.timestamp, found.at),
    externalId: status.id,
    status: known,
    ...(status.biz_opaque_callback_data ? { evidence: status.biz_opaque_callback_data } : {}),
    ...(known === "failed" ? { error: errorOf(error?.code ?? 131000, detailOf(error)) } : {}),
    ...(status.pricing?.category ? { facts: { category: status.pricing.category } } : {}),
  });
}

function echoes(value: payload.WaValue, account: Account<WhatsappAccount>, found: Collected): void {
  each(value.message_echoes, payload.echo, "an echo", account, found, (echo) => {
    const identities = identitiesOf({ phone: echo.to, user: echo.to_user_id });
    const aside = (reason: string): void =>
      void found.setAside.push({ reason, accountId: account.id, part: partOf(echo) });
    if (identities.length === 0) return aside("an echo to nobody");
    if (echo.edit || echo.revoke) return aside("an echo that changes an earlier one");
    found.events.push({
      type: "echo",
      accountId: account.id,
      dedupeKey: `echo:${echo.id}`,
      at: timeOf(echo.timestamp, found.at),
      externalId: echo.id,
      to: { identities },
      content: contentOf(echo as payload.WaMessage),
    });
  });
}

function preferences(value: payload.WaValue, account: Account<WhatsappAccount>, found: Collected): void {
  each(value.user_preferences, payload.preference, "a preference", account, found, (preference) => {
    const identities = identitiesOf({ phone: preference.wa_id, user: preference.user_id });
    const allowed = CHOICES.get(preference.value);
    const isMarketing = preference.category === undefined || preference.category === "marketing_messages";
    if (identities.length === 0 || allowed === undefined || !isMarketing) {
      found.setAside.push({
        reason: "a preference of nobody, or of a kind that is not known",
        accountId: account.id,
        part: partOf(preference),
      });
      return;
    }
    const at = timeOf(preference.timestamp ?? "", found.at);
    found.events.push({
      type: "consent",
      accountId: account.id,
      dedupeKey: `preference:${identities[0]?.value}:${preference.value}:${at}`,
      at,
      from: { identities },
      purpose: "marketing",
      allowed,
    });
  });
}

function detailOf(error: payload.ErrorItem | undefined): string {
  if (!error) return "";
  const data = error.error_data;
  const details = typeof data === "string" ? data : data?.details;
  return details ?? error.message ?? error.title ?? "";
}
