import type { Channel } from "../domain/channel.ts";
import { type Bilingual, bilingual, type Language } from "../domain/language.ts";
import type { MediaKind, OutboundContent } from "../domain/message.ts";
import { type Degradation, degrade } from "./degrade.ts";

/** One kind of content, by what a flow says it with, and how each channel shows it. */
export interface ContentRow {
  readonly content: string;
  /** The node types that say it. */
  readonly nodes: string;
  readonly label: Bilingual;
  readonly cells: readonly { readonly channel: string; readonly how: readonly Degradation[] }[];
}
type Known = Pick<Channel, "type" | "label" | "capabilities">;

/** What becomes of each kind of content on each channel: found by fitting an example, never written down by hand. */
export function channelTable(channels: readonly Known[]): readonly ContentRow[] {
  return EXAMPLES.map(({ content, nodes, fr, en, example, windowClosed }) => ({
    content,
    nodes,
    label: { fr, en },
    cells: channels.map(({ type, capabilities }) => ({
      channel: type,
      how: degrade(example, capabilities, "en", windowClosed).how,
    })),
  }));
}

/** The table as Markdown. */
export function channelTableText(channels: readonly Known[], language: Language): string {
  const native = bilingual({ fr: "oui", en: "yes" }, language);
  const first = bilingual({ fr: "Contenu (boîtes)", en: "Content (nodes)" }, language);
  const head = [first, ...channels.map(({ label }) => bilingual(label, language))];
  const rows = channelTable(channels).map(({ label, nodes, cells }) => [
    `${bilingual(label, language)} (${nodes})`,
    ...cells.map(({ how }) => how.map(({ message }) => bilingual(message, language)).join("; ") || native),
  ]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

interface Example {
  readonly content: string;
  readonly nodes: string;
  readonly fr: string;
  readonly en: string;
  readonly example: OutboundContent;
  readonly windowClosed?: true;
}

const SENTENCE = "We open at nine in the morning and close at seven in the evening, also on Saturdays. ";
const buttons = (count: number): OutboundContent => ({
  type: "choices",
  text: "What would you like?",
  choices: Array.from({ length: count }, (_, at) => ({ id: `c${at + 1}`, label: `Choice ${at + 1}` })),
});
const file = (kind: MediaKind, mimeType: string): OutboundContent => ({
  type: "media",
  media: { kind, mimeType, sizeBytes: 50_000, url: "https://shop.example.com/file" },
  ...(kind === "audio" ? {} : { caption: "Our shop" }),
});
const say = (content: string, fr: string, en: string, example: OutboundContent, nodes = "say"): Example => ({
  content,
  nodes,
  fr,
  en,
  example,
});

const EXAMPLES: readonly Example[] = [
  say("text", "Texte", "Text", { type: "text", text: "Good day!" }, "say, ask, answer"),
  say("markedText", "Texte avec du *gras*", "Text with *bold*", { type: "text", text: "We are *open*." }),
  say("longText", "Texte de 5 000 caractères", "Text of 5,000 characters", {
    type: "text",
    text: SENTENCE.repeat(Math.ceil(5000 / SENTENCE.length)).slice(0, 5000),
  }),
  say("choices3", "3 boutons", "3 buttons", buttons(3), "choose, orderConfirm"),
  say("choices10", "10 choix", "10 choices", buttons(10), "choose, productList"),
  say("choices20", "20 choix", "20 choices", buttons(20), "choose"),
  say("image", "Image", "Image", file("image", "image/jpeg")),
  say("video", "Vidéo", "Video", file("video", "video/mp4")),
  say("audio", "Son", "Audio", file("audio", "audio/mpeg")),
  say("document", "Document", "Document", file("document", "application/pdf")),
  say("link", "Bouton qui ouvre un lien", "Button that opens a link", {
    type: "link",
    text: "Our menu",
    label: "Open",
    url: "https://shop.example.com/menu",
  }),
  say("location", "Lieu", "Place", {
    type: "location",
    place: { latitude: 45.76, longitude: 4.83, name: "Shop" },
  }),
  say(
    "locationRequest",
    "Demande de position",
    "Request for a location",
    { type: "locationRequest", text: "Where are you?" },
    "ask",
  ),
  say("contacts", "Fiche de contact", "Contact card", {
    type: "contacts",
    cards: [{ name: "Shop", phones: ["+33639980001"], emails: [] }],
  }),
  say(
    "template",
    "Modèle approuvé",
    "Approved template",
    { type: "template", name: "hello", language: "en", parameters: {}, text: "Good day!" },
    "sendTemplate",
  ),
  {
    ...say(
      "lateText",
      "Texte, longtemps après le dernier message du client",
      "Text, long after the customer's last message",
      {
        type: "text",
        text: "Good day!",
      },
      "say after wait",
    ),
    windowClosed: true,
  },
];
