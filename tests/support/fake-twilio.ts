import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import twilio from "twilio";
import { type Logged, page } from "./twilio-log.ts";
import { type Content, type ContentTypes, contentProblem, filled, problemOf, wordsOf } from "./twilio-rules.ts";

/**
 * A server that plays Twilio for one account over real HTTP: checks credentials and limits, keeps its log of messages
 * and lists it by pages, keeps Content resources, calls back with statuses, and signs webhooks with Twilio's own library.
 */
export interface FakeTwilio {
  readonly url: string;
  /** What was accepted, in order. */
  readonly sent: () => readonly SentMessage[];
  readonly waitForSent: (count: number, withinMs?: number) => Promise<readonly SentMessage[]>;
  readonly onSent: (listen: (one: SentMessage) => void) => void;
  /** The next `times` sends (to this person only, where one is given) end like this. */
  readonly fail: (failure: Failure, times?: number, to?: string) => void;
  readonly failuresLeft: () => number;
  /** Every list of messages is refused with this status, until null. */
  readonly failLists: (status: number | null) => void;
  /** Status callbacks go to this server instead of the public address that they are signed for: a proxy stands between. */
  readonly reportTo: (origin: string | null) => void;
  /** Sends a signed form. The signature is made over `signedUrl`, the address as Twilio was told it; default: the same. */
  readonly post: (to: string, fields: Readonly<Record<string, string>>, signedUrl?: string) => Promise<Response>;
  /** Somebody writes: into the log, and to the webhook. */
  readonly say: (
    to: string,
    from: string,
    text: string,
    signedUrl?: string,
    more?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  /** Somebody writes while nobody can be reached: into the log only. */
  readonly lose: (from: string, text: string, more?: Partial<Logged>) => Logged;
  /** Somebody taps on what was offered to them last. */
  readonly tap: (to: string, from: string, label: string, signedUrl?: string) => Promise<Response>;
  /** A file of an inbound message; its address is on Twilio's own host. */
  readonly keepFile: (sid: string, bytes: Uint8Array, mimeType: string) => string;
  readonly contents: () => readonly Content[];
  readonly keepContent: (content: Omit<Content, "sid">) => string;
  /** Requests by method and path, for tests that count them. */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
}

export interface SentMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** What a Content resource became with its variables. */
  readonly content: ContentTypes | null;
  readonly statusCallback: string | null;
}

export type Failure =
  | { readonly type: "code"; readonly code: number; readonly httpStatus?: number }
  | {
      readonly type: "status";
      readonly httpStatus: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly type: "acceptThenReset" }
  | { readonly type: "acceptThenSay"; readonly httpStatus: number; readonly body: string }
  | { readonly type: "blackHole" }
  | { readonly type: "slow"; readonly delayMs: number }
  | { readonly type: "halfBody" }
  /** Taken, and later said to have failed. */
  | { readonly type: "undelivered"; readonly code: number };

export interface FakeTwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number of the account, for text messages and for WhatsApp. */
  readonly from: string;
  /** Where Twilio was told to deliver; for *Test connection*. */
  readonly webhookUrl?: string;
  readonly pageSize?: number;
}

const WINDOW_MS = 24 * 3_600_000;
const STOP = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]);
const START = new Set(["START", "YES", "UNSTOP"]);
const newSid = (prefix: string): string => `${prefix}${randomUUID().replaceAll("-", "")}`;

