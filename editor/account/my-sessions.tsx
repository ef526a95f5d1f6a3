import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { askJson, sentenceOf } from "../api.ts";
import { browserName } from "../team/labels.ts";
import type { BrowserSession } from "../team/people.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Card } from "./account.tsx";
import { accountWords } from "./words.ts";

/** Where one is signed in, and how to end that. */
export function MySessions() {
  const t = useWords(accountWords);
  const language = useLanguage();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: async () => (await askJson<{ readonly items: readonly BrowserSession[] }>("/api/sessions")).items,
  });
  const end = async (path: string, said: (ended: number) => string): Promise<void> => {
    try {
      const { ended = 1 } = await askJson<{ readonly ended?: number }>(path, { method: "DELETE" });
      toast({ text: said(ended) });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
    }
    await queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  return (
    <Card title={t("sessionsTitle")}>
      {sessions.isPending ? <Skeleton className="h-12" /> : null}
      {sessions.isError ? (
        <ErrorState text={sentenceOf(sessions.error)} onRetry={() => void sessions.refetch()} />
      ) : null}
      <ul className="flex flex-col gap-3">
        {sessions.data?.map(({ id, agent, address, seenAt, isThisOne }) => (
          <li key={id} className="flex items-center gap-3">
            <MonitorSmartphone size={20} strokeWidth={1.75} aria-hidden className="shrink-0 text-muted" />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{browserName(agent)}</span>
              <span className="block text-xs text-muted">
                {address} · {ago(seenAt, language)}
              </span>
            </span>
            {isThisOne ? (
              <Badge tone="brand">{t("thisOne")}</Badge>
            ) : (
              <Button
                size="small"
                aria-label={t("revokeOf", { device: browserName(agent) })}
                onClick={() => void end(`/api/sessions/${id}`, () => t("revoked"))}
              >
                {t("revoke")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {sessions.data && sessions.data.length > 1 ? (
        <Button
          className="self-start"
          onClick={() => void end("/api/sessions", (count) => t("othersRevoked", { count }))}
        >
          {t("revokeOthers")}
        </Button>
      ) : null}
    </Card>
  );
}
