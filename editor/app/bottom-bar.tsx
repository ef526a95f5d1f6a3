import { Ellipsis } from "lucide-react";
import { useNavigate } from "react-router";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { useWords } from "../words/words.ts";
import { ScreenLink, useScreens } from "./rail.tsx";
import type { Screen } from "./screens.ts";
import { appWords } from "./words.ts";

const FIRST = 4;

/** The rail of a phone: the first screens, the others behind « Plus ». */
export function BottomBar() {
  const t = useWords(appWords);
  const mine = useScreens();
  const navigate = useNavigate();
  const more = mine.slice(FIRST);
  return (
    <nav
      aria-label={t("navigation")}
      className="shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid auto-cols-fr grid-flow-col gap-1 p-1">
        {mine.slice(0, FIRST).map((screen) => (
          <li key={screen.path}>
            <ScreenLink screen={screen} />
          </li>
        ))}
        {more.length > 0 ? (
          <li>
            <Menu
              trigger={
                <button
                  type="button"
                  className="flex min-h-14 w-full flex-col items-center justify-center gap-1 rounded-md text-xs text-muted"
                >
                  <Ellipsis size={20} strokeWidth={1.75} aria-hidden />
                  {t("more")}
                </button>
              }
            >
              {more.map((screen) => (
                <MoreItem key={screen.path} screen={screen} onSelect={() => void navigate(`/${screen.path}`)} />
              ))}
            </Menu>
          </li>
        ) : null}
      </ul>
    </nav>
  );
}

function MoreItem({ screen, onSelect }: { readonly screen: Screen; readonly onSelect: () => void }) {
  const t = useWords(screen.words);
  return (
    <MenuItem icon={screen.icon} onSelect={onSelect}>
      {t(screen.word)}
    </MenuItem>
  );
}
