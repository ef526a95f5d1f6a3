import type { ChatLook } from "../../engine/core/domain/chat.ts";
import { accentOf } from "../../engine/core/domain/color.ts";
import { icon } from "./dom.ts";
import palette from "./palette.css?inline";
import type { Panel } from "./panel.ts";
import widgetCss from "./widget.css?inline";

/**
 * The launcher that one script tag brings to any page; the chat itself is loaded when it is first needed. It lives in a
 * shadow root: the page's styles and ours do not meet. What a page may ask of it is `window.relais`.
 */
export interface RelaisChat {
  open(): void;
  close(): void;
  /** A JSON Web Token that the site's server signed with the chat's secret. False: it was refused. */
  identify(token: string): Promise<boolean>;
  logout(): Promise<void>;
}

const CHAT_ICON = "M4 5h16v11H9l-5 4z";
const CLOSE_ICON = "M6 6l12 12M18 6L6 18";
const WORDS = {
  fr: { open: "Ouvrir la discussion", close: "Fermer la discussion", title: "Discussion", fresh: "nouveaux messages" },
  en: { open: "Open the chat", close: "Close the chat", title: "Chat", fresh: "new messages" },
};

function openWidget(script: HTMLScriptElement): void {
  const base = new URL(script.src).origin;
  const account = script.dataset.account ?? "";
  const wanted = (script.dataset.lang ?? (document.documentElement.lang || navigator.language)).toLowerCase();
  const language = wanted.startsWith("fr") ? "fr" : "en";
  const words = WORDS[language];
  const host = document.createElement("relais-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(palette + widgetCss);
  shadow.adoptedStyleSheets = [sheet];
  const frame = document.createElement("div");
  frame.className = "frame relais";
  frame.lang = language;
  const button = document.createElement("button");
  button.className = "launcher";
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.setAttribute("aria-hidden", "true");
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.title);
  let unread = 0;
  let loading: Promise<Panel> | null = null;

  const draw = (): void => {
    const open = !panel.hidden;
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute(
      "aria-label",
      open ? words.close : unread > 0 ? `${words.open} (${unread} ${words.fresh})` : words.open,
    );
    button.replaceChildren(icon(open ? CLOSE_ICON : CHAT_ICON), badge);
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = open || unread === 0;
    frame.toggleAttribute("data-open", open);
  };
  const dress = ({ color, corner, scheme, position }: ChatLook): void => {
    frame.dataset.scheme = scheme;
    frame.dataset.position = position;
    frame.style.setProperty("--corner", `${corner}px`);
    for (const [side, { fill, onFill }] of Object.entries(accentOf(color))) {
      frame.style.setProperty(`--${side}-accent`, fill);
      frame.style.setProperty(`--${side}-on-accent`, onFill);
    }
  };
  const load = (): Promise<Panel> => {
    loading ??= import(/* @vite-ignore */ `${base}/chat/panel.js`).then(({ mountPanel }: typeof import("./panel.ts")) =>
      mountPanel(shadow, panel, {
        base,
        account,
        language,
        close: () => toggle(false),
        changed({ unread: now, look }) {
          if (look) dress(look);
          if (now === unread) return;
          unread = now;
          draw();
        },
      }),
    );
    loading.catch(() => {
      loading = null;
    });
    return loading;
  };
  const toggle = async (open: boolean): Promise<void> => {
    if (open === !panel.hidden) return;
    panel.hidden = !open;
    draw();
    if (!open) {
      button.focus();
      return (await load()).setOpen(false);
    }
    const chat = await load();
    if (panel.hidden) return;
    chat.setOpen(true);
    chat.focus();
  };
  button.addEventListener("click", () => void toggle(Boolean(panel.hidden)));
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) void toggle(false);
  });
  frame.append(panel, button);
  shadow.append(frame);
  draw();
  document.body.append(host);

  const key = `relais:${base}:${account}`;
  const kept = storedAt(key);
  if (kept?.look) dress(kept.look);
  // Who has talked before is listened for at once: an answer may come while the chat is closed.
  if (kept?.token || (kept?.pending?.length ?? 0) > 0) void load();
  else
    void fetch(`${base}/chat/api/look?account=${encodeURIComponent(account)}`)
      .then(async (answer) => {
        if (answer.ok) dress((await answer.json()) as ChatLook);
      })
      .catch(() => {});
  const api: RelaisChat = {
    open: () => void toggle(true),
    close: () => void toggle(false),
    identify: async (token) => (await load()).signIn(token),
    logout: async () => (await load()).signOut(),
  };
  (window as unknown as { relais: RelaisChat }).relais = api;
  if (script.dataset.userToken) void api.identify(script.dataset.userToken);
  if (script.dataset.open === "true") api.open();
  window.dispatchEvent(new CustomEvent("relais:ready"));
}

interface Stored {
  readonly token?: string | null;
  readonly pending?: readonly unknown[];
  readonly look?: ChatLook | null;
}

function storedAt(key: string): Stored | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Stored | null;
  } catch {
    return null;
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) openWidget(script);
  else document.addEventListener("DOMContentLoaded", () => openWidget(script));
}
