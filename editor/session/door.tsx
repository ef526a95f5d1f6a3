import type { ReactNode } from "react";
import { useWords } from "../words/words.ts";
import { sessionWords } from "./words.ts";

/** The page before the application: a card on paper. */
export function Door({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}) {
  const t = useWords(sessionWords);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="flex w-full max-w-sm flex-col gap-6">
        <div className="flex items-center gap-3">
          <Logo className="size-9" />
          <div>
            <p className="text-lg font-semibold">Relais</p>
            <p className="text-xs text-muted">{t("tagline")}</p>
          </div>
        </div>
        <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-6">
          <div>
            <h1 className="text-base font-semibold">{title}</h1>
            {text ? <p className="mt-1 text-sm text-muted">{text}</p> : null}
          </div>
          {children}
        </section>
        <p className="text-center text-sm">
          <a href="/start" className="text-brand underline-offset-4 hover:underline">
            {t("tryChat")}
          </a>
        </p>
      </div>
    </main>
  );
}

export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.25}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 text-brand ${className ?? ""}`}
    >
      <path d="M4 17c4 0 4-10 8-10s4 10 8 10" />
    </svg>
  );
}
