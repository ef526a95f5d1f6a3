import { House, Inbox, type LucideIcon, Settings, Workflow } from "lucide-react";
import type { ComponentType } from "react";
import { WaitingCount } from "../inbox/waiting-count.tsx";
import { inboxWords } from "../inbox/words.ts";
import { sectionRoutes, sections } from "../settings/sections.ts";
import { settingsWords } from "../settings/words.ts";
import type { Catalogue } from "../words/words.ts";
import { appWords } from "./words.ts";

export interface ScreenRoute {
  readonly path: string;
  readonly load: () => Promise<{ readonly Component: ComponentType }>;
}

/** One place of the application. To add one: its folder, its line here. Rail, bottom bar, palette and routes follow. */
export interface Screen {
  /** Under the site's root, `flows`; everything below it belongs to the screen, too. */
  readonly path: string;
  readonly icon: LucideIcon;
  /** Its name is the word `word` of this catalogue. */
  readonly words: Catalogue<string>;
  readonly word: string;
  /** Who lacks it, or all of several, does not see the screen. */
  readonly permission?: string | readonly string[];
  /** What waits there, as a number at its icon. */
  readonly Count?: ComponentType;
  /** Parameters after the path, and what shows; each is loaded when it is opened. */
  readonly routes: readonly ScreenRoute[];
}

export const screens: readonly Screen[] = [
  {
    path: "home",
    icon: House,
    words: appWords,
    word: "home",
    routes: [{ path: "", load: async () => ({ Component: (await import("../home/home.tsx")).Home }) }],
  },
  {
    path: "inbox",
    icon: Inbox,
    words: inboxWords,
    word: "title",
    permission: "conversations.view",
    Count: WaitingCount,
    routes: [{ path: ":id?", load: async () => ({ Component: (await import("../inbox/inbox.tsx")).Inbox }) }],
  },
  {
    path: "flows",
    icon: Workflow,
    words: appWords,
    word: "flows",
    permission: "flows.view",
    routes: [
      { path: "", load: async () => ({ Component: (await import("../flows/flow-list.tsx")).FlowList }) },
      { path: ":id", load: async () => ({ Component: (await import("../flow/flow-editor.tsx")).FlowEditor }) },
    ],
  },
  {
    path: "settings",
    icon: Settings,
    words: settingsWords,
    word: "settings",
    permission: sections.map(({ permission }) => permission),
    routes: sectionRoutes,
  },
];
