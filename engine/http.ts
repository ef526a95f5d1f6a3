import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, type Dispatcher, errors, request as undiciRequest } from "undici";
import type { Http, HttpOutcome, HttpRequest } from "./ports.ts";

const MOST_REDIRECTS = 3;
const CONNECT_MS = 5000;
const SOCKETS = 128;
/** Headers that a caller may not set: they are the connection's own, or open doors of cloud machines (S-16). */
const FORBIDDEN_HEADERS =
  /^(host|content-length|transfer-encoding|connection|upgrade|te|trailer|x-aws-ec2-metadata-token|metadata-flavor|metadata)$/i;
const CREDENTIALS = /^(authorization|cookie|x-api-key|proxy-authorization)$/i;

/** Hosts that may be private, and ports beside 80 and 443, by the operator's word. */
export interface HttpOptions {
  readonly allowPrivate: readonly string[];
}

class Blocked extends Error {}

/**
 * The guarded fetch: every request of the process goes through it. Addresses are judged where the connection is made,
 * so that no spelling of a host and no change of its DNS entry leads to a private one (S-11 … S-17).
 */
export function createHttp(options: HttpOptions): Http {
  const guarded = new Agent({
    connections: SOCKETS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: CONNECT_MS, lookup: guardedLookup },
    maxHeaderSize: 32_768,
  });
  const trusted = new Agent({
    connections: SOCKETS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: CONNECT_MS },
    maxHeaderSize: 32_768,
  });
  const allowed = new Set(options.allowPrivate.map((host) => host.toLowerCase()));

  const once = async (
    url: URL,
    request: HttpRequest,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpOutcome> => {
    const known = request.trusted === true || allowed.has(url.hostname) || allowed.has(url.host);
    if (!known) judge(url);
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    const response = await undiciRequest(url, {
      dispatcher: known ? trusted : guarded,
      method: request.method as Dispatcher.HttpMethod,
      headers: { ...headers },
      // undici's own FormData type is the platform's by another name.
      ...(request.body === undefined ? {} : { body: request.body as string }),
      signal,
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
    });
    const { bytes, truncated } = await readBody(response.body, request.maxBytes);
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
      try {
        let url = new URL(request.url);
        let headers = checkedHeaders(request.headers);
        for (let hop = 0; ; hop++) {
          const outcome = await once(url, request, headers);
          if (outcome.type !== "response" || !request.redirects || !isRedirect(outcome.status)) return outcome;
          if (hop >= MOST_REDIRECTS) throw new Blocked("too many redirects");
          const next = new URL(outcome.headers.location ?? "", url);
          if (next.host !== url.host) headers = withoutCredentials(headers);
          url = next;
        }
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

/** What is wrong with an address before anything is asked: scheme, port, user, a private literal. */
function judge(url: URL): void {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Blocked(`${url.protocol} addresses are not asked`);
  if (url.username !== "" || url.password !== "") throw new Blocked("an address with a user name is not asked");
  if (url.port !== "" && url.port !== "80" && url.port !== "443") throw new Blocked(`port ${url.port} is not asked`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isPublic(host)) throw new Blocked(`${host} is not a public address`);
}

function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === "unicast";
}

/** Looks a name up and refuses it when any of its addresses is private: a mixed answer is an attack. */
function guardedLookup(
  hostname: string,
  options: { readonly all?: boolean | undefined },
  done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
): void {
  dnsLookup(hostname, { all: true }, (error, addresses) => {
    if (error) return done(error, []);
    const inside = addresses.find(({ address }) => !isPublic(address));
    if (inside) return done(new Blocked(`${hostname} leads to ${inside.address}, which is not a public address`), []);
    const [first] = addresses;
    if (!first) return done(new Error(`${hostname} has no address`), []);
    if (options.all) return done(null, addresses);
    done(null, first.address, first.family);
  });
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    if (FORBIDDEN_HEADERS.test(name)) throw new Blocked(`the header ${name} cannot be set`);
    if (/[\r\n\0]/.test(name + value)) throw new Blocked(`the header ${name} holds a line break`);
  }
  return headers;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.test(name)));
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
    size += chunk.byteLength;
    if (size > maxBytes) {
      body.destroy();
      return { bytes: Buffer.concat(chunks), truncated: true };
    }
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

const NOT_SENT_CODES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_INVALID_URL",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "EPROTO",
]);

/** Whether bytes may have reached the other side: only what failed before a connection stood is certainly not sent (C-6). */
function outcomeOf(error: unknown): HttpOutcome {
  const chain = causes(error);
  const detail = chain.map((one) => one.message).find((message) => message !== "") ?? "unknown error";
  if (chain.some((one) => one instanceof Blocked)) return { type: "notSent", detail, blocked: true };
  const code = chain.map((one) => ("code" in one ? String(one.code) : "")).find((one) => one !== "") ?? "";
  if (
    NOT_SENT_CODES.has(code) ||
    chain.some((one) => one instanceof errors.ConnectTimeoutError || one instanceof errors.InvalidArgumentError)
  ) {
    return { type: "notSent", detail, blocked: false };
  }
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