/** Starts the server on a free port of this machine. */
export async function startFakeTwilio(options: FakeTwilioOptions): Promise<FakeTwilio> {
  const { accountSid, authToken, from: own } = options;
  const senders = [own, `whatsapp:${own}`];
  const sent: SentMessage[] = [];
  const log: Logged[] = [];
  const asked: string[] = [];
  const contents = new Map<string, Content>();
  const silenced = new Set<string>();
  const failures: { readonly profile: Failure; readonly to: string | undefined }[] = [];
  const waiting: (() => void)[] = [];
  const listeners: ((one: SentMessage) => void)[] = [];
  let reportOrigin: string | null = null;
  let listStatus: number | null = null;
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const base = `/2010-04-01/Accounts/${accountSid}`;

  const post: FakeTwilio["post"] = (to, more, signedUrl = to) => {
    const fields: Readonly<Record<string, string>> = { AccountSid: accountSid, ApiVersion: "2010-04-01", ...more };
    return fetch(to, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": twilio.getExpectedTwilioSignature(authToken, signedUrl, fields),
        "i-twilio-idempotency-token": randomUUID(),
      },
      body: new URLSearchParams(fields).toString(),
    });
  };
  const become = (sid: string, status: string, errorCode: number | null = null): void => {
    const at = log.findIndex((one) => one.sid === sid);
    const line = log[at];
    if (line) log[at] = { ...line, status, errorCode };
  };
  /** Out of order, as they come in life. */
  const report = (one: SentMessage, failedWith: number | null): void => {
    const isWhatsapp = one.to.startsWith("whatsapp:");
    const said =
      failedWith !== null ? ["undelivered"] : isWhatsapp ? ["delivered", "sent", "read"] : ["delivered", "sent"];
    become(one.sid, failedWith !== null ? "undelivered" : isWhatsapp ? "read" : "delivered", failedWith);
    if (!one.statusCallback || !reportOrigin) return;
    const local = one.statusCallback.replace(/^https?:\/\/[^/]+/, reportOrigin);
    for (const status of said) {
      const code: Readonly<Record<string, string>> = failedWith === null ? {} : { ErrorCode: String(failedWith) };
      const fields = { MessageSid: one.sid, SmsSid: one.sid, MessageStatus: status, SmsStatus: status, ...code };
      post(local, { ...fields, To: one.to, From: one.from }, one.statusCallback).catch(() => {});
    }
  };
  const accept = (fields: URLSearchParams, failedWith: number | null = null): SentMessage => {
    const content = contents.get(fields.get("ContentSid") ?? "");
    const variables = JSON.parse(fields.get("ContentVariables") ?? "{}") as Record<string, string>;
    const types = content ? filled(content.types, variables) : null;
    const to = fields.get("To") ?? "";
    const one: SentMessage = {
      sid: newSid("SM"),
      to,
      from: fields.get("From") ?? senders[to.startsWith("whatsapp:") ? 1 : 0] ?? "",
      body: types ? wordsOf(types) : (fields.get("Body") ?? ""),
      mediaUrls: fields.getAll("MediaUrl"),
      content: types,
      statusCallback: fields.get("StatusCallback"),
    };
    sent.push(one);
    const { sid, from, body } = one;
    log.push({
      sid,
      from,
      to,
      body,
      direction: "outbound-api",
      status: "queued",
      errorCode: null,
      at: Date.now(),
      files: [],
    });
    for (const listen of listeners) listen(one);
    for (const wake of waiting.splice(0)) wake();
    // Outside the window Twilio takes the message, and WhatsApp refuses it.
    const closed = to.startsWith("whatsapp:") && !content?.approved && !isOpen(to);
    setTimeout(() => report(one, closed ? 63016 : failedWith), 5);
    return one;
  };
  const isOpen = (person: string): boolean =>
    log.some(({ direction, from, at }) => direction === "inbound" && from === person && Date.now() - at < WINDOW_MS);

  const sendMessage = async (text: string, request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const fields = new URLSearchParams(text);
    const to = fields.get("To") ?? "";
    const problem = problemOf(fields, senders, contents) ?? (silenced.has(to) ? 21610 : null);
    if (problem !== null) return refuse(response, 400, problem);
    const hit = failures.findIndex((one) => one.to === undefined || one.to === to);
    const failure = hit < 0 ? undefined : failures.splice(hit, 1)[0]?.profile;
    switch (failure?.type) {
      case "code":
        return refuse(response, failure.httpStatus ?? 400, failure.code);
      case "status":
        return response.writeHead(failure.httpStatus, failure.headers ?? {}).end(failure.body ?? "");
      case "acceptThenReset":
        accept(fields);
        return request.socket.destroy();
      case "acceptThenSay":
        accept(fields);
        return response.writeHead(failure.httpStatus).end(failure.body);
      case "blackHole":
        return undefined;
      case "slow":
        await new Promise((done) => setTimeout(done, failure.delayMs));
        break;
      case "halfBody": {
        const whole = JSON.stringify({ sid: accept(fields).sid, status: "queued" });
        response.writeHead(201, { "content-type": "application/json", "content-length": String(whole.length) });
        return response.write(whole.slice(0, 12), () => request.socket.destroy());
      }
    }
    const one = accept(fields, failure?.type === "undelivered" ? failure.code : null);
    return answer(response, 201, {
      sid: one.sid,
      status: "queued",
      to: one.to,
      from: one.from,
      body: one.body,
      num_segments: "0",
      error_code: null,
    });
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? "", "http://localhost");
    const route = `${request.method} ${url.pathname}`;
    asked.push(route);
    const cdn = /^\/cdn\/(\w+)$/.exec(url.pathname)?.[1];
    const fileOf = (sid: string | undefined) => log.flatMap(({ files }) => files).find((file) => file.sid === sid);
    if (cdn) {
      const file = fileOf(cdn);
      return file
        ? response.writeHead(200, { "content-type": file.mimeType }).end(file.bytes)
        : refuse(response, 404, 20404);
    }
    if (request.headers.authorization !== credentials) return refuse(response, 401, 20003);
    const media = new RegExp(`^${base}/Messages/(\\w+)/Media(?:/(\\w+)|\\.json)$`).exec(url.pathname);
    if (request.method === "GET" && media) {
      const [, sid, file] = media;
      if (file) return response.writeHead(307, { location: `/cdn/${file}` }).end();
      const line = log.find((one) => one.sid === sid);
      return answer(response, 200, {
        media_list: (line?.files ?? []).map((one) => ({
          sid: one.sid,
          parent_sid: sid,
          content_type: one.mimeType,
          uri: `${base}/Messages/${sid}/Media/${one.sid}.json`,
        })),
        next_page_uri: null,
      });
    }
    switch (route) {
      case `POST ${base}/Messages.json`:
        return sendMessage(text, request, response);
      case `GET ${base}/Messages.json`:
        if (listStatus !== null) return refuse(response, listStatus, listStatus === 429 ? 20429 : 20500);
        return answer(response, 200, page(log, base, url.searchParams, options.pageSize ?? 1000));
      case `GET ${base}.json`:
        return answer(response, 200, { sid: accountSid, status: "active", type: "Full", friendly_name: "Boutique" });
      case `GET ${base}/IncomingPhoneNumbers.json`: {
        const numbers = url.searchParams.get("PhoneNumber") === own ? [phoneNumber(own, options.webhookUrl ?? "")] : [];
        return answer(response, 200, { incoming_phone_numbers: numbers, next_page_uri: null });
      }
      case "GET /v2/Channels/Senders":
        return answer(response, 200, {
          senders: [
            {
              sid: newSid("XE"),
              status: "ONLINE",
              sender_id: `whatsapp:${own}`,
              webhook: { callback_url: options.webhookUrl ?? "", callback_method: "POST" },
            },
          ],
          meta: { next_page_url: null },
        });
      case "POST /v1/Content": {
        const problem = contentProblem(jsonOf(text));
        if (problem !== null) return refuse(response, 400, 20422, problem);
        const value = jsonOf(text) as {
          readonly friendly_name: string;
          readonly language: string;
          readonly types: ContentTypes;
        };
        const content = {
          friendlyName: value.friendly_name,
          language: value.language,
          types: value.types,
          approved: false,
        };
        return answer(response, 201, { ...value, sid: keepContent(content) });
      }
      case "GET /v1/Content":
        return answer(response, 200, {
          contents: [...contents.values()].map((one) => ({
            sid: one.sid,
            friendly_name: one.friendlyName,
            language: one.language,
            types: one.types,
          })),
          meta: { next_page_url: null },
        });
      case "POST /v3/Indicators/Typing.json": {
        const value = jsonOf(text) as { readonly channel?: string; readonly messageId?: string } | null;
        const known = value?.channel === "WHATSAPP" && /^(SM|MM)\w{32}$/.test(value.messageId ?? "");
        return known ? answer(response, 200, { success: true }) : refuse(response, 400, 20422);
      }
      default:
        return refuse(response, 404, 20404);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  function keepContent(content: Omit<Content, "sid">): string {
    const sid = newSid("HX");
    contents.set(sid, { sid, ...content });
    return sid;
  }
  const came = (from: string, text: string, more: Partial<Logged> = {}): Logged => {
    const isWhatsapp = from.startsWith("whatsapp:");
    const word = text.trim().toUpperCase();
    // Carriers know these words by themselves; WhatsApp has none.
    if (!isWhatsapp && STOP.has(word)) silenced.add(from);
    if (!isWhatsapp && START.has(word)) silenced.delete(from);
    const line: Logged = {
      sid: newSid("SM"),
      from,
      to: isWhatsapp ? `whatsapp:${own}` : own,
      body: text,
      direction: "inbound",
      status: "received",
      errorCode: null,
      at: Date.now(),
      files: [],
      ...more,
    };
    log.push(line);
    return line;
  };
  const say: FakeTwilio["say"] = (to, from, text, signedUrl = to, more = {}) => {
    const sid = more.MessageSid ?? newSid("SM");
    if (!log.some((one) => one.sid === sid)) came(from, text, { sid });
    const whatsapp: Readonly<Record<string, string>> = from.startsWith("whatsapp:")
      ? { ProfileName: "Léa Martin", WaId: from.replace(/\D/g, ""), MessageType: "text" }
      : {};
    const fields = {
      ...whatsapp,
      MessageSid: sid,
      SmsSid: sid,
      From: from,
      To: from.startsWith("whatsapp:") ? `whatsapp:${own}` : own,
      Body: text,
      NumMedia: "0",
      SmsStatus: "received",
      ...more,
    };
    return post(to, fields, signedUrl);
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    sent: () => sent,
    onSent: (listen) => void listeners.push(listen),
    async waitForSent(count, withinMs = 10_000) {
      const until = Date.now() + withinMs;
      while (sent.length < count) {
        if (Date.now() > until)
          throw new Error(
            `${count} messages were expected, ${sent.length} came: ${sent.map(({ body }) => body).join(" | ")}`,
          );
        await new Promise<void>((done) => {
          waiting.push(done);
          setTimeout(done, 50);
        });
      }
      return sent;
    },
    fail(profile, times = 1, to) {
      for (let index = 0; index < times; index++) failures.push({ profile, to });
    },
    failuresLeft: () => failures.length,
    failLists(status) {
      listStatus = status;
    },
    reportTo(origin) {
      reportOrigin = origin;
    },
    post,
    say,
    lose: came,
    tap(to, from, label, signedUrl = to) {
      const offer = sent.findLast((one) => one.to === from && one.content !== null);
      const { "twilio/quick-reply": reply, "twilio/list-picker": picker } = offer?.content ?? {};
      const button = reply?.actions.find(({ title }) => title === label);
      const item = picker?.items.find((one) => one.item === label);
      if (!offer || (!button && !item)) throw new Error(`"${label}" was not offered to ${from}`);
      const quoted = { OriginalRepliedMessageSid: offer.sid, OriginalRepliedMessageSender: offer.from };
      const tapped: Readonly<Record<string, string>> = button
        ? { MessageType: "button", ButtonText: label, ButtonPayload: button.id, ButtonType: "QUICK_REPLY" }
        : { MessageType: "interactive", ListId: item?.id ?? "", ListTitle: label };
      return say(to, from, label, signedUrl, { ...quoted, ...tapped });
    },
    keepFile(sid, bytes, mimeType) {
      const at = log.findIndex((one) => one.sid === sid);
      const line = log[at];
      if (!line) throw new Error(`there is no message ${sid}`);
      const file = { sid: newSid("ME"), mimeType, bytes };
      log[at] = { ...line, files: [...line.files, file] };
      return `https://api.twilio.com${base}/Messages/${sid}/Media/${file.sid}`;
    },
    contents: () => [...contents.values()],
    keepContent,
    asked: () => asked,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function phoneNumber(number: string, smsUrl: string): object {
  return {
    sid: newSid("PN"),
    phone_number: number,
    capabilities: { voice: true, sms: true, mms: true },
    sms_url: smsUrl,
    sms_method: "POST",
    sms_application_sid: "",
    status: "in-use",
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: number, message = "refused"): void {
  answer(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
