import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { catalogue, useWords } from "../words/words.ts";
import { IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

const toastWords = catalogue("ui.toast", {
  fr: { close: "Fermer", region: "Notifications ({hotkey})" },
  en: { close: "Close", region: "Notifications ({hotkey})" },
});

export interface ToastMessage {
  readonly text: string;
  readonly tone?: "done" | "problem";
  /** Something to take back or to look at, for as long as the message stands. */
  readonly action?: { readonly label: string; readonly run: () => void };
}
interface Shown extends ToastMessage {
  readonly id: number;
}

const FOR_MS = 5000;
/** What can be undone stays for ten seconds. */
const WITH_ACTION_MS = 10_000;

let shown: readonly Shown[] = [];
let last = 0;
const readers = new Set<() => void>();

function change(next: readonly Shown[]): void {
  shown = next;
  for (const read of readers) read();
}

/** Says something in the corner of the screen. Returns how to take it away. */
export function toast(message: ToastMessage): () => void {
  const id = ++last;
  change([...shown.slice(-3), { ...message, id }]);
  return () => change(shown.filter((one) => one.id !== id));
}

/** Once in the application: where messages are shown, F8 leads to them. */
export function Toasts() {
  const t = useWords(toastWords);
  const messages = useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => shown,
  );
  const close = (id: number): void => change(shown.filter((one) => one.id !== id));
  return (
    <Radix.Provider swipeDirection="right">
      {messages.map(({ id, text, tone = "done", action }) => (
        <Radix.Root
          key={id}
          type={tone === "problem" ? "foreground" : "background"}
          duration={action ? WITH_ACTION_MS : FOR_MS}
          onOpenChange={(open) => (open ? undefined : close(id))}
          className="flex animate-in items-center gap-3 rounded-md border border-line bg-surface py-2 pr-2 pl-4 shadow-float"
        >
          {tone === "problem" ? (
            <CircleAlert size={18} strokeWidth={1.75} className="shrink-0 text-problem" aria-hidden />
          ) : (
            <CircleCheck size={18} strokeWidth={1.75} className="shrink-0 text-brand" aria-hidden />
          )}
          <Radix.Description className="flex-1 text-sm">{text}</Radix.Description>
          {action ? (
            <Radix.Action asChild altText={action.label}>
              <button
                type="button"
                onClick={action.run}
                className={classes("min-h-8 rounded-md px-2 text-sm font-medium text-brand hover:bg-brand-soft")}
              >
                {action.label}
              </button>
            </Radix.Action>
          ) : null}
          <Radix.Close asChild>
            <IconButton icon={X} size="small" label={t("close")} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport
        label={t("region")}
        className="fixed right-4 bottom-20 z-50 flex w-[min(26rem,calc(100vw-2rem))] flex-col gap-2 outline-none md:bottom-4"
      />
    </Radix.Provider>
  );
}
