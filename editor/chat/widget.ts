import tokens from "../ui/tokens.css?inline";
import chatCss from "./chat.css?inline";
import { chatLanguage, stringsIn } from "./strings.ts";
import { createChatView, icon } from "./view.ts";
import widgetCss from "./widget.css?inline";

const CHAT_ICON = "M4 5h16v11H9l-5 4z";
const CLOSE_ICON = "M6 6l12 12M18 6L6 18";

/** The bubble that one script tag brings to any page. It lives in a shadow root: the page's styles and ours do not meet. */
function openWidget(script: HTMLScriptElement): void {
  const base = new URL(script.src).origin;
  const strings = stringsIn(chatLanguage(navigator.language));
  const host = document.createElement("relais-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    [tokens.replaceAll(":root", ":host").replace(/(^|\n)body\s*\{[^}]*\}/, ""), chatCss, widgetCss].join("\n"),
  );
  shadow.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  let unread = 0;

  const draw = (): void => {
    const open = !panel.hidden;
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute(
      "aria-label",
      open ? strings.close : unread > 0 ? `${strings.open} (${strings.newMessages(unread)})` : strings.open,
    );
    button.replaceChildren(icon(open ? CLOSE_ICON : CHAT_ICON), badge);
    badge.textContent = String(unread);
    badge.hidden = open || unread === 0;
  };
  const toggle = (): void => {
    panel.hidden = !panel.hidden;
    if (!panel.hidden) {
      unread = 0;
      if (!panel.hasChildNodes()) panel.append(view().element);
      view().focus();
    } else button.focus();
    draw();
  };
  let made: ReturnType<typeof createChatView> | null = null;
  const view = (): ReturnType<typeof createChatView> => {
    made ??= createChatView({
      base,
      close: toggle,
      heard: () => {
        if (!panel.hidden) return;
        unread++;
        draw();
      },
    });
    return made;
  };
  button.className = "launcher";
  button.addEventListener("click", toggle);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle();
  });
  shadow.append(panel, button);
  draw();
  document.body.append(host);
  // Who has talked before is listened for at once: an answer may come while the chat is closed.
  if (localStorage.getItem(`relais:${base}`)) panel.append(view().element);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) openWidget(script);
