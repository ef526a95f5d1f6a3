import {
  Bot,
  Camera,
  CircleCheck,
  ClipboardList,
  Globe,
  Hourglass,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessageSquare,
  Phone,
  UserRound,
} from "lucide-react";
import { useEffect, useState } from "react";
import type { ChannelType } from "../../engine/core/domain/channel.ts";
import { CHANNEL_LABELS } from "../channels/labels.ts";
import { lengthOfTime } from "../live/figures.ts";
import { Badge } from "../ui/badge.tsx";
import { classes } from "../ui/classes.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { type Translate, useLanguage, useWords } from "../words/words.ts";
import type { Person, Talk } from "./talks.ts";
import { inboxWords } from "./words.ts";

export type InboxWords = Translate<keyof typeof inboxWords.fr>;

const CHANNELS: Readonly<Record<ChannelType, LucideIcon>> = {
  whatsapp: Phone,
  whatsappTwilio: Phone,
  messenger: MessageCircle,
  instagram: Camera,
  sms: MessageSquare,
  email: Mail,
  form: ClipboardList,
  web: Globe,
};

export function personName({ name, phone, email, identities }: Person, t: InboxWords): string {
  if (name !== "") return name;
  const address = identities.find(({ kind }) => kind !== "visitor")?.value;
  return phone ?? email ?? address ?? t("visitor");
}

/** Initials, and the channel at their corner. */
export function Avatar({ person, channel }: { readonly person: Person; readonly channel: ChannelType }) {
  const language = useLanguage();
  const Icon = CHANNELS[channel];
  const letters = person.name
    .split(/\s+/)
    .map((word) => word.match(/\p{L}/u)?.[0] ?? "")
    .filter(Boolean);
  return (
    <Tooltip text={CHANNEL_LABELS[channel][language]}>
      <span className="relative grid size-10 shrink-0 place-items-center rounded-full bg-customer-soft text-sm font-medium text-customer">
        {letters.length > 0 ? (
          <span aria-hidden>
            {`${letters[0]}${letters.length > 1 ? letters[letters.length - 1] : ""}`.toUpperCase()}
          </span>
        ) : (
          <UserRound size={18} strokeWidth={1.75} aria-hidden />
        )}
        <span className="absolute -right-1 -bottom-1 grid size-5 place-items-center rounded-full border border-line bg-surface text-muted">
          <Icon size={12} strokeWidth={2} aria-hidden />
        </span>
        <span className="sr-only">{CHANNEL_LABELS[channel][language]}</span>
      </span>
    </Tooltip>
  );
}

/** Whose the conversation is now: a colour, an icon and a word. */
export function StateBadge({ talk }: { readonly talk: Pick<Talk, "status" | "owner"> }) {
  const t = useWords(inboxWords);
  if (talk.status === "waiting")
    return (
      <Badge tone="agent" icon={Hourglass}>
        {t("isWaiting")}
      </Badge>
    );
  if (talk.status === "closed") return <Badge icon={CircleCheck}>{t("isClosed")}</Badge>;
  if (talk.status !== "open") return <Badge>{t(talk.status === "spam" ? "isSpam" : "isArchived")}</Badge>;
  return talk.owner === "bot" ? (
    <Badge tone="brand" icon={Bot}>
      {t("isBot")}
    </Badge>
  ) : (
    <Badge tone="agent" icon={UserRound}>
      {t("isAgent")}
    </Badge>
  );
}

/** `3 min`, drawn anew as time passes. */
export function Age({ at, className }: { readonly at: string; readonly className?: string }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const age = useNow() - Date.parse(at);
  return (
    <time dateTime={at} className={classes("text-xs whitespace-nowrap text-muted", className)}>
      {age < 60_000 ? t("now") : lengthOfTime(Math.max(age, 90_000), language)}
    </time>
  );
}

export function useNow(everyMs = 20_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Math.max(now, Date.now());
}

const OWN_REASONS = {
  "the contact was not understood": "reasonNotUnderstood",
  "the flow failed": "reasonFlowFailed",
  "too many messages of the bot": "reasonTooMany",
} as const;

/** Why a person is wanted, in words of the reader; what a flow gives as its reason stays as it is. */
export function reasonOf(talk: Pick<Talk, "handover">, t: InboxWords): string {
  const reason = talk.handover?.reason ?? "";
  if (reason.startsWith("undelivered:")) return t("reasonUndelivered");
  const own = OWN_REASONS[reason as keyof typeof OWN_REASONS];
  return own ? t(own) : reason;
}
