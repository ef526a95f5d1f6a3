import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "./classes.ts";

export type BadgeTone = "neutral" | "brand" | "agent" | "assistant" | "problem";

const TONES: Readonly<Record<BadgeTone, string>> = {
  neutral: "bg-sunken text-muted",
  brand: "bg-brand-soft text-brand",
  agent: "bg-agent-soft text-agent",
  assistant: "bg-assistant-soft text-assistant",
  problem: "bg-problem-soft text-problem",
};

/** A small state: a colour, and always a word or an icon. */
export function Badge({
  tone = "neutral",
  icon: Icon,
  children,
}: {
  readonly tone?: BadgeTone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={classes(
        "inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {Icon ? <Icon size={12} strokeWidth={2} aria-hidden /> : null}
      {children}
    </span>
  );
}
