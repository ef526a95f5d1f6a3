import { classes } from "./classes.ts";

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys of a shortcut: `mod+k` (⌘ on a Mac, Ctrl elsewhere), or several that do alike, `+ -`. */
export function Keys({ keys, onDark = false }: { readonly keys: string; readonly onDark?: boolean }) {
  return (
    <span className="inline-flex gap-1" aria-hidden>
      {(keys.includes(" ") ? keys.split(" ") : keys.split("+")).map((key) => (
        <kbd
          key={key}
          className={classes(
            "rounded-sm border px-1 font-sans text-xs leading-4",
            onDark ? "border-line-strong" : "border-line bg-sunken text-muted",
          )}
        >
          {shown(key)}
        </kbd>
      ))}
    </span>
  );
}

function shown(key: string): string {
  if (key === "mod") return isMac ? "⌘" : "Ctrl";
  if (key === "shift") return isMac ? "⇧" : "Maj";
  if (key === "alt") return isMac ? "⌥" : "Alt";
  return key.length === 1 ? key.toUpperCase() : key;
}
