import { createHash } from "node:crypto";
import { fileTypeFromBuffer } from "file-type";
import { z } from "zod";
import type { MediaFetch } from "../core/domain/channel.ts";
import type { Media } from "../core/domain/message.ts";
import { again, type EffectContext, type EffectEnd, failed, type Perform } from "./effect-type.ts";

const TIME_MS = 60_000;
const LOOKUP_BYTES = 100_000;
const lookupAnswer = z.looseObject({
  url: z.url(),
  mime_type: z.string().optional(),
  file_size: z.coerce.number().optional(),
});

/** Keeps our own copy of a file that a contact sent: the provider's goes away, and its address was never meant for browsers. */
export const downloadMedia: Perform<"downloadMedia"> = async (effect, context) => {
  const { account, channels, store, workspace } = context;
  const channel = account && channels.of(account.channel);
  if (!account || !channel?.fetchMedia) return { type: "done", result: null };
  const fetching = channel.fetchMedia(effect.media, account);
  const end = await download(effect.media, fetching, context, channels.baseUrl(account.channel));
  if (end.type === "failed") {
    await store.conversations.setMedia(workspace.id, effect.messageId as never, {
      error: end.error.detail || end.error.code,
    });
  }
  if (end.type === "done")
    await store.conversations.setMedia(workspace.id, effect.messageId as never, end.result as never);
  return end;
};

async function download(media: Media, fetching: MediaFetch, context: EffectContext, base: string): Promise<EffectEnd> {
  let url = fetching.url?.replace("{base}", base);
  if (fetching.lookup) {
    const found = await context.http.request({
      method: "GET",
      url: fetching.lookup.url.replace("{base}", base),
      headers: fetching.lookup.headers,
      timeoutMs: TIME_MS,
      maxBytes: LOOKUP_BYTES,
      trusted: true,
    });
    if (found.type !== "response") return again(context, "unavailable", found.detail);
    const answer = found.status < 300 ? lookupAnswer.safeParse(jsonOf(found.body)) : null;
    if (!answer?.success) return again(context, "notFound", `HTTP ${found.status}`);
    if ((answer.data.file_size ?? 0) > fetching.maxBytes) return failed("invalid", "the file is too large");
    url = answer.data.url;
  }
  if (!url) return failed("notFound", "the file has no address");
  const target = new URL(url);
  // The token goes with the request: only to hosts of the provider (S-20).
  if (!fetching.hosts.some((host) => isHost(target.host, host, base)))
    return failed("refused", "the file is not on the provider's own host");
  const file = await context.http.request({
    method: "GET",
    url,
    headers: fetching.headers,
    timeoutMs: TIME_MS,
    maxBytes: fetching.maxBytes,
    redirects: true,
    trusted: target.host === new URL(base).host,
  });
  if (file.type !== "response") return again(context, "unavailable", file.detail);
  if (file.truncated) return failed("invalid", "the file is too large");
  if (file.status >= 300) return again(context, "notFound", `HTTP ${file.status}`);
  if (media.sha256 && !isHash(media.sha256, file.body))
    return again(context, "invalid", "the file is not the one that was sent");
  const sniffed = await fileTypeFromBuffer(file.body);
  const saved = await context.files.save(file.body, sniffed?.mime ?? media.mimeType ?? "application/octet-stream");
  return {
    type: "done",
    result: { ...saved, mimeType: sniffed?.mime ?? media.mimeType ?? "application/octet-stream" },
  };
}

function isHost(host: string, allowed: string, base: string): boolean {
  if (allowed === "{base}") return host === new URL(base).host;
  return allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed;
}

/** Providers write hashes in hex or in base64. */
function isHash(given: string, bytes: Uint8Array): boolean {
  const hash = createHash("sha256").update(bytes).digest();
  return given === hash.toString("hex") || given === hash.toString("base64");
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
