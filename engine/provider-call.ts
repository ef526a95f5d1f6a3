import type { Call } from "./core/domain/channel.ts";
import type { CallOutcome, Files, Http, Perform } from "./ports.ts";

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1_000_000;

/** Turns a channel's call into a request of the guarded fetch, and its outcome into what the worker knows. */
export function createPerform(http: Http, files: Files, timeoutMs = TIMEOUT_MS): Perform {
  return async (call, baseUrl) => {
    const encoded = await bodyOf(call, files);
    if (encoded === null) return { type: "notSent", detail: "the file is not there any more" };
    const outcome = await http.request({
      method: call.method,
      url: placed(call.url, baseUrl),
      headers: { ...call.headers, ...encoded.headers },
      ...(encoded.body === undefined ? {} : { body: encoded.body }),
      timeoutMs,
      maxBytes: MAX_BYTES,
      trusted: true,
    });
    if (outcome.type !== "response") return outcome as CallOutcome;
    return {
      type: "answered",
      response: { status: outcome.status, headers: outcome.headers, body: new TextDecoder().decode(outcome.body) },
    };
  };
}

/**
 * The address that a call means. Some providers give each product a host of its own beside `api`; an address of the
 * operator's own (a proxy, a test) takes them all.
 */
export function placed(url: string, baseUrl: string): string {
  return url.replace(/\{base(?::([a-z]+))?\}/, (_, host: string | undefined) =>
    host === undefined ? baseUrl : baseUrl.replace(/^(https:\/\/)api\./, `$1${host}.`),
  );
}

async function bodyOf(
  call: Call,
  files: Files,
): Promise<{ readonly body?: string | FormData; readonly headers: Readonly<Record<string, string>> } | null> {
  const { body } = call;
  switch (body.type) {
    case "none":
      return { headers: {} };
    case "json":
      return { body: JSON.stringify(body.value), headers: { "content-type": "application/json" } };
    case "form":
      return {
        body: new URLSearchParams(body.fields.map(([name, value]) => [name, value])).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      };
    case "multipart": {
      const { media, field } = body.file;
      const bytes = media.path ? await files.read(media.path) : null;
      if (!bytes) return null;
      const form = new FormData();
      for (const [name, value] of Object.entries(body.fields)) form.set(name, value);
      form.set(
        field,
        new Blob([new Uint8Array(bytes)], { type: media.mimeType ?? "application/octet-stream" }),
        media.fileName ?? "file",
      );
      return { body: form, headers: {} };
    }
    case "mail":
    case "mailLogin":
      throw new Error("a mail does not go by HTTP");
  }
}
