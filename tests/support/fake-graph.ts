import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { postSigned } from "./meta-delivery.ts";
import { answer, createFailures, type Failure, formOf, misbehave, readAll } from "./provider-failure.ts";

/**
 * A server that plays Meta's Graph API for one number over real HTTP: as strict about tokens, fields and limits as the
 * real one (platform facts A.8, A.13), and able to fail in every way that it fails.
 */
export interface FakeGraph {
  readonly url: string;
  /** What was accepted, in order. */
  readonly sent: () => readonly Sent[];
  /** Tells of every message at the moment it is accepted. */
  readonly onSent: (listen: (one: Sent) => void) => void;
  readonly waitForSent: (count: number, withinMs?: number) => Promise<readonly Sent[]>;
  /** The next `times` sends go wrong this way; with `to`: the next to this person. */
  readonly fail: (profile: Failure, times?: number, to?: string) => void;
  /** Failures that have not been used yet. */
  readonly failuresLeft: () => number;
  /** Statuses for every accepted message are sent to this webhook; null: none. */
  readonly reportTo: (webhook: string | null) => void;
  /** Signed deliveries, as Meta makes them. */
  readonly deliver: (webhook: string, value: object, options?: { readonly secret?: string }) => Promise<Response>;
  readonly say: (webhook: string, from: string, text: string, more?: object) => Promise<Response>;
  /** Taps what was last offered to this person, by its label. */
  readonly tap: (webhook: string, from: string, label: string) => Promise<Response>;
  /** Keeps a file as if a contact had sent it: its id goes into a webhook, and can be looked up and fetched. */
  readonly keepFile: (bytes: Uint8Array, mimeType: string) => string;
  readonly close: () => Promise<void>;
}

export interface Sent {
  readonly wamid: string;
  readonly to: string;
  readonly body: GraphBody;
  /** Our own id, as it was planted. */
  readonly evidence: string | undefined;
  /** When it was accepted. */
  readonly at: number;
}

export interface GraphBody {
  readonly type?: string;
  readonly to?: string;
  readonly recipient?: string;
  readonly status?: string;
  readonly messaging_product?: string;
  readonly biz_opaque_callback_data?: string;
  readonly text?: { readonly body?: string };
  readonly interactive?: {
    readonly type?: string;
    readonly body?: { readonly text?: string };
    readonly action?: {
      readonly button?: string;
      readonly buttons?: readonly { readonly reply?: { readonly id?: string; readonly title?: string } }[];
      readonly sections?: readonly {
        readonly title?: string;
        readonly rows?: readonly { readonly id?: string; readonly title?: string; readonly description?: string }[];
      }[];
    };
  };
  readonly template?: { readonly name?: string; readonly language?: { readonly code?: string } };
}

interface KeptFile {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
}

export interface FakeGraphOptions {
  readonly token: string;
  readonly appSecret: string;
  readonly phoneNumberId: string;
  readonly version?: string;
}

