import { createHash } from "node:crypto";
import type { Media, MediaKind } from "../../engine/core/domain/message.ts";
import { bytesOf, type Part, plainFileName } from "./mime.ts";

export interface Attached {
  readonly media: readonly Media[];
  readonly files: readonly { readonly path: string; readonly mimeType: string; readonly content: Uint8Array }[];
}

const MOST_FILES = 30;
const MOST_FILE_BYTES = 20 * 1024 * 1024;
/** Pictures of signatures and counters are smaller; a photo is not. */
const SMALL_PICTURE_BYTES = 10 * 1024;
/** What runs when it is opened. Its name is shown, its content is not kept. */
const RUNS =
  /\.(exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|wsf|wsh|hta|msi|msp|jar|lnk|reg|cpl|dll|sys|iso|img|vhdx?|apk|appx|dmg|pkg|deb|rpm|sh|html?|xhtml|svgz?|xll|docm|xlsm|pptm)$/i;
/** Container formats say by their first bytes only that they are archives. */
const OFFICE = /^application\/(vnd\.(openxmlformats|oasis)[a-z0-9.-]+|epub\+zip|zip|x-zip-compressed)$/;

const MAGIC: readonly (readonly [type: string, at: number, bytes: string])[] = [
  ["image/png", 0, "89504e470d0a1a0a"],
  ["image/jpeg", 0, "ffd8ff"],
  ["image/gif", 0, "47494638"],
  ["image/webp", 8, "57454250"],
  ["image/heic", 4, "6674797068656963"],
  ["application/pdf", 0, "25504446"],
  ["application/zip", 0, "504b0304"],
  ["audio/mpeg", 0, "494433"],
  ["audio/ogg", 0, "4f676753"],
  ["audio/wav", 8, "57415645"],
  ["video/mp4", 4, "66747970"],
  ["application/x-msdownload", 0, "4d5a"],
  ["application/x-executable", 0, "7f454c46"],
];

/** The files of a mail: names, types and sizes checked, contents named after their hash. What is not kept is listed without a path. */
export function attachmentsOf(parts: readonly Part[], html: string, whole: boolean): Attached {
  const media: Media[] = [];
  const files: Attached["files"][number][] = [];
  for (const part of parts.slice(0, MOST_FILES * 2)) {
    if (media.length >= MOST_FILES) break;
    const content = bytesOf(part);
    const isPicture = part.type.startsWith("image/");
    const isInline =
      part.contentId !== "" && (part.disposition !== "attachment" || html.includes(`cid:${part.contentId}`));
    if (isPicture && isInline && content.byteLength < SMALL_PICTURE_BYTES) continue;
    const mimeType = checkedType(part.type, content);
    const fileName = plainFileName(part.fileName) || nameFor(mimeType, media.length + 1);
    const kept =
      whole &&
      content.byteLength > 0 &&
      content.byteLength <= MOST_FILE_BYTES &&
      !RUNS.test(fileName) &&
      !mimeType.startsWith("application/x-");
    const path = createHash("sha256").update(content).digest("hex");
    media.push({
      kind: kindOf(mimeType),
      mimeType,
      fileName,
      sizeBytes: content.byteLength,
      ...(kept ? { path, sha256: path } : {}),
    });
    if (kept) files.push({ path, mimeType, content });
  }
  return { media, files };
}

/** The type by the first bytes; a picture, sound, film or PDF that does not begin like one is just bytes. */
function checkedType(claimed: string, content: Uint8Array): string {
  const begin = Buffer.from(content.subarray(0, 16)).toString("hex");
  const found = MAGIC.find(([, at, bytes]) => begin.startsWith(bytes, at * 2))?.[0];
  if (found === "application/zip") return OFFICE.test(claimed) ? claimed : found;
  if (found === "video/mp4" && /^(audio|video|image)\//.test(claimed)) return claimed;
  if (found !== undefined) return found;
  return /^(image|audio|video)\/|^application\/(pdf|x-)/.test(claimed) && claimed !== "image/svg+xml"
    ? "application/octet-stream"
    : claimed;
}

function kindOf(mimeType: string): MediaKind {
  const kind = mimeType.split("/")[0];
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "document";
}

function nameFor(mimeType: string, number: number): string {
  if (mimeType === "message/rfc822") return `mail-${number}.eml`;
  if (mimeType === "text/calendar") return `invitation-${number}.ics`;
  const ending = /^(?:image|audio|video)\/([a-z0-9]{2,5})$|^application\/(pdf|zip)$/.exec(mimeType);
  return `file-${number}.${ending?.[1] ?? ending?.[2] ?? "bin"}`;
}
