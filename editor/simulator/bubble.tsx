import { FileText, Image, List, MapPin, Mic, Video } from "lucide-react";
import { textOf } from "../../engine/core/domain/message.ts";
import type { SimMessage } from "../../engine/core/simulator/session.ts";
import { classes } from "../ui/classes.ts";

const MEDIA = { image: Image, sticker: Image, audio: Mic, video: Video, document: FileText } as const;

/** What one message shows: its words, its picture or place, its choices. */
export function Bubble({
  message: { content },
  className,
  buttons,
  isLast,
  onTap,
}: {
  readonly message: SimMessage;
  readonly className: string;
  readonly buttons: string;
  readonly isLast: boolean;
  readonly onTap: (choice: string) => void;
}) {
  const words = textOf(content);
  const Icon = content.type === "media" ? MEDIA[content.media.kind] : content.type === "location" ? MapPin : null;
  const choices = content.type === "choices" ? content.choices : [];
  const header = content.type === "choices" && content.header && "text" in content.header ? content.header.text : null;
  const rows = choices.map(({ id, label, description }) => (
    <button key={id} type="button" onClick={() => onTap(id)} className={classes(buttons, !isLast && "opacity-70")}>
      {label}
      {description ? <span className="block text-xs font-normal">{description}</span> : null}
    </button>
  ));
  const isList = content.type === "choices" && content.listLabel !== undefined;
  return (
    <>
      <div className={classes(className, "whitespace-pre-line [overflow-wrap:anywhere]")}>
        {header === null ? null : <p className="font-semibold">{header}</p>}
        {Icon ? (
          <p className="flex items-center gap-2">
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            {words || (content.type === "media" ? (content.media.fileName ?? content.media.kind) : words)}
          </p>
        ) : (
          words || content.type
        )}
        {content.type === "link" ? (
          <a href={content.url} target="_blank" rel="noreferrer" className="block font-medium underline">
            {content.label}
          </a>
        ) : null}
        {content.type === "choices" && content.footer ? <p className="text-xs text-muted">{content.footer}</p> : null}
      </div>
      {rows.length > 0 && isList ? (
        <details open={isLast} className="flex flex-col">
          <summary className={classes(buttons, "flex cursor-pointer items-center justify-center gap-2")}>
            <List size={14} aria-hidden />
            {content.type === "choices" ? content.listLabel : null}
          </summary>
          <div className="mt-1 flex flex-col gap-1">{rows}</div>
        </details>
      ) : (
        <div className="flex flex-col gap-1 empty:hidden">{rows}</div>
      )}
    </>
  );
}
