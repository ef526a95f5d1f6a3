import "@fontsource-variable/inter";
import "../ui/tokens.css";
import "./chat.css";
import "./page.css";
import { createChatView } from "./view.ts";

/** The chat as a page of its own: what the link « web chat » opens. */
const view = createChatView({ base: "", heading: "h1" });
document.querySelector("main")?.append(view.element);
document.documentElement.lang = view.element.lang;
view.focus();
