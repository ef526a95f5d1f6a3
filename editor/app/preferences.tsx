import { LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../api.ts";
import { useSession, useSignIn } from "../session/session.ts";
import { Menu, MenuItem, MenuLine, MenuTitle } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { setLanguage, useLanguage, useWords } from "../words/words.ts";
import { setTheme, type Theme, themeNow } from "./theme.ts";
import { appWords } from "./words.ts";

const THEMES = [
  { theme: "light", icon: Sun },
  { theme: "dark", icon: Moon },
  { theme: "system", icon: Monitor },
] as const;

/** Language, light or dark, and the way out. */
export function Preferences() {
  const t = useWords(appWords);
  const language = useLanguage();
  const session = useSession();
  const { signOut } = useSignIn();
  const navigate = useNavigate();
  const [theme, showTheme] = useState<Theme>(themeNow);
  const leave = async (): Promise<void> => {
    try {
      await signOut();
      toast({ text: t("signedOut") });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={t("account")}
          className="grid size-9 place-items-center rounded-full bg-sunken text-muted hover:text-ink pointer-coarse:size-11"
        >
          <UserRound size={18} strokeWidth={1.75} aria-hidden />
        </button>
      }
    >
      {session ? (
        <p className="px-2.5 py-1.5 text-sm">
          <span className="block font-medium">{session.name}</span>
          <span className="block text-xs text-muted">{session.user?.email}</span>
        </p>
      ) : null}
      <MenuItem icon={UserRound} onSelect={() => void navigate("/account")}>
        {t("myAccount")}
      </MenuItem>
      <MenuLine />
      <MenuTitle>{t("language")}</MenuTitle>
      <MenuItem checked={language === "fr"} onSelect={() => setLanguage("fr")}>
        {t("french")}
      </MenuItem>
      <MenuItem checked={language === "en"} onSelect={() => setLanguage("en")}>
        {t("english")}
      </MenuItem>
      <MenuTitle>{t("appearance")}</MenuTitle>
      {THEMES.map(({ theme: one, icon }) => (
        <MenuItem
          key={one}
          icon={icon}
          checked={theme === one}
          onSelect={() => {
            setTheme(one);
            showTheme(one);
          }}
        >
          {t(one)}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={() => void leave()}>
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
