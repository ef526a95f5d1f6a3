import type { Context } from "hono";
import { filesOf, type MessageContent } from "../core/domain/message.ts";
import type { ServerDeps } from "./deps.ts";

/** What browsers may show; anything else is only handed over as a download. SVG and HTML are never shown. */
const SHOWN = /^(image\/(png|jpeg|gif|webp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+)$/;

/** What a provider must be told the type of; browsers download it. Nothing that could run in a page. */
const SENT = /^(application\/(pdf|msword|zip|vnd\.[a-z0-9.-]+)|text\/(plain|csv|vcard))$/;

/** A stored file of a message, the first unless told which, so that nothing in it can run in our pages (S-23). */
export async function fileAnswer(
  c: Context,
  deps: Pick<ServerDeps, "files">,
  content: MessageContent | undefined,
  index = 0,
): Promise<Response> {
  const media = content && filesOf(content)[index];
  return media?.path
    ? fileOf(c, deps, media.path, media.mimeType ?? "", "private")
    : c.json({ error: "not found" }, 404);
}

/** A file whose address we signed: for providers that fetch what they are to send, and for people who were sent a link. */
export async function linkedFile(c: Context, deps: Pick<ServerDeps, "files" | "fileLinks">): Promise<Response> {
  const path = c.req.param("path") ?? "";
  const known = deps.fileLinks.check(path, new URL(c.req.url).searchParams);
  return known ? fileOf(c, deps, path, known.mimeType, "public") : c.json({ error: "not found" }, 404);
}

async function fileOf(
  c: Context,
  deps: Pick<ServerDeps, "files">,
  path: string,
  mimeType: string,
  cached: "private" | "public",
): Promise<Response> {
  const bytes = await deps.files.read(path);
  if (!bytes) return c.json({ error: "not found" }, 404);
  const shown = SHOWN.test(mimeType);
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": shown || SENT.test(mimeType) ? mimeType : "application/octet-stream",
    "content-disposition": shown ? "inline" : "attachment",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": `${cached}, max-age=3600`,
  });
}
