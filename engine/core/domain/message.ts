import type { ContactId, ConversationId, MessageId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { SendError } from "./send-error.ts";

export type MediaKind = "image" | "video" | "audio" | "document" | "sticker";

/** A file. Inbound: `remoteId` names it at the provider until the download effect sets `path`. Outbound: `url` or `path`. */
export interface Media {
  readonly kind: MediaKind;
  readonly mimeType?: string;
  readonly fileName?: string;
  readonly sizeBytes?: number;
  /** Public https address. */
  readonly url?: string;
  /** Name of our own copy under DATA_DIR/media. */
  readonly path?: string;
  /** The provider's id (WhatsApp media id). */
  readonly remoteId?: string;
  /** As the provider gave it, hex or base64. */
  readonly sha256?: string;
  /** A voice note rather than a sound file. */
  readonly voice?: boolean;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

export interface ContactCard {
  readonly name: string;
  readonly firstName?: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly organization?: string;
}

/** What a contact said. */
export type InboundContent =
  /** `attachments`: files that came along with the words. */
  | { readonly type: "text"; readonly text: string; readonly attachments?: readonly Media[] }
  /** A tap on a button or a list row. `id` is the choice id that we sent (see `core/run/offer.ts`), `label` what the contact saw. */
  | { readonly type: "choice"; readonly id: string; readonly label: string }
  | { readonly type: "media"; readonly media: Media; readonly caption?: string }
  | { readonly type: "location"; readonly place: Place }
  | { readonly type: "contacts"; readonly cards: readonly ContactCard[] }
  /** A cart sent from the provider's catalogue. Prices come from the contact's device: never trust them. */
  | {
      readonly type: "order";
      readonly catalogId?: string;
      readonly text?: string;
      readonly items: readonly OrderedItem[];
    }
  /** A form that was filled in, already parsed: the provider's own (WhatsApp Flow), or ours on a web page. */
  | {
      readonly type: "form";
      readonly name: string;
      readonly values: JsonObject;
      /** What was answered as people read it, one line per field. */
      readonly text?: string;
      readonly files?: readonly Media[];
    }
  /** Not an utterance: stored, never fed to the bot. Without `emoji` the reaction was removed. */
  | { readonly type: "reaction"; readonly toExternalId: string; readonly emoji?: string }
  /** Came without a word: opened the chat from a link or an ad, or named us in a story. Begins a flow, never disturbs one. */
  | { readonly type: "visit"; readonly what: "opened" | "mention"; readonly url?: string }
  /** Something the provider or we cannot show. `reason` is for agents. */
  | { readonly type: "unsupported"; readonly what: string; readonly reason?: string };

export interface OrderedItem {
  readonly sku: string;
  readonly quantity: number;
}

/** One of several answers that the contact may tap. */
export interface Choice {
  /** What comes back when it is tapped. At most 200 characters. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** A public https address of a picture, for channels that show choices as cards. */
  readonly imageUrl?: string;
}

export interface TemplateParameters {
  readonly header?: readonly TemplateParameter[];
  readonly body?: readonly TemplateParameter[];
  /** In the order of the template's buttons. `payload` for quick replies, `suffix` for links. */
  readonly buttons?: readonly {
    readonly index: number;
    readonly type: "quickReply" | "url" | "copyCode";
    readonly value: string;
  }[];
}
export type TemplateParameter =
  | { readonly type: "text"; readonly text: string; readonly name?: string }
  | { readonly type: "media"; readonly media: Media };

/** What we say. `core/run/fit.ts` turns what a channel cannot show into what it can, before it becomes a message. */
export type OutboundContent =
  | { readonly type: "text"; readonly text: string; readonly previewUrl?: boolean }
  | {
      readonly type: "choices";
      readonly text: string;
      readonly choices: readonly Choice[];
      /** The label that opens a list, where the channel shows one. */
      readonly listLabel?: string;
      readonly header?: { readonly text: string } | { readonly media: Media };
      readonly footer?: string;
    }
  | { readonly type: "media"; readonly media: Media; readonly caption?: string }
  | { readonly type: "link"; readonly text: string; readonly label: string; readonly url: string }
  | { readonly type: "location"; readonly place: Place }
  | { readonly type: "locationRequest"; readonly text: string }
  | { readonly type: "contacts"; readonly cards: readonly ContactCard[] }
  | {
      readonly type: "template";
      readonly name: string;
      readonly language: string;
      readonly parameters: TemplateParameters /** What it says, for the thread. */;
      readonly text?: string;
    }
  /** Products of the provider's own catalogue, by its ids. */
  | {
      readonly type: "products";
      readonly catalogId: string;
      readonly header: string;
      readonly text: string;
      readonly sections: readonly { readonly title: string; readonly skus: readonly string[] }[];
    }
  | { readonly type: "reaction"; readonly toExternalId: string; readonly emoji: string };

export type MessageContent = InboundContent | OutboundContent;
export type MessageDirection = "in" | "out";
export type MessageAuthor = "contact" | "bot" | "assistant" | "agent";

/** Where an outbound message stands. Inbound messages are `received`. */
export type DeliveryStatus = "queued" | "sent" | "delivered" | "read" | "failed" | "cancelled" | "received";

/** Statuses come in any order: only a higher rank replaces a lower one; `failed` counts only below `delivered`. */
export const DELIVERY_RANK: Readonly<Record<DeliveryStatus, number>> = {
  queued: 0,
  sent: 1,
  failed: 1.5,
  delivered: 2,
  read: 3,
  cancelled: 4,
  received: 4,
};

export interface Message {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  /** Position in the conversation, 1, 2, 3 …: what a reader that lost the connection asks to go on from. */
  readonly position: number;
  readonly direction: MessageDirection;
  readonly author: MessageAuthor;
  /** The person who writes, where a person does and is known. */
  readonly authorName?: string;
  readonly content: MessageContent;
  readonly externalId: string | null;
  readonly status: DeliveryStatus;
  readonly error: SendError | null;
  /** The provider may have delivered it twice: its answer was lost and the message was sent again. */
  readonly maybeDuplicate: boolean;
  readonly createdAt: string;
  readonly sentAt: string | null;
}

/** The files of a message, in order. */
export function filesOf(content: MessageContent): readonly Media[] {
  if (content.type === "media") return [content.media];
  if (content.type === "form") return content.files ?? [];
  return content.type === "text" && "attachments" in content ? (content.attachments ?? []) : [];
}

/** The words of a message, for lists, search and prompts. Content without words gives "". */
export function textOf(content: MessageContent): string {
  switch (content.type) {
    case "choices":
      return content.text === "" ? content.choices.map(({ label }) => label).join(", ") : content.text;
    case "text":
    case "link":
    case "locationRequest":
    case "products":
      return content.text;
    case "choice":
      return content.label;
    case "media":
      return content.caption ?? "";
    case "template":
      return content.text ?? "";
    case "order":
      return content.text ?? "";
    case "location":
      return content.place.name ?? content.place.address ?? "";
    case "reaction":
      return content.emoji ?? "";
    case "contacts":
      return content.cards.map((card) => card.name).join(", ");
    case "form":
      return content.text ?? "";
    case "visit":
    case "unsupported":
      return "";
  }
}

/** The files that the provider needs to say a message of ours, headers and parameters included. */
export function filesToSend(content: OutboundContent): readonly Media[] {
  if (content.type === "media") return [content.media];
  if (content.type === "choices" && content.header && "media" in content.header) return [content.header.media];
  if (content.type !== "template") return [];
  return [...(content.parameters.header ?? []), ...(content.parameters.body ?? [])].flatMap((one) =>
    one.type === "media" ? [one.media] : [],
  );
}
