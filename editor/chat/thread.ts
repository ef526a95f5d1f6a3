import type { MessageContent } from "../../engine/core/domain/message.ts";
import type { ChatClient, ChatState, Line } from "./client.ts";
import { anchor, arrange, button, icon, linked, make } from "./dom.ts";
import type { Pending } from "./kept.ts";
import type { Strings } from "./strings.ts";
import type { Upload } from "./upload.ts";

const FILE_ICON = "M14 3H6v18h12V7zM14 3v4h4";
const PIN_ICON = "M12 21s-6-5.5-6-11a6 6 0 1 1 12 0c0 5.5-6 11-6 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
const DAY_MS = 86_400_000;

/** The lines of a conversation. What has not changed stays the same element: players go on, focus stays, nothing is read twice. */
export function createThread(
  strings: Strings,
  language: string,
  client: ChatClient,
): { readonly element: HTMLElement; readonly draw: (state: ChatState) => void } {
  const element = make("div", "thread");
  element.setAttribute("role", "log");
  element.setAttribute("aria-live", "polite");
  element.setAttribute("aria-relevant", "additions");
  element.setAttribute("aria-label", strings.title);
  element.tabIndex = 0;
  const drawn = new Map<string, { readonly mark: string; readonly element: HTMLElement }>();

  const piece = (key: string, facts: unknown, draw: () => HTMLElement): HTMLElement => {
    const mark = JSON.stringify(facts);
    const known = drawn.get(key);
    if (known?.mark === mark) return known.element;
    const made = draw();
    drawn.set(key, { mark, element: made });
    return made;
  };

  const draw = (state: ChatState): void => {
    const { lines, pending, uploads } = state;
    const isEmpty = lines.length + pending.length + uploads.length === 0;
    const lastChoices = lines.findLast(({ content }) => content.type === "choices");
    const lastOwn = lines.findLast(({ author }) => author === "contact");
    const lastOther = lines.findLast(({ author }) => author !== "contact");
    const answered =
      pending.length > 0 ||
      (lastChoices !== undefined && lastOwn !== undefined && lastOwn.position > lastChoices.position);
    const wanted: HTMLElement[] = [];
    if (isEmpty)
      wanted.push(piece("empty", [state.look?.greeting ?? null, state.connection === "refused"], () => empty(state)));
    let day = "";
    let before: string | null = null;
    for (const line of lines) {
      const own = dayOf(line.createdAt);
      if (own !== day) wanted.push(piece(`d${own}`, own, () => make("p", "day", dayName(own))));
      const who = line.author === "contact" ? null : (line.name ?? strings[line.author]);
      const facts = {
        line,
        named: who !== null && (who !== before || own !== day) ? who : null,
        open: line === lastChoices && !answered,
        mark:
          line === lastOwn
            ? (lastOther?.position ?? 0) > line.position
              ? ("read" as const)
              : ("sent" as const)
            : null,
      };
      day = own;
      before = who;
      wanted.push(piece(`l${line.position}`, facts, () => lineOf(line, facts)));
    }
    const isCut = state.connection === "offline" || state.connection === "unavailable";
    for (const one of pending) wanted.push(piece(`p${one.clientMessageId}`, [one, isCut], () => pendingOf(one, isCut)));
    for (const one of uploads)
      wanted.push(piece(`u${one.id}`, [one.problem, Math.round(one.progress * 20)], () => uploadOf(one)));
    if (state.typing) wanted.push(piece("typing", null, typing));
    arrange(element, wanted);
    const here = new Set(wanted);
    for (const [key, one] of drawn) if (!here.has(one.element)) drawn.delete(key);
  };

  const empty = (state: ChatState): HTMLElement => {
    const box = make("div", "empty");
    const greeting = state.look?.greeting;
    const words = typeof greeting === "string" ? greeting : language === "fr" ? greeting?.fr : greeting?.en;
    if (state.look?.avatarUrl) {
      const picture = make("img", "avatar large") as HTMLImageElement;
      picture.src = state.look.avatarUrl;
      picture.alt = "";
      box.append(picture);
    }
    box.append(make("p", "", words || strings.welcome));
    if (state.connection !== "refused")
      box.append(button("choice", strings.start, () => client.say({ text: strings.hello })));
    return box;
  };

  const lineOf = (
    line: Line,
    how: { readonly named: string | null; readonly open: boolean; readonly mark: "sent" | "read" | null },
  ): HTMLElement => {
    const isMine = line.author === "contact";
    const box = make("div", isMine ? "line mine" : "line");
    box.dataset.author = line.author;
    if (how.named) box.append(make("span", "who", how.named));
    else box.append(make("span", "hidden", isMine ? strings.you : (line.name ?? strings[line.author])));
    const { content } = line;
    if (content.type === "choices" && content.header && "media" in content.header && content.header.media.url)
      box.append(bubble([picture(content.header.media.url, strings.image)], "media"));
    const isMedia = content.type === "media" && content.media.kind !== "document";
    box.append(bubble(partsOf(content, line), isMedia ? "media" : ""));
    // A list that was answered closes; buttons stay, and say what could be chosen.
    if (content.type === "choices" && (how.open || !isList(content))) box.append(choicesOf(content, how.open));
    if (how.mark) box.append(make("span", "state", how.mark === "read" ? `✓✓ ${strings.read}` : `✓ ${strings.sent}`));
    return box;
  };

  const choicesOf = (content: Extract<MessageContent, { readonly type: "choices" }>, open: boolean): HTMLElement => {
    const box = make("div", isList(content) ? "choices list" : "choices");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", content.text);
    for (const { id, label, description } of content.choices) {
      const choice = button("choice", label, () => client.say({ choice: { id, label } }));
      choice.disabled = !open;
      if (description) choice.append(make("small", "", description));
      box.append(choice);
    }
    return box;
  };

  const pendingOf = (pending: Pending, isCut: boolean): HTMLElement => {
    const { said, failed, clientMessageId } = pending;
    const box = make("div", "line mine waits");
    box.append(make("span", "hidden", strings.you));
    box.append(bubble(["text" in said ? said.text : "choice" in said ? said.choice.label : said.file.fileName]));
    if (!failed) {
      box.append(make("span", "state", isCut ? strings.waiting : strings.sending));
      return box;
    }
    const state = make("span", "state failed", `${strings.failed} `);
    state.append(
      button("text", strings.retry, () => client.retry(clientMessageId)),
      button("text", strings.discard, () => client.discard(clientMessageId)),
    );
    box.append(state);
    return box;
  };

  const uploadOf = ({ id, file, preview, progress, problem }: Upload): HTMLElement => {
    const box = make("div", "line mine waits");
    const shown: Node[] = preview ? [picture(preview, file.name)] : [fileOf(file.name, file.size)];
    box.append(bubble(shown, preview ? "media" : ""));
    if (problem) {
      const state = make("span", "state failed", `${strings[problem]} `);
      if (problem === "cut" || problem === "tooMany")
        state.append(button("text", strings.retry, () => client.retryUpload(id)));
      state.append(button("text", strings.discard, () => client.cancelUpload(id)));
      box.append(state);
      return box;
    }
    const percent = Math.round(progress * 100);
    const bar = make("progress", "") as HTMLProgressElement;
    bar.max = 100;
    bar.value = percent;
    bar.setAttribute("aria-label", strings.uploading(file.name, percent));
    const state = make("span", "state");
    state.append(button("text", strings.cancel, () => client.cancelUpload(id)));
    box.append(bar, state);
    return box;
  };

  const typing = (): HTMLElement => {
    const box = make("div", "line typing");
    const dots = make("div", "bubble");
    dots.append(make("i", ""), make("i", ""), make("i", ""));
    box.append(dots, make("span", "hidden", strings.typing));
    return box;
  };

  const bubble = (parts: readonly (Node | string)[], kind = ""): HTMLElement => {
    const box = make("div", kind === "" ? "bubble" : `bubble ${kind}`);
    box.append(...parts);
    return box;
  };

  const picture = (url: string, words: string): HTMLElement => {
    const image = make("img", "") as HTMLImageElement;
    image.src = url;
    image.alt = words;
    image.loading = "lazy";
    return image;
  };

  const fileOf = (name: string, sizeBytes: number | undefined): HTMLElement => {
    const box = make("span", "file");
    const words = make("span", "");
    words.append(make("b", "", name), ...(sizeBytes ? [make("small", "", strings.sizeIn(sizeBytes))] : []));
    box.append(icon(FILE_ICON), words);
    return box;
  };

  /** What a message shows; addresses are only followed when their scheme is harmless. */
  const partsOf = (content: MessageContent, line: Line): readonly (Node | string)[] => {
    switch (content.type) {
      case "text":
      case "locationRequest":
      case "products":
        return linked(content.text);
      case "choices": {
        const title = content.header && "text" in content.header ? [make("b", "head", content.header.text)] : [];
        const foot = content.footer ? [make("small", "foot", content.footer)] : [];
        return [...title, ...linked(content.text), ...foot];
      }
      case "choice":
        return [content.label];
      case "link":
        return [...linked(content.text), anchor(content.url, content.label, "action")];
      case "media":
        return mediaOf(content, line);
      case "location": {
        const { latitude, longitude, name, address } = content.place;
        const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
        const words = make("span", "");
        words.append(make("b", "", name ?? address ?? `${latitude}, ${longitude}`));
        if (name && address) words.append(make("small", "", address));
        const box = make("span", "file");
        box.append(icon(PIN_ICON), words);
        return [box, anchor(map, strings.location, "action")];
      }
      case "contacts":
        return content.cards.map((card) => {
          const box = make("span", "card");
          box.append(make("b", "", card.name));
          for (const phone of card.phones) box.append(anchor(`tel:${phone.replace(/[^\d+]/g, "")}`, phone));
          for (const email of card.emails) box.append(anchor(`mailto:${email}`, email));
          return box;
        });
      case "template":
      case "form":
        return linked(content.text ?? "");
      default:
        return [strings.file];
    }
  };

  const mediaOf = (
    { media, caption }: Extract<MessageContent, { readonly type: "media" }>,
    line: Line,
  ): readonly (Node | string)[] => {
    const url = media.url ?? client.mediaUrl(line);
    const words = caption ? [make("span", "caption", caption)] : [];
    if (media.kind === "image" || media.kind === "sticker")
      return [picture(url, caption ?? media.fileName ?? strings.image), ...words];
    if (media.kind === "audio" || media.kind === "video") {
      const player = document.createElement(media.kind);
      player.controls = true;
      player.preload = "metadata";
      player.src = url;
      player.setAttribute("aria-label", media.fileName ?? strings.file);
      return [player, ...words];
    }
    const link = anchor(url.startsWith("/") ? new URL(url, location.href).href : url, "", "document");
    if (link instanceof HTMLElement) link.append(fileOf(media.fileName ?? strings.file, media.sizeBytes));
    return [link, ...words];
  };

  const dayName = (day: string): string => {
    const date = new Date(`${day}T12:00:00`);
    const today = dayOf(new Date().toISOString());
    if (day === today) return strings.today;
    if (day === dayOf(new Date(Date.now() - DAY_MS).toISOString())) return strings.yesterday;
    return date.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
  };
  return { element, draw };
}

/** The day of an instant as the visitor's clock has it: `2026-11-21`. */
function dayOf(instant: string): string {
  const date = new Date(instant);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

function isList(content: Extract<MessageContent, { readonly type: "choices" }>): boolean {
  return content.listLabel !== undefined || content.choices.some(({ description }) => description);
}
