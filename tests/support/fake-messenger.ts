import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { action, isFileTaken, isTextTooLong, type Sending, sending, upload } from "./messenger-rules.ts";
import { postSigned } from "./meta-delivery.ts";
import { answer, createFailures, type Failure, formOf, misbehave, readAll } from "./provider-failure.ts";

/**
 * A server that plays Meta's Send API for one Facebook page or one Instagram account over real HTTP: as strict about
 * tokens, windows, tags, templates and limits as the real one (platform facts C), able to fail in every way that it
 * fails, and it tells of everything by signed webhooks: messages, echoes, delivery, reading.
 */
export interface FakeMessenger {
  readonly url: string;
  /** What was accepted, in order. */
  readonly sent: () => readonly Sent[];
  readonly waitForSent: (count: number, withinMs?: number) => Promise<readonly Sent[]>;
  /** Sender actions, in order: `mark_seen`, `typing_on`. */
  readonly actions: () => readonly { readonly to: string; readonly action: string }[];
  /** Files that were uploaded, by their id. */
  readonly uploads: () => ReadonlyMap<string, { readonly type: string; readonly bytes: number }>;
  /** The next `times` sends go wrong this way; with `to`: the next to this person. */
  readonly fail: (profile: Failure, times?: number, to?: string) => void;
  readonly failuresLeft: () => number;
  /** Echo, delivery and reading of every accepted message are sent to this webhook; null: nothing is told. */
  readonly reportTo: (webhook: string | null) => void;
  /** Signed deliveries, as Meta makes them. */
  readonly deliver: (webhook: string, events: readonly object[], options?: DeliverOptions) => Promise<Response>;
  readonly say: (webhook: string, from: string, text: string, more?: object) => Promise<Response>;
  /** Taps what was last offered to this person: a quick reply by its title, or the button of a card by the card's title. */
  readonly tap: (webhook: string, from: string, label: string) => Promise<Response>;
  /** A person of the business writes in the page's own inbox. */
  readonly writeByHand: (webhook: string, to: string, text: string) => Promise<Response>;
  /** The person wrote so many hours ago for the last time. */
  readonly wroteHoursAgo: (person: string, hours: number) => void;
  /** Keeps a file as if a contact had sent it; returns its public address. */
  readonly keepFile: (bytes: Uint8Array, mimeType: string) => string;
  /** How a person is called; null: Meta does not tell. Asked for with an unapproved field, it refuses. */
  readonly introduce: (person: string, profile: object | null) => void;
  /** What else the Graph API answers, by `GET <path>` (test of the connection). */
  readonly answers: Map<string, { readonly status: number; readonly body: object }>;
  /** Every request that was no send: method and path. */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
}

export interface DeliverOptions {
  readonly secret?: string;
  readonly standby?: boolean;
}

export interface Sent {
  readonly mid: string;
  readonly to: string;
  readonly body: Sending;
  /** Our own id, as it was planted. */
  readonly evidence: string | undefined;
  readonly at: number;
}

export interface FakeMessengerOptions {
  readonly product: "messenger" | "instagram";
  /** Page id, or the id of the Instagram account. */
  readonly id: string;
  readonly token: string;
  readonly appSecret: string;
  readonly appId: string;
  readonly version?: string;
}

const HOUR_MS = 3_600_000;

