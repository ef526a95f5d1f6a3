import chatCss from "./chat.css?inline";
import type { ChatState } from "./client.ts";
import type { ChatLanguage } from "./strings.ts";
import { createChatView } from "./view.ts";

/** What the launcher on a foreign page has of the chat once it is loaded. */
export interface Panel {
  focus(): void;
  setOpen(open: boolean): void;
  signIn(token: string): Promise<boolean>;
  signOut(): Promise<void>;
}

/** Puts the chat into the launcher's panel. Loaded when it is first needed (`widget.ts`). */
export function mountPanel(
  shadow: ShadowRoot,
  panel: HTMLElement,
  options: {
    readonly base: string;
    readonly account: string;
    readonly language: ChatLanguage;
    readonly close: () => void;
    readonly changed: (state: ChatState) => void;
  },
): Panel {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(chatCss);
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
  const view = createChatView(options);
  panel.append(view.element);
  return {
    focus: view.focus,
    setOpen: view.setOpen,
    signIn: view.client.signIn,
    signOut: view.client.signOut,
  };
}
