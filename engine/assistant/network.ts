import type { Http } from "../ports.ts";

const MAX_BYTES = 1_000_000;
const TIMEOUT_MS = 30_000;

/** The platform's `fetch` over the guarded one, for SDKs that bring their own requests. */
export function fetchOver(http: Http): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const headers = Object.fromEntries(
      [...request.headers].filter(([name]) => name !== "content-length" && name !== "host" && name !== "connection"),
    );
    const body = request.body === null ? undefined : await request.text();
    const outcome = await http.request({
      method: request.method,
      url: request.url,
      headers,
      ...(body === undefined ? {} : { body }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      trusted: true,
      signal: request.signal,
    });
    if (outcome.type !== "response") throw new TypeError(outcome.detail);
    const empty = outcome.status === 204 || outcome.status === 304;
    return new Response(empty ? null : new Uint8Array(outcome.body), {
      status: outcome.status,
      headers: { ...outcome.headers },
    });
  };
}
