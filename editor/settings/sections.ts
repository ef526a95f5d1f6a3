import { Cable, History, KeyRound, type LucideIcon, ShieldCheck, UsersRound } from "lucide-react";
import type { ScreenRoute } from "../app/screens.ts";
import type { Catalogue } from "../words/words.ts";
import { settingsWords } from "./words.ts";

/** One part of the settings. To add one: its line here; its pages stand in `SettingsFrame`. */
export interface Section {
  /** Under `/settings/`. */
  readonly path: string;
  readonly icon: LucideIcon;
  readonly words: Catalogue<string>;
  readonly word: string;
  /** Who has it nowhere does not see the part. */
  readonly permission: string;
  /** Below the path of the part; the first is the part itself, `""`. */
  readonly routes: readonly ScreenRoute[];
}

export const sections: readonly Section[] = [
  {
    path: "channels",
    icon: Cable,
    words: settingsWords,
    word: "channels",
    permission: "accounts.manage",
    routes: [
      { path: "", load: async () => ({ Component: (await import("./channel-list.tsx")).ChannelList }) },
      { path: "new/:channel", load: async () => ({ Component: (await import("./connect-page.tsx")).ConnectPage }) },
      { path: ":id", load: async () => ({ Component: (await import("./account-page.tsx")).AccountPage }) },
    ],
  },
  {
    path: "team",
    icon: UsersRound,
    words: settingsWords,
    word: "team",
    permission: "users.manage",
    routes: [{ path: "", load: async () => ({ Component: (await import("../team/team.tsx")).Team }) }],
  },
  {
    path: "roles",
    icon: ShieldCheck,
    words: settingsWords,
    word: "roles",
    permission: "users.manage",
    routes: [{ path: "", load: async () => ({ Component: (await import("../team/roles.tsx")).Roles }) }],
  },
  {
    path: "tokens",
    icon: KeyRound,
    words: settingsWords,
    word: "tokens",
    permission: "settings.manage",
    routes: [{ path: "", load: async () => ({ Component: (await import("../team/tokens.tsx")).Tokens }) }],
  },
  {
    path: "record",
    icon: History,
    words: settingsWords,
    word: "record",
    permission: "settings.manage",
    routes: [{ path: "", load: async () => ({ Component: (await import("../team/record.tsx")).Record }) }],
  },
];

/** The parts as routes of the one screen `settings`. */
export const sectionRoutes: readonly ScreenRoute[] = [
  { path: "", load: async () => ({ Component: (await import("./settings-frame.tsx")).FirstSection }) },
  ...sections.flatMap(({ path, routes }) =>
    routes.map((route) => ({ ...route, path: route.path === "" ? path : `${path}/${route.path}` })),
  ),
];
