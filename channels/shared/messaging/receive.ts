import type { Account, Received, WebhookRequest } from "../../../engine/core/domain/channel.ts";
import type { ChannelAccountId } from "../../../engine/core/domain/ids.ts";
import type { InboundEvent, Sender } from "../../../engine/core/domain/inbound-event.ts";
import { plainAnswer, unreadable } from "../answers.ts";
import { fingerprint, openDelivery, partOf, timeOf } from "../meta-webhook.ts";
import type { MessagingAccount, Product } from "./account.ts";
import { contentsOf, referralOf } from "./contents.ts";
import { echoOf, holderOf } from "./elsewhere.ts";
import * as payload from "./payload.ts";

interface Collected {
  readonly events: InboundEvent[];
  readonly setAside: { readonly reason: string; readonly accountId?: ChannelAccountId; readonly part: string }[];
  misrouted: number;
  readonly at: string;
}

/** What one item of a delivery is read with. */
interface Reading {
  readonly account: Account<MessagingAccount>;
  readonly product: Product<never>;
  readonly found: Collected;
  /** Another program holds the conversation. */
  readonly standby: boolean;
}

/** Verifies and reads one delivery. One POST may speak for several pages, and may hold one item that is broken. */
export function receiver<Config extends MessagingAccount>(product: Product<Config>) {
  return (request: WebhookRequest, accounts: readonly Account<Config>[]): Received => {
    const opened = openDelivery(request, accounts);
    if ("verdict" in opened) return opened;
    const parsed = payload.delivery.safeParse(opened.json);
    if (!parsed.success || parsed.data.object !== product.object)
      return unreadable(`not a delivery of ${product.name}`, opened.text);
    const found: Collected = { events: [], setAside: [], misrouted: 0, at: request.receivedAt };
    for (const raw of parsed.data.entry) {
      const entry = payload.entry.safeParse(raw);
      if (!entry.success) {
        found.setAside.push({ reason: "an entry that cannot be read", part: partOf(raw) });
        continue;
      }
      const named = opened.own.filter(({ config }) => product.address(config) === entry.data.id);
      if (named.length === 0) found.misrouted++;
      for (const account of named) readEntry(entry.data, { account, product: product as Product<never>, found });
    }
    const { events, setAside, misrouted } = found;
    return { verdict: "accepted", events, setAside, misrouted, response: plainAnswer(200, "ok") };
  };
}

/** Which channel a delivery speaks of, before anybody has verified it: Messenger and Instagram share one address. */
export function speaksOf(object: string) {
  const mark = new RegExp(`"object"\\s*:\\s*"${object}"`);
  return ({ body }: WebhookRequest): boolean => mark.test(new TextDecoder().decode(body));
}

function readEntry(entry: payload.Entry, reading: Omit<Reading, "standby">): void {
  const { account, found } = reading;
  const aside = (reason: string, raw: unknown): void =>
    void found.setAside.push({ reason, accountId: account.id, part: partOf(raw) });
  for (const [items, standby] of [
    [entry.messaging ?? [], false],
    [entry.standby ?? [], true],
  ] as const) {
    for (const raw of items) {
      const parsed = payload.event.safeParse(raw);
      if (parsed.success) readEvent(parsed.data, entry.id, { ...reading, standby });
      else aside("an event that cannot be read", raw);
    }
  }
  for (const change of entry.changes ?? []) aside("a change that is no message", change);
}

function readEvent(event: payload.Event, address: string, reading: Reading): void {
  const { account, product, found } = reading;
  const isEcho = event.message?.is_echo === true;
  const own = isEcho ? event.sender?.id : event.recipient?.id;
  const person = isEcho ? event.recipient?.id : event.sender?.id;
  // The event speaks of another page than the entry that it came in: whose it is, nobody can say.
  if (own !== undefined && own !== address) {
    found.misrouted++;
    return;
  }
  const aside = (reason: string): void =>
    void found.setAside.push({ reason, accountId: account.id, part: partOf(event) });
  const at = timeOf(event.timestamp, found.at);
  const base = { accountId: account.id, at };
  if (event.policy_enforcement) {
    const { action, reason } = event.policy_enforcement;
    found.events.push({
      ...base,
      type: "notice",
      dedupeKey: `policy:${at}:${fingerprint(partOf(event.policy_enforcement))}`,
      severity: action === "unblock" ? "info" : "error",
      code: `${product.code}.policy`,
      text: `${action ?? "policy"}: ${reason ?? ""}`.slice(0, 500),
    });
    return;
  }
  if (person === undefined) return aside("an event of nobody");
  const from: Sender = { identities: [{ kind: product.identityKind, value: person }] };
  if (event.message && isEcho && !event.message.is_deleted) {
    found.events.push({ ...base, ...echoOf(event.message, from, account.config.appId, `${product.name} inbox`) });
    return;
  }
  const told = { ...base, from, person, standby: reading.standby };
  if (event.message) return message(event, event.message, told, found);
  if (event.message_edit) {
    const { mid, text, num_edit } = event.message_edit;
    found.events.push({
      ...base,
      type: "edit",
      dedupeKey: `edit:${mid}:${num_edit ?? at}`,
      externalId: mid,
      content: { type: "text", text: text ?? "" },
    });
    return;
  }
  if (event.postback) return postback(event.postback, told, found);
  if (event.reaction) {
    const { mid, action, emoji, reaction } = event.reaction;
    const key = `reaction:${mid}:${person}:${action}:${at}`;
    found.events.push({
      ...base,
      type: "message",
      dedupeKey: key,
      externalId: key,
      from,
      content: {
        type: "reaction",
        toExternalId: mid,
        ...(action === "react" ? { emoji: emoji ?? reaction ?? "❤" } : {}),
      },
    });
    return;
  }
  if (event.delivery) return delivery(event.delivery, told, found);
  if (event.read) return read(event.read, told, found);
  if (event.optin) return optin(event.optin, told, found, aside);
  if (event.referral) return opened(event.referral, told, found);
  const holder = holderOf(event, account.config.appId);
  if (holder) {
    found.events.push({
      ...base,
      type: "control",
      dedupeKey: `control:${person}:${holder.holder}:${at}`,
      of: from,
      ...holder,
    });
    return;
  }
  const known = new Set(["sender", "recipient", "timestamp"]);
  const kind = Object.keys(event).find((name) => !known.has(name)) ?? "nothing";
  aside(`an event of a kind that is not known: ${kind.slice(0, 60)}`);
}

