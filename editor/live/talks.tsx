import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import { sentenceOf } from "../api.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { ago, dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { talksQuery, type Way, wayQuery } from "./figures.ts";
import { liveWords } from "./words.ts";

/** The talks that wait at a block, and the way that each of them came. */
export function Talks({
  id,
  node,
  onLight,
  onClose,
}: {
  readonly id: string;
  readonly node: string;
  readonly onLight: (nodes: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const t = useWords(liveWords);
  const language = useLanguage();
  const talks = useQuery(talksQuery(id, node));
  const [chosen, setChosen] = useState<string | null>(null);
  const close = (): void => {
    onLight([]);
    onClose();
  };
  return (
    <Dialog open onClose={close} title={t("talks", { node })} actions={<Button onClick={close}>{t("close")}</Button>}>
      {talks.isPending ? <Skeleton className="h-24" /> : null}
      {talks.isError ? <ErrorState text={sentenceOf(talks.error)} onRetry={() => void talks.refetch()} /> : null}
      {talks.data?.length === 0 ? <p className="text-sm text-muted">{t("noTalks")}</p> : null}
      <ul className="flex flex-col gap-1">
        {talks.data?.map(({ id: talk, contact, channel, at }) => (
          <li key={talk} className="rounded-md border border-line">
            <button
              type="button"
              aria-expanded={chosen === talk}
              onClick={() => setChosen(chosen === talk ? null : talk)}
              className="flex w-full items-center gap-3 px-3 py-2 text-left text-sm hover:bg-sunken"
            >
              <span className="flex-1 font-medium">{contact.name === "" ? t("visitor") : contact.name}</span>
              <span className="text-xs text-muted">{channel}</span>
              <span className="text-xs text-muted">{at === null ? "" : ago(at, language)}</span>
            </button>
            {chosen === talk ? <Replay {...{ talk, id, onLight }} /> : null}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Replay({
  talk,
  id,
  onLight,
}: {
  readonly talk: string;
  readonly id: string;
  readonly onLight: (nodes: readonly string[]) => void;
}) {
  const way = useQuery(wayQuery(talk));
  if (way.isPending) return <Skeleton className="m-3 h-16" />;
  if (way.isError) return <ErrorState text={sentenceOf(way.error)} onRetry={() => void way.refetch()} />;
  return <Steps {...{ id, onLight }} way={way.data} />;
}

/** The way step by step: the blocks of the step that one stands at are lit on the drawing. */
function Steps({
  way,
  id,
  onLight,
}: {
  readonly way: Way;
  readonly id: string;
  readonly onLight: (nodes: readonly string[]) => void;
}) {
  const t = useWords(liveWords);
  const language = useLanguage();
  const steps = way.steps.filter(({ path }) => path.length > 0);
  const [place, setPlace] = useState(0);
  const step = steps[Math.min(place, steps.length - 1)];
  useEffect(() => {
    onLight([...new Set((step?.path ?? []).filter(({ flow }) => flow === id).map(({ node }) => node))]);
  }, [step, id, onLight]);
  if (!step) return <p className="p-3 text-xs text-muted">{t("noSteps")}</p>;
  return (
    <div className="flex flex-col gap-2 border-t border-line p-3">
      <div className="flex items-center gap-2">
        <IconButton
          icon={ChevronLeft}
          size="small"
          label={t("previous")}
          disabled={place === 0}
          onClick={() => setPlace(place - 1)}
        />
        <input
          type="range"
          min={0}
          max={steps.length - 1}
          value={place}
          aria-label={t("step", { n: place + 1, total: steps.length })}
          onChange={({ target }) => setPlace(Number(target.value))}
          className="flex-1 accent-[var(--brand)]"
        />
        <IconButton
          icon={ChevronRight}
          size="small"
          label={t("next")}
          disabled={place >= steps.length - 1}
          onClick={() => setPlace(place + 1)}
        />
      </div>
      <p className="text-xs text-muted">
        {t("step", { n: place + 1, total: steps.length })} · {dateAndTime(step.at, language)} · {step.event}
      </p>
      <ol className="flex flex-wrap gap-1 text-xs">
        {step.path.map(({ node, exit }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step may pass the same block twice
          <li key={index} className="rounded-full bg-brand-soft px-2 py-0.5 text-ink">
            {exit === undefined ? node : `${node} › ${exit}`}
          </li>
        ))}
      </ol>
    </div>
  );
}
