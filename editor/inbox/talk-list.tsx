import { useVirtualizer } from "@tanstack/react-virtual";
import { CornerUpLeft, Flag, Inbox, TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { NavLink, useNavigate } from "react-router";
import { ApiError, sentenceOf } from "../api.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { Age, Avatar, personName, reasonOf, StateBadge } from "./looks.tsx";
import type { Talk, View } from "./talks.ts";
import { inboxWords } from "./words.ts";

const ROW = 100;

/** The conversations of a view, as many rows drawn as one sees; the next page comes when its end is near. */
export function TalkList({
  talks,
  current,
  search,
  more,
}: {
  readonly talks: readonly Talk[];
  readonly current: string | undefined;
  /** The filter as it stands in the address. */
  readonly search: string;
  readonly more: {
    readonly has: boolean;
    readonly busy: boolean;
    readonly failed: boolean;
    readonly load: () => void;
  };
}) {
  const t = useWords(inboxWords);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: talks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => talks[index]?.id ?? index,
    overscan: 6,
  });
  const drawn = rows.getVirtualItems();
  const last = drawn[drawn.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= talks.length - 6 && more.has && !more.busy && !more.failed) more.load();
  }, [last, talks.length, more]);
  const at = talks.findIndex(({ id }) => id === current);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
  }, [at, rows]);
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label={t("list")} className="relative" style={{ height: rows.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const talk = talks[index];
          if (!talk) return null;
          return (
            <li
              key={key}
              aria-setsize={more.has ? -1 : talks.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 border-b border-line"
              style={{ height: ROW, transform: `translateY(${start}px)` }}
            >
              <TalkRow talk={talk} search={search} />
            </li>
          );
        })}
      </ul>
      <div className="p-3 text-center text-xs text-muted" aria-live="polite">
        {more.failed ? (
          <span className="inline-flex items-center gap-2">
            {t("moreFailed")}
            <Button size="small" onClick={more.load}>
              {t("retry")}
            </Button>
          </span>
        ) : more.has ? (
          t("loading")
        ) : talks.length > 20 ? (
          t("noMore")
        ) : null}
      </div>
    </div>
  );
}

function TalkRow({ talk, search }: { readonly talk: Talk; readonly search: string }) {
  const t = useWords(inboxWords);
  const { contact, channel, lastMessage, unread, handover } = talk;
  const reason = talk.status === "waiting" ? reasonOf(talk, t) : "";
  const priority = talk.status === "waiting" ? handover?.priority : undefined;
  return (
    <NavLink
      id={`talk-${talk.id}`}
      to={`/inbox/${talk.id}${search}`}
      className={({ isActive }) =>
        classes(
          "flex h-full items-start gap-3 border-l-3 px-3 py-2.5 -outline-offset-2",
          isActive ? "border-brand bg-brand-soft" : "border-transparent hover:bg-sunken",
        )
      }
    >
      <Avatar person={contact} channel={channel} />
      <span className="flex min-w-0 flex-1 flex-col gap-1">
        <span className="flex items-baseline gap-2">
          <span className={classes("flex-1 truncate", unread > 0 ? "font-semibold" : "font-medium")}>
            {personName(contact, t)}
          </span>
          <Age at={lastMessage?.at ?? talk.createdAt} />
        </span>
        <span className="flex items-center gap-1.5 text-muted">
          {lastMessage?.direction === "out" ? (
            <>
              <CornerUpLeft size={14} strokeWidth={1.75} className="shrink-0" aria-hidden />
              <span className="sr-only">{t("sentLine")}</span>
            </>
          ) : null}
          <span className={classes("flex-1 truncate", unread > 0 && "text-ink")}>
            {lastMessage?.text || t("noWords")}
          </span>
          {unread > 0 ? (
            <span className="grid h-5 min-w-5 place-items-center rounded-full bg-brand px-1.5 text-xs font-medium text-on-brand">
              <span aria-hidden>{unread}</span>
              <span className="sr-only">{t("unread", { count: unread })}</span>
            </span>
          ) : null}
        </span>
        <span className="flex min-w-0 items-center gap-1.5 text-xs text-muted">
          <StateBadge talk={talk} />
          {priority === "urgent" || priority === "high" ? (
            <Badge tone="problem" icon={TriangleAlert}>
              {t(priority)}
            </Badge>
          ) : null}
          {reason ? (
            <span className="flex min-w-0 items-center gap-1">
              <Flag size={12} strokeWidth={2} className="shrink-0" aria-hidden />
              <span className="truncate">{reason}</span>
            </span>
          ) : null}
        </span>
      </span>
    </NavLink>
  );
}

/** What stands in the place of the list while there is none. */
export function NoTalks({
  pending,
  error,
  view,
  onRetry,
  onAll,
}: {
  readonly pending: boolean;
  readonly error: unknown;
  readonly view: View;
  readonly onRetry: () => void;
  readonly onAll: () => void;
}) {
  const t = useWords(inboxWords);
  const navigate = useNavigate();
  if (pending)
    return (
      <div aria-busy>
        {["a", "b", "c", "d", "e"].map((key) => (
          <div key={key} className="flex gap-3 border-b border-line p-3" style={{ height: ROW }}>
            <Skeleton className="size-10 rounded-full" />
            <div className="flex flex-1 flex-col gap-2 pt-1">
              <Skeleton className="h-4 w-2/3" />
              <Skeleton className="h-4 w-full" />
              <Skeleton className="h-4 w-1/3" />
            </div>
          </div>
        ))}
      </div>
    );
  if (error)
    return (
      <ErrorState
        text={sentenceOf(error)}
        detail={error instanceof ApiError ? error.detail : undefined}
        onRetry={onRetry}
      />
    );
  return view === "all" ? (
    <EmptyState icon={Inbox} title={t("nothing")} text={t("nothingText")}>
      <Button onClick={() => window.open("/chat")}>{t("openChat")}</Button>
    </EmptyState>
  ) : (
    <EmptyState
      icon={Inbox}
      title={t(view === "waiting" ? "noWaiting" : "nothing")}
      text={t(view === "waiting" ? "noWaitingText" : "nothingText")}
    >
      <Button
        onClick={() => {
          onAll();
          void navigate("/inbox?view=all");
        }}
      >
        {t("seeAll")}
      </Button>
    </EmptyState>
  );
}
