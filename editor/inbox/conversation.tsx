import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, PanelRight } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { ApiError, sentenceOf } from "../api.ts";
import { channelsQuery } from "../channels/channel-offers.ts";
import { CHANNEL_LABELS } from "../channels/labels.ts";
import { useSession } from "../session/session.ts";
import { IconButton } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { Composer } from "./composer.tsx";
import { ContactPanel } from "./contact-panel.tsx";
import { Avatar, personName, StateBadge } from "./looks.tsx";
import { useSending } from "./sending.ts";
import { type OpenTalk, talkQuery } from "./talks.ts";
import { Thread } from "./thread.tsx";
import { useTurn } from "./turn.ts";
import { WhoAnswers } from "./who-answers.tsx";
import { inboxWords } from "./words.ts";

/** How long the sentence about the pausing bot stays. */
const PAUSING_MS = 6000;

/** One conversation: its thread, who answers, where one writes, and the contact beside it. */
export function OpenConversation({
  id,
  search,
  panel,
  box,
}: {
  readonly id: string;
  /** The filter as it stands in the address. */
  readonly search: string;
  /** On narrow screens the contact stands in the place of the thread. */
  readonly panel: boolean;
  readonly box: RefObject<HTMLTextAreaElement | null>;
}) {
  const t = useWords(inboxWords);
  const navigate = useNavigate();
  const talk = useQuery(talkQuery(id));
  const back = (): void => void navigate(`/inbox${search}`);
  if (talk.data)
    return (
      <>
        <section aria-label={t("thread")} className={classes("flex min-w-0 flex-1 flex-col", panel && "max-xl:hidden")}>
          <Talking talk={talk.data} search={search} box={box} onBack={back} />
        </section>
        <aside
          aria-label={t("panel")}
          className={classes(
            "min-w-0 border-line bg-surface xl:w-80 xl:border-l",
            panel ? "flex-1 xl:flex-none" : "max-xl:hidden",
          )}
        >
          <ContactPanel talk={talk.data} search={search} onBack={() => void navigate(`/inbox/${id}${search}`)} />
        </aside>
      </>
    );
  return (
    <div className="min-w-0 flex-1 overflow-y-auto p-3">
      <IconButton icon={ArrowLeft} label={t("back")} onClick={back} className="md:hidden" />
      {talk.isError ? (
        <ErrorState
          text={talk.error instanceof ApiError && talk.error.status === 404 ? t("gone") : sentenceOf(talk.error)}
          detail={talk.error instanceof ApiError ? talk.error.detail : undefined}
          onRetry={() => void talk.refetch()}
        />
      ) : (
        <div className="flex flex-col gap-4" aria-busy>
          <Skeleton className="h-10 w-60" />
          <Skeleton className="h-14 w-1/2" />
          <Skeleton className="h-14 w-1/2 self-end" />
        </div>
      )}
    </div>
  );
}

function Talking({
  talk,
  search,
  box,
  onBack,
}: {
  readonly talk: OpenTalk;
  readonly search: string;
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly onBack: () => void;
}) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const session = useSession();
  const offer = useQuery(channelsQuery).data?.find(({ type }) => type === talk.channel);
  const channelName = offer?.label[language] ?? CHANNEL_LABELS[talk.channel][language];
  const account = offer?.accounts.find(({ id }) => id === talk.accountId);
  const sending = useSending(talk.id, channelName);
  const turn = useTurn(talk.id);
  const [pausing, setPausing] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const may = session?.permissions.includes("messages.send") ?? false;
  const mayAnswer = may || (session?.accounts[talk.accountId]?.includes("messages.send") ?? false);
  // Where the list has just made place for the thread, one goes on from its heading.
  useEffect(() => {
    const active = document.activeElement as HTMLElement | null;
    if (!active || active === document.body || active.offsetParent === null) heading.current?.focus();
  }, []);
  useEffect(() => {
    if (!pausing) return;
    const timer = setTimeout(() => setPausing(false), PAUSING_MS);
    return () => clearTimeout(timer);
  }, [pausing]);
  return (
    <>
      <header className="flex shrink-0 items-center gap-3 border-b border-line bg-surface p-3">
        <IconButton icon={ArrowLeft} label={t("back")} onClick={onBack} className="md:hidden" />
        <Avatar person={talk.contact} channel={talk.channel} />
        <div className="min-w-0 flex-1">
          <h2 ref={heading} tabIndex={-1} className="truncate text-base font-semibold outline-none">
            {personName(talk.contact, t)}
          </h2>
          <p className="truncate text-xs text-muted">
            {account && account.name !== channelName ? `${channelName} · ${account.name}` : channelName}
          </p>
        </div>
        <StateBadge talk={talk} />
        <Link
          to={`/inbox/${talk.id}${search}${search ? "&" : "?"}panel=1`}
          aria-label={t("panel")}
          className="grid size-9 place-items-center rounded-md hover:bg-sunken xl:hidden pointer-coarse:size-11"
        >
          <PanelRight size={18} strokeWidth={1.75} aria-hidden />
        </Link>
      </header>
      <Thread talk={talk} sending={sending} />
      <WhoAnswers
        talk={talk}
        turn={turn}
        pausing={pausing}
        mayAnswer={mayAnswer && !offer?.capabilities.oneWay}
        onTaken={() => box.current?.focus()}
      />
      <Composer
        talk={talk}
        channelName={channelName}
        capabilities={offer?.capabilities}
        mayAnswer={mayAnswer}
        box={box}
        onTyping={() => {
          if (talk.owner !== "bot" || turn.busy) return;
          setPausing(true);
          void turn.takeOver();
        }}
        onSend={(text) => {
          setPausing(false);
          sending.send(text);
        }}
      />
    </>
  );
}
