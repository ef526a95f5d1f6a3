import { fileTypeFromBuffer } from "file-type";

/** What visitors may send: pictures, sound, films, PDF and office documents. By content; a name proves nothing (S-73). */
const ACCEPTED =
  /^(image\/(png|jpeg|gif|webp|heic|avif)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|application\/pdf|application\/vnd\.(openxmlformats-officedocument\.[a-z.]+|oasis\.opendocument\.(text|spreadsheet|presentation)))$/;

/** The same as a browser's file dialog takes it. */
export const ACCEPT = "image/*,audio/*,video/*,application/pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp";

/** The type of a file by its content; null: nothing that we take. */
export async function acceptedType(bytes: Uint8Array): Promise<string | null> {
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  return found && ACCEPTED.test(found.mime) ? found.mime : null;
}

/** A file's name as it may be shown and stored: no path, no line breaks, nothing that turns text around. */
export function fileNameOf(given: string): string {
  const name = (given.split(/[\\/]/).pop() ?? "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .toWellFormed()
    .trim()
    .slice(-200);
  return name === "" ? "file" : name;
}
