import type { Capabilities } from "../../domain/channel.ts";
import { type Bilingual, bilingual, type Language } from "../../domain/language.ts";
import type { OutboundContent } from "../../domain/message.ts";
import type { NodeText } from "../../nodes/node-type.ts";
import { fit } from "../../run/fit.ts";
import { channelsOf } from "../shown.ts";
import type { Check, CheckContext, CheckedFlow, Finding } from "./check.ts";
import { perNode } from "./per-node.ts";

/** What a channel does to a content, when it is not what the author sees. */
interface Change {
  readonly severity: Finding["severity"];
  readonly said: Bilingual;
  /** A text that is too long, and the characters that there is room for. */
  readonly long?: { readonly text: string; readonly room: number };
}
type Judge = (content: OutboundContent, shown: readonly OutboundContent[], can: Capabilities) => Change | null;

/** A text that goes in parts, or an answer that no button of the channel can hold. */
export const textTooLong: Check = {
  code: "text-too-long",
  find: perChannel((content, shown, can) => {
    if (content.type === "text" && shown.length > 1) {
      return {
        severity: "warning",
        long: { text: content.text, room: can.maxTextLength },
        said: {
          fr: `ce texte de ${content.text.length} signes part en ${shown.length} messages : raccourcissez-le à ${can.maxTextLength} signes.`,
          en: `this text of ${content.text.length} characters goes as ${shown.length} messages: shorten it to ${can.maxTextLength}.`,
        },
      };
    }
    if (content.type !== "choices") return null;
    const long = content.choices.find(({ label }) => label.length > labelRoom(content, can));
    if (long && can.buttons) {
      const room = labelRoom(content, can);
      return {
        severity: "warning",
        long: { text: long.label, room },
        said: {
          fr: `« ${long.label} » est trop long pour un bouton (${room} signes) : ${shapeOf(shown, "fr")}. Raccourcissez-le.`,
          en: `"${long.label}" is too long for a button (${room} characters): ${shapeOf(shown, "en")}. Shorten it.`,
        },
      };
    }
    const texts = shown.filter(({ type }) => type === "text" || type === "choices");
    if (texts.length < 2) return null;
    return {
      severity: "warning",
      said: {
        fr: `cette question est trop longue et part en ${texts.length} messages : raccourcissez-la.`,
        en: `this question is too long and goes as ${texts.length} messages: shorten it.`,
      },
    };
  }),
};

/** More choices than the channel has buttons for. A list is the channel's own way; numbered text asks more of the contact. */
export const tooManyChoices: Check = {
  code: "too-many-choices",
  find: perChannel((content, shown, can) => {
    if (content.type !== "choices" || !can.buttons) return null;
    const count = content.choices.length;
    if (count <= can.buttons.max) return null;
    const listed = shown.some(({ type }) => type === "choices");
    const most = can.list?.max ?? can.buttons.max;
    return {
      severity: listed ? "info" : "warning",
      said: {
        fr: `${count} choix, c'est plus que ${can.buttons.max} boutons : ${shapeOf(shown, "fr")}.${listed ? "" : ` Gardez-en ${most} au plus.`}`,
        en: `${count} choices are more than ${can.buttons.max} buttons: ${shapeOf(shown, "en")}.${listed ? "" : ` Keep ${most} at most.`}`,
      },
    };
  }),
};

/** What the channel cannot show as it is: it becomes text, or is lost. */
export const unsupportedContent: Check = {
  code: "unsupported-content",
  find: perChannel((content, shown, can) => {
    const words = shown.some((one) => one.type !== "text" || one.text.trim() !== "");
    if (!words && content.type === "text") {
      return {
        severity: "error",
        said: {
          fr: "ce message est vide : écrivez un texte, ou supprimez-le.",
          en: "this message is empty: write a text, or remove it.",
        },
      };
    }
    if (!words && content.type === "template") {
      return {
        severity: "warning",
        said: {
          fr: "ce modèle n'existe pas et le client ne verrait rien : écrivez aussi ce qu'il dit (text).",
          en: "there is no such template and the contact would see nothing: also write what it says (text).",
        },
      };
    }
    if (!words) {
      return {
        severity: "error",
        said: {
          fr: "ce message ne peut pas être montré : remplacez-le par un texte, ou réservez ce scénario à d'autres canaux (channels).",
          en: "this message cannot be shown: replace it by a text, or keep this flow to other channels (channels).",
        },
      };
    }
    if (shown.some(({ type }) => type === content.type)) return null;
    switch (content.type) {
      case "choices":
        return can.buttons || can.list
          ? null
          : {
              severity: "info",
              said: {
                fr: `il n'y a pas de boutons : ${shapeOf(shown, "fr")}.`,
                en: `there are no buttons: ${shapeOf(shown, "en")}.`,
              },
            };
      case "media":
        return shown.some(({ type }) => type === "media")
          ? null
          : { severity: "warning", said: { fr: "le fichier devient un lien.", en: "the file becomes a link." } };
      case "link":
        return {
          severity: "info",
          said: { fr: "le bouton devient un lien dans le texte.", en: "the button becomes a link in the text." },
        };
      case "location":
        return { severity: "info", said: { fr: "le lieu devient un lien.", en: "the place becomes a link." } };
      case "contacts":
        return {
          severity: "info",
          said: { fr: "la fiche de contact devient un texte.", en: "the contact card becomes text." },
        };
      case "template":
        return {
          severity: "warning",
          said: {
            fr: "le modèle part comme un simple texte : vérifiez le texte pour le fil.",
            en: "the template goes as plain text: check the text for the thread.",
          },
        };
      case "locationRequest":
        return {
          severity: "warning",
          said: {
            fr: "le client n'a pas de bouton pour envoyer sa position : demandez plutôt une adresse.",
            en: "the contact has no button to send a place: ask for an address instead.",
          },
        };
      default:
        return null;
    }
  }),
};

