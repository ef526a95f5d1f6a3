import { Tooltip as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Keys } from "./keys.tsx";

/** Once around the application. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return <Radix.Provider delayDuration={350}>{children}</Radix.Provider>;
}

/** A word about a control, on hover and focus. */
export function Tooltip({
  text,
  hint,
  children,
  side = "bottom",
}: {
  readonly text: string;
  readonly hint?: string;
  readonly children: ReactElement;
  readonly side?: "top" | "right" | "bottom" | "left";
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          className="z-50 flex animate-in items-center gap-2 rounded-md bg-ink px-2.5 py-1.5 text-xs text-paper shadow-float"
        >
          {text}
          {hint ? <Keys keys={hint} onDark /> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