/** Starts the server on a free port of this machine. */
export async function startFakeMessenger(options: FakeMessengerOptions): Promise<FakeMessenger> {
  const { product, id: own, appSecret } = options;
  const isInstagram = product === "instagram";
  const base = `/${options.version ?? "v25.0"}`;
  const sent: Sent[] = [];
  const actions: { readonly to: string; readonly action: string }[] = [];
  const asked: string[] = [];
  const uploads = new Map<string, { readonly type: string; readonly bytes: number }>();
  const files = new Map<string, { readonly bytes: Uint8Array; readonly mimeType: string }>();
  const people = new Map<string, object | null>();
  const lastHeard = new Map<string, number>();
  const answers: FakeMessenger["answers"] = new Map();
  const failures = createFailures();
  const waiting: (() => void)[] = [];
  let webhook: string | null = null;

  const deliver: FakeMessenger["deliver"] = (to, events, { secret = appSecret, standby = false } = {}) => {
    const items = { [standby ? "standby" : "messaging"]: events };
    const object = isInstagram ? "instagram" : "page";
    return postSigned(to, { object, entry: [{ id: own, time: Date.now(), ...items }] }, secret);
  };
  const from = (person: string, more: object) => ({
    sender: { id: person },
    recipient: { id: own },
    timestamp: Date.now(),
    ...more,
  });
  const hear = (to: string, person: string, more: object): Promise<Response> => {
    lastHeard.set(person, Date.now());
    return deliver(to, [from(person, more)]);
  };

  /** Echo first or last, delivery before or after: nothing is promised about their order. */
  const report = ({ mid, to, body, at }: Sent): void => {
    if (!webhook) return;
    const told = webhook;
    const message = { mid, is_echo: true, app_id: Number(options.appId), ...body.message };
    const echo = { sender: { id: own }, recipient: { id: to }, timestamp: at, message };
    const events = isInstagram
      ? [from(to, { read: { mid } }), echo]
      : [from(to, { delivery: { mids: [mid], watermark: at } }), echo, from(to, { read: { watermark: at } })];
    for (const event of events) void deliver(told, [event]).catch(() => {});
  };
  const accept = (body: Sending): Sent => {
    const one = {
      mid: `m_${randomUUID()}`,
      to: body.recipient.id,
      body,
      evidence: body.message.metadata,
      at: Date.now(),
    };
    sent.push(one);
    for (const wake of waiting.splice(0)) wake();
    setTimeout(() => report(one), 5);
    return one;
  };
  const refuse = (response: ServerResponse, code: number, message: string, subcode?: number, status = 400): void =>
    answer(response, status, {
      error: {
        message: `(#${code}) ${message}`,
        type: "OAuthException",
        code,
        ...(subcode ? { error_subcode: subcode } : {}),
        fbtrace_id: "x",
      },
    });

  const onSend = async (request: IncomingMessage, response: ServerResponse, text: string): Promise<void> => {
    const json = jsonOf(text);
    const act = action.safeParse(json);
    if (act.success) {
      const { recipient, sender_action } = act.data;
      if (!lastHeard.has(recipient.id)) return refuse(response, 100, "No matching user found", 2018001);
      actions.push({ to: recipient.id, action: sender_action });
      return answer(response, 200, { recipient_id: recipient.id });
    }
    const parsed = sending.safeParse(json);
    if (!parsed.success) return refuse(response, 100, `Invalid parameter: ${issuesOf(parsed.error)}`);
    const body = parsed.data;
    const { message } = body;
    if ("text" in message && isTextTooLong(message.text, isInstagram))
      return refuse(response, 100, "Param message[text] is too long");
    const attachment = "attachment" in message ? message.attachment : null;
    if (attachment && "attachment_id" in attachment.payload && !uploads.has(attachment.payload.attachment_id))
      return refuse(response, 100, "Upload attachment failure.", 2018074);
    const heard = lastHeard.get(body.recipient.id);
    if (heard === undefined) return refuse(response, 100, "No matching user found", 2018001);
    const hours = (Date.now() - heard) / HOUR_MS;
    const open = body.messaging_type === "MESSAGE_TAG" ? hours <= 7 * 24 : hours <= 24;
    if (!open) return refuse(response, 10, "outside of allowed window", isInstagram ? 2534022 : 2018278);
    const failure = failures.take(body.recipient.id);
    const told = () => {
      const one = accept(body);
      return { recipient_id: one.to, message_id: one.mid };
    };
    const failed =
      failure &&
      (await misbehave(failure, request, response, {
        accept: told,
        refuse: ({ code, subcode, httpStatus }) => refuse(response, code, "as the test asked", subcode, httpStatus),
      }));
    if (!failed) answer(response, 200, told());
  };

  const onUpload = async (request: IncomingMessage, response: ServerResponse, bytes: Buffer): Promise<void> => {
    const form = await formOf(request, bytes);
    if (isInstagram !== (form?.get("platform") === "instagram")) return refuse(response, 100, "platform");
    const parsed = upload.safeParse(jsonOf(String(form?.get("message") ?? "")));
    const given = form?.get("filedata");
    if (!parsed.success || !(given instanceof File)) return refuse(response, 100, "message or filedata");
    const { type } = parsed.data.attachment;
    if (!isFileTaken(product, type, given)) return refuse(response, 100, "Upload attachment failure.", 2018109);
    const id = String(1_857_777_000_000_000 + uploads.size);
    uploads.set(id, { type, bytes: given.size });
    answer(response, 200, { attachment_id: id });
  };

  const onProfile = (response: ServerResponse, person: string, fields: string): void => {
    const profile = people.get(person);
    if (!profile) return refuse(response, 100, "Object does not exist or cannot be loaded", 33);
    const wanted = fields.split(",");
    // Language and the like need an approval that the app may not have: the whole question is refused.
    const denied = wanted.find((name) => name === "locale" && !("locale" in profile));
    if (denied) return refuse(response, 10, `requires pages_user_${denied}`, undefined, 403);
    const shown = Object.entries(profile).filter(([name]) => wanted.includes(name));
    answer(response, 200, { ...Object.fromEntries(shown), id: person });
  };

  const server = createServer(async (request, response) => {
    const bytes = await readAll(request);
    const address = new URL(request.url ?? "", "http://localhost");
    const path = address.pathname;
    const file = /^\/content\/(\d+)$/.exec(path)?.[1];
    if (file) {
      const kept = files.get(file);
      return void response.writeHead(kept ? 200 : 404, { "content-type": kept?.mimeType ?? "" }).end(kept?.bytes);
    }
    if (path === `${base}/me/messages` && request.method === "POST") {
      if (!isAllowed(request)) return refuse(response, 190, "Invalid OAuth access token", undefined, 401);
      return onSend(request, response, bytes.toString());
    }
    asked.push(`${request.method} ${path}`);
    const prepared = answers.get(`${request.method} ${path}`);
    if (prepared) return answer(response, prepared.status, prepared.body);
    if (!isAllowed(request)) return refuse(response, 190, "Invalid OAuth access token", undefined, 401);
    if (path === `${base}/me/message_attachments` && request.method === "POST")
      return onUpload(request, response, bytes);
    const person = request.method === "GET" ? /^\/(\d+)$/.exec(path.slice(base.length))?.[1] : undefined;
    if (person) return onProfile(response, person, address.searchParams.get("fields") ?? "");
    refuse(response, 100, `Unsupported request: ${request.method} ${path}`);
  });
  const isAllowed = (request: IncomingMessage): boolean => request.headers.authorization === `Bearer ${options.token}`;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${place.port}`;

  return {
    url,
    sent: () => sent,
    actions: () => actions,
    uploads: () => uploads,
    asked: () => asked,
    answers,
    async waitForSent(count, withinMs = 10_000) {
      const until = Date.now() + withinMs;
      while (sent.length < count) {
        if (Date.now() > until)
          throw new Error(`${count} messages were expected, ${sent.length} came: ${JSON.stringify(sent.map(wordsOf))}`);
        await new Promise<void>((done) => {
          waiting.push(done);
          setTimeout(done, 50);
        });
      }
      return sent;
    },
    fail: (profile, times = 1, to) => failures.add(profile, times, to),
    failuresLeft: failures.left,
    reportTo(to) {
      webhook = to;
    },
    deliver,
    say: (to, person, text, more = {}) => hear(to, person, { message: { mid: `m_IN_${randomUUID()}`, text, ...more } }),
    tap(to, person, label) {
      for (const { to: whom, body } of [...sent].reverse()) {
        if (whom !== person) continue;
        const { message } = body;
        const reply = message.quick_replies?.find(({ title }) => title === label);
        const mid = `m_IN_${randomUUID()}`;
        if (reply) return hear(to, person, { message: { mid, text: label, quick_reply: { payload: reply.payload } } });
        const payload =
          "attachment" in message && message.attachment.type === "template" ? message.attachment.payload : null;
        const element =
          payload?.template_type === "generic" ? payload.elements.find(({ title }) => title === label) : null;
        const button = element?.buttons?.find(({ type }) => type === "postback");
        if (button?.type === "postback")
          return hear(to, person, { postback: { mid, title: button.title, payload: button.payload } });
      }
      throw new Error(`"${label}" was not offered to ${person}`);
    },
    writeByHand: (to, person, text) =>
      deliver(to, [
        {
          sender: { id: own },
          recipient: { id: person },
          timestamp: Date.now(),
          message: {
            mid: `m_HAND_${randomUUID()}`,
            is_echo: true,
            ...(isInstagram ? {} : { app_id: 263902037430900 }),
            text,
          },
        },
      ]),
    wroteHoursAgo: (person, hours) => void lastHeard.set(person, Date.now() - hours * HOUR_MS),
    keepFile(content, mimeType) {
      const id = String(1000 + files.size);
      files.set(id, { bytes: content, mimeType });
      return `${url}/content/${id}`;
    },
    introduce: (person, profile) => void people.set(person, profile),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** The words of what was sent, for tests to compare: of a card list, its titles. */
export function wordsOf({ body: { message } }: Sent): string {
  if ("text" in message) return message.text;
  const { attachment } = message;
  if (attachment.type !== "template") return attachment.type;
  return attachment.payload.template_type === "button"
    ? attachment.payload.text
    : attachment.payload.elements.map(({ title }) => title).join(", ");
}

function issuesOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  return error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
