import type { Capabilities } from "../domain/channel.ts";
import type { Bilingual, Language } from "../domain/language.ts";
import { type OutboundContent, textOf } from "../domain/message.ts";
import { fit } from "./fit.ts";

/** How a message is shown otherwise than it was drawn. */
export interface Degradation {
  readonly code:
    | "list"
    | "cards"
    | "numbered"
    | "shortened"
    | "document"
    | "captionApart"
    | "linkInText"
    | "asText"
    | "notShown"
    | "marksRemoved"
    | "split";
  /** For the owner: « 4 boutons deviennent une liste ». */
  readonly message: Bilingual;
}

/** What the customer sees on a channel, and in what it differs from the drawing; nothing in `how`: shown as it is. */
export interface Shown {
  readonly parts: readonly OutboundContent[];
  readonly how: readonly Degradation[];
}

/**
 * The same rules as every send, and what they did: read off their result, so that what is said is what happens.
 * `windowClosed`: the contact wrote too long ago, so that only an approved template may go.
 */
export function degrade(content: OutboundContent, can: Capabilities, language: Language, windowClosed = false): Shown {
  if (can.oneWay) return { parts: [], how: [ELSEWHERE] };
  if (windowClosed && can.serviceWindowHours !== null && !(can.template && content.type === "template"))
    return { parts: [], how: [late(can.serviceWindowHours, can.template)] };
  const parts = fit(content, can, language);
  return { parts, how: parts.length === 0 ? [NOT_SHOWN[content.type] ?? UNSHOWN] : differences(content, parts, can) };
}

/** Why nothing goes to somebody who wrote too long ago. */
function late(hours: number, hasTemplates: boolean): Degradation {
  return hasTemplates
    ? say(
        "notShown",
        `après ${hours} h, seul un modèle approuvé peut partir`,
        `after ${hours} h only an approved template may go`,
      )
    : say(
        "notShown",
        `après ${hours} h, rien ne peut partir avant que le client n’écrive`,
        `after ${hours} h nothing may go until the customer writes`,
      );
}

const say = (code: Degradation["code"], fr: string, en: string): Degradation => ({ code, message: { fr, en } });
const ELSEWHERE = say("notShown", "la réponse part sur un autre canal", "the answer goes on another channel");
const UNSHOWN = say("notShown", "n’est pas montré sur ce canal", "is not shown on this channel");
const NOT_SHOWN: Partial<Readonly<Record<OutboundContent["type"], Degradation>>> = {
  reaction: say("notShown", "une réaction n’est pas montrée sur ce canal", "a reaction is not shown on this channel"),
};
const AS_TEXT: Partial<Readonly<Record<OutboundContent["type"], Degradation>>> = {
  link: say("linkInText", "le bouton devient un lien dans le texte", "the button becomes a link in the text"),
  location: say("linkInText", "le lieu devient un lien vers une carte", "the place becomes a link to a map"),
  locationRequest: say(
    "asText",
    "la demande de position devient une question écrite",
    "the request for a location becomes a written question",
  ),
  contacts: say("asText", "la fiche de contact devient du texte", "the contact card becomes text"),
  template: say("asText", "le modèle part comme un message simple", "the template goes as a plain message"),
  products: say("asText", "les produits deviennent du texte", "the products become text"),
};

function differences(
  content: OutboundContent,
  parts: readonly OutboundContent[],
  can: Capabilities,
): readonly Degradation[] {
  const found: Degradation[] = [];
  const last = parts[parts.length - 1];
  const texts = parts.filter(({ type }) => type === "text").length;
  const isText = last?.type === "text" && parts.every(({ type }) => type === "text");
  if (content.type === "choices") found.push(...ofChoices(content, last));
  else if (content.type === "media") found.push(...ofMedia(content, parts));
  else if (content.type !== "text" && isText) found.push(AS_TEXT[content.type] ?? UNSHOWN);
  const said = textOf(content);
  if (can.markup === "none" && /(\*{1,2})\S(?:[^*\n]*\S)?\1|(^|\s)_\S[^_\n]*_(?=\s|[.,;:!?]|$)/.test(said))
    found.push(say("marksRemoved", "le gras et l’italique disparaissent", "bold and italics disappear"));
  if (
    content.type === "text"
      ? parts.length > 1
      : texts > 1 || (content.type === "choices" && texts > 0 && last?.type === "choices" && last.text !== "")
  )
    found.push(
      say("split", `le texte est envoyé en ${parts.length} messages`, `the text is sent in ${parts.length} messages`),
    );
  return found;
}

function ofChoices(
  content: Extract<OutboundContent, { readonly type: "choices" }>,
  last: OutboundContent | undefined,
): readonly Degradation[] {
  const count = content.choices.length;
  if (last?.type !== "choices")
    return [
      say(
        "numbered",
        `${count} choix deviennent une liste numérotée, à laquelle on répond par un numéro`,
        `${count} choices become a numbered list that is answered by a number`,
      ),
    ];
  const found: Degradation[] = [];
  if (last.text === "")
    found.push(say("cards", `${count} choix deviennent des fiches`, `${count} choices become cards`));
  else if (last.listLabel !== undefined && content.listLabel === undefined)
    found.push(say("list", `${count} boutons deviennent une liste`, `${count} buttons become a list`));
  if (last.choices.some(({ label }, at) => label !== content.choices[at]?.label))
    found.push(say("shortened", "des libellés trop longs sont raccourcis", "labels that are too long are shortened"));
  return found;
}

function ofMedia(
  content: Extract<OutboundContent, { readonly type: "media" }>,
  parts: readonly OutboundContent[],
): readonly Degradation[] {
  const file = parts.find((part) => part.type === "media");
  if (file?.type !== "media") return [say("linkInText", "le fichier devient un lien", "the file becomes a link")];
  const found: Degradation[] = [];
  if (file.media.kind !== content.media.kind)
    found.push(say("document", "le fichier est envoyé comme un document", "the file is sent as a document"));
  if (content.caption !== undefined && file.caption === undefined)
    found.push(
      say("captionApart", "la légende part dans un message à part", "the caption goes in a message of its own"),
    );
  return found;
}
