import { bilingual, type Language } from "../domain/language.ts";

/** Text messages cut longer ones into many parts. */
const MOST_CHARS = 1000;
const LINE_CHARS = 160;
const NAME_CHARS = 60;
const REASON_CHARS = 240;

export interface Alert {
  readonly contactName: string;
  readonly channel: string;
  readonly reason: string;
  readonly lastMessages: readonly { readonly from: "contact" | "us"; readonly text: string }[];
  readonly link: string;
}

/** What the person on duty reads on their phone: who, where, why, the last words, a link. */
export function alertText(alert: Alert, language: Language): string {
  const { contactName, channel, reason, lastMessages, link } = alert;
  const name =
    contactName === ""
      ? bilingual({ fr: "Un client", en: "A customer" }, language)
      : shortened(contactName, NAME_CHARS);
  const because = shortened(reason, REASON_CHARS);
  const title = bilingual(
    { fr: `${name} attend une réponse (${channel})`, en: `${name} is waiting for an answer (${channel})` },
    language,
  );
  const why = because === "" ? "" : bilingual({ fr: `Raison : ${because}`, en: `Reason: ${because}` }, language);
  const lines = lastMessages.map(
    ({ from, text }) => `${from === "contact" ? "«" : "›"} ${shortened(text, LINE_CHARS)}`,
  );
  const head = [title, why].filter((line) => line !== "").join("\n");
  // The newest words matter most: older ones go first when there is no room.
  while (lines.length > 1 && head.length + lines.join("\n").length + link.length + 4 > MOST_CHARS) lines.shift();
  return [head, lines.join("\n"), link].filter((part) => part !== "").join("\n\n");
}

function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : line;
}
