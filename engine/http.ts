import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, type buildConnector, type Dispatcher, request as undiciRequest } from "undici";
import type { Http, HttpOutcome, HttpRequest } from "./ports.ts";

const MOST_REDIRECTS = 3;
const CONNECT_MS = 5000;
const SOCKETS = 128;
/** Headers that a caller may not set: they are the connection's own, or open doors of cloud machines (S-16). */
const FORBIDDEN_HEADERS =
  /^(host|content-length|transfer-encoding|connection|upgrade|te|trailer|x-aws-ec2-metadata-token|metadata-flavor|metadata)$/i;
/** What may follow a redirect to another origin: everything else could be somebody's key. */
const HARMLESS = /^(accept|accept-language|content-type|user-agent)$/i;

/** Hosts that may be private, and ports beside 80 and 443, by the operator's word. */
export interface HttpOptions {
  readonly allowPrivate: readonly string[];
  /** Who knows the addresses of a name; the system's own unless given. */
  readonly resolve?: Resolve;
}
/** All addresses of a name. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export const systemResolve: Resolve = (hostname, done) => dnsLookup(hostname, { all: true }, done);

class Blocked extends Error {}

/** How far a request came: once it began to be written, its failure says nothing about the other side (C-6). */
interface Progress {
  begun: boolean;
}

/** One request on its way, maybe through redirects. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly trusted: boolean;
}

/**
 * The guarded fetch: every request of the process goes through it. Addresses are judged where the connection is made,
 * so that no spelling of a host and no change of its DNS entry leads to a private one (S-11 … S-17).
 */
