import { Download, FileX } from "lucide-react";
import type { ApiMessage } from "../api.ts";
import { type ScreenLanguage, useLanguage, useWords } from "../words/words.ts";
import type { InboxWords } from "./looks.tsx";
import { inboxWords } from "./words.ts";

type File = ApiMessage["attachments"][number];

/** Types that the server hands over to be shown; everything else it only lets one download. */
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

/** The files of a message. Only our own copies are shown in the page; nothing is loaded from elsewhere. */
export function Files({ message }: { readonly message: ApiMessage }) {
  const t = useWords(inboxWords);
  return message.attachments.map((file, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: files have no name but their place
    <div key={index}>
      <OneFile file={file} t={t} />
    </div>
  ));
}

function OneFile({ file, t }: { readonly file: File; readonly t: InboxWords }) {
  const language = useLanguage();
  const { url, kind, mimeType, fileName } = file;
  const name = fileName ?? kindWord(kind, t);
  const isOurs = url?.startsWith("/api/media/") ?? false;
  if (!url || !(isOurs || url.startsWith("https://")))
    return (
      <p className="flex items-center gap-2 text-muted">
        <FileX size={16} strokeWidth={1.75} className="shrink-0" aria-hidden />
        {`${name} : ${t("fileMissing")}`}
      </p>
    );
  if (isOurs && SHOWN.test(mimeType ?? ""))
    return (
      <a href={url} target="_blank" rel="noreferrer">
        <img src={url} alt={name} loading="lazy" className="max-h-80 max-w-full rounded-md bg-sunken" />
      </a>
    );
  return (
    <>
      {isOurs && mimeType?.startsWith("audio/") ? (
        // biome-ignore lint/a11y/useMediaCaption: what a customer said has no captions
        <audio controls preload="none" src={url} aria-label={name} className="max-w-full" />
      ) : null}
      {isOurs && mimeType?.startsWith("video/") ? (
        // biome-ignore lint/a11y/useMediaCaption: what a customer filmed has no captions
        <video controls preload="none" src={url} aria-label={name} className="max-h-80 max-w-full rounded-md" />
      ) : null}
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        {...(isOurs ? { download: fileName ?? "" } : {})}
        className="flex min-h-8 items-center gap-2 text-ink underline underline-offset-4"
      >
        <Download size={16} strokeWidth={1.75} className="shrink-0" aria-hidden />
        <span className="[overflow-wrap:anywhere]">
          {t("download", { name })}
          {file.sizeBytes === null ? null : (
            <span className="text-muted">{` · ${sizeOf(file.sizeBytes, language)}`}</span>
          )}
        </span>
      </a>
    </>
  );
}

function sizeOf(bytes: number, language: ScreenLanguage): string {
  const [unit, value] =
    bytes < 1_000_000 ? (["kilobyte", bytes / 1000] as const) : (["megabyte", bytes / 1e6] as const);
  return value.toLocaleString(language, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 });
}

const KINDS = {
  image: "kindImage",
  video: "kindVideo",
  audio: "kindAudio",
  document: "kindDocument",
  sticker: "kindSticker",
  location: "kindLocation",
  locationRequest: "kindLocation",
  contacts: "kindContacts",
  order: "kindOrder",
  form: "kindForm",
  visit: "kindVisit",
  reaction: "kindReaction",
  template: "kindTemplate",
  choice: "tapped",
} as const;

/** What a message without words is. */
export function kindWord(kind: string, t: InboxWords): string {
  return t(KINDS[kind as keyof typeof KINDS] ?? "kindOther");
}
