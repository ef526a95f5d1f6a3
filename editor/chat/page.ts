import "@fontsource-variable/inter";
import "./chat.css";
import "./page.css";
import { chatLanguage } from "./strings.ts";
import { createChatView } from "./view.ts";

/** The chat as a page of its own: what the link « web chat » opens. `?account=` names the widget, `?lang=` the language. */
const asked = new URLSearchParams(location.search);
const view = createChatView({
  base: "",
  account: asked.get("account") ?? "",
  language: chatLanguage(asked.get("lang") ?? navigator.language),
  heading: "h1",
  changed({ look }) {
    if (look?.title) document.title = document.title.replace(/^((?:\(\d+\) )?).*$/, `$1${look.title}`);
    document.documentElement.dataset.scheme = look?.scheme ?? "auto";
  },
});
document.documentElement.classList.add("relais");
document.querySelector("main")?.append(view.element);
document.documentElement.lang = view.element.lang;
view.focus();
