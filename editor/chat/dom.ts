/** Small pieces of pages. Words of others are only ever text nodes: nothing in them is markup. */

export function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

export function button(className: string, text: string, press: () => void): HTMLButtonElement {
  const element = make("button", className, text) as HTMLButtonElement;
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

export function iconButton(path: string, label: string, press: () => void): HTMLButtonElement {
  const element = button("icon", "", press);
  element.setAttribute("aria-label", label);
  element.title = label;
  element.append(icon(path));
  return element;
}

/** A line drawing of 24 by 24. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.75",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  }))
    svg.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** A link that is only followed when its scheme is harmless; else its words. */
export function anchor(url: string, label: string, className = ""): Node | string {
  if (!SAFE_LINK.test(url)) return label;
  const link = make("a", className, label) as HTMLAnchorElement;
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

/** Text with its addresses as links. */
export function linked(text: string): readonly (Node | string)[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g)
    .map((part, index) => (index % 2 === 1 ? anchor(part, part) : part));
}

/** Puts these elements into the parent in this order and leaves alone those that stay where they are. */
export function arrange(parent: HTMLElement, wanted: readonly HTMLElement[]): void {
  const stay = new Set<Node>(wanted);
  for (const child of [...parent.children]) if (!stay.has(child)) child.remove();
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}
