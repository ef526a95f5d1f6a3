import { z } from "zod";
import type { Account, Call, CallResponse, History, HistoryPage } from "../../engine/core/domain/channel.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import { type TwilioAccount, twilioCall, twilioUrl } from "./twilio-account.ts";
import { type Dialect, type Form, statusEvent } from "./twilio-webhook.ts";

/** Twilio gives up on a webhook after seconds (platform facts B.3), but keeps every message: its list is read as if it had come. */
export function twilioHistory<Config extends TwilioAccount>(dialect: Dialect<Config>): History<Config> {
  return {
    ask: ({ config }, since) => {
      const own = dialect.own(config);
      // A messaging service sends and receives by any of its numbers.
      if (config.messagingServiceSid) return [listCall(config, since, {})];
      // A name can be no recipient.
      const directions = /\d{3}/.test(own) ? (["To", "From"] as const) : (["From"] as const);
      return directions.map((direction) => listCall(config, since, { [direction]: own }));
    },
    read: (response, call, account, since) => read(dialect, response, call, account, since),
  };
}

const PAGE = "1000";

function listCall(config: TwilioAccount, since: string, filter: Readonly<Record<string, string>>): Call {
  // Filtered by days of Greenwich; what is older within the first day is left out when it is read.
  const query = new URLSearchParams({ ...filter, "DateSent>": since.slice(0, 10), PageSize: PAGE });
  return historyCall(config, `${messagesOf(config)}.json?${query}`);
}

function historyCall(config: TwilioAccount, path: string): Call {
  return twilioCall(config, twilioUrl("api", path), { purpose: "history" });
}

const messagesOf = ({ accountSid }: TwilioAccount): string => `/2010-04-01/Accounts/${accountSid}/Messages`;

const line = z.looseObject({
  sid: z.string().min(1).max(64),
  from: z.string().nullish(),
  to: z.string().nullish(),
  body: z.string().nullish(),
  direction: z.string(),
  status: z.string(),
  error_code: z.union([z.number(), z.string()]).nullish(),
  error_message: z.string().nullish(),
  num_media: z.coerce.number().catch(0),
  date_created: z.string(),
  messaging_service_sid: z.string().nullish(),
});
type Line = z.infer<typeof line>;
const list = z.looseObject({ messages: z.array(z.unknown()), next_page_uri: z.string().nullish() });
const files = z.looseObject({
  media_list: z.array(z.looseObject({ uri: z.string(), content_type: z.string().nullish() })),
});
/** What a question for files has to remember. */
const about = z.object({ message: line });

function read<Config extends TwilioAccount>(
  dialect: Dialect<Config>,
  response: CallResponse,
  call: Call,
  account: Account<Config>,
  since: string,
): HistoryPage | null {
  const body = response.status === 200 ? jsonOf(response.body) : null;
  const remembered = about.safeParse(call.about);
  if (remembered.success) {
    const found = files.safeParse(body);
    if (!found.success) return null;
    const urls = found.data.media_list.map(({ uri, content_type }) => ({
      url: `https://api.twilio.com${uri.replace(/\.json$/, "")}`,
      mimeType: content_type ?? "",
    }));
    return { events: eventsOf(dialect, remembered.data.message, account, urls), sent: [], more: [] };
  }
  const parsed = list.safeParse(body);
  if (!parsed.success) return null;
  const all = parsed.data.messages.flatMap((one) => {
    const known = line.safeParse(one);
    return known.success && timeOf(known.data) !== null ? [known.data] : [];
  });
  const fresh = all.filter((one) => (timeOf(one) ?? "") >= since && isOurs(one, dialect, account.config));
  const outbound = fresh.filter(({ direction }) => direction !== "inbound");
  const inbound = fresh.filter(({ direction }) => direction === "inbound");
  const next = parsed.data.next_page_uri;
  const isOver = all.some((one) => (timeOf(one) ?? "") < since);
  return {
    events: [
      ...inbound.flatMap((one) => (one.num_media > 0 ? [] : eventsOf(dialect, one, account, []))),
      ...outbound.flatMap((one) => statusOf(one, account)),
    ],
    sent: outbound.map((one) => ({
      externalId: one.sid,
      to: (one.to ?? "").replace(/^whatsapp:/, ""),
      text: one.body ?? "",
      at: timeOf(one) ?? since,
    })),
    more: [
      ...inbound.filter(({ num_media }) => num_media > 0).map((one) => filesCall(one, account.config)),
      ...(next?.startsWith(`${messagesOf(account.config)}.json?`) && !isOver
        ? [historyCall(account.config, next)]
        : []),
    ],
  };
}

function isOurs<Config extends TwilioAccount>(one: Line, dialect: Dialect<Config>, config: Config): boolean {
  const own = dialect.own(config);
  if (own !== "" && (one.direction === "inbound" ? one.to : one.from) === own) return true;
  return !!config.messagingServiceSid && one.messaging_service_sid === config.messagingServiceSid;
}

function filesCall(one: Line, config: TwilioAccount): Call {
  const { sid, from, to, body, direction, status, num_media, date_created } = one;
  const message = { sid, from, to, body, direction, status, num_media, date_created };
  return { ...historyCall(config, `${messagesOf(config)}/${sid}/Media.json`), about: { message } };
}

/** The message as its webhook would have told it, so that it gets the same keys: what came by webhook is not told again. */
function eventsOf<Config extends TwilioAccount>(
  dialect: Dialect<Config>,
  one: Line,
  account: Account<Config>,
  media: readonly { readonly url: string; readonly mimeType: string }[],
): readonly InboundEvent[] {
  const fields: Readonly<Record<string, string>> = {
    MessageSid: one.sid,
    From: one.from ?? "",
    To: one.to ?? "",
    Body: one.body ?? "",
    NumMedia: String(media.length),
    ...Object.fromEntries(media.map(({ url }, index) => [`MediaUrl${index}`, url])),
    ...Object.fromEntries(media.map(({ mimeType }, index) => [`MediaContentType${index}`, mimeType])),
  };
  const form: Form = (name) => fields[name] ?? "";
  const events = dialect.read(form, { sid: one.sid, accountId: account.id, at: timeOf(one) ?? "" });
  return typeof events === "string" ? [] : events;
}

function statusOf(one: Line, account: Account<TwilioAccount>): readonly InboundEvent[] {
  const at = timeOf(one) ?? "";
  const code = one.error_code ? String(one.error_code) : "";
  const event = statusEvent(
    { accountId: account.id, externalId: one.sid, at },
    one.status,
    code,
    one.error_message ?? "",
  );
  return event ? [event] : [];
}

/** RFC 2822 with whole seconds. */
function timeOf({ date_created }: Line): string | null {
  const at = Date.parse(date_created);
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
