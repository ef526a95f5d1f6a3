import type { IncomingMessage, ServerResponse } from "node:http";
import type { ChannelType, WebhookRequest, WebhookResponse } from "../core/domain/channel.ts";
import type { ServerDeps } from "./deps.ts";

/** Meta sends up to 3 MB; a little more, so that the limit is ours to explain. */
const MOST_BYTES = 3_500_000;

const PLAIN = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

/** A request to a webhook, whole. */
export interface IncomingWebhook {
  /** The channels that the path belongs to: one, or several of one provider. */
  readonly channels: readonly ChannelType[];
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: larger than any provider sends. */
  readonly body: Uint8Array | null;
}

/** Takes webhooks: signature, store, answer; no flow runs before the answer (C-1). Throws when it could not be stored. */
export function webhookReceiver(deps: ServerDeps): (incoming: IncomingWebhook) => Promise<WebhookResponse> {
  return async ({ channels, method, path, query, headers, body }) => {
    const startedAt = deps.clock.now();
    const request: WebhookRequest = {
      method,
      url: `${deps.settings.publicUrl}${path}${query === "" ? "" : `?${query}`}`,
      headers,
      query: queryOf(query),
      body: body ?? new Uint8Array(),
      receivedAt: new Date(startedAt).toISOString(),
    };
    const spoken = channels.length > 1 ? channels.find((type) => deps.channels.of(type).isFor?.(request)) : undefined;
    const channel = spoken ?? channels[0];
    if (!channel) throw new Error("a webhook without a channel");
    const answer = (verdict: string, response: WebhookResponse): WebhookResponse => {
      deps.metrics.webhook(channel, verdict, deps.clock.now() - startedAt);
      return response;
    };
    // A handshake names no channel: the token of any of them will do.
    const asked = method === "GET" ? channels : [channel];
    const accounts = deps
      .accounts()
      .filter((account) => asked.includes(account.channel) && account.status !== "disabled");
    const known = deps.channels.of(channel);
    if (method === "GET" && known.handshake) return answer("handshake", known.handshake(request, accounts));
    if (method !== "POST") return answer("method", { ...plain(405, "POST only"), headers: { allow: "GET, POST" } });
    if (headers["content-encoding"]) return answer("encoding", plain(415, "send the body as it is"));
    if (!body) return answer("tooLarge", { ...plain(413, "too large"), headers: { connection: "close" } });
    const received = known.receive(request, accounts);
    if (received.verdict === "forged" || received.verdict === "invalid")
      return answer(received.verdict, received.response);
    if (received.events.length > 0 || received.setAside.length > 0) {
      if (deps.pressure?.() === "swamped") throw new Error("too much waits to be applied");
      const accepted = await deps.store.inbox.accept({
        id: deps.ids.make("delivery"),
        channel,
        receivedAt: request.receivedAt,
        headers,
        body,
        events: received.events,
        setAside: received.setAside,
      });
      deps.accepted(accepted);
    }
    if (received.misrouted > 0)
      deps.log.warn("parts for a number that this signature does not own", { channel, parts: received.misrouted });
    return answer(received.misrouted > 0 ? "misrouted" : received.verdict, received.response);
  };
}

/** Webhooks over HTTP. They stand before the rest of the server, because most of what comes is this. */
export function webhooks(deps: ServerDeps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const paths = new Map<string, readonly ChannelType[]>();
  for (const { type, webhookPath } of deps.channels.all)
    if (webhookPath) paths.set(webhookPath, [...(paths.get(webhookPath) ?? []), type]);
  const receive = webhookReceiver(deps);
  const serve = async (
    channels: readonly ChannelType[],
    path: string,
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const method = request.method ?? "";
    const wanted = method === "POST" && !request.headers["content-encoding"];
    const body = wanted ? await bodyOf(request) : null;
    const {
      status,
      headers,
      body: said,
    } = await receive({
      channels,
      method,
      path,
      query,
      headers: headersOf(request),
      body,
    });
    response.writeHead(status, headers).end(said);
  };
  return (request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const channels = paths.get(path);
    if (!channels) {
      if (!path.startsWith("/webhook/")) return false;
      response.writeHead(404, PLAIN).end("this channel is not connected");
      return true;
    }
    serve(channels, path, query, request, response).catch((error: unknown) => {
      // Whoever went away in the middle of a body hears nothing and stored nothing.
      if (!request.complete) return deps.metrics.webhook(channels[0] ?? "unknown", "aborted", 0);
      // Nothing was acknowledged, so nothing is lost: the provider comes again.
      deps.log.error("webhook could not be stored", { channel: channels.join(), error: String(error) });
      if (!response.headersSent) response.writeHead(503).end();
      deps.missed?.();
    });
    return true;
  };
}

function plain(status: number, body: string): WebhookResponse {
  return { status, headers: PLAIN, body };
}

/** The whole body, or null when it is larger than any provider sends. Counted as it comes: a length that lies changes nothing. */
function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  return new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > MOST_BYTES) {
        request.removeAllListeners("data");
        request.resume();
        done(null);
      } else chunks.push(chunk);
    });
    request.once("end", () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", failed);
  });
}

/** Headers without those that say who is allowed in: they are of no use to a channel and must not be stored. */
function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === "authorization" || name === "cookie") continue;
    found[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return found;
}

function queryOf(query: string): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    const values = found[name] ?? [];
    values.push(value);
    found[name] = values;
  }
  return found;
}
