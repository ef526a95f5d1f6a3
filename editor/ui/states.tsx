import type { LucideIcon } from "lucide-react";
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { catalogue, useWords } from "../words/words.ts";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";

const stateWords = catalogue("ui.states", {
  fr: { retry: "Réessayer", failed: "Cette page n'a pas pu être chargée" },
  en: { retry: "Try again", failed: "This page could not be loaded" },
});

/** Nothing there yet: what this place is for, and the one thing to do. */
export function EmptyState({
  icon: Icon,
  title,
  text,
  children,
}: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <span className="grid size-14 place-items-center rounded-full bg-brand-soft text-brand">
        <Icon size={26} strokeWidth={1.75} aria-hidden />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-sm text-muted">{text}</p>
      {children ? <div className="mt-2 flex flex-wrap justify-center gap-2">{children}</div> : null}
    </div>
  );
}

/** What happened, what to do, and a way to try again. */
export function ErrorState({
  title,
  text,
  detail,
  onRetry,
}: {
  readonly title?: string;
  readonly text: string;
  /** For support, in small print. */
  readonly detail?: string | undefined;
  readonly onRetry?: () => void;
}) {
  const t = useWords(stateWords);
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <span className="grid size-14 place-items-center rounded-full bg-problem-soft text-problem">
        <CircleAlert size={26} strokeWidth={1.75} aria-hidden />
      </span>
      <h2 className="text-base font-semibold">{title ?? t("failed")}</h2>
      <p className="text-sm text-muted">{text}</p>
      {detail ? <p className="font-mono text-xs break-all text-muted">{detail}</p> : null}
      {onRetry ? (
        <Button icon={RotateCw} onClick={onRetry} className="mt-2">
          {t("retry")}
        </Button>
      ) : null}
    </div>
  );
}

/** The shape of what is coming. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden className={classes("animate-pulse-soft rounded-md bg-line", className)} />;
}