/** Looks at every content of every node, as each allowed channel shows it in each language; says each thing once. */
function perChannel(judge: Judge): Check["find"] {
  return perNode(
    ({ id, type, node }, { document, graph }, context) => {
      const contents = document.languages.map((language) => ({ language, list: type.contents(node, language) }));
      return allowedIn({ document, graph }, context).flatMap(({ label, capabilities }): readonly Finding[] => {
        const change = firstChange(contents, capabilities, judge);
        if (!change) return [];
        const { severity, said, long } = change;
        const message = {
          fr: `Sur ${bilingual(label, "fr")}, ${said.fr}`,
          en: `On ${bilingual(label, "en")}, ${said.en}`,
        };
        const fix = long && shortened(id, type.texts(node), long);
        return [{ severity, path: ["nodes", id], part: "key", node: id, message, ...(fix ? { fix } : {}) }];
      });
    },
    ({ document }, { channels }) => [document.languages.join(), document.channels?.join(), channels],
  );
}

/** The text cut between two words so that it fits; nothing where it is not written as it is shown. */
function shortened(
  id: string,
  texts: readonly NodeText[],
  { text, room }: NonNullable<Change["long"]>,
): Finding["fix"] | undefined {
  const cut = `${text.slice(0, room).replace(/\s+\S*$/, "")}…`.slice(0, room);
  for (const { path, text: written } of texts) {
    if (written === text) return fixOf([...path]);
    const language =
      typeof written === "string" ? undefined : Object.keys(written).find((key) => written[key] === text);
    if (language !== undefined) return fixOf([...path, language]);
  }
  return undefined;

  function fixOf(path: readonly (string | number)[]): NonNullable<Finding["fix"]> {
    return {
      title: { fr: `Raccourcir à ${room} signes`, en: `Shorten to ${room} characters` },
      edits: [{ type: "set", path: ["nodes", id, ...path], value: cut }],
    };
  }
}

function firstChange(
  contents: readonly { readonly language: Language; readonly list: readonly OutboundContent[] }[],
  can: Capabilities,
  judge: Judge,
): Change | null {
  for (const { language, list } of contents) {
    for (const content of list) {
      const change = judge(content, fit(content, can, language), can);
      if (change) return change;
    }
  }
  return null;
}

/** The channels that the flow is written for: those it names, else all that are connected. */
export function allowedIn({ document }: CheckedFlow, { channels }: CheckContext): CheckContext["channels"] {
  return channelsOf(document, channels);
}

function labelRoom(content: Extract<OutboundContent, { readonly type: "choices" }>, can: Capabilities): number {
  const asButtons = can.buttons && content.choices.length <= can.buttons.max;
  return asButtons ? can.buttons.labelLength : (can.list?.labelLength ?? can.buttons?.labelLength ?? Infinity);
}

function shapeOf(shown: readonly OutboundContent[], language: Language): string {
  const last = shown[shown.length - 1];
  if (last?.type !== "choices") {
    return bilingual(
      {
        fr: "les choix deviennent un texte numéroté, le client répond par un chiffre ou un mot",
        en: "the choices become numbered text, the contact answers with a number or a word",
      },
      language,
    );
  }
  return last.listLabel === undefined
    ? bilingual({ fr: "le client voit des boutons", en: "the contact sees buttons" }, language)
    : bilingual({ fr: "le client voit une liste à ouvrir", en: "the contact sees a list that opens" }, language);
}
