import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import type { AuditEntry } from "../../engine/core/domain/user.ts";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { mayAnywhere, useSession } from "../session/session.ts";
import { SettingsFrame } from "../settings/settings-frame.tsx";
import { Button } from "../ui/button.tsx";
import { Field, Input, Select } from "../ui/field.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { peopleQuery } from "./people.ts";
import { ACTIONS, recordWords } from "./record-words.ts";

const NONE = { action: "", actorId: "", since: "", until: "" } as const;
type Filter = { readonly [K in keyof typeof NONE]: string };
interface Entries {
  readonly items: readonly AuditEntry[];
  readonly next: string | null;
}

/** Days as the reader's own: from its first moment, to the first of the day after. */
function asked({ action, actorId, since, until }: Filter, cursor: string): string {
  const day = (text: string, later: number): string => {
    const at = new Date(`${text}T00:00:00`);
    at.setDate(at.getDate() + later);
    return at.toISOString();
  };
  const given = {
    action,
    actorId,
    since: since && day(since, 0),
    until: until && day(until, 1),
    cursor,
  };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== "")).toString();
}

/** Who did what, newest first. */
export function Record() {
  const t = useWords(recordWords);
  const [filter, setFilter] = useState<Filter>(NONE);
  const entries = useInfiniteQuery({
    queryKey: ["record", filter],
    queryFn: ({ pageParam }) => askJson<Entries>(`/api/audit?${asked(filter, pageParam)}`),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <SettingsFrame title={t("title")} text={t("text")}>
      <Filters filter={filter} onChange={setFilter} />
      {entries.isPending ? <Skeleton className="h-64 rounded-lg" /> : null}
      {entries.isError ? (
        <ErrorState
          text={sentenceOf(entries.error)}
          detail={entries.error instanceof ApiError ? entries.error.detail : undefined}
          onRetry={() => void entries.refetch()}
        />
      ) : null}
      {entries.isSuccess && items.length === 0 ? (
        <EmptyState icon={History} title={t("emptyTitle")} text={t("emptyText")}>
          <Button onClick={() => setFilter(NONE)}>{t("clear")}</Button>
        </EmptyState>
      ) : null}
      {items.length > 0 ? (
        <ol aria-label={t("title")} className="divide-y divide-line rounded-lg border border-line bg-surface">
          {items.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      ) : null}
      {entries.hasNextPage ? (
        <Button className="self-center" busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </SettingsFrame>
  );
}

function Filters({ filter, onChange }: { readonly filter: Filter; readonly onChange: (filter: Filter) => void }) {
  const t = useWords(recordWords);
  const mayKnow = mayAnywhere(useSession(), "users.manage");
  const people = useQuery({ ...peopleQuery, enabled: mayKnow });
  const set = (change: Partial<Filter>): void => onChange({ ...filter, ...change });
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Field label={t("action")}>
        {(control) => (
          <Select {...control} value={filter.action} onChange={({ target }) => set({ action: target.value })}>
            <option value="">{t("anything")}</option>
            {ACTIONS.map((action) => (
              <option key={action} value={action}>
                {t(action)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("who")}>
        {(control) => (
          <Select {...control} value={filter.actorId} onChange={({ target }) => set({ actorId: target.value })}>
            <option value="">{t("anybody")}</option>
            {people.data?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("since")}>
        {(control) => (
          <Input
            {...control}
            type="date"
            value={filter.since}
            onChange={({ target }) => set({ since: target.value })}
          />
        )}
      </Field>
      <Field label={t("until")}>
        {(control) => (
          <Input
            {...control}
            type="date"
            value={filter.until}
            onChange={({ target }) => set({ until: target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function Entry({ entry: { at, actor, action, target, facts } }: { readonly entry: AuditEntry }) {
  const t = useWords(recordWords);
  const language = useLanguage();
  const known = ACTIONS.find((one) => one === action);
  const who = actor.type === "admin" ? t("admin") : actor.type === "system" ? t("system") : actor.name;
  const isBare = target === null && Object.keys(facts).length === 0;
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-sm">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className={known ? "font-medium" : "font-mono text-xs"}>{known ? t(known) : action}</span>
        <span>
          {who}
          {actor.type === "token" ? ` (${t("token")})` : null}
        </span>
        <span className="text-xs text-muted sm:ml-auto">
          <time dateTime={at}>{dateAndTime(at, language)}</time> · {actor.address ?? t("thisMachine")}
        </span>
      </div>
      {isBare ? null : (
        <details className="text-xs">
          <summary className="w-fit py-1 text-muted">{t("details")}</summary>
          <pre className="mt-1 overflow-x-auto rounded-md bg-sunken p-3 font-mono whitespace-pre-wrap break-all">
            {[target, Object.keys(facts).length > 0 ? JSON.stringify(facts, null, 2) : null].filter(Boolean).join("\n")}
          </pre>
        </details>
      )}
    </li>
  );
}
