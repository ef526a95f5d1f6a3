import { useInfiniteQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { type Command, useCommands } from "../app/commands.ts";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { OpenConversation } from "./conversation.tsx";
import { Filters } from "./filters.tsx";
import { useInboxLive } from "./live.ts";
import { NoTalks, TalkList } from "./talk-list.tsx";
import { lines, type TalkFilter, talksQuery, VIEWS, type View } from "./talks.ts";
import { inboxWords } from "./words.ts";

/** Every conversation, live: the list, the thread and the contact; one after the other on phones. */
export function Inbox() {
  const t = useWords(inboxWords);
  const { id } = useParams();
  const navigate = useNavigate();
  const [asked, setAsked] = useSearchParams();
  const box = useRef<HTMLTextAreaElement>(null);
  useInboxLive();
  const filter = filterOf(asked);
  const search = searchOf(filter);
  const list = useInfiniteQuery(talksQuery(filter));
  const talks = useMemo(() => lines(list.data?.pages), [list.data]);
  const latest = useRef({ talks, id, search });
  latest.current = { talks, id, search };

  const acts = useMemo(() => {
    const go = (by: number): void => {
      const { talks: all, id: at, search: kept } = latest.current;
      const place = all.findIndex((talk) => talk.id === at);
      const next = all[place < 0 ? 0 : place + by];
      if (next) void navigate(`/inbox/${next.id}${kept}`, { replace: at !== undefined });
    };
    return { next: () => go(1), previous: () => go(-1), answer: () => box.current?.focus() };
  }, [navigate]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!(target instanceof HTMLElement) || target.closest("input, textarea, select, [role=dialog], [role=menu]"))
        return;
      const act = key === "j" ? acts.next : key === "k" ? acts.previous : key === "a" ? acts.answer : null;
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [acts]);
  const commands = useMemo((): readonly Command[] => {
    const group = t("title");
    return [
      { id: "inbox-next", title: t("keyNext"), group, keys: "j", run: acts.next },
      { id: "inbox-previous", title: t("keyPrevious"), group, keys: "k", run: acts.previous },
      { id: "inbox-answer", title: t("keyAnswer"), group, keys: "a", run: acts.answer },
    ];
  }, [t, acts]);
  useCommands(commands);

  // Back in the list, one goes on from the row that one came from.
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const from = before.current;
    before.current = id;
    if (id !== undefined || from === undefined) return;
    // The rows are drawn again once the list has a height; then the one is there, or it is in another view.
    let frame = 0;
    let looks = 0;
    const look = (): void => {
      const link = document.getElementById(`talk-${from}`);
      if (link) link.focus();
      else if (looks++ < 30) frame = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(frame);
  }, [id]);

  const change = (next: TalkFilter): void => setAsked(searchOf(next).slice(1), { replace: true });
  return (
    <div className="flex h-full min-h-0">
      <h1 className="sr-only">{t("title")}</h1>
      <section
        aria-label={t("list")}
        className={classes(
          "flex w-full min-w-0 shrink-0 flex-col border-line bg-surface md:w-80 md:border-r",
          id !== undefined && "max-md:hidden",
        )}
      >
        <Filters filter={filter} onChange={change} />
        {talks.length > 0 ? (
          <TalkList
            // Another view begins at its top.
            key={search}
            talks={talks}
            current={id}
            search={search}
            more={{
              has: list.hasNextPage,
              busy: list.isFetchingNextPage,
              failed: list.isFetchNextPageError,
              load: () => void list.fetchNextPage(),
            }}
          />
        ) : (
          <div className="min-h-0 flex-1 overflow-y-auto">
            <NoTalks
              pending={list.isPending}
              error={list.error}
              view={filter.view}
              onRetry={() => void list.refetch()}
              onAll={() => change({ view: "all", channel: "", accountId: "" })}
            />
          </div>
        )}
      </section>
      {id === undefined ? (
        <div className="grid flex-1 place-items-center max-md:hidden">
          <EmptyState icon={MessagesSquare} title={t("choose")} text={t("chooseText")} />
        </div>
      ) : (
        <OpenConversation key={id} id={id} search={search} panel={asked.get("panel") === "1"} box={box} />
      )}
    </div>
  );
}

function filterOf(asked: URLSearchParams): TalkFilter {
  const view = VIEWS.find((one) => one === asked.get("view")) ?? VIEWS[0];
  return { view, channel: asked.get("channel") ?? "", accountId: asked.get("account") ?? "" };
}

/** The filter as a part of the address; nothing for the one that one comes in with. */
function searchOf({ view, channel, accountId }: TalkFilter): string {
  const values = new URLSearchParams();
  if (view !== ("waiting" satisfies View)) values.set("view", view);
  if (channel) values.set("channel", channel);
  if (accountId) values.set("account", accountId);
  const text = values.toString();
  return text && `?${text}`;
}
