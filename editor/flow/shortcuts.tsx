import { useReactFlow } from "@xyflow/react";
import { useEffect, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Keys } from "../ui/keys.tsx";
import { catalogue, useWords } from "../words/words.ts";
import { useFlow } from "./flow-context.ts";
import { useNodeActs } from "./node-acts.ts";

const keyWords = catalogue("flow.keys", {
  fr: {
    title: "Raccourcis clavier",
    palette: "Chercher un bloc à ajouter",
    find: "Trouver un bloc, aller partout",
    undo: "Annuler",
    redo: "Rétablir",
    copy: "Copier les blocs choisis",
    cut: "Couper",
    paste: "Coller",
    duplicate: "Dupliquer",
    remove: "Supprimer",
    all: "Tout choisir",
    move: "Déplacer les blocs choisis",
    next: "Bloc suivant",
    open: "Choisir le bloc",
    close: "Ne rien choisir",
    fit: "Tout voir",
    zoom: "Agrandir, réduire",
    tidy: "Ranger le dessin",
    problems: "Problèmes",
    yaml: "Texte YAML",
    help: "Cette aide",
  },
  en: {
    title: "Keyboard shortcuts",
    palette: "Find a block to add",
    find: "Find a block, go anywhere",
    undo: "Undo",
    redo: "Redo",
    copy: "Copy the chosen blocks",
    cut: "Cut",
    paste: "Paste",
    duplicate: "Duplicate",
    remove: "Delete",
    all: "Choose all",
    move: "Move the chosen blocks",
    next: "Next block",
    open: "Choose the block",
    close: "Choose nothing",
    fit: "See everything",
    zoom: "Zoom in, out",
    tidy: "Tidy the drawing",
    problems: "Problems",
    yaml: "YAML text",
    help: "This help",
  },
});

const SHEET = [
  ["palette", "/"],
  ["find", "mod+k"],
  ["undo", "mod+z"],
  ["redo", "mod+shift+z"],
  ["copy", "mod+c"],
  ["cut", "mod+x"],
  ["paste", "mod+v"],
  ["duplicate", "mod+d"],
  ["remove", "Suppr"],
  ["all", "mod+a"],
  ["move", "← ↑ → ↓"],
  ["next", "Tab"],
  ["open", "Enter"],
  ["close", "Esc"],
  ["fit", "1"],
  ["zoom", "+ -"],
  ["tidy", "L"],
  ["problems", "P"],
  ["yaml", "Y"],
  ["help", "?"],
] as const;

const HELP = "relais:help";
export function openHelp(): void {
  window.dispatchEvent(new Event(HELP));
}

/** Keys for everything on the canvas, and the sheet that names them. Words that are being typed are left alone. */
export function Shortcuts() {
  const t = useWords(keyWords);
  const { session, selected, select, openDrawer, drawer } = useFlow();
  const acts = useNodeActs();
  const flow = useReactFlow();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const help = (): void => setOpen(true);
    window.addEventListener(HELP, help);
    return () => window.removeEventListener(HELP, help);
  }, []);
  useEffect(() => {
    const done = (event: Event, act: () => void): void => {
      event.preventDefault();
      act();
    };
    const pressed = (event: KeyboardEvent): void => {
      const isMod = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (isTyping(event.target)) return;
      if (isMod && key === "z") return done(event, event.shiftKey ? session.redo : session.undo);
      if (isMod && key === "y") return done(event, session.redo);
      if (isMod && key === "d") return done(event, () => acts.duplicate(selected));
      if (isMod && key === "a") return done(event, () => select([...(session.state().drawing?.nodes.keys() ?? [])]));
      if (isMod || event.altKey) return;
      switch (event.key) {
        case "/":
          return done(event, () => document.querySelector<HTMLElement>("[data-palette-search]")?.focus());
        case "?":
          return done(event, () => setOpen(true));
        case "Escape":
          return select([]);
        case "1":
          return done(event, () => void flow.fitView({ duration: 180, maxZoom: 1 }));
        case "+":
          return done(event, () => void flow.zoomIn({ duration: 120 }));
        case "-":
          return done(event, () => void flow.zoomOut({ duration: 120 }));
        case "l":
          return done(event, () => void acts.tidy());
        case "p":
          return done(event, () => openDrawer(drawer === "problems" ? null : "problems"));
        case "y":
          return done(event, () => openDrawer(drawer === "yaml" ? null : "yaml"));
      }
    };
    const copied = (event: ClipboardEvent): void => {
      if (isTyping(event.target) || (getSelection()?.toString() ?? "") !== "") return;
      const text = acts.copy(selected);
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") acts.remove(selected);
    };
    const pasted = (event: ClipboardEvent): void => {
      if (isTyping(event.target)) return;
      event.preventDefault();
      acts.paste(event.clipboardData?.getData("text/plain") ?? "");
    };
    window.addEventListener("keydown", pressed);
    document.addEventListener("copy", copied);
    document.addEventListener("cut", copied);
    document.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("keydown", pressed);
      document.removeEventListener("copy", copied);
      document.removeEventListener("cut", copied);
      document.removeEventListener("paste", pasted);
    };
  }, [session, selected, select, acts, flow, drawer, openDrawer]);
  return (
    <Dialog open={isOpen} onClose={() => setOpen(false)} title={t("title")}>
      <dl className="grid gap-x-8 gap-y-1 sm:grid-cols-2">
        {SHEET.map(([word, keys]) => (
          <div key={word} className="flex items-center justify-between gap-4 py-1">
            <dt>{t(word)}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null;
}
