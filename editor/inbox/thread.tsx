import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { ApiError, type ApiMessage, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { type ScreenLanguage, useLanguage, useWords } from "../words/words.ts";
import { type InboxWords, personName } from "./looks.tsx";
import { MessageLine, UnsentLine } from "./message.tsx";
import type { Sending } from "./sending.ts";
import { lines, type Talk, threadQuery } from "./talks.ts";
import { stillUnsent } from "./unsent.ts";
import { inboxWords } from "./words.ts";

/** What was said, the newest at the bottom; older pages come as one scrolls up. */
export function Thread({ talk, sending }: { readonly talk: Talk; readonly sending: Sending }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const thread = useInfiniteQuery(threadQuery(talk.id));
  const messages = useMemo(() => [...lines(thread.data?.pages)].reverse(), [thread.data]);
  const scroller = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = thread;
  useEffect(() => {
    if (!(top.current && hasNextPage) || isFetchingNextPage || isFetchNextPageError) return;
    const seen = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void fetchNextPage();
      },
      { root: scroller.current, rootMargin: "300px" },
    );
    seen.observe(top.current);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const waiting = stillUnsent(sending.unsent, messages);
  const newest = waiting.length;
  // What one has just written is looked at, however far up one was.
  useEffect(() => {
    if (newest > 0) scroller.current?.scrollTo({ top: 0 });
  }, [newest]);
  if (thread.isPending) return <ThreadSkeleton />;
  if (thread.isError && !thread.data)
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <ErrorState
          text={sentenceOf(thread.error)}
          detail={thread.error instanceof ApiError ? thread.error.detail : undefined}
          onRetry={() => void thread.refetch()}
        />
      </div>
    );
  return (
    // Reversed, so that the newest line stays in sight by itself and what is put above it moves nothing.
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard must be able to scroll it
      tabIndex={0}
      role="log"
      aria-label={t("thread")}
      className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto -outline-offset-2"
    >
      <div className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-4">
        <div ref={top} className="text-center text-xs text-muted">
          {isFetchNextPageError ? (
            <Button size="small" onClick={() => void fetchNextPage()}>
              {t("retry")}
            </Button>
          ) : hasNextPage ? (
            t("older")
          ) : messages.length === 0 && waiting.length === 0 ? (
            t("threadEmpty")
          ) : null}
        </div>
        {byDay(messages).map(({ day, said }) => (
          <section key={day} aria-label={dayName(day, language, t)} className="flex flex-col gap-3">
            <p className="flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
              {dayName(day, language, t)}
            </p>
            <ol className="flex flex-col gap-3">
              {said.map((message) => (
                <MessageLine key={message.id} message={message} customer={personName(talk.contact, t)} />
              ))}
            </ol>
          </section>
        ))}
        {waiting.length > 0 ? (
          <ol className="flex flex-col gap-3">
            {waiting.map((one) => (
              <UnsentLine
                key={one.clientId}
                unsent={one}
                onRetry={() => sending.retry(one)}
                onDiscard={() => sending.discard(one)}
              />
            ))}
          </ol>
        ) : null}
      </div>
    </div>
  );
}

function ThreadSkeleton() {
  return (
    <div className="flex min-h-0 flex-1 flex-col justify-end gap-4 p-4" aria-busy>
      {["w-1/2", "w-2/3 self-end", "w-2/5", "w-1/2 self-end"].map((shape) => (
        <Skeleton key={shape} className={classes("h-14 rounded-lg", shape)} />
      ))}
    </div>
  );
}

function byDay(
  messages: readonly ApiMessage[],
): readonly { readonly day: string; readonly said: readonly ApiMessage[] }[] {
  const days: { day: string; said: ApiMessage[] }[] = [];
  for (const message of messages) {
    const day = new Date(message.createdAt).toDateString();
    const last = days[days.length - 1];
    if (last?.day === day) last.said.push(message);
    else days.push({ day, said: [message] });
  }
  return days;
}

function dayName(day: string, language: ScreenLanguage, t: InboxWords): string {
  const now = new Date();
  if (day === now.toDateString()) return t("today");
  if (day === new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toDateString()) return t("yesterday");
  return new Date(day).toLocaleDateString(language, { dateStyle: "full" });
}
