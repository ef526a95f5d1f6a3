import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { useId } from "react";
import { Link } from "react-router";
import type { ChannelType } from "../../engine/core/domain/channel.ts";
import { sentenceOf } from "../api.ts";
import { CHANNEL_LABELS } from "../channels/labels.ts";
import { flowsQuery, nameOf } from "../flows/flow-files.ts";
import { useMay } from "../session/session.ts";
import { Badge } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Age, Avatar, personName, reasonOf, StateBadge } from "./looks.tsx";
import { type OpenTalk, othersQuery } from "./talks.ts";
import { inboxWords } from "./words.ts";

/** Who this is, what is known of them, and where the bot stands with them. */
export function ContactPanel({
  talk,
  search,
  onBack,
}: {
  readonly talk: OpenTalk;
  readonly search: string;
  readonly onBack: () => void;
}) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const { contact } = talk;
  const reason = reasonOf(talk, t);
  const known = [
    [t("phone"), contact.phone],
    [t("email"), contact.email],
    [
      t("language"),
      contact.language && (new Intl.DisplayNames(language, { type: "language" }).of(contact.language) ?? null),
    ],
  ] as const;
  const fields = Object.entries(contact.fields).filter(([, value]) => value !== null && value !== "");
  const addresses = contact.identities.filter(({ kind }) => kind !== "visitor");
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 border-b border-line p-3">
        <IconButton icon={ArrowLeft} label={t("backToThread")} onClick={onBack} className="xl:hidden" />
        <Avatar person={contact} channel={talk.channel} />
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{personName(contact, t)}</h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard must be able to scroll it */}
      <div tabIndex={0} className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4 -outline-offset-2">
        {talk.status === "waiting" && (reason || talk.handover?.summary) ? (
          <Part title={t("whyWaits")}>
            {reason ? <p>{reason}</p> : null}
            {talk.handover?.summary ? (
              <p className="whitespace-pre-line text-muted [overflow-wrap:anywhere]">{talk.handover.summary}</p>
            ) : null}
          </Part>
        ) : null}
        <WhereBot talk={talk} />
        <Part title={t("details")}>
          <Facts
            facts={[
              ...known.flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
              ...addresses.map(
                ({ channel, value }) => [CHANNEL_LABELS[channel as ChannelType][language], value] as const,
              ),
            ]}
            none={t("visitor")}
          />
        </Part>
        {contact.labels.length > 0 ? (
          <Part title={t("labels")}>
            <ul className="flex flex-wrap gap-1">
              {contact.labels.map((label) => (
                <li key={label}>
                  <Badge>{label}</Badge>
                </li>
              ))}
            </ul>
          </Part>
        ) : null}
        <Part title={t("fields")}>
          <Facts
            facts={fields.map(
              ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
            )}
            none={t("noFields")}
          />
        </Part>
        {talk.notes.length > 0 ? (
          <Part title={t("notes")}>
            <ul className="flex flex-col gap-2">
              {talk.notes.map(({ text, by, at }) => (
                <li key={`${at}${text}`} className="rounded-md bg-sunken p-2">
                  <p className="whitespace-pre-line [overflow-wrap:anywhere]">{text}</p>
                  <p className="text-xs text-muted">{`${by} · ${dateAndTime(at, language)}`}</p>
                </li>
              ))}
            </ul>
          </Part>
        ) : null}
        <Others talk={talk} search={search} />
      </div>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2">
      <h3 id={id} className="font-semibold">
        {title}
      </h3>
      {children}
    </section>
  );
}

function Facts({
  facts,
  none,
}: {
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly none: string;
}) {
  if (facts.length === 0) return <p className="text-muted">{none}</p>;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {facts.map(([name, value]) => (
        <div key={`${name} ${value}`} className="contents">
          <dt className="max-w-32 truncate text-muted">{name}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The flow and the block at which the run stands, and the way there. */
function WhereBot({ talk }: { readonly talk: OpenTalk }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const mayLook = useMay("flows.view");
  const flows = useQuery({ ...flowsQuery, enabled: mayLook });
  const frames = talk.run?.at ?? [];
  const inner = frames[frames.length - 1];
  const flow = flows.data?.find(({ id }) => id === inner?.flow);
  const steps = talk.steps.filter(({ path }) => path.length > 0).slice(0, 5);
  return (
    <Part title={t("whereBot")}>
      {inner ? (
        <>
          <Facts
            none=""
            facts={[
              [t("inFlow"), flow ? nameOf(flow, language) : inner.flow],
              [t("atNode"), inner.node],
            ]}
          />
          {talk.run?.timers.map(({ name, dueAt }) => (
            <p key={name} className="text-xs text-muted">
              {t("timer", { at: dateAndTime(dueAt, language) })}
            </p>
          ))}
          {mayLook ? (
            <Link
              to={`/flows/${inner.flow}`}
              className="inline-flex min-h-8 items-center gap-1 self-start text-brand underline-offset-4 hover:underline"
            >
              {t("openFlow")}
              <ArrowRight size={16} strokeWidth={1.75} aria-hidden />
            </Link>
          ) : null}
        </>
      ) : (
        <p className="text-muted">{t("noRun")}</p>
      )}
      {steps.length > 0 ? (
        <details>
          <summary className="text-muted">{t("lastSteps")}</summary>
          <ol className="mt-2 flex flex-col gap-2 text-xs">
            {steps.map(({ version, at, path }) => (
              <li key={version} className="flex flex-wrap items-center gap-1">
                <span className="text-muted">{dateAndTime(at, language)}</span>
                {path.map(({ node, exit }, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a step may pass the same block twice
                  <span key={index} className="rounded-full bg-brand-soft px-2 py-0.5 text-ink">
                    {exit === undefined ? node : `${node} › ${exit}`}
                  </span>
                ))}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </Part>
  );
}

function Others({ talk, search }: { readonly talk: OpenTalk; readonly search: string }) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const others = useQuery(othersQuery(talk.contact.id));
  const found = others.data?.filter(({ id }) => id !== talk.id) ?? [];
  return (
    <Part title={t("others")}>
      {others.isPending ? <Skeleton className="h-12" /> : null}
      {others.isError ? <ErrorState text={sentenceOf(others.error)} onRetry={() => void others.refetch()} /> : null}
      {others.data && found.length === 0 ? <p className="text-muted">{t("noOthers")}</p> : null}
      <ul className="flex flex-col gap-1">
        {found.map((one) => (
          <li key={one.id}>
            <Link
              to={`/inbox/${one.id}${search}`}
              className="flex min-h-11 flex-wrap items-center gap-2 rounded-md border border-line px-3 py-1.5 hover:bg-sunken"
            >
              <span className="font-medium">{CHANNEL_LABELS[one.channel][language]}</span>
              <StateBadge talk={one} />
              <Age at={one.lastMessage?.at ?? one.createdAt} className="ml-auto" />
              <span className="w-full truncate text-muted">{one.lastMessage?.text || t("noWords")}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}
