import { House, type LucideIcon, Workflow } from "lucide-react";
import type { ComponentType } from "react";
import type { Catalogue } from "../words/words.ts";
import { appWords } from "./words.ts";

/** One place of the application. To add one: its folder, its line here. Rail, bottom bar, palette and routes follow. */
export interface Screen {
  /** Under the site's root, `flows`; everything below it belongs to the screen, too. */
  readonly path: string;
  readonly icon: LucideIcon;
  /** Its name is the word `word` of this catalogue. */
  readonly words: Catalogue<string>;
  readonly word: string;
  /** Who lacks it does not see the screen. */
  readonly permission?: string;
  /** Parameters after the path, and what shows; each is loaded when it is opened. */
  readonly routes: readonly {
    readonly path: string;
    readonly load: () => Promise<{ readonly Component: ComponentType }>;
  }[];
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
];
