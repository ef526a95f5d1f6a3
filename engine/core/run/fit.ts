import type { Capabilities } from "../domain/channel.ts";
import type { Language } from "../domain/language.ts";
import { bilingual } from "../domain/language.ts";
import { type Choice, type Media, type OutboundContent, type Place, textOf } from "../domain/message.ts";
import { SENTENCES } from "../domain/sentences.ts";
import { splitText } from "./split-text.ts";

type ChoicesContent = Extract<OutboundContent, { readonly type: "choices" }>;

/**
 * The same message as this channel can show it, as one or more messages that each go in one send. By rule, never
 * silently: buttons become a list, a list becomes numbered text (and the number is understood), files and places
 * become links, long text is split at sentences; buttons stay under the last part.
 */
export function fit(content: OutboundContent, can: Capabilities, language: Language): readonly OutboundContent[] {
  switch (content.type) {
    case "text":
      return texts(content.text, can, content.previewUrl);
    case "choices":
      return choices(content, can, language);
    case "media":
      return media(content.media, content.caption, can);
    case "link":
      return link(content, can);
    case "location":
      return can.location ? [content] : texts(placeText(content.place), can);
    case "locationRequest":
      return can.locationRequest ? [content] : texts(content.text, can);
    case "contacts":
      return can.contacts ? [content] : texts(content.cards.map(cardText).join("\n\n"), can);
    case "template":
      return can.template ? [content] : texts(textOf(content), can);
    case "products":
      return can.products ? [content] : texts(content.text, can);
    case "reaction":
      return can.reaction ? [content] : [];
  }
}

function texts(text: string, can: Capabilities, previewUrl?: boolean): readonly OutboundContent[] {
  return splitText(marked(text, can), can.maxTextLength, can.maxTextBytes).map((part) => ({
    type: "text",
    text: part,
    ...(previewUrl === undefined ? {} : { previewUrl }),
  }));
}

/** Stars and underscores mean bold and italic on WhatsApp only. */
function marked(text: string, can: Capabilities): string {
  if (can.markup === "whatsapp") return text.replace(/\*\*(\S(?:.*?\S)?)\*\*/g, "*$1*");
  return text
    .replace(/\*{1,2}(\S(?:[^*\n]*\S)?)\*{1,2}/g, "$1")
    .replace(/(^|\s)_(\S(?:[^_\n]*\S)?)_(?=\s|[.,;:!?]|$)/g, "$1$2");
}

function choices(content: ChoicesContent, can: Capabilities, language: Language): readonly OutboundContent[] {
  const { buttons, list } = can;
  const plainLabels = content.choices.every(({ description }) => !description);
  const asButtons =
    buttons !== null &&
    plainLabels &&
    content.choices.length <= buttons.max &&
    content.choices.every((choice) => choice.label.length <= buttons.labelLength);
  if (asButtons) return withTextBefore(content, buttons.textLength, can, content.choices);
  const asList = list !== null && content.choices.length <= list.max && content.choices.length > 0;
  if (asList && content.choices.every((choice) => fitsRow(choice, list))) {
    if (list.cards) return cards(content, list, can, language);
    const listLabel = (content.listLabel ?? bilingual(SENTENCES.listButton, language)).slice(0, list.openLength);
    const { header, ...rest } = content;
    const textHeader = header && "text" in header ? { header } : {};
    const before = header && "media" in header ? media(header.media, undefined, can) : [];
    const rows = content.choices.map((choice) => row(choice, list));
    return [...before, ...withTextBefore({ ...rest, ...textHeader, listLabel }, list.textLength, can, rows)];
  }
  return numberedText(content, can);
}

/** Cards have no text above them: it goes before, and the button of each card says what a tap does. */
function cards(
  content: ChoicesContent,
  list: NonNullable<Capabilities["list"]>,
  can: Capabilities,
  language: Language,
): readonly OutboundContent[] {
  const { header, footer } = content;
  const before = header && "media" in header ? media(header.media, undefined, can) : [];
  const listLabel = bilingual(SENTENCES.cardButton, language).slice(0, list.openLength);
  const choices = content.choices.map((choice) => ({
    ...row(choice, list),
    ...(choice.imageUrl ? { imageUrl: choice.imageUrl } : {}),
  }));
  const above = [header && "text" in header ? header.text : "", content.text, footer ?? ""];
  const said = above.filter((part) => part !== "").join("\n\n");
  return [...before, ...texts(said, can), { type: "choices", text: "", choices, listLabel }];
}

/** A label that is too long for a row goes on in its description, where there is room. */
function fitsRow(choice: Choice, list: NonNullable<Capabilities["list"]>): boolean {
  return (
    choice.label.length <= list.labelLength || (choice.label.length <= list.descriptionLength && !choice.description)
  );
}

