import { useEffect, useRef } from "react";
import type { Session, SimMessage } from "../../engine/core/simulator/session.ts";
import { classes } from "../ui/classes.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Bubble } from "./bubble.tsx";
import { skinOf } from "./skin.ts";
import { simulatorWords } from "./words.ts";

/** The customer's phone: their own words at the right, in the look of the channel. */
export function Phone({
  session,
  onTap,
}: {
  readonly session: Session;
  readonly onTap: (message: number, choice: string) => void;
}) {
  const t = useWords(simulatorWords);
  const language = useLanguage();
  const end = useRef<HTMLDivElement>(null);
  const { talk, setup } = session;
  const skin = skinOf(setup.channel);
  const count = talk.thread.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message comes into sight
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [count]);
  const remark = session.steps[session.steps.length - 1]?.remark;
  return (
    <div
      role="log"
      aria-label={t("title")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the arrow keys
      tabIndex={0}
      className={classes("flex min-h-40 flex-1 flex-col gap-2 overflow-y-auto p-3", skin.paper)}
    >
      {count === 0 ? <p className="m-auto max-w-60 text-center text-sm text-muted">{t("empty")}</p> : null}
      {talk.thread.map((message) => (
        <Line
          key={message.number}
          message={message}
          isLast={isLastChoice(session, message)}
          {...{ skin, onTap, language }}
        />
      ))}
      {remark ? <p className="mx-auto max-w-72 text-center text-xs text-problem">{t(`remark_${remark}`)}</p> : null}
      {talk.status === "done" && talk.conversation.owner === "bot" ? (
        <p className="mx-auto text-xs text-muted">{t("over")}</p>
      ) : null}
      {talk.conversation.owner === "agent" ? <p className="mx-auto text-xs text-agent">{t("withPeople")}</p> : null}
      <div ref={end} />
    </div>
  );
}

function Line({
  message,
  isLast,
  skin,
  language,
  onTap,
}: {
  readonly message: SimMessage;
  readonly isLast: boolean;
  readonly skin: ReturnType<typeof skinOf>;
  readonly language: "fr" | "en";
  readonly onTap: (message: number, choice: string) => void;
}) {
  const t = useWords(simulatorWords);
  const isOwn = message.direction === "in";
  return (
    <div className={classes("flex max-w-[85%] flex-col gap-1", isOwn ? "self-end" : "self-start")}>
      <Bubble
        message={message}
        className={isOwn ? skin.own : message.author === "assistant" ? skin.assistant : skin.theirs}
        buttons={skin.button}
        isLast={isLast}
        onTap={(choice) => onTap(message.number, choice)}
      />
      <p className={classes("text-[11px] text-muted", isOwn && "text-right")}>
        {new Date(message.at).toLocaleTimeString(language, { weekday: "short", hour: "2-digit", minute: "2-digit" })}
        {message.status === "held" ? ` · ${t("held")}` : message.status === "failed" ? ` · ${t("failed")}` : ""}
      </p>
    </div>
  );
}

/** Whether the choices of a message are the ones that are asked for now. */
function isLastChoice({ talk }: Session, message: SimMessage): boolean {
  const later = talk.thread.filter(({ number, direction }) => number > message.number && direction === "in");
  return message.content.type === "choices" && later.length === 0;
}