interface Told {
  readonly accountId: ChannelAccountId;
  readonly at: string;
  readonly from: Sender;
  readonly person: string;
  readonly standby: boolean;
}

/** Words and every attachment are messages of their own; all bear the id of the one that Meta knows. */
function message(event: payload.Event, said: payload.Message, told: Told, found: Collected): void {
  const { person: _, standby, ...base } = told;
  if (said.is_deleted) {
    found.events.push({
      accountId: told.accountId,
      at: told.at,
      type: "revoke",
      dedupeKey: `deleted:${said.mid}`,
      externalId: said.mid,
    });
    return;
  }
  const story = said.reply_to?.story;
  const answersStory = story
    ? { source: "STORY", ...(story.id ? { sourceId: story.id } : {}), ...(story.url ? { url: story.url } : {}) }
    : null;
  const referral = referralOf(said.referral ?? event.referral) ?? answersStory;
  for (const [index, content] of contentsOf(said).entries()) {
    const mentioned =
      content.type === "visit" ? { source: "STORY_MENTION", ...(content.url ? { url: content.url } : {}) } : null;
    const cause = referral ?? mentioned;
    found.events.push({
      ...base,
      type: "message",
      dedupeKey: index === 0 ? said.mid : `${said.mid}#${index + 1}`,
      externalId: said.mid,
      content,
      ...(said.reply_to?.mid ? { repliesTo: said.reply_to.mid } : {}),
      ...(cause ? { referral: cause } : {}),
      ...(standby ? { standby: true } : {}),
    });
  }
}

/** A tap on a button, a menu, an ice breaker or "Get started". Those of old versions have no id of their own. */
function postback(tap: NonNullable<payload.Event["postback"]>, told: Told, found: Collected): void {
  const { person, standby, ...base } = told;
  const key = tap.mid ?? `postback:${person}:${told.at}:${fingerprint(`${tap.payload}|${tap.title}`)}`;
  const referral = referralOf(tap.referral);
  found.events.push({
    ...base,
    type: "message",
    dedupeKey: key,
    externalId: key,
    content: { type: "choice", id: tap.payload ?? "", label: tap.title ?? tap.payload ?? "" },
    ...(referral ? { referral } : {}),
    ...(standby ? { standby: true } : {}),
  });
}

/** Came back by a link or an ad, and has not said anything yet. */
function opened(by: payload.Referral, told: Told, found: Collected): void {
  const { person, standby, ...base } = told;
  const key = `opened:${person}:${told.at}`;
  const referral = referralOf(by);
  found.events.push({
    ...base,
    type: "message",
    dedupeKey: key,
    externalId: key,
    content: { type: "visit", what: "opened" },
    ...(referral ? { referral } : {}),
    ...(standby ? { standby: true } : {}),
  });
}

function delivery(told: NonNullable<payload.Event["delivery"]>, base: Told, found: Collected): void {
  const { accountId, at, from, person } = base;
  for (const mid of told.mids ?? [])
    found.events.push({
      accountId,
      at,
      type: "status",
      dedupeKey: `delivered:${mid}`,
      externalId: mid,
      status: "delivered",
    });
  if (told.watermark === undefined) return;
  const until = timeOf(told.watermark, at);
  const dedupeKey = `delivered-until:${person}:${until}`;
  found.events.push({ accountId, at, type: "watermark", dedupeKey, of: from, status: "delivered", until });
}

/** Messenger tells a moment, Instagram the message that was seen; everything before it was seen, too. */
function read(told: NonNullable<payload.Event["read"]>, base: Told, found: Collected): void {
  const { accountId, at, from, person } = base;
  if (told.mid)
    found.events.push({
      accountId,
      at,
      type: "status",
      dedupeKey: `read:${told.mid}`,
      externalId: told.mid,
      status: "read",
    });
  if (told.watermark === undefined && !told.mid) return;
  const until = timeOf(told.watermark, at);
  found.events.push({
    accountId,
    at,
    type: "watermark",
    dedupeKey: `read-until:${person}:${until}`,
    of: from,
    status: "read",
    until,
  });
}

/** Agreed to messages of a kind, took that back, or came through a plug-in of a web site. */
function optin(
  agreed: NonNullable<payload.Event["optin"]>,
  told: Told,
  found: Collected,
  aside: (reason: string) => void,
): void {
  const { accountId, at, from, person } = told;
  if (agreed.type === "notification_messages") {
    const status = agreed.notification_messages_status ?? "RESUME_NOTIFICATIONS";
    found.events.push({
      accountId,
      at,
      type: "consent",
      dedupeKey: `optin:${person}:${status}:${at}`,
      from,
      purpose: "marketing",
      allowed: status !== "STOP_NOTIFICATIONS",
    });
    return;
  }
  if (!agreed.ref) return aside("an opt-in of a kind that is not known");
  opened({ ref: agreed.ref, source: "OPTIN" }, told, found);
}
