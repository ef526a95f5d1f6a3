import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { Navigate, NavLink, useLocation } from "react-router";
import { mayAnywhere, useSession } from "../session/session.ts";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { type Section, sections } from "./sections.ts";
import { settingsWords } from "./words.ts";

/** Around every page of the settings: the parts at the left (on phones above), the page's name, its one main act. */
export function SettingsFrame({
  title,
  text,
  acts,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
}) {
  const t = useWords(settingsWords);
  const session = useSession();
  const mine = sections.filter(({ permission }) => mayAnywhere(session, permission));
  const here = useLocation().pathname.split("/")[2];
  const isMine = mine.some(({ path }) => path === here);
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4 sm:p-6 md:flex-row md:gap-8">
      <nav aria-label={t("sections")} className="shrink-0 md:w-44">
        <ul className="flex gap-1 overflow-x-auto md:flex-col">
          {mine.map((section) => (
            <li key={section.path}>
              <SectionLink section={section} />
            </li>
          ))}
        </ul>
      </nav>
      {isMine ? (
        <div className="flex min-w-0 flex-1 flex-col gap-4">
          <div className="flex flex-wrap items-start gap-3">
            <div className="min-w-52 flex-1">
              <h1 className="text-lg font-semibold">{title}</h1>
              {text ? <p className="text-muted">{text}</p> : null}
            </div>
            {acts}
          </div>
          {children}
        </div>
      ) : (
        <div className="min-w-0 flex-1">
          <EmptyState icon={Lock} title={t("notYoursTitle")} text={t("notYoursText")} />
        </div>
      )}
    </div>
  );
}

function SectionLink({ section: { path, icon: Icon, words, word } }: { readonly section: Section }) {
  const t = useWords(words);
  return (
    <NavLink
      to={`/settings/${path}`}
      className={({ isActive }) =>
        classes(
          "flex min-h-9 items-center gap-2.5 rounded-md px-3 text-sm whitespace-nowrap pointer-coarse:min-h-11",
          isActive ? "bg-brand-soft font-medium text-brand" : "text-muted hover:bg-sunken hover:text-ink",
        )
      }
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      {t(word)}
    </NavLink>
  );
}

/** `/settings` itself leads to the first part that one may see. */
export function FirstSection() {
  const session = useSession();
  const first = sections.find(({ permission }) => mayAnywhere(session, permission));
  return <Navigate to={first ? `/settings/${first.path}` : "/"} replace />;
}
