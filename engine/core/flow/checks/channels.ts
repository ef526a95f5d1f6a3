import { bilingual } from "../../domain/language.ts";
import type { OutboundContent } from "../../domain/message.ts";
import { fit } from "../../run/fit.ts";
import type { Check, Finding } from "./check.ts";

type Shape = "buttons" | "list" | "text" | "other";

/** How a channel shows what the author wrote, when it is not what the author sees. */
export const channelFit: Check = {
  code: "channel-fit",
  find: ({ document, graph }, { channels }) => {
    const allowed = channels.filter(({ type }) => !document.channels || document.channels.includes(type));
    return [...graph.vertices.values()].flatMap(({ id, type, node }) =>
      allowed.flatMap(({ label, capabilities }): readonly Finding[] => {
        const language = document.languages[0] ?? "fr";
        return type.contents(node, language).flatMap((content): readonly Finding[] => {
          const shown = fit(content, capabilities, language);
          const said = changeOf(content, shown);
          if (!said) return [];
          return [
            {
              severity: "info",
              path: ["nodes", id],
              part: "key",
              node: id,
              message: {
                fr: `Sur ${bilingual(label, "fr")}, ${said.fr}`,
                en: `On ${bilingual(label, "en")}, ${said.en}`,
              },
            },
          ];
        });
      }),
    );
  },
};

function changeOf(
  content: OutboundContent,
  shown: readonly OutboundContent[],
): { readonly fr: string; readonly en: string } | null {
  if (content.type === "choices") {
    const last = shown[shown.length - 1];
    const shape: Shape =
      last?.type === "choices"
        ? last.listLabel === undefined
          ? "buttons"
          : "list"
        : last?.type === "text"
          ? "text"
          : "other";
    const count = content.choices.length;
    if (shape === "list")
      return {
        fr: `les ${count} boutons deviennent une liste à ouvrir.`,
        en: `the ${count} buttons become a list that opens.`,
      };
    if (shape === "text")
      return {
        fr: `les ${count} choix deviennent un texte numéroté ; le client répond par un chiffre ou un mot.`,
        en: `the ${count} choices become numbered text; the contact answers with a number or a word.`,
      };
    return null;
  }
  const first = shown[0];
  if (shown.length === 0) return { fr: "ce message n'est pas montré.", en: "this message is not shown." };
  if (content.type === "media" && first?.type === "text")
    return { fr: "le fichier devient un lien.", en: "the file becomes a link." };
  if (content.type === "text" && shown.length > 1)
    return {
      fr: `ce texte est trop long et part en ${shown.length} messages.`,
      en: `this text is too long and goes as ${shown.length} messages.`,
    };
  return null;
}

/** A pause longer than the service window, then free text: only an approved template may go out. */
export const outsideWindow: Check = {
  code: "outside-window",
  find: ({ document, graph }, { channels }) => {
    const limits = channels
      .filter(({ type }) => !document.channels || document.channels.includes(type))
      .flatMap(({ label, capabilities }) =>
        capabilities.serviceWindowHours === null ? [] : [{ label, hours: capabilities.serviceWindowHours }],
      );
    const strictest = limits.sort((a, b) => a.hours - b.hours)[0];
    if (!strictest) return [];
    return [...graph.vertices.values()].flatMap(({ id, type, node }): readonly Finding[] => {
      const sketch = type.compile(node, id);
      const late = (sketch.after ?? []).filter(({ delay }) => "ms" in delay && delay.ms >= strictest.hours * 3_600_000);
      return late.flatMap(({ exit }): readonly Finding[] => {
        const next = node.exits?.[exit];
        const target = next === undefined ? undefined : graph.vertices.get(next);
        const speaks = target?.type
          .contents(target.node, document.languages[0] ?? "fr")
          .some(({ type: kind }) => kind !== "template");
        if (!target || !speaks) return [];
        return [
          {
            severity: "warning",
            path: ["nodes", id, "exits", exit],
            node: id,
            exit,
            message: {
              fr: `Après cette attente, ${bilingual(strictest.label, "fr")} n'accepte plus de texte libre (${strictest.hours} h) : envoyez un modèle approuvé, ou attendez moins.`,
              en: `After this wait, ${bilingual(strictest.label, "en")} takes no free text any more (${strictest.hours} h): send an approved template, or wait less.`,
            },
            example: { chat: [{ event: `+${strictest.hours} h` }], path: [id, target.id] },
          },
        ];
      });
    });
  },
};