export function createHttp(options: HttpOptions): Http {
  const guarded = agent({
    timeout: CONNECT_MS,
    allowH2: false,
    lookup: guardedLookup(options.resolve ?? systemResolve),
  });
  const trusted = agent({ timeout: CONNECT_MS, allowH2: false });
  const allowed = new Set(options.allowPrivate.map((host) => host.toLowerCase()));

  const once = async (hop: Hop, maxBytes: number, signal: AbortSignal, progress: Progress): Promise<HttpOutcome> => {
    const { url, body } = hop;
    const known = hop.trusted || allowed.has(url.hostname) || allowed.has(url.host);
    judge(url, known);
    const asked = undiciRequest(url, {
      dispatcher: known ? trusted : guarded,
      opaque: progress,
      method: hop.method as Dispatcher.HttpMethod,
      headers: { ...hop.headers },
      ...(body === undefined ? {} : { body }),
      signal,
      // The signal bounds the whole; these would only bound parts of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const response = await orAborted(asked, signal);
    const { bytes, truncated } = await readBody(response.body, maxBytes);
    return {
      type: "response",
      status: response.statusCode,
      headers: plainHeaders(response.headers),
      body: bytes,
      truncated,
    };
  };

  return {
    async request(request) {
      const progress: Progress = { begun: false };
      const deadline = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
      try {
        let hop: Hop = {
          url: new URL(request.url),
          method: request.method,
          ...(await encoded(request.body, checkedHeaders(request.headers))),
          trusted: request.trusted === true,
        };
        for (let hops = 0; ; hops++) {
          const outcome = await once(hop, request.maxBytes, signal, progress);
          if (outcome.type !== "response" || !request.redirects) return outcome;
          const next = redirected(hop, outcome.status, outcome.headers.location);
          if (!next) return outcome;
          if (hops >= MOST_REDIRECTS) throw new Blocked("too many redirects");
          hop = next;
        }
      } catch (error) {
        return outcomeOf(error, progress);
      }
    },
  };
}

/** A pool of connections per origin whose requests note when they begin to be written. */
function agent(connect: buildConnector.BuildOptions): Dispatcher {
  const pool = new Agent({
    connections: SOCKETS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect,
    maxHeaderSize: 32_768,
  });
  return pool.compose((dispatch) => (opts, handler) => {
    const { opaque } = opts as { readonly opaque?: Progress };
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      start?.(controller, context);
      if (opaque && !controller.aborted) opaque.begun = true;
    };
    return dispatch(opts, handler);
  });
}

/** A form as bytes: undici takes none but its own, and bytes can be sent once more after a redirect. */
async function encoded(
  body: HttpRequest["body"],
  headers: Readonly<Record<string, string>>,
): Promise<Pick<Hop, "body" | "headers">> {
  if (!(body instanceof FormData)) return { body, headers };
  const form = new Response(body);
  const type = form.headers.get("content-type") ?? "multipart/form-data";
  return { body: new Uint8Array(await form.arrayBuffer()), headers: { ...headers, "content-type": type } };
}

/** A request that waits for a free connection does not hear of its deadline: whoever waits for it does. */
function orAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    const abort = (): void => failed(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    asked.then(done, failed).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Where an answer sends us on, as a browser would go; null: it does not. Nothing secret and no trust goes to another origin. */
function redirected(hop: Hop, status: number, location: string | undefined): Hop | null {
  if (!isRedirect(status) || !location) return null;
  const url = new URL(location, hop.url);
  const upgraded =
    url.protocol === "https:" && url.hostname === hop.url.hostname && url.port === "" && hop.url.port === "";
  const same = url.origin === hop.url.origin || upgraded;
  if (hop.url.protocol === "https:" && url.protocol !== "https:") throw new Blocked("a redirect from https to http");
  const asGet = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  const kept = Object.entries(hop.headers).filter(([name]) => same || HARMLESS.test(name));
  const headers = kept.filter(([name]) => !asGet || name.toLowerCase() !== "content-type");
  if (!same && !asGet && hop.body !== undefined) throw new Blocked("a redirect of what was sent to another place");
  return {
    url,
    method: asGet ? "GET" : hop.method,
    headers: Object.fromEntries(headers),
    body: asGet ? undefined : hop.body,
    trusted: hop.trusted && same,
  };
}

/** What is wrong with an address before anything is asked: scheme, port, user, a private literal. */
function judge(url: URL, known: boolean): void {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Blocked(`${url.protocol} addresses are not asked`);
  if (url.username !== "" || url.password !== "") throw new Blocked("an address with a user name is not asked");
  if (known) return;
  if (url.port !== "" && url.port !== "80" && url.port !== "443") throw new Blocked(`port ${url.port} is not asked`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isPublic(host)) throw new Blocked(`${host} is not a public address`);
}

/** Whether everybody may be asked there: of all ranges only plain unicast. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  // Of IPv6 only 2000::/3 is given out; ipaddr.js calls the old ::127.0.0.1 unicast too.
  return !(parsed instanceof ipaddr.IPv6) || (parsed.parts[0] ?? 0) >>> 13 === 1;
}

/** Looks a name up and refuses it when any of its addresses is private: a mixed answer is an attack. */
function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, (error, addresses) => {
      if (error) return done(error, []);
      const inside = addresses.find(({ address }) => !isPublic(address));
      if (inside) return done(new Blocked(`${hostname} leads to ${inside.address}, which is not a public address`), []);
      const [first] = addresses;
      if (!first) return done(new Error(`${hostname} has no address`), []);
      if (options.all) return done(null, [...addresses]);
      done(null, first.address, first.family);
    });
  };
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    if (FORBIDDEN_HEADERS.test(name)) throw new Blocked(`the header ${name} cannot be set`);
    if (/[\r\n\0]/.test(name + value)) throw new Blocked(`the header ${name} holds a line break`);
  }
  return headers;
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

async function readBody(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    if (size + chunk.byteLength > maxBytes) {
      chunks.push(chunk.subarray(0, maxBytes - size));
      body.destroy();
      return { bytes: Buffer.concat(chunks), truncated: true };
    }
    size += chunk.byteLength;
    chunks.push(chunk);
  }
  return { bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), truncated: false };
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

/** Whether anything may have reached the other side: only what failed before its first byte is certainly not sent (C-6). */
function outcomeOf(error: unknown, progress: Progress): HttpOutcome {
  const chain = causes(error);
  const detail = chain.map((one) => one.message).find((message) => message !== "") ?? "unknown error";
  const blocked = chain.some((one) => one instanceof Blocked);
  if (blocked || !progress.begun) return { type: "notSent", detail, blocked };
  return { type: "unknown", detail };
}

function causes(error: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let at: unknown = error; at instanceof Error && found.length < 5; at = at.cause) {
    found.push(at);
    if (at instanceof AggregateError) found.push(...at.errors.filter((one): one is Error => one instanceof Error));
  }
  return found;
}
