import type { Context } from "hono";
import { filesOf, type MessageContent } from "../core/domain/message.ts";
import type { ServerDeps } from "./deps.ts";

/** What browsers may show; anything else is only handed over as a download. SVG and HTML are never shown. */
const SHOWN = /^(image\/(png|jpeg|gif|webp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+)$/;

/** A stored file of a message, the first unless told which, so that nothing in it can run in our pages (S-23). */
export async function fileAnswer(
  c: Context,
  deps: Pick<ServerDeps, "files">,
  content: MessageContent | undefined,
  index = 0,
): Promise<Response> {
  const media = content && filesOf(content)[index];
  const bytes = media?.path ? await deps.files.read(media.path) : null;
  if (!media || !bytes) return c.json({ error: "not found" }, 404);
  const mimeType = media.mimeType ?? "";
  const shown = SHOWN.test(mimeType);
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": shown ? mimeType : "application/octet-stream",
    "content-disposition": shown ? "inline" : "attachment",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "private, max-age=3600",
  });
}
