import { FileText, Image, MapPin, Mic, UserRound, Video } from "lucide-react";
import type { Language } from "../../../engine/core/domain/language.ts";
import type { OutboundContent } from "../../../engine/core/domain/message.ts";
import type { DrawnNode } from "../drawing.ts";
import { RichText } from "../rich-text.tsx";

const MEDIA_ICONS = { image: Image, video: Video, audio: Mic, document: FileText, sticker: Image } as const;

/** What a node says, as bubbles; what it does, as one line. */
export function CardContents({
  drawn,
  language,
  languages,
}: {
  readonly drawn: DrawnNode;
  readonly language: Language;
  readonly languages: readonly Language[];
}) {
  const spoken = languages.includes(language) ? language : (languages[0] ?? language);
  const { node, type } = drawn;
  if (!node || !type) return null;
  const contents = type.contents(node, spoken);
  if (contents.length === 0) {
    const line = type.preview(node, spoken);
    return line === "" ? (
      <p className="text-xs text-muted">{type.description[language.startsWith("fr") ? "fr" : "en"]}</p>
    ) : (
      <p className="line-clamp-3 rounded-md bg-sunken px-2.5 py-1.5 text-xs">
        <RichText text={line} />
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      {contents.map((content, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no name but their place
        <Bubble key={index} content={content} />
      ))}
    </div>
  );
}

function Bubble({ content }: { readonly content: OutboundContent }) {
  if (content.type === "media") {
    const Icon = MEDIA_ICONS[content.media.kind];
    return (
      <p className="flex items-center gap-2 rounded-md rounded-tl-sm bg-brand-soft px-2.5 py-1.5 text-xs">
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        <span className="truncate">{content.caption ?? content.media.fileName ?? content.media.url}</span>
      </p>
    );
  }
  if (content.type === "location" || content.type === "contacts") {
    const Icon = content.type === "location" ? MapPin : UserRound;
    const words = content.type === "location" ? content.place.name : content.cards[0]?.name;
    return (
      <p className="flex items-center gap-2 rounded-md rounded-tl-sm bg-brand-soft px-2.5 py-1.5 text-xs">
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        <span className="truncate">{words}</span>
      </p>
    );
  }
  const text = "text" in content ? (content.text ?? "") : "";
  return (
    <div>
      <p className="line-clamp-4 rounded-md rounded-tl-sm bg-brand-soft px-2.5 py-1.5 whitespace-pre-line">
        <RichText text={text} />
      </p>
      {content.type === "link" ? (
        <p className="mt-1 rounded-md border border-brand px-2 py-1 text-center text-xs font-medium text-brand">
          {content.label}
        </p>
      ) : null}
    </div>
  );
}
