import {
  Ban,
  Bot,
  Check,
  CheckCheck,
  CircleAlert,
  Clock,
  Copy,
  type LucideIcon,
  RotateCw,
  Sparkles,
  Trash2,
  UserRound,
} from "lucide-react";
import type { ReactNode } from "react";
import type { ApiMessage } from "../api.ts";
import { useSession } from "../session/session.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { clock } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Files, kindWord } from "./files.tsx";
import type { InboxWords } from "./looks.tsx";
import { WholeMail } from "./mail.tsx";
import type { Unsent } from "./unsent.ts";
import { inboxWords } from "./words.ts";

const AUTHORS = {
  contact: { icon: UserRound, look: "bg-customer-soft", name: "text-customer" },
  bot: { icon: Bot, look: "bg-brand-soft", name: "text-brand" },
  assistant: { icon: Sparkles, look: "bg-assistant-soft", name: "text-assistant" },
  agent: { icon: UserRound, look: "bg-agent-soft", name: "text-agent" },
} as const;

const STATES: Readonly<Record<string, readonly [LucideIcon, "queued" | "sent" | "delivered" | "read" | "cancelled"]>> =
  {
    queued: [Clock, "queued"],
    sent: [Check, "sent"],
    delivered: [CheckCheck, "delivered"],
    read: [CheckCheck, "read"],
    cancelled: [Ban, "cancelled"],
  };

const ERRORS = {
  accountInvalid: "errAccountInvalid",
  messageInvalid: "errMessageInvalid",
  recipientUnreachable: "errRecipientUnreachable",
  optedOut: "errOptedOut",
  outsideServiceWindow: "errOutsideServiceWindow",
  rateLimited: "errRateLimited",
  providerDown: "errProviderDown",
  providerRejected: "errProviderRejected",
  unknownOutcome: "errUnknownOutcome",
  expired: "errExpired",
} as const;

/** One message: who says it, what, and what became of it. */
export function MessageLine({ message, customer }: { readonly message: ApiMessage; readonly customer: string }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const session = useSession();
  const { author, authorName, direction, choices, error } = message;
  const isYou = author === "agent" && authorName !== null && authorName === session?.user?.name;
  const name =
    author === "contact"
      ? customer
      : author === "agent"
        ? isYou
          ? t("byYou")
          : (authorName ?? t("byAgent"))
        : t(author === "bot" ? "byBot" : "byAssistant");
  return (
    <Line author={author} name={name} isOut={direction === "out"}>
      {message.attachments.length > 0 ? <Files message={message} /> : null}
      <Words message={message} t={t} />
      {choices.length > 0 ? (
        <ul aria-label={t("answersOffered")} className="flex flex-wrap gap-1">
          {choices.map(({ id, label }) => (
            <li key={id} className="rounded-full border border-line-strong/60 bg-surface px-2 py-0.5 text-xs text-ink">
              {label}
            </li>
          ))}
        </ul>
      ) : null}
      {message.channel === "email" && direction === "in" ? <WholeMail id={message.id} /> : null}
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
        <time dateTime={message.createdAt}>{clock(new Date(message.createdAt), language)}</time>
        {direction === "out" ? <State status={message.status} t={t} /> : null}
        {message.maybeDuplicate ? (
          <Tooltip text={t("maybeTwiceText")}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its explanation must be reachable by keyboard */}
            <span tabIndex={0}>
              <Badge tone="problem" icon={Copy}>
                {t("maybeTwice")}
              </Badge>
            </span>
          </Tooltip>
        ) : null}
      </p>
      {message.status === "failed" ? (
        <div className="text-xs text-problem">
          <p className="flex items-start gap-1.5">
            <CircleAlert size={14} strokeWidth={1.75} className="mt-px shrink-0" aria-hidden />
            <span>
              <span className="font-medium">{t("failed")}</span>
              {error
                ? ` · ${error.advice?.[language] ?? t(ERRORS[error.code as keyof typeof ERRORS] ?? "failed")}`
                : null}
            </span>
          </p>
          {error ? (
            <p className="pl-5 font-mono [overflow-wrap:anywhere]">
              {[error.code, error.providerCode, error.detail].filter(Boolean).join(" · ")}
            </p>
          ) : null}
        </div>
      ) : null}
    </Line>
  );
}

function Words({ message: { text, kind, attachments }, t }: { readonly message: ApiMessage; readonly t: InboxWords }) {
  if (text === "" && attachments.length > 0) return null;
  const isPlain = kind === "text" || kind === "choices" || kind === "link" || attachments.length > 0;
  return (
    <>
      {text === "" || !isPlain ? <p className="text-xs text-muted">{kindWord(kind, t)}</p> : null}
      {text === "" ? null : <p className="text-base whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>}
    </>
  );
}

function State({ status, t }: { readonly status: string; readonly t: InboxWords }) {
  const known = STATES[status];
  if (!known) return null;
  const [Icon, word] = known;
  return (
    <span className={classes("inline-flex items-center gap-1", word === "read" && "text-brand")}>
      <Icon size={14} strokeWidth={1.75} aria-hidden />
      {t(word)}
    </span>
  );
}

/** What a person wrote and the server has not taken yet. */
export function UnsentLine({
  unsent,
  onRetry,
  onDiscard,
}: {
  readonly unsent: Unsent;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
}) {
  const t = useWords(inboxWords);
  return (
    <Line author="agent" name={t("byYou")} isOut>
      <p className="text-base whitespace-pre-wrap [overflow-wrap:anywhere]">{unsent.text}</p>
      {unsent.state === "sending" ? (
        <p className="flex items-center gap-1 text-xs text-muted">
          <Clock size={14} strokeWidth={1.75} aria-hidden />
          {t("sending")}
        </p>
      ) : (
        <div role="alert" className="flex flex-wrap items-center gap-2 text-xs text-problem">
          <span className="flex items-start gap-1.5">
            <CircleAlert size={14} strokeWidth={1.75} className="mt-px shrink-0" aria-hidden />
            {unsent.error || t("notSent")}
          </span>
          <Button size="small" icon={RotateCw} onClick={onRetry}>
            {t("retry")}
          </Button>
          <Button size="small" look="quiet" icon={Trash2} onClick={onDiscard}>
            {t("discard")}
          </Button>
        </div>
      )}
    </Line>
  );
}

function Line({
  author,
  name,
  isOut,
  children,
}: {
  readonly author: keyof typeof AUTHORS;
  readonly name: string;
  readonly isOut: boolean;
  readonly children: ReactNode;
}) {
  const { icon: Icon, look, name: colour } = AUTHORS[author];
  return (
    <li
      className={classes("flex max-w-[85%] flex-col gap-1 md:max-w-[75%]", isOut ? "items-end self-end" : "self-start")}
    >
      <p className={classes("flex items-center gap-1 px-1 text-xs font-medium", colour)}>
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        {name}
      </p>
      <div
        className={classes(
          "flex max-w-full flex-col gap-1.5 rounded-lg px-3 py-2 text-ink",
          isOut ? "rounded-tr-sm" : "rounded-tl-sm",
          look,
        )}
      >
        {children}
      </div>
    </li>
  );
}
