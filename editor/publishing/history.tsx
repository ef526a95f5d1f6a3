import { useQuery, useQueryClient } from "@tanstack/react-query";
import { History as HistoryIcon } from "lucide-react";
import { useState } from "react";
import { bilingual } from "../../engine/core/domain/language.ts";
import { sentenceOf } from "../api.ts";
import { useMay } from "../session/session.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Select } from "../ui/field.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { Switch } from "../ui/switch.tsx";
import { toast } from "../ui/toast.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { ChangeList } from "./change-list.tsx";
import { differenceQuery, rollback, type Version, versionsQuery } from "./versions.ts";
import { publishingWords } from "./words.ts";

/** What was published, by whom and when; any two states compared; and the way back. */
export function History({ id, onChoose }: { readonly id: string; readonly onChoose: (node: string) => void }) {
  const t = useWords(publishingWords);
  const language = useLanguage();
  const versions = useQuery(versionsQuery(id));
  const mayPublish = useMay("flows.publish");
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState("draft");
  const [back, setBack] = useState<Version | null>(null);
  if (versions.isPending) return <Skeleton className="m-4 h-40" />;
  if (versions.isError) return <ErrorState text={sentenceOf(versions.error)} onRetry={() => void versions.refetch()} />;
  const [newest] = versions.data;
  if (!newest) return <EmptyState icon={HistoryIcon} title={t("history")} text={t("noHistory")} />;
  const start = from ?? String(newest.number);
  const states = ["draft", ...versions.data.map(({ number }) => String(number))];
  const nameOf = (state: string): string => (state === "draft" ? t("draft") : t("version", { number: state }));
  return (
    <div className="grid gap-4 p-4 lg:grid-cols-2">
      <ol className="flex flex-col gap-1">
        {versions.data.map((version) => (
          <li
            key={version.id}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-line px-3 py-2"
          >
            <span className="text-sm font-medium">{t("version", { number: version.number })}</span>
            {version.isCurrent ? <Badge tone="brand">{t("current")}</Badge> : null}
            {version.liveRuns > 0 ? (
              <span className="text-xs text-muted">{t("here", { count: version.liveRuns })}</span>
            ) : null}
            <span className="text-xs text-muted">
              {dateAndTime(version.createdAt, language)} {t("by", { name: version.by })}
            </span>
            <span className="basis-full text-xs">{version.note}</span>
            <Button size="small" onClick={() => setFrom(String(version.number))}>
              {t("compareWith")}
            </Button>
            {mayPublish && !version.isCurrent ? (
              <Button size="small" onClick={() => setBack(version)}>
                {t("rollback")}
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
      <section className="flex flex-col gap-2">
        <div className="flex items-center gap-2">
          <Select aria-label={t("before")} value={start} onChange={({ target }) => setFrom(target.value)}>
            {states.map((state) => (
              <option key={state} value={state}>
                {nameOf(state)}
              </option>
            ))}
          </Select>
          <span aria-hidden>→</span>
          <Select aria-label={t("after")} value={to} onChange={({ target }) => setTo(target.value)}>
            {states.map((state) => (
              <option key={state} value={state}>
                {nameOf(state)}
              </option>
            ))}
          </Select>
        </div>
        <Compared {...{ id, onChoose, to }} from={start} />
      </section>
      {back ? <GoBack id={id} version={back} onClose={() => setBack(null)} /> : null}
    </div>
  );
}

function Compared({
  id,
  from,
  to,
  onChoose,
}: {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly onChoose: (node: string) => void;
}) {
  const language = useLanguage();
  const difference = useQuery(differenceQuery(id, from, to));
  if (difference.isPending) return <Skeleton className="h-24" />;
  if (difference.isError)
    return <ErrorState text={sentenceOf(difference.error)} onRetry={() => void difference.refetch()} />;
  return (
    <>
      <p className="text-sm">{bilingual(difference.data.words, language)}</p>
      <ChangeList difference={difference.data} onChoose={onChoose} />
    </>
  );
}

function GoBack({
  id,
  version,
  onClose,
}: {
  readonly id: string;
  readonly version: Version;
  readonly onClose: () => void;
}) {
  const t = useWords(publishingWords);
  const client = useQueryClient();
  const [replaceDraft, setReplaceDraft] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      toast({ text: t("published", { number: await rollback(id, version.number, replaceDraft) }) });
      await client.invalidateQueries({ queryKey: ["flows"] });
      onClose();
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="narrow"
      title={t("rollbackTitle", { number: version.number })}
      description={t("rollbackText")}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" busy={isBusy} onClick={() => void go()}>
            {t("rollback")}
          </Button>
        </>
      }
    >
      <div className="flex items-center gap-3 text-sm">
        <Switch label={t("replaceDraft")} checked={replaceDraft} onChange={setReplaceDraft} />
        <span aria-hidden>{t("replaceDraft")}</span>
      </div>
    </Dialog>
  );
}