/** Starts the server on a free port of this machine. */
export async function startFakeGraph(options: FakeGraphOptions): Promise<FakeGraph> {
  const sent: Sent[] = [];
  const failures = createFailures();
  const waiting: (() => void)[] = [];
  const listeners: ((one: Sent) => void)[] = [];
  const files = new Map<string, KeptFile>();
  const keepFile = (bytes: Uint8Array, mimeType: string): string => {
    const id = String(1000 + files.size);
    files.set(id, { bytes, mimeType });
    return id;
  };
  let webhook: string | null = null;

  const deliver: FakeGraph["deliver"] = (to, value, { secret = options.appSecret } = {}) => {
    const delivery = {
      object: "whatsapp_business_account",
      entry: [
        {
          id: "1",
          changes: [
            {
              field: "messages",
              value: {
                messaging_product: "whatsapp",
                metadata: { display_phone_number: "33180000000", phone_number_id: options.phoneNumberId },
                ...value,
              },
            },
          ],
        },
      ],
    };
    return postSigned(to, delivery, secret);
  };
  const report = (wamid: string, to: string, evidence: string | undefined): void => {
    if (!webhook) return;
    const at = String(Math.floor(Date.now() / 1000));
    const base = {
      id: wamid,
      timestamp: at,
      recipient_id: to.replace("+", ""),
      ...(evidence ? { biz_opaque_callback_data: evidence } : {}),
    };
    for (const status of ["delivered", "sent", "read"])
      void deliver(webhook, { statuses: [{ ...base, status }] }).catch(() => {});
  };
  const accept = (body: GraphBody): Sent => {
    const one = {
      wamid: `wamid.${randomUUID()}`,
      to: body.to ?? body.recipient ?? "",
      body,
      evidence: body.biz_opaque_callback_data,
      at: Date.now(),
    };
    sent.push(one);
    for (const listen of listeners) listen(one);
    for (const wake of waiting.splice(0)) wake();
    setTimeout(() => report(one.wamid, one.to, one.evidence), 5);
    return one;
  };

  const server = createServer(async (request, response) => {
    const bytes = await readAll(request);
    const text = bytes.toString();
    const path = `/${options.version ?? "v25.0"}/${options.phoneNumberId}/messages`;
    if (request.headers.authorization !== `Bearer ${options.token}`)
      return refuse(response, 401, 190, "Invalid OAuth access token");
    const base = `/${options.version ?? "v25.0"}`;
    const [id, isContent] = request.method === "GET" ? fileAsked(request.url ?? "", base) : [null, false];
    if (id !== null) {
      const file = files.get(id);
      if (!file) return refuse(response, 400, 100, `no media ${id}`);
      if (isContent) return void response.writeHead(200, { "content-type": file.mimeType }).end(file.bytes);
      const url = `http://${request.headers.host}/content/${id}`;
      return answer(response, 200, { id, url, mime_type: file.mimeType, file_size: file.bytes.length });
    }
    if (request.method === "POST" && request.url === `${base}/${options.phoneNumberId}/media`) {
      const form = await formOf(request, bytes);
      const file = form?.get("file");
      if (form?.get("messaging_product") !== "whatsapp") return refuse(response, 400, 100, "messaging_product");
      if (!(file instanceof File) || file.type !== form.get("type"))
        return refuse(response, 400, 131053, "file or type");
      return answer(response, 200, { id: keepFile(new Uint8Array(await file.arrayBuffer()), file.type) });
    }
    if (request.method !== "POST" || request.url !== path)
      return refuse(response, 400, 33, `Unsupported request: ${request.method} ${request.url}`);
    let body: GraphBody;
    try {
      body = JSON.parse(text) as GraphBody;
    } catch {
      return refuse(response, 400, 100, "not JSON");
    }
    if (body.status === "read") return answer(response, 200, { success: true });
    const unknownFile = fileOf(body);
    if (unknownFile !== null && !files.has(unknownFile)) return refuse(response, 400, 100, `no media ${unknownFile}`);
    const problem = problemOf(body);
    if (problem) return refuse(response, 400, problem.code, problem.detail);
    const failure = failures.take(body.to);
    const provider = {
      accept: () => ({ messages: [{ id: accept(body).wamid }] }),
      refuse: ({ code, httpStatus = 400 }: { readonly code: number; readonly httpStatus?: number }) =>
        refuse(response, httpStatus, code, "as the test asked"),
    };
    if (failure && (await misbehave(failure, request, response, provider))) return;
    const one = accept(body);
    answer(response, 200, {
      messaging_product: "whatsapp",
      contacts: [{ input: one.to, wa_id: one.to.replace("+", "") }],
      messages: [{ id: one.wamid }],
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  const message = (from: string, more: object) => ({
    contacts: [{ profile: { name: "Léa Martin" }, wa_id: from.replace("+", "") }],
    messages: [
      {
        from: from.replace("+", ""),
        id: `wamid.IN.${randomUUID()}`,
        timestamp: String(Math.floor(Date.now() / 1000)),
        ...more,
      },
    ],
  });
  return {
    url: `http://127.0.0.1:${address.port}`,
    sent: () => sent,
    onSent: (listen) => void listeners.push(listen),
    async waitForSent(count, withinMs = 8000) {
      const until = Date.now() + withinMs;
      while (sent.length < count) {
        if (Date.now() > until)
          throw new Error(
            `${count} messages were expected, ${sent.length} came: ${JSON.stringify(sent.map(({ body }) => wordsOf(body)))}`,
          );
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
    keepFile,
    say: (to, from, text, more = {}) => deliver(to, message(from, { type: "text", text: { body: text }, ...more })),
    tap(to, from, label) {
      const offer = [...sent].reverse().find((one) => one.to === from && one.body.interactive?.action);
      const { buttons = [], sections = [] } = offer?.body.interactive?.action ?? {};
      const button = buttons.find(({ reply }) => reply?.title === label)?.reply;
      const row = sections.flatMap(({ rows = [] }) => rows).find(({ title }) => title === label);
      if (!button && !row) throw new Error(`"${label}" was not offered to ${from}`);
      const interactive = button
        ? { type: "button_reply", button_reply: button }
        : { type: "list_reply", list_reply: row };
      return deliver(
        to,
        message(from, { type: "interactive", interactive, context: { from: "33180000000", id: offer?.wamid } }),
      );
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** The words of what was sent, for tests to compare. */
export function wordsOf(body: GraphBody): string {
  return body.text?.body ?? body.interactive?.body?.text ?? body.template?.name ?? body.type ?? "";
}

/** What Meta would refuse, with its own code; null: nothing. */
function problemOf(body: GraphBody): { readonly code: number; readonly detail: string } | null {
  const missing = (detail: string) => ({ code: 131008, detail });
  const invalid = (detail: string) => ({ code: 131009, detail });
  if (body.messaging_product !== "whatsapp") return missing("messaging_product");
  if (!body.to && !body.recipient) return missing("to");
  if (body.to && !/^\+\d{5,15}$/.test(body.to)) return invalid(`to: ${body.to}`);
  if ((body.biz_opaque_callback_data?.length ?? 0) > 512) return invalid("biz_opaque_callback_data");
  const within = (value: string | undefined, most: number, name: string) =>
    !value ? missing(name) : value.length > most ? invalid(`${name} is longer than ${most}`) : null;
  switch (body.type) {
    case "text":
      return within(body.text?.body, 4096, "text.body");
    case "template":
      return (
        within(body.template?.name, 512, "template.name") ??
        within(body.template?.language?.code, 10, "template.language.code")
      );
    case "interactive": {
      const { type, body: text, action } = body.interactive ?? {};
      const long = within(text?.text, 1024, "interactive.body.text");
      if (long) return long;
      if (type === "button") {
        const buttons = action?.buttons ?? [];
        if (buttons.length < 1 || buttons.length > 3) return invalid(`${buttons.length} buttons`);
        if (new Set(buttons.map(({ reply }) => reply?.title)).size !== buttons.length)
          return invalid("two buttons with the same title");
        for (const { reply } of buttons) {
          const wrong = within(reply?.title, 20, "button.title") ?? within(reply?.id, 256, "button.id");
          if (wrong) return wrong;
        }
        return null;
      }
      if (type === "list") {
        const rows = (action?.sections ?? []).flatMap((section) => section.rows ?? []);
        if (rows.length < 1 || rows.length > 10) return invalid(`${rows.length} rows`);
        for (const row of rows) {
          const wrong = within(row.title, 24, "row.title") ?? within(row.id, 200, "row.id");
          if (wrong) return wrong;
          if ((row.description?.length ?? 0) > 72) return invalid("row.description is longer than 72");
        }
        return within(action?.button, 20, "action.button");
      }
      return type === "cta_url" || type === "location_request_message" || type === "product_list"
        ? null
        : invalid(`interactive.type ${type}`);
    }
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
    case "location":
    case "contacts":
    case "reaction":
      return body.type in body ? null : missing(body.type);
    default:
      return invalid(`type ${body.type}`);
  }
}

function refuse(response: ServerResponse, status: number, code: number, detail: string): void {
  answer(response, status, {
    error: {
      message: `(#${code}) ${detail}`,
      type: "OAuthException",
      code,
      error_data: { messaging_product: "whatsapp", details: detail },
      fbtrace_id: "x",
    },
  });
}

/** The id of the file that is asked for, and whether its bytes are; null: no file is. */
function fileAsked(url: string, base: string): readonly [string | null, boolean] {
  const path = new URL(url, "http://localhost").pathname;
  const content = /^\/content\/(\d+)$/.exec(path)?.[1];
  if (content) return [content, true];
  return [path.startsWith(base) ? (/^\/(\d+)$/.exec(path.slice(base.length))?.[1] ?? null) : null, false];
}

/** The file that a message names by its id; null: none, or by its link. */
function fileOf(body: GraphBody): string | null {
  const part = Object.entries(body).find(([name]) => name === body.type)?.[1] as { readonly id?: unknown } | undefined;
  return typeof part?.id === "string" ? part.id : null;
}
