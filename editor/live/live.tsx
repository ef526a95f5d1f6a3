import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../api.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import { useMay } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/field.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { figuresQuery, lengthOfTime, type NodeFigures } from "./figures.ts";
import { Talks } from "./talks.tsx";
import { liveWords } from "./words.ts";

const PERIODS = [1, 7, 30, 90];

/** What passes through the published flow: how many come to each block, how they leave it, how long they stay, who is there. */
export function Live({
  id,
  channels,
  onChoose,
  onLight,
}: {
  readonly id: string;
  readonly channels: readonly ChannelOffer[];
  /** Brings a block into sight. */
  readonly onChoose: (node: string) => void;
  readonly onLight: (nodes: readonly string[]) => void;
}) {
  const t = useWords(liveWords);
  const language = useLanguage();
  const [days, setDays] = useState(7);
  const [channel, setChannel] = useState("");
  const [node, setNode] = useState<string | null>(null);
  const figures = useQuery(figuresQuery(id, days, channel));
  const maySee = useMay("conversations.view");
  if (figures.isError) return <ErrorState text={sentenceOf(figures.error)} onRetry={() => void figures.refetch()} />;
  const nodes = [...(figures.data?.nodes ?? [])].sort((a, b) => b.entered - a.entered);
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label={t("period")}
          className="max-w-56"
          value={days}
          onChange={({ target }) => setDays(Number(target.value))}
        >
          {PERIODS.map((count) => (
            <option key={count} value={count}>
              {t("days", { count })}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t("channel")}
          className="max-w-48"
          value={channel}
          onChange={({ target }) => setChannel(target.value)}
        >
          <option value="">{t("allChannels")}</option>
          {channels.map(({ type, label }) => (
            <option key={type} value={type}>
              {label[language]}
            </option>
          ))}
        </Select>
        {figures.data ? <p className="text-sm text-muted">{t("now", { count: figures.data.live })}</p> : null}
      </div>
      {figures.isPending ? <Skeleton className="h-40" /> : null}
      {figures.data && nodes.length === 0 ? (
        <EmptyState icon={Activity} title={t("empty")} text={t("emptyText")} />
      ) : null}
      {nodes.length > 0 ? (
        <div className="overflow-x-auto">
          <table className="w-full text-left text-sm">
            <thead className="text-xs text-muted">
              <tr>
                <th className="py-1 pr-4 font-medium">{t("block")}</th>
                <th className="py-1 pr-4 text-right font-medium">{t("entered")}</th>
                <th className="py-1 pr-4 font-medium">{t("exits")}</th>
                <th className="py-1 pr-4 text-right font-medium">{t("median")}</th>
                <th className="py-1 text-right font-medium">{t("here")}</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((one) => (
                <Row
                  key={one.node}
                  figures={one}
                  onChoose={() => onChoose(one.node)}
                  onTalks={maySee && one.live > 0 ? () => setNode(one.node) : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {node === null ? null : <Talks {...{ id, node, onLight }} onClose={() => setNode(null)} />}
    </div>
  );
}

function Row({
  figures: { node, entered, exits, elsewhere, medianMs, live },
  onChoose,
  onTalks,
}: {
  readonly figures: NodeFigures;
  readonly onChoose: () => void;
  readonly onTalks: (() => void) | null;
}) {
  const t = useWords(liveWords);
  const language = useLanguage();
  const most = Math.max(1, entered);
  const ways = [...Object.entries(exits), ...(elsewhere > 0 ? [[t("left"), elsewhere] as const] : [])];
  return (
    <tr className="border-t border-line align-top">
      <td className="py-1.5 pr-4">
        <button type="button" onClick={onChoose} className="font-medium hover:underline">
          {node}
        </button>
      </td>
      <td className="py-1.5 pr-4 text-right tabular-nums">{entered}</td>
      <td className="py-1.5 pr-4">
        <ul className="flex flex-col gap-1">
          {ways
            .sort((a, b) => b[1] - a[1])
            .map(([exit, count]) => (
              <li key={exit} className="grid grid-cols-[8rem_6rem_auto] items-center gap-2 text-xs">
                <span className="truncate">{exit}</span>
                <span aria-hidden className="h-1.5 rounded-full bg-sunken">
                  <span
                    className="block h-full rounded-full bg-brand"
                    style={{ width: `${Math.min(100, (count / most) * 100)}%` }}
                  />
                </span>
                <span className="text-muted tabular-nums">
                  {count} · {Math.round((count / most) * 100)} %
                </span>
              </li>
            ))}
        </ul>
      </td>
      <td className="py-1.5 pr-4 text-right tabular-nums">
        {medianMs === null ? "" : lengthOfTime(medianMs, language)}
      </td>
      <td className="py-1.5 text-right tabular-nums">
        {onTalks ? (
          <Button size="small" onClick={onTalks} aria-label={t("talks", { node })}>
            {live}
          </Button>
        ) : (
          live
        )}
      </td>
    </tr>
  );
}
