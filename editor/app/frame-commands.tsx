import { BookOpen, Languages, MessageCircle, Monitor, Moon, Sun } from "lucide-react";
import { useMemo } from "react";
import { useNavigate } from "react-router";
import { setLanguage, useLanguage, useWords, wordsOf } from "../words/words.ts";
import { type Command, useCommands } from "./commands.ts";
import { useScreens } from "./rail.tsx";
import { setTheme } from "./theme.ts";
import { appWords } from "./words.ts";

/** What the palette can do everywhere. */
export function FrameCommands() {
  const t = useWords(appWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const mine = useScreens();
  const commands = useMemo((): readonly Command[] => {
    const [go, like] = [t("goTo"), t("preferences")];
    return [
      ...mine.map((screen) => ({
        id: `screen-${screen.path}`,
        title: wordsOf(screen.words)(screen.word),
        group: go,
        icon: screen.icon,
        run: () => void navigate(`/${screen.path}`),
      })),
      { id: "chat", title: t("chat"), group: go, icon: MessageCircle, run: () => void window.open("/chat") },
      { id: "docs", title: t("apiDocs"), group: go, icon: BookOpen, run: () => void window.open("/docs") },
      {
        id: "language",
        title: language === "fr" ? t("english") : t("french"),
        group: like,
        icon: Languages,
        words: t("language"),
        run: () => setLanguage(language === "fr" ? "en" : "fr"),
      },
      ...(
        [
          ["light", Sun],
          ["dark", Moon],
          ["system", Monitor],
        ] as const
      ).map(([theme, icon]) => ({
        id: `theme-${theme}`,
        title: t(theme),
        group: like,
        icon,
        words: t("appearance"),
        run: () => setTheme(theme),
      })),
    ];
  }, [t, language, navigate, mine]);
  useCommands(commands);
  return null;
}
