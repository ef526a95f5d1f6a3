import type { MessageContent } from "../../engine/core/domain/message.ts";
import { type ChatClient, type ChatState, createChatClient, type Line, type Pending } from "./client.ts";
import { chatLanguage, type Strings, stringsIn } from "./strings.ts";

const SEND_ICON = "M4 12h14M12 5l7 7-7 7";
const CLIP_ICON = "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17a1.7 1.7 0 0 1-2.4-2.4L14 7.6";
const CLOSE_ICON = "M6 6l12 12M18 6L6 18";
const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

export interface ChatView {
  readonly element: HTMLElement;
  readonly focus: () => void;
  readonly unread: () => number;
  /** Takes it off the page and hangs up. */
  readonly remove: () => void;
}

export interface ChatViewOptions {
  readonly base: string;
  readonly close?: () => void;
  /** On a page of its own the chat's title is the page's. */
  readonly heading?: "h1" | "h2";
  /** A new line of the other side came. */
  readonly heard?: () => void;
}

/** The chat as one element. Words of others are only ever text nodes: nothing in them is markup. */
export function createChatView({ base, close, heard, heading = "h2" }: ChatViewOptions): ChatView {
  const language = chatLanguage(navigator.language);
  const strings = stringsIn(language);
  const root = make("section", "chat");
  root.lang = language;
  root.setAttribute("aria-label", strings.title);
  const lamp = make("span", "lamp");
  const title = make(heading, "title", strings.title);
  const header = make("header", "");
  header.append(lamp, title);
  if (close) header.append(iconButton(CLOSE_ICON, strings.close, close));
  const notice = make("p", "notice");
  notice.hidden = true;
  notice.setAttribute("role", "status");
  const thread = make("div", "thread");
  thread.setAttribute("role", "log");
  thread.setAttribute("aria-live", "polite");
  thread.tabIndex = 0;
  const { form, input } = composer(
    strings,
    (text) => client.say({ text }),
    async (file) => {
      const taken = await client.upload(file).catch(() => false);
      if (!taken) show(notice, strings.tooLarge);
    },
  );
  root.append(header, notice, thread, form);
  let known = 0;

  const draw = (state: ChatState): void => {
    if (state.title !== "") title.textContent = state.title;
    if (state.color !== "" && state.color.toLowerCase() !== "#0f7b6c")
      root.style.setProperty("--chat-brand", state.color);
    lamp.dataset.state = state.connection;
    lamp.title = state.connection;
    if (state.connection === "offline") show(notice, strings.offline);
    else if (state.connection === "unavailable") show(notice, strings.unavailable);
    else notice.hidden = true;
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    const focused =
      root.getRootNode() instanceof ShadowRoot
        ? (root.getRootNode() as ShadowRoot).activeElement
        : document.activeElement;
    const focusedChoice = focused instanceof HTMLElement ? focused.dataset.choice : undefined;
    thread.replaceChildren(...linesOf(state, strings, client));
    if (focusedChoice) input.focus();
    if (atEnd) thread.scrollTop = thread.scrollHeight;
    const others = state.lines.filter(({ author }) => author !== "contact").length;
    if (others > known) heard?.();
    known = others;
  };
  const client: ChatClient = createChatClient(base, language, draw, {
    fetch: (...arguments_) => fetch(...arguments_),
    storage: localStorage,
    randomId: () => crypto.randomUUID(),
    wait: (ms) =>
      new Promise((done) => {
        const early = (): void => done();
        window.addEventListener("online", early, { once: true });
        setTimeout(early, ms);
      }),
  });
  draw(client.state());
  void client.start();
  return {
    element: root,
    focus: () => input.focus(),
    unread: () => known,
    remove: () => {
      client.stop();
      root.remove();
    },
  };
}

function linesOf(state: ChatState, strings: Strings, client: ChatClient): readonly HTMLElement[] {
  if (state.lines.length === 0 && state.pending.length === 0) {
    const empty = make("div", "empty");
    const start = make("button", "choice", strings.start) as HTMLButtonElement;
    start.type = "button";
    start.addEventListener("click", () => client.say({ text: strings.hello }));
    empty.append(make("p", "", strings.welcome), start);
    return [empty];
  }
  const lastChoices = [...state.lines].reverse().find(({ content }) => content.type === "choices");
  const answered =
    state.lines.some(
      ({ position, author }) => author === "contact" && lastChoices !== undefined && position > lastChoices.position,
    ) || state.pending.length > 0;
  let before: Line["author"] | null = null;
  const lines = state.lines.map((line) => {
    const drawn = lineOf(line, strings, client, {
      named: line.author !== before && line.author !== "contact",
      open: line === lastChoices && !answered,
    });
    before = line.author;
    return drawn;
  });
  const typing = make("div", "line typing");
  typing.append(make("div", "bubble", "…"), make("span", "hidden", `${strings.bot} ${strings.typing}`));
  return [
    ...lines,
    ...state.pending.map((pending) => pendingOf(pending, strings, client)),
    ...(state.typing ? [typing] : []),
  ];
}

