import { iconButton, make } from "./dom.ts";
import type { Strings } from "./strings.ts";

const SEND_ICON = "M4 12h14M12 5l7 7-7 7";
const CLIP_ICON = "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17a1.7 1.7 0 0 1-2.4-2.4L14 7.6";
const TEXT_LENGTH = 4000;
const ACCEPT = "image/*,audio/*,video/*,application/pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp";

export interface Composer {
  readonly element: HTMLFormElement;
  readonly focus: () => void;
}

/** Where the visitor writes and attaches files, by button, by pasting, or by dropping them anywhere on `target`. */
export function createComposer(
  strings: Strings,
  target: HTMLElement,
  say: (text: string) => void,
  attach: (files: readonly File[]) => void,
): Composer {
  const form = document.createElement("form");
  const input = document.createElement("textarea");
  input.rows = 1;
  input.maxLength = TEXT_LENGTH;
  input.placeholder = strings.placeholder;
  input.setAttribute("aria-label", strings.placeholder);
  input.enterKeyHint = "send";
  const grow = (): void => {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
    send.disabled = input.value.trim() === "";
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
  input.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    attach(files);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    input.focus();
  });
  const picker = document.createElement("input");
  picker.type = "file";
  picker.multiple = true;
  picker.accept = ACCEPT;
  picker.hidden = true;
  picker.addEventListener("change", () => {
    attach([...(picker.files ?? [])]);
    picker.value = "";
    input.focus();
  });
  const send = iconButton(SEND_ICON, strings.send, () => {});
  send.type = "submit";
  send.classList.add("primary");
  send.disabled = true;
  form.append(
    iconButton(CLIP_ICON, strings.attach, () => picker.click()),
    input,
    send,
    picker,
  );
  dropping(target, strings.drop, attach);
  return { element: form, focus: () => input.focus({ preventScroll: true }) };
}

function dropping(target: HTMLElement, words: string, attach: (files: readonly File[]) => void): void {
  const cover = make("div", "drop", words);
  cover.hidden = true;
  target.append(cover);
  let inside = 0;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  target.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    inside++;
    cover.hidden = false;
  });
  target.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  target.addEventListener("dragleave", () => {
    inside = Math.max(0, inside - 1);
    cover.hidden = inside === 0;
  });
  target.addEventListener("drop", (event) => {
    inside = 0;
    cover.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    attach([...(event.dataTransfer?.files ?? [])]);
  });
}