function row(choice: Choice, list: NonNullable<Capabilities["list"]>): Choice {
  const { description } = choice;
  if (choice.label.length > list.labelLength) {
    return { id: choice.id, label: shortened(choice.label, list.labelLength), description: choice.label };
  }
  return {
    id: choice.id,
    label: choice.label,
    ...(description ? { description: shortened(description, list.descriptionLength) } : {}),
  };
}

/** A question that is too long for the channel's buttons: its beginning goes before it as plain text. */
function withTextBefore(
  content: ChoicesContent,
  textLength: number,
  can: Capabilities,
  shown: readonly Choice[],
): readonly OutboundContent[] {
  const { header, footer, ...rest } = content;
  // A channel without headers and footers says them in the text itself: nothing is lost silently.
  const above = header && "text" in header && can.headerLength === 0 ? `${header.text}\n\n` : "";
  const below = footer && can.footerLength === 0 ? `\n\n${footer}` : "";
  const pictured = header && "media" in header && can.headerLength === 0;
  const text = marked(`${above}${content.text}${below}`, can);
  const parts = splitText(text, textLength, can.maxTextBytes);
  const last = parts[parts.length - 1] ?? "";
  const before = [
    ...(pictured && "media" in header ? media(header.media, undefined, can) : []),
    ...parts.slice(0, -1).flatMap((part) => texts(part, can)),
  ];
  const kept: ChoicesContent = {
    ...rest,
    text: last,
    choices: shown,
    ...(header && can.headerLength > 0
      ? { header: "text" in header ? { text: shortened(header.text, can.headerLength) } : header }
      : {}),
    ...(footer && can.footerLength > 0 ? { footer: shortened(footer, can.footerLength) } : {}),
  };
  return [...before, kept];
}

function numberedText(content: ChoicesContent, can: Capabilities): readonly OutboundContent[] {
  const { header, footer } = content;
  const before = header && "media" in header ? media(header.media, undefined, can) : [];
  const lines = content.choices.map(({ label, description }, index) =>
    description ? `${index + 1}. ${label} – ${description}` : `${index + 1}. ${label}`,
  );
  const title = header && "text" in header ? `${header.text}\n` : "";
  const text = `${title}${content.text}\n\n${lines.join("\n")}${footer ? `\n\n${footer}` : ""}`;
  return [...before, ...texts(text, can)];
}

function media(file: Media, caption: string | undefined, can: Capabilities): readonly OutboundContent[] {
  const kind = can.media[file.kind];
  const fits =
    kind !== undefined &&
    (file.sizeBytes === undefined || file.sizeBytes <= kind.maxBytes) &&
    (file.mimeType === undefined || kind.mimeTypes.length === 0 || kind.mimeTypes.includes(file.mimeType));
  if (!fits) {
    const isOnlyOurs = file.url === undefined && file.path !== undefined;
    const asDocument = can.media.document;
    if (kind !== undefined && file.kind !== "document" && asDocument && (file.sizeBytes ?? 0) <= asDocument.maxBytes) {
      return media({ ...file, kind: "document" }, caption, can);
    }
    // A file without an address gets one when it is sent: the channel says it by that link.
    if (isOnlyOurs) return [...(caption ? texts(caption, can) : []), { type: "media", media: file }];
    return texts([caption, file.url].filter((part) => part).join("\n"), can);
  }
  if (caption === undefined) return [{ type: "media", media: file }];
  const shown = marked(caption, can);
  if (shown.length <= kind.captionLength) return [{ type: "media", media: file, caption: shown }];
  return [{ type: "media", media: file }, ...texts(caption, can)];
}

function link(
  content: Extract<OutboundContent, { readonly type: "link" }>,
  can: Capabilities,
): readonly OutboundContent[] {
  const { linkButton } = can;
  const text = marked(content.text, can);
  if (linkButton && content.label.length <= linkButton.labelLength && text.length <= linkButton.textLength) {
    return [{ ...content, text }];
  }
  return texts(`${content.text}\n\n${content.label} : ${content.url}`, can);
}

function placeText(place: Place): string {
  const address = `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=17/${place.latitude}/${place.longitude}`;
  return [place.name, place.address, address].filter((part) => part).join("\n");
}

function cardText(card: {
  readonly name: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}): string {
  return [card.name, ...card.phones, ...card.emails].join("\n");
}

/** Cut at a word, with an ellipsis that counts. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, Math.max(0, length - 1));
  const word = cut.lastIndexOf(" ");
  return `${(word > length / 2 ? cut.slice(0, word) : cut).replace(/[\uD800-\uDBFF]$/, "").trimEnd()}…`;
}
