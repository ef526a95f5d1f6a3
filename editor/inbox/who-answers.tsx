import { Bot, BotOff, Hand, Hourglass, type LucideIcon, Undo2, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useSession } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { type InboxWords, useNow } from "./looks.tsx";
import type { OpenTalk } from "./talks.ts";
import type { Turn } from "./turn.ts";
import { inboxWords } from "./words.ts";

/** Who speaks now, and the one button that changes it. */
export function WhoAnswers({
  talk,
  turn,
  pausing,
  mayAnswer,
  onTaken,
}: {
  readonly talk: OpenTalk;
  readonly turn: Turn;
  /** A person began to write while it was the bot's turn. */
  readonly pausing: boolean;
  readonly mayAnswer: boolean;
  readonly onTaken: () => void;
}) {
  const t = useWords(inboxWords);
  const take = (): void => void turn.takeOver().then(onTaken);
  const takeOver = (
    <Button size="small" icon={Hand} busy={turn.busy} onClick={take}>
      {t("takeOver")}
    </Button>
  );
  const handBack = (look: "secondary" | "quiet") => (
    <Button size="small" look={look} icon={Undo2} busy={turn.busy} onClick={() => void turn.handBack()}>
      {t("handBack")}
    </Button>
  );
  if (talk.status === "waiting")
    return (
      <Strip tone="agent" icon={Hourglass} word={<WaitsSince talk={talk} />}>
        {mayAnswer ? (
          <>
            {handBack("quiet")}
            <Button size="small" look="primary" icon={Hand} busy={turn.busy} onClick={take}>
              {t("takeIt")}
            </Button>
          </>
        ) : null}
      </Strip>
    );
  if (talk.owner === "agent")
    return (
      <Strip tone="agent" icon={UserRound} word={pausing ? t("pausing") : <Answering talk={talk} t={t} />}>
        {mayAnswer ? handBack("secondary") : null}
      </Strip>
    );
  if (!talk.botEnabled)
    return (
      <Strip tone="problem" icon={BotOff} word={t("botOff")}>
        {mayAnswer ? (
          <Button size="small" icon={Bot} busy={turn.busy} onClick={() => void turn.switchOn()}>
            {t("switchOn")}
          </Button>
        ) : null}
      </Strip>
    );
  return (
    <Strip tone="brand" icon={Bot} word={t(talk.status === "open" ? "botAnswers" : "over")}>
      {mayAnswer ? takeOver : null}
    </Strip>
  );
}

function Answering({ talk, t }: { readonly talk: OpenTalk; readonly t: InboxWords }) {
  const session = useSession();
  const { answeredBy } = talk;
  if (!answeredBy) return t("teamAnswers");
  return answeredBy === session?.name ? t("youAnswer") : t("nameAnswers", { name: answeredBy });
}

function WaitsSince({ talk }: { readonly talk: OpenTalk }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const since = talk.handover?.at ?? talk.lastInboundAt;
  const now = useNow();
  if (since === null || now - Date.parse(since) < 60_000) return t("waitsNow");
  return t("waits", { ago: ago(since, language, now) });
}

const TONES = {
  brand: "border-brand bg-brand-soft text-brand",
  agent: "border-agent bg-agent-soft text-agent",
  problem: "border-problem bg-problem-soft text-problem",
} as const;

function Strip({
  tone,
  icon: Icon,
  word,
  children,
}: {
  readonly tone: keyof typeof TONES;
  readonly icon: LucideIcon;
  readonly word: ReactNode;
  readonly children: ReactNode;
}) {
  const t = useWords(inboxWords);
  return (
    <section
      aria-label={t("strip")}
      className={classes("flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-t-2 px-4 py-1.5", TONES[tone])}
    >
      <Icon size={18} strokeWidth={1.75} className="shrink-0" aria-hidden />
      <p role="status" className="min-w-32 flex-1 text-sm font-medium">
        {word}
      </p>
      {children}
    </section>
  );
}
