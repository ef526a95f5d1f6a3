import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { catalogue, useWords } from "../words/words.ts";
import { IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

const dialogWords = catalogue("ui.dialog", { fr: { close: "Fermer" }, en: { close: "Close" } });

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: string;
  /** Buttons at the bottom, the main one last. */
  readonly actions?: ReactNode;
  readonly width?: "narrow" | "normal" | "wide";
  readonly children?: ReactNode;
}

const WIDTHS = { narrow: "max-w-md", normal: "max-w-xl", wide: "max-w-4xl" } as const;

/** A question over the screen: Escape, the cross and a click beside it close it. On a phone it stands at the bottom. */
export function Dialog({ open, onClose, title, description, actions, width = "normal", children }: DialogProps) {
  const t = useWords(dialogWords);
  return (
    <Radix.Root open={open} onOpenChange={(now) => (now ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 grid place-items-end overflow-y-auto bg-veil sm:place-items-center sm:p-6">
          <Radix.Content
            {...(description ? {} : { "aria-describedby": undefined })}
            className={classes(
              "flex max-h-[92dvh] w-full animate-in flex-col rounded-t-lg border border-line bg-surface shadow-float sm:rounded-lg",
              WIDTHS[width],
            )}
          >
            <header className="flex items-start gap-3 px-6 pt-5 pb-2">
              <div className="flex-1">
                <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
                {description ? (
                  <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>
                ) : null}
              </div>
              <Radix.Close asChild>
                <IconButton icon={X} label={t("close")} className="-mt-1 -mr-2" />
              </Radix.Close>
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto px-6 py-2">{children}</div>
            {actions ? <footer className="flex flex-wrap justify-end gap-2 px-6 pt-2 pb-5">{actions}</footer> : null}
            {actions ? null : <div className="h-4" />}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
