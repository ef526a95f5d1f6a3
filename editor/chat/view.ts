import type { ChatLook } from "../../engine/core/domain/chat.ts";
import { accentOf } from "../../engine/core/domain/color.ts";
import { type ChatClient, type ChatState, createChatClient } from "./client.ts";
import { createComposer } from "./composer.ts";
import { button, icon, iconButton, make } from "./dom.ts";
import { type ChatLanguage, chatLanguage, stringsIn } from "./strings.ts";
import { browserSurroundings } from "./surroundings.ts";
import { createThread } from "./thread.ts";

const CLOSE_ICON = "M6 6l12 12M18 6L6 18";
const DOWN_ICON = "M12 5v14M6 13l6 6 6-6";
const SOUND_ICON = "M5 10v4h3l4 4V6L8 10zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11";
const MUTE_ICON = "M5 10v4h3l4 4V6L8 10zM16 10l5 4M21 10l-5 4";
const NEAR_END_PX = 80;

export interface ChatView {
  readonly element: HTMLElement;
  readonly client: ChatClient;
  readonly focus: () => void;
  /** Whether the chat is in sight: then what comes has been seen. */
  readonly setOpen: (open: boolean) => void;
  /** Takes it off the page and hangs up. */
  readonly remove: () => void;
}

export interface ChatViewOptions {
  readonly base: string;
  /** The widget's name or id; absent: the first one. */
  readonly account?: string;
  /** Absent: the browser's. */
  readonly language?: ChatLanguage;
  /** Given: it can be closed, and is until `setOpen`. */
  readonly close?: () => void;
  /** On a page of its own the chat's title is the page's. */
  readonly heading?: "h1" | "h2";
  readonly changed?: (state: ChatState) => void;
}

/** The chat as one element: header, thread, composer. */
export function createChatView(options: ChatViewOptions): ChatView {
  const { base, account = "", language = chatLanguage(navigator.language), close, changed, heading = "h2" } = options;
  const strings = stringsIn(language);
  const root = make("section", "chat relais");
  root.lang = language;
  root.setAttribute("aria-label", strings.title);
  const lamp = make("span", "lamp");
  const title = make(heading, "title", strings.title);
  const header = make("header", "");
  const sound = iconButton(MUTE_ICON, strings.soundOn, () => client.setSound(!client.state().sound));
  header.append(lamp, title, sound);
  if (close) header.append(iconButton(CLOSE_ICON, strings.close, close));
  const notice = make("p", "notice");
  notice.hidden = true;
  notice.setAttribute("role", "status");
  let isOpen = close === undefined;
  let unreadInTitle = 0;
  const pageTitle = (): string => document.title.replace(/^\(\d+\) /, "");

  const draw = (state: ChatState): void => {
    const { look, connection, unread } = state;
    if (look?.title) title.textContent = look.title;
    if (look) dress(root, look);
    lamp.dataset.state = connection;
    const words =
      connection === "offline"
        ? strings.offline
        : connection === "unavailable"
          ? strings.unavailable
          : connection === "refused"
            ? strings.refused
            : "";
    if (notice.textContent !== words) notice.textContent = words;
    notice.hidden = words === "";
    drawSound(state.sound);
    const wasAtEnd = thread.element.scrollHeight - thread.element.scrollTop - thread.element.clientHeight < NEAR_END_PX;
    const hadFocus = focusedIn(thread.element);
    thread.draw(state);
    // The button that was pressed is gone: whoever uses the keyboard goes on writing.
    if (hadFocus && !focusedIn(thread.element)) composer.focus();
    if (wasAtEnd) thread.element.scrollTop = thread.element.scrollHeight;
    drawLatest();
    if (isOpen && unread > 0 && document.visibilityState === "visible") queueMicrotask(() => client.seen());
    const shown = isOpen && document.visibilityState === "visible" ? 0 : unread;
    if (shown !== unreadInTitle) {
      unreadInTitle = shown;
      document.title = shown > 0 ? `(${shown}) ${pageTitle()}` : pageTitle();
    }
    changed?.(state);
  };
  const drawSound = (on: boolean): void => {
    if (sound.getAttribute("aria-pressed") === String(on)) return;
    sound.setAttribute("aria-pressed", String(on));
    sound.setAttribute("aria-label", on ? strings.soundOff : strings.soundOn);
    sound.title = on ? strings.soundOff : strings.soundOn;
    sound.replaceChildren(icon(on ? SOUND_ICON : MUTE_ICON));
  };

  const client: ChatClient = createChatClient(
    { base, account, language },
    draw,
    () => {
      if (client.state().sound && !(isOpen && document.visibilityState === "visible")) ring();
    },
    browserSurroundings(),
  );
  const thread = createThread(strings, language, client);
  const composer = createComposer(
    strings,
    root,
    (text) => client.say({ text }),
    (files) => client.attach(files),
  );
  const latest = button("latest", "", () => {
    thread.element.scrollTo({ top: thread.element.scrollHeight });
    composer.focus();
  });
  latest.setAttribute("aria-label", strings.latest);
  latest.append(icon(DOWN_ICON));
  const drawLatest = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = thread.element;
    latest.hidden = scrollHeight - scrollTop - clientHeight < 240;
  };
  const middle = make("div", "middle");
  middle.append(thread.element, latest);
  thread.element.addEventListener("scroll", drawLatest, { passive: true });
  root.append(header, notice, middle, composer.element);
  const looked = (): void => draw(client.state());
  document.addEventListener("visibilitychange", looked);
  // Pictures come later than their lines: the end stays in sight.
  thread.element.addEventListener(
    "load",
    () => {
      const { scrollHeight, scrollTop, clientHeight } = thread.element;
      if (scrollHeight - scrollTop - clientHeight < 360) thread.element.scrollTop = scrollHeight;
    },
    true,
  );
  draw(client.state());
  client.start();
  return {
    element: root,
    client,
    focus: composer.focus,
    setOpen(open) {
      isOpen = open;
      draw(client.state());
      if (open) thread.element.scrollTop = thread.element.scrollHeight;
    },
    remove() {
      document.removeEventListener("visibilitychange", looked);
      client.stop();
      root.remove();
    },
  };
}

/** The owner's colours, corners and scheme on an element and everything in it. */
export function dress(
  element: HTMLElement,
  { color, corner, scheme }: Pick<ChatLook, "color" | "corner" | "scheme">,
): void {
  const mark = `${color}${corner}${scheme}`;
  if (element.dataset.dressed === mark) return;
  element.dataset.dressed = mark;
  element.dataset.scheme = scheme;
  element.style.setProperty("--corner", `${corner}px`);
  for (const [side, { fill, onFill, text }] of Object.entries(accentOf(color))) {
    element.style.setProperty(`--${side}-accent`, fill);
    element.style.setProperty(`--${side}-on-accent`, onFill);
    element.style.setProperty(`--${side}-accent-text`, text);
  }
}

function focusedIn(element: HTMLElement): boolean {
  const root = element.getRootNode();
  const active = root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  return active !== null && active !== element && element.contains(active);
}

/** Two soft tones, made on the spot: no file, and nothing before the visitor has touched the page. */
function ring(): void {
  try {
    const audio = new AudioContext();
    for (const [index, hertz] of [660, 880].entries()) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + index * 0.12;
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    }
    setTimeout(() => void audio.close(), 1000);
  } catch {
    // No sound here: the badge says it, too.
  }
}
