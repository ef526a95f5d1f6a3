import { Wifi, WifiOff } from "lucide-react";
import { useMemo, useSyncExternalStore } from "react";
import { NavLink } from "react-router";
import { Logo } from "../session/door.tsx";
import { mayAnywhere, type Session, useSession } from "../session/session.ts";
import { classes } from "../ui/classes.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { useWords } from "../words/words.ts";
import { connectionNow, subscribeConnection } from "./live.ts";
import { Preferences } from "./preferences.tsx";
import { type Screen, screens } from "./screens.ts";
import { appWords } from "./words.ts";

const mayAny = (session: Session | null, permissions: readonly string[]): boolean =>
  permissions.some((one) => mayAnywhere(session, one));

export function useScreens(): readonly Screen[] {
  const session = useSession();
  return useMemo(
    () => screens.filter(({ permission }) => permission === undefined || mayAny(session, [permission].flat())),
    [session],
  );
}

/** Where one can go, at the left; on phones it is the bottom bar. */
export function Rail() {
  const t = useWords(appWords);
  const mine = useScreens();
  return (
    <nav
      aria-label={t("navigation")}
      className="hidden w-20 shrink-0 flex-col items-center border-r border-line bg-surface py-3 md:flex"
    >
      <NavLink to="/" aria-label={t("home")} className="mb-3 rounded-md p-2">
        <Logo className="size-8" />
      </NavLink>
      <ul className="flex min-h-0 w-full flex-1 flex-col gap-1 overflow-y-auto px-2">
        {mine.map((screen) => (
          <li key={screen.path}>
            <ScreenLink screen={screen} />
          </li>
        ))}
      </ul>
      <div className="flex flex-col items-center gap-1 pt-2">
        <Lamp />
        <Preferences />
      </div>
    </nav>
  );
}

export function ScreenLink({ screen }: { readonly screen: Screen }) {
  const t = useWords(screen.words);
  const { icon: Icon, Count } = screen;
  return (
    <NavLink
      to={`/${screen.path}`}
      className={({ isActive }) =>
        classes(
          "relative flex min-h-14 flex-col items-center justify-center gap-1 rounded-md px-1 text-center text-xs transition-colors duration-150",
          isActive ? "bg-brand-soft font-medium text-brand" : "text-muted hover:bg-sunken hover:text-ink",
        )
      }
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      {t(screen.word)}
      {Count ? <Count /> : null}
    </NavLink>
  );
}

/** Whether what is on screen is told of changes right now. */
function Lamp() {
  const t = useWords(appWords);
  const connection = useSyncExternalStore(subscribeConnection, connectionNow);
  const word = t(connection === "open" ? "connected" : "disconnected");
  return (
    <Tooltip text={word} side="right">
      <span
        role="status"
        aria-label={word}
        className={classes("grid size-9 place-items-center", connection === "open" ? "text-brand" : "text-problem")}
      >
        {connection === "open" ? (
          <Wifi size={18} strokeWidth={1.75} aria-hidden />
        ) : (
          <WifiOff size={18} strokeWidth={1.75} aria-hidden />
        )}
      </span>
    </Tooltip>
  );
}
