import { createHmac } from "node:crypto";
import type { IdentityValue } from "../core/domain/contact.ts";
import { bilingual } from "../core/domain/language.ts";
import { type OutboundContent, textOf } from "../core/domain/message.ts";
import { isRetryable } from "../core/domain/send-error.ts";
import { alertText } from "../core/run/alert.ts";
import { fit } from "../core/run/fit.ts";
import type { ChannelAccount } from "../ports.ts";
import { again, type EffectContext, type EffectEnd, failed, type Perform } from "./effect-type.ts";

const LINES = 4;
const TEMPLATE_CHARS = 900;

/** Tells HUMAN_BACKUP_NUMBER that a conversation waits: name, channel, reason, last messages, link. */
export const alert: Perform<"alert"> = async (effect, context) => {
  const { store, workspace, claimed, settings, channels, account } = context;
  const { backupNumber } = settings;
  if (!backupNumber) return { type: "done", result: "nobody is registered for alerts" };
  const contact = await store.conversations.contact(workspace.id, claimed.contactId);
  const recent = await store.conversations.recent(workspace.id, claimed.conversationId, LINES + 2);
  const language = workspace.languages[0] ?? "fr";
  const text = alertText(
    {
      contactName: contact?.name || contact?.phone || contact?.email || "",
      channel: account ? bilingual(channels.of(account.channel).label, language) : "",
      reason:
        effect.reason === ""
          ? bilingual({ fr: "demande un conseiller", en: "asks for a person" }, language)
          : effect.reason,
      lastMessages: recent
        .map((message) => ({
          from: message.direction === "in" ? ("contact" as const) : ("us" as const),
          text: textOf(message.content),
        }))
        .filter((line) => line.text !== "")
        .slice(-LINES),
      link: `${settings.publicUrl}/inbox/${claimed.conversationId}`,
    },
    language,
  );
  return tellPhone(context, backupNumber, text);
};

/** Tells a member of the team something: by phone, by e-mail or by webhook. */
export const notify: Perform<"notify"> = async (effect, context) => {
  const { to, text } = effect;
  switch (to.type) {
    case "backup":
      if (!context.settings.backupNumber) return { type: "done", result: "nobody is registered for alerts" };
      return tellPhone(context, context.settings.backupNumber, text);
    case "phone":
      return tellPhone(context, to.phone, text);
    case "webhook":
      return callWebhook(context, to.url, text);
    case "email":
      return tellAddress(context, to.address, text);
  }
};

/**
 * By WhatsApp while that person's window is open, or with an approved template; else by text message; else by WhatsApp
 * anyway, which the provider then judges.
 */
async function tellPhone(context: EffectContext, phone: string, text: string): Promise<EffectEnd> {
  const { store, workspace, clock, settings } = context;
  const active = context
    .accounts()
    .filter(({ workspaceId, status }) => workspaceId === workspace.id && status === "active");
  const whatsapp =
    active.find(({ channel, id }) => channel === "whatsapp" && id === context.account?.id) ??
    active.find(({ channel }) => channel === "whatsapp") ??
    active.find(({ channel }) => channel === "whatsappTwilio");
  const sms = active.find(({ channel }) => channel === "sms");
  if (!whatsapp && !sms) return failed("unavailable", "neither WhatsApp nor text messages are connected");
  const plain = { type: "text" as const, text };
  const attempts: { readonly account: ChannelAccount; readonly content: OutboundContent }[] = [];
  if (whatsapp) {
    const conversationId = await store.conversations.ofIdentity(workspace.id, whatsapp.id, {
      kind: "phone",
      value: phone,
    });
    const conversation = conversationId && (await store.conversations.get(workspace.id, conversationId));
    const open = conversation?.windowExpiresAt ? Date.parse(conversation.windowExpiresAt) > clock.now() : false;
    const { backupTemplate } = settings;
    if (open) attempts.push({ account: whatsapp, content: plain });
    else if (backupTemplate) {
      const body = [{ type: "text" as const, text: text.slice(0, TEMPLATE_CHARS) }];
      attempts.push({
        account: whatsapp,
        content: {
          type: "template",
          name: backupTemplate.name,
          language: backupTemplate.language,
          parameters: { body },
          text,
        },
      });
    }
  }
  if (sms) attempts.push({ account: sms, content: plain });
  if (whatsapp && attempts.every(({ account }) => account.id !== whatsapp.id))
    attempts.push({ account: whatsapp, content: plain });
  let last = "";
  let worthIt = false;
  for (const { account, content } of attempts) {
    const outcome = await deliverFitted(context, account, { kind: "phone", value: phone }, content);
    if (outcome.ok) return { type: "done", result: account.channel };
    last = `${outcome.error.code} ${outcome.error.detail ?? ""}`.trim();
    worthIt ||= isRetryable(outcome.error) || outcome.error.code === "unknownOutcome";
  }
  return worthIt ? again(context, "unavailable", last) : failed("refused", last);
}

/** From the mailbox that the conversation came to, else from any. */
async function tellAddress(context: EffectContext, address: string, text: string): Promise<EffectEnd> {
  const mailboxes = context
    .accounts()
    .filter(
      ({ workspaceId, status, channel }) =>
        workspaceId === context.workspace.id && status === "active" && channel === "email",
    );
  const account = mailboxes.find(({ id }) => id === context.account?.id) ?? mailboxes[0];
  if (!account) return failed("unavailable", "no mailbox is connected, so no e-mail can be sent");
  const outcome = await deliverFitted(context, account, { kind: "email", value: address }, { type: "text", text });
  if (outcome.ok) return { type: "done", result: account.channel };
  const detail = `${outcome.error.code} ${outcome.error.detail ?? ""}`.trim();
  return isRetryable(outcome.error) ? again(context, "unavailable", detail) : failed("refused", detail);
}

/** In as many messages as this channel needs for it. */
async function deliverFitted(
  context: EffectContext,
  account: ChannelAccount,
  to: IdentityValue,
  content: OutboundContent,
): ReturnType<EffectContext["deliver"]> {
  const { capabilities } = context.channels.of(account.channel);
  for (const part of fit(content, capabilities, context.workspace.languages[0] ?? "fr")) {
    const outcome = await context.deliver(account, to, part);
    if (!outcome.ok) return outcome;
  }
  return { ok: true };
}

/** Signed like every webhook of ours (C-17), so that the receiver knows it is us. */
async function callWebhook(context: EffectContext, url: string, text: string): Promise<EffectEnd> {
  const { claimed, clock, settings, http } = context;
  const body = JSON.stringify({
    type: "notify",
    text,
    conversationId: claimed.conversationId,
    contactId: claimed.contactId,
  });
  const timestamp = String(Math.floor(clock.now() / 1000));
  const signature = createHmac("sha256", settings.webhookSecret)
    .update(`${claimed.id}.${timestamp}.${body}`)
    .digest("base64");
  const outcome = await http.request({
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      "webhook-id": claimed.id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
    body,
    timeoutMs: 15_000,
    maxBytes: 10_000,
  });
  if (outcome.type === "response" && outcome.status < 300) return { type: "done", result: outcome.status };
  if (outcome.type === "notSent" && outcome.blocked) return failed("refused", outcome.detail);
  return again(context, "unavailable", outcome.type === "response" ? `HTTP ${outcome.status}` : outcome.detail);
}
