import "@fontsource-variable/inter";
import "../ui/tokens.css";
import "../chat/chat.css";
import "./start.css";
import { icon, make } from "../chat/dom.ts";
import { chatLanguage } from "../chat/strings.ts";
import { createChatView } from "../chat/view.ts";
import { STRINGS } from "./strings.ts";

/** What `GET /api/public/status` says. */
interface Status {
  readonly assistant: string;
  readonly backupNumber: boolean;
  readonly channels: readonly {
    readonly type: string;
    readonly label: { readonly fr: string; readonly en: string };
    readonly connected: boolean;
    readonly status: string | null;
  }[];
  readonly webhooks: readonly { readonly channel: string; readonly url: string }[];
  readonly flows: readonly { readonly id: string; readonly published: boolean }[];
}

const LOGO = "M4 17c4 0 4-10 8-10s4 10 8 10M4 17h.01M20 17h.01M12 7h.01";
const language = chatLanguage(navigator.language);
const strings = STRINGS[language];

/** The first page that an owner sees: talk to the bot, see what is connected, do the next step. */
function draw(): void {
  document.documentElement.lang = language;
  const page = make("div", "page");
  const left = make("main", "");
  const brand = make("h1", "brand");
  brand.append(icon(LOGO), "Relais");
  const state = make("div", "");
  const links = make("nav", "links");
  links.setAttribute("aria-label", "Relais");
  links.append(link("/chat", strings.chat), link("/docs", strings.docs));
  left.append(brand, make("p", "tagline", strings.tagline), state, links);
  const demo = make("aside", "demo");
  const frame = make("div", "frame");
  frame.append(createChatView({ base: "" }).element);
  demo.append(make("h2", "", strings.demo), frame);
  page.append(left, demo);
  document.body.replaceChildren(page);
  void load(state);
}

async function load(state: HTMLElement): Promise<void> {
  const waiting = card(strings.connected);
  waiting.setAttribute("aria-busy", "true");
  waiting.append(make("div", "skeleton"), make("div", "skeleton"), make("div", "skeleton"));
  state.replaceChildren(waiting);
  try {
    const answer = await fetch("/api/public/status");
    if (!answer.ok) throw new Error(String(answer.status));
    state.replaceChildren(...cards((await answer.json()) as Status));
  } catch {
    const failed = card(strings.connected);
    const again = make("button", "", strings.retry);
    again.addEventListener("click", () => void load(state));
    failed.append(make("p", "", strings.error), again);
    state.replaceChildren(failed);
  }
}

function cards(status: Status): readonly HTMLElement[] {
  const next = card(strings.next);
  next.classList.add("next");
  next.append(make("p", "", strings.steps[nextStep(status)]));
  const connected = card(strings.connected);
  const rows = make("ul", "rows");
  for (const channel of status.channels) {
    const problem = channel.status === "authFailed";
    rows.append(
      row(
        channel.label[language],
        problem ? strings.problem : channel.connected ? strings.yes : strings.no,
        problem ? "problem" : channel.connected ? "yes" : "no",
      ),
    );
  }
  rows.append(row(strings.backup, status.backupNumber ? strings.yes : strings.no, status.backupNumber ? "yes" : "no"));
  rows.append(row(strings.assistant, status.assistant === "builtin" ? strings.builtin : status.assistant, "yes"));
  connected.append(rows);
  const flows = card(strings.flows);
  if (status.flows.length === 0) flows.append(make("p", "", strings.noFlows));
  else {
    const list = make("ul", "rows");
    for (const { id, published } of status.flows)
      list.append(row(id, published ? strings.published : strings.draft, published ? "yes" : "no"));
    flows.append(list);
  }
  const webhook = card(strings.webhook);
  for (const { url } of status.webhooks.filter(({ channel }) => channel === "whatsapp")) webhook.append(copyable(url));
  return [next, connected, webhook, flows];
}

function nextStep(status: Status): keyof typeof strings.steps {
  if (!status.flows.some(({ published }) => published)) return "flows";
  if (!status.channels.some(({ type, connected }) => type === "whatsapp" && connected)) return "whatsapp";
  return status.backupNumber ? "done" : "backup";
}

function card(title: string): HTMLElement {
  const element = make("section", "card");
  element.append(make("h2", "", title));
  return element;
}

function row(name: string, value: string, on: "yes" | "no" | "problem"): HTMLElement {
  const element = make("li", "");
  const right = make("span", "value", value);
  right.dataset.on = on;
  element.append(make("span", "", name), right);
  return element;
}

function copyable(text: string): HTMLElement {
  const element = make("div", "copy");
  const shown = make("code", "", text);
  shown.tabIndex = 0;
  const button = make("button", "", strings.copy);
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(() => {
      button.textContent = strings.copied;
      setTimeout(() => {
        button.textContent = strings.copy;
      }, 2000);
    });
  });
  element.append(shown, button);
  return element;
}

function link(href: string, label: string): HTMLElement {
  const element = document.createElement("a");
  element.href = href;
  element.textContent = label;
  return element;
}

draw();
