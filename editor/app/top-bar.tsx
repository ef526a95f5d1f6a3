import { Search } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useMatches } from "react-router";
import { classes } from "../ui/classes.ts";
import { Keys } from "../ui/keys.tsx";
import { type Catalogue, useWords } from "../words/words.ts";
import { Preferences } from "./preferences.tsx";
import { screens } from "./screens.ts";
import { appWords } from "./words.ts";

const PLACE = "top-bar-place";
const ACTS = "top-bar-acts";

/** Where am I, in what state, and the one main act. Screens fill it by `TopBarContent`. */
export function TopBar({ onSearch }: { readonly onSearch: () => void }) {
  const t = useWords(appWords);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-surface px-4">
      <div id={PLACE} className="flex min-w-0 items-center gap-3 empty:hidden" />
      <ScreenTitle />
      <div className="flex-1" />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex min-h-9 items-center gap-2 rounded-md border border-line px-2.5 text-muted hover:bg-sunken pointer-coarse:min-h-11"
      >
        <Search size={16} strokeWidth={1.75} aria-hidden />
        <span className="max-lg:sr-only">{t("searchShort")}</span>
        <span className="max-lg:hidden">
          <Keys keys="mod+k" />
        </span>
      </button>
      <div id={ACTS} className="flex shrink-0 items-center gap-2 empty:hidden" />
      <div className="md:hidden">
        <Preferences />
      </div>
    </header>
  );
}

/** The screen's name, until the screen itself says more. */
function ScreenTitle() {
  const matches = useMatches();
  const path = matches[matches.length - 1]?.pathname.split("/")[1] ?? "";
  const screen = screens.find((one) => one.path === path);
  const words: Catalogue<string> = screen?.words ?? appWords;
  const t = useWords(words);
  const title = screen ? t(screen.word) : "Relais";
  useEffect(() => {
    document.title = title === "Relais" ? title : `${title} · Relais`;
  }, [title]);
  return (
    <p
      className={classes(
        "truncate text-base font-semibold",
        // A screen that names its own place stands before this, and hides it.
        "[div:not(:empty)+&]:hidden",
      )}
    >
      {title}
    </p>
  );
}

/** What a screen puts into the top bar. */
export function TopBarContent({ place, acts }: { readonly place?: ReactNode; readonly acts?: ReactNode }) {
  const [isThere, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  if (!isThere) return null;
  const [left, right] = [document.getElementById(PLACE), document.getElementById(ACTS)];
  return (
    <>
      {left && place ? createPortal(place, left) : null}
      {right && acts ? createPortal(acts, right) : null}
    </>
  );
}