function lineOf(
  line: Line,
  strings: Strings,
  client: ChatClient,
  how: { readonly named: boolean; readonly open: boolean },
): HTMLElement {
  const element = make("div", line.author === "contact" ? "line mine" : "line");
  element.dataset.author = line.author;
  if (how.named) element.append(make("span", "who", strings[line.author as "bot"]));
  else element.append(make("span", "hidden", line.author === "contact" ? strings.you : strings[line.author as "bot"]));
  const bubble = make("div", "bubble");
  bubble.append(...partsOf(line.content, strings, () => client.mediaUrl(line)));
  element.append(bubble);
  if (line.content.type === "choices") {
    const { content } = line;
    const list = content.listLabel !== undefined || content.choices.some(({ description }) => description);
    const choices = make("div", list ? "choices list" : "choices");
    for (const { id, label, description } of content.choices) {
      const button = make("button", "choice", label) as HTMLButtonElement;
      button.type = "button";
      button.dataset.choice = id;
      button.disabled = !how.open;
      if (description) button.append(make("small", "", description));
      button.addEventListener("click", () => client.say({ choice: { id, label } }));
      choices.append(button);
    }
    element.append(choices);
  }
  return element;
}

function pendingOf(pending: Pending, strings: Strings, client: ChatClient): HTMLElement {
  const { said, failed } = pending;
  const element = make("div", "line mine");
  const words = "text" in said ? said.text : "choice" in said ? said.choice.label : said.file.fileName;
  element.append(make("div", "bubble", words));
  const state = make(
    failed ? "button" : "span",
    failed ? "state failed" : "state",
    failed ? strings.failed : strings.waiting,
  );
  if (failed) state.addEventListener("click", () => client.retry());
  element.append(state);
  return element;
}

/** What a message shows; addresses are only followed when their scheme is harmless. */
function partsOf(content: MessageContent, strings: Strings, mediaUrl: () => string): readonly (Node | string)[] {
  switch (content.type) {
    case "text":
    case "choices":
    case "locationRequest":
    case "products":
      return linked(content.text);
    case "choice":
      return [content.label];
    case "link":
      return [...linked(content.text), "\n\n", anchor(content.url, content.label)];
    case "media": {
      const { media, caption } = content;
      const url = media.url ?? mediaUrl();
      const words = caption ? ["\n", ...linked(caption)] : [];
      if (media.kind === "image" || media.kind === "sticker") {
        const image = document.createElement("img");
        image.src = url;
        image.alt = caption ?? media.fileName ?? strings.file;
        image.loading = "lazy";
        return [image, ...words];
      }
      if (media.kind === "audio" || media.kind === "video") {
        const player = document.createElement(media.kind);
        player.controls = true;
        player.src = url;
        return [player, ...words];
      }
      return [anchor(url, media.fileName ?? strings.file), ...words];
    }
    case "template":
      return [content.text ?? ""];
    default:
      return [strings.file];
  }
}

function linked(text: string): readonly (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"']+)/g).map((part, index) => (index % 2 === 1 ? anchor(part, part) : part));
}

function anchor(url: string, label: string): Node | string {
  if (!SAFE_LINK.test(url) && !url.startsWith("/")) return label;
  const link = document.createElement("a");
  link.href = url;
  link.textContent = label;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

function composer(
  strings: Strings,
  say: (text: string) => void,
  attach: (file: File) => void,
): { readonly form: HTMLFormElement; readonly input: HTMLTextAreaElement } {
  const form = document.createElement("form");
  const input = document.createElement("textarea");
  input.rows = 1;
  input.maxLength = 4000;
  input.placeholder = strings.placeholder;
  input.setAttribute("aria-label", strings.placeholder);
  input.enterKeyHint = "send";
  const grow = (): void => {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
  };
  const submit = (): void => {
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    grow();
    say(text);
  };
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    input.focus();
  });
  const picker = document.createElement("input");
  picker.type = "file";
  picker.accept = "image/*,audio/*,video/*,application/pdf";
  picker.hidden = true;
  picker.addEventListener("change", () => {
    const [file] = picker.files ?? [];
    if (file) attach(file);
    picker.value = "";
  });
  const send = iconButton(SEND_ICON, strings.send, () => {});
  send.type = "submit";
  send.classList.add("primary");
  form.append(
    iconButton(CLIP_ICON, strings.attach, () => picker.click()),
    input,
    send,
    picker,
  );
  return { form, input };
}

function iconButton(path: string, label: string, press: () => void): HTMLButtonElement {
  const button = make("button", "icon") as HTMLButtonElement;
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.title = label;
  button.append(icon(path));
  button.addEventListener("click", press);
  return button;
}

/** A line drawing of 24 by 24. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("fill", "none");
  svg.setAttribute("stroke", "currentColor");
  svg.setAttribute("stroke-width", "1.75");
  svg.setAttribute("stroke-linecap", "round");
  svg.setAttribute("stroke-linejoin", "round");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

function show(notice: HTMLElement, text: string): void {
  notice.textContent = text;
  notice.hidden = false;
}
