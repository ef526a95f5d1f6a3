import { CircleCheck, Info, List, TriangleAlert } from "lucide-react";
import { memo } from "react";
import type { OutboundContent } from "../../../engine/core/domain/message.ts";
import type { ChannelOffer } from "../../channels/channel-offers.ts";
import { classes } from "../../ui/classes.ts";
import { useLanguage, useWords } from "../../words/words.ts";
import type { DrawnNode } from "../drawing.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { formWords } from "../form/words.ts";
import { RichText } from "../rich-text.tsx";
import { type Change, fitted } from "./fitted.ts";

/** The messages of a node on every channel side by side: the exact rendering, and what becomes of what a channel cannot show. */
export const ChannelStrip = memo(function ChannelStrip({ drawn }: { readonly drawn: DrawnNode }) {
  const t = useWords(formWords);
  const language = useLanguage();
  const { channels } = useFlow();
  const languages = useFlowPart((state) => state.drawing?.languages) ?? [language];
  const { node, type } = drawn;
  if (!node || !type) return null;
  const spoken = languages.includes(language) ? language : (languages[0] ?? language);
  const contents = type.contents(node, spoken);
  if (contents.length === 0) return null;
  return (
    <section aria-label={t("rendering")} className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{t("rendering")}</h3>
      <ul
        className="-mx-4 flex snap-x gap-3 overflow-x-auto px-4 pb-2" // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the arrow keys
        tabIndex={0}
        aria-label={t("rendering")}
      >
        {channels.map((channel) => (
          <li key={channel.type} className="w-60 shrink-0 snap-start">
            <OnChannel channel={channel} contents={contents} language={spoken} />
          </li>
        ))}
      </ul>
    </section>
  );
});

function OnChannel({
  channel,
  contents,
  language,
}: {
  readonly channel: ChannelOffer;
  readonly contents: readonly OutboundContent[];
  readonly language: string;
}) {
  const t = useWords(formWords);
  const own = useLanguage();
  const all = contents.map((content) => fitted(content, channel, language));
  const changes = all.flatMap((one) => one.changes);
  const isLossy = changes.some(({ isLoss }) => isLoss);
  const segments = all.reduce<number | null>(
    (sum, one) => (one.segments === null ? sum : (sum ?? 0) + one.segments),
    null,
  );
  return (
    <article className={classes("flex h-full flex-col rounded-md border", isLossy ? "border-problem" : "border-line")}>
      <header className="flex items-center justify-between gap-2 border-b border-line px-3 py-1.5 text-xs font-medium">
        {channel.label[own]}
        {segments === null ? null : (
          <span className="font-normal text-muted">{t("segments", { count: segments })}</span>
        )}
      </header>
      <div className="flex flex-1 flex-col gap-1.5 bg-sunken p-2.5">
        {all.flatMap(({ shown }, message) =>
          shown.map((content, part) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message have no name but their place
            <Shown key={`${message}-${part}`} content={content} />
          )),
        )}
      </div>
      <ul className="flex flex-col gap-0.5 px-3 py-1.5 text-xs">
        {changes.length === 0 ? (
          <li className="flex items-center gap-1.5 text-brand">
            <CircleCheck size={12} aria-hidden /> {t("plain")}
          </li>
        ) : null}
        {changes.map((change, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same change may come twice
          <ChangeLine key={index} change={change} />
        ))}
      </ul>
    </article>
  );
}

function ChangeLine({ change }: { readonly change: Change }) {
  const t = useWords(formWords);
  const Icon = change.isLoss ? TriangleAlert : Info;
  return (
    <li className={classes("flex items-start gap-1.5", change.isLoss ? "text-problem" : "text-agent")}>
      <Icon size={12} className="mt-0.5 shrink-0" aria-hidden />
      {change.what === "split" ? t("split", { count: change.count }) : t(change.what)}
    </li>
  );
}

function Shown({ content }: { readonly content: OutboundContent }) {
  const bubble =
    "rounded-md rounded-tl-sm bg-surface px-2.5 py-1.5 text-xs whitespace-pre-line [overflow-wrap:anywhere]";
  const button = "rounded-md border border-line bg-surface px-2 py-1 text-center text-xs font-medium text-brand";
  switch (content.type) {
    case "choices":
      return (
        <div className="flex flex-col gap-1">
          {content.header && "text" in content.header ? (
            <p className={classes(bubble, "font-semibold")}>{content.header.text}</p>
          ) : null}
          <p className={bubble}>
            <RichText text={content.text} />
          </p>
          {content.footer ? <p className="px-1 text-xs text-muted">{content.footer}</p> : null}
          {content.listLabel === undefined ? (
            content.choices.map(({ id, label }) => (
              <span key={id} className={button}>
                {label}
              </span>
            ))
          ) : (
            <details>
              <summary className={classes(button, "flex items-center justify-center gap-1.5")}>
                <List size={12} aria-hidden />
                {content.listLabel}
              </summary>
              {content.choices.map(({ id, label, description }) => (
                <p key={id} className="border-b border-line bg-surface px-2 py-1 text-xs">
                  {label}
                  {description ? <span className="block text-muted">{description}</span> : null}
                </p>
              ))}
            </details>
          )}
        </div>
      );
    case "link":
      return (
        <div className="flex flex-col gap-1">
          <p className={bubble}>
            <RichText text={content.text} />
          </p>
          <span className={button}>{content.label}</span>
        </div>
      );
    case "media":
      return (
        <div className={bubble}>
          {content.media.kind === "image" && content.media.url?.startsWith("https://") ? (
            <img
              src={content.media.url}
              alt={content.caption ?? ""}
              loading="lazy"
              className="mb-1 max-h-28 rounded-sm object-cover"
            />
          ) : (
            <p className="truncate font-mono">{content.media.url}</p>
          )}
          {content.caption}
        </div>
      );
    case "location":
      return <p className={bubble}>{[content.place.name, content.place.address].filter(Boolean).join(", ")}</p>;
    case "contacts":
      return <p className={bubble}>{content.cards.map(({ name }) => name).join(", ")}</p>;
    default:
      return (
        <p className={bubble}>
          <RichText text={"text" in content ? (content.text ?? "") : ""} />
        </p>
      );
  }
}
