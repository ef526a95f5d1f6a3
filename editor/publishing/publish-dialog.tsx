import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { bilingual } from "../../engine/core/domain/language.ts";
import { isSameFlow } from "../../engine/core/flow/difference.ts";
import { sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, TextArea } from "../ui/field.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { ChangeList, Samples } from "./change-list.tsx";
import { differenceQuery, type LiveChoice, type LiveTalks, liveTalksQuery, publish } from "./versions.ts";
import { publishingWords } from "./words.ts";

/** What changes, who is in it now and what becomes of them, and a word for the team; then it answers. */
export function PublishDialog({
  id,
  open,
  onClose,
}: {
  readonly id: string;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const t = useWords(publishingWords);
  const language = useLanguage();
  const client = useQueryClient();
  const difference = useQuery({ ...differenceQuery(id, "published", "draft"), enabled: open, staleTime: 0 });
  const live = useQuery({ ...liveTalksQuery(id), enabled: open, staleTime: 0 });
  const [note, setNote] = useState("");
  const [choice, setChoice] = useState<LiveChoice>("finish");
  const [isBusy, setBusy] = useState(false);
  const isSame = difference.data !== undefined && isSameFlow(difference.data);
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      const number = await publish(id, note, choice);
      if (number === null) return void toast({ text: t("refused"), tone: "problem" });
      toast({ text: t("published", { number }) });
      await client.invalidateQueries({ queryKey: ["flows"] });
      setNote("");
      onClose();
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      width="wide"
      title={t("title", { name: id })}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" busy={isBusy} disabled={!difference.data} onClick={() => void send()}>
            {t("publish")}
          </Button>
        </>
      }
    >
      {difference.isPending ? <Skeleton className="h-40" /> : null}
      {difference.isError ? (
        <ErrorState text={sentenceOf(difference.error)} onRetry={() => void difference.refetch()} />
      ) : null}
      {difference.data ? (
        <div className="flex flex-col gap-6">
          <section aria-label={t("changes")} className="flex flex-col gap-2">
            <p className="text-base">{isSame ? t("nothing") : bilingual(difference.data.words, language)}</p>
            <ChangeList difference={difference.data} />
          </section>
          {isSame ? null : <Samples samples={difference.data.samples} />}
          {live.data ? <Live talks={live.data} choice={choice} onChoice={setChoice} /> : <Skeleton className="h-16" />}
          <Field label={t("note")} help={t("noteHelp")}>
            {(control) => (
              <TextArea {...control} value={note} maxLength={500} onChange={({ target }) => setNote(target.value)} />
            )}
          </Field>
        </div>
      ) : null}
    </Dialog>
  );
}

function Live({
  talks,
  choice,
  onChoice,
}: {
  readonly talks: LiveTalks;
  readonly choice: LiveChoice;
  readonly onChoice: (choice: LiveChoice) => void;
}) {
  const t = useWords(publishingWords);
  const language = useLanguage();
  const name = useId();
  if (talks.total === 0) return <p className="text-sm text-muted">{t("noLive")}</p>;
  const { movable, total } = talks;
  const choices = [
    { value: "finish", label: t("finish"), text: t("finishText") },
    { value: "move", label: t("move"), text: t("moveText", { movable, total }) },
    { value: "restart", label: t("restart"), text: t("restartText") },
  ] as const;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-sm font-semibold">{t("live", { count: total })}</legend>
      {choices.map(({ value, label, text }) => (
        <label
          key={value}
          className="flex cursor-pointer items-start gap-3 rounded-md border border-line p-3 has-checked:border-brand"
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={choice === value}
            disabled={value === "move" && movable === 0}
            onChange={() => onChoice(value)}
            className="mt-1 accent-[var(--brand)]"
          />
          <span>
            <span className="block text-sm font-medium">{label}</span>
            <span className="block text-xs text-muted">{text}</span>
          </span>
        </label>
      ))}
      <ul className="flex flex-col gap-1 text-xs">
        {talks.nodes.map(({ node, count, reasons }) => (
          <li key={node} className="flex flex-wrap gap-x-2">
            <span className="font-medium">{node}</span>
            <span className="text-muted">{t("here", { count })}</span>
            {reasons.map((reason) => (
              <span key={reason.en} className="basis-full text-agent">
                {bilingual(reason, language)}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
