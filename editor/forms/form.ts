/** Makes the page of a form pleasanter where scripts run: nothing reloads, and no answer is lost with the connection. */

interface Answer {
  readonly accepted?: boolean;
  readonly message?: string;
  readonly promise?: string;
  readonly thanksUrl?: string | null;
  readonly error?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly token?: string;
}

const WORDS = {
  fr: {
    problems: "Quelques réponses sont à revoir",
    missing: "Ce champ est nécessaire.",
    sending: "Envoi…",
    offline: "La connexion est coupée. Vos réponses sont toujours là : réessayez dans un instant.",
    down: "L'envoi n'a pas pu être enregistré. Réessayez dans un instant.",
    again: "Envoyer un autre message",
    large: "Un fichier peut peser 10 Mo au plus.",
    many: (most: number) => (most === 1 ? "Un seul fichier est possible." : `${most} fichiers au plus.`),
  },
  en: {
    problems: "Some answers need another look",
    missing: "This field is needed.",
    sending: "Sending…",
    offline: "The connection is lost. Your answers are still here: try again in a moment.",
    down: "It could not be stored. Try again in a moment.",
    again: "Send another message",
    large: "A file may have 10 MB at most.",
    many: (most: number) => (most === 1 ? "Only one file is possible." : `${most} files at most.`),
  },
};
const FILE_BYTES = 10_000_000;
const words = WORDS[document.documentElement.lang === "en" ? "en" : "fr"];
const isEmbedded = document.documentElement.dataset.embedded !== undefined;

/** Tells the page around us how high we are; the height is no secret, so whoever frames us may know it. */
function tellHeight(): void {
  if (!isEmbedded || window.parent === window) return;
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  window.parent.postMessage({ relaisForm: location.pathname, height }, "*");
}

function enhance(form: HTMLFormElement): void {
  const button = form.querySelector("button");
  const token = form.querySelector<HTMLInputElement>("input[name=_token]");
  const said = document.getElementById("said");
  if (!button || !token || !said) return;
  const title = button.textContent ?? "";
  form.noValidate = true;
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      if (event.target.getAttribute("aria-invalid") === "true") mark(event.target.name, null);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const wrong = checked(form);
    if (Object.keys(wrong).length > 0) return show(words.problems, wrong);
    button.disabled = true;
    button.textContent = words.sending;
    const answer = await send(form, token).catch((): Answer => ({ error: words.offline, fields: {} }));
    button.disabled = false;
    button.textContent = title;
    if (answer.token) token.value = answer.token;
    if (!answer.accepted) return show(answer.error ?? words.down, answer.fields ?? {});
    if (answer.thanksUrl) return location.assign(answer.thanksUrl);
    thank(answer);
  });

  const mark = (name: string, problem: string | null): void => {
    const input = form.elements.namedItem(name);
    const line = document.getElementById(`p-${name}`);
    if (!(input instanceof HTMLElement) || !line) return;
    line.textContent = problem ?? "";
    line.hidden = problem === null;
    const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
    if (problem === null) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", [...others, ...(problem === null ? [] : [line.id])].join(" "));
  };

  const show = (error: string, problems: Readonly<Record<string, string>>): void => {
    document.getElementById("problems")?.remove();
    for (const input of form.elements)
      if (input instanceof HTMLElement && "name" in input)
        mark(String(input.name), problems[String(input.name)] ?? null);
    const box = make("div", "problems");
    box.id = "problems";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    box.append(make("h2", "", Object.keys(problems).length > 0 ? words.problems : error));
    const list = document.createElement("ul");
    for (const [name, problem] of Object.entries(problems)) {
      const label = form.querySelector(`label[for="f-${CSS.escape(name)}"]`)?.firstChild?.textContent ?? "";
      const item = document.createElement("li");
      const link = make("a", "", label.trim() || name) as HTMLAnchorElement;
      link.href = `#f-${name}`;
      item.append(link, " : ", problem);
      list.append(item);
    }
    if (list.childElementCount > 0) box.append(list);
    form.before(box);
    const first = Object.keys(problems).map((name) => form.elements.namedItem(name))[0];
    if (first instanceof HTMLElement) first.focus();
    else box.focus();
    tellHeight();
  };
}

/** What the browser itself can see: missing answers, files that are too many or too large. */
function checked(form: HTMLFormElement): Readonly<Record<string, string>> {
  const wrong: Record<string, string> = {};
  for (const input of form.elements) {
    if (
      !(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement || input instanceof HTMLSelectElement)
    )
      continue;
    if (input.validity.valueMissing) wrong[input.name] = words.missing;
    else if (input.validity.badInput || input.validity.typeMismatch) wrong[input.name] = input.validationMessage;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") continue;
    const files = [...(input.files ?? [])];
    const most = Number(input.dataset.most ?? "1");
    if (files.length > most) wrong[input.name] = words.many(most);
    else if (files.some(({ size }) => size > FILE_BYTES)) wrong[input.name] = words.large;
  }
  return wrong;
}

/** Sends the answers; a page that was open for too long gets a new token and sends them once more. */
async function send(form: HTMLFormElement, token: HTMLInputElement): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
    });
    const answer = (await response.json()) as Answer;
    const isOnlyOld = response.status === 400 && answer.token && Object.keys(answer.fields ?? {}).length === 0;
    if (!isOnlyOld || tries > 1) return answer;
    token.value = answer.token ?? "";
    await new Promise((done) => setTimeout(done, 1100));
  }
}

function thank({ message = "", promise = "" }: Answer): void {
  const main = document.querySelector("main");
  if (!main) return;
  const box = make("div", "thanks");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, attributes] of [
    ["circle", { cx: "12", cy: "12", r: "10" }],
    ["path", { d: "M7.5 12.5l3 3 6-6.5" }],
  ] as const) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  const title = make("h1", "", message);
  title.tabIndex = -1;
  const again = make("a", "", words.again) as HTMLAnchorElement;
  again.href = location.pathname + location.search;
  const last = make("p", "");
  last.append(again);
  box.append(svg, title, make("p", "", promise), last);
  main.replaceChildren(box);
  title.focus();
  tellHeight();
}

function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

const form = document.querySelector("form");
if (form) enhance(form);
new ResizeObserver(tellHeight).observe(document.documentElement);
tellHeight();
