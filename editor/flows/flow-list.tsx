import { useQuery } from "@tanstack/react-query";
import { Download, Plus, Upload, Workflow } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../api.ts";
import { type Command, folded, useCommands } from "../app/commands.ts";
import { TopBarContent } from "../app/top-bar.tsx";
import { useMay } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/field.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { download, exportFlows, flowsQuery, nameOf } from "./flow-files.ts";
import { FlowRows } from "./flow-rows.tsx";
import { ImportFlows, type ImportFlowsHandle } from "./import-flows.tsx";
import { NewFlow } from "./new-flow.tsx";
import { flowsWords } from "./words.ts";

/** Every flow, its state, and the way to a new one. */
export function FlowList() {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const flows = useQuery(flowsQuery);
  const mayEdit = useMay("flows.edit");
  const [search, setSearch] = useState("");
  const [making, setMaking] = useState(false);
  const importer = useRef<ImportFlowsHandle>(null);
  const found = (flows.data ?? []).filter((flow) =>
    folded(`${nameOf(flow, language)} ${flow.id}`).includes(folded(search)),
  );
  const commands = useMemo(
    (): readonly Command[] => [
      ...(mayEdit
        ? [{ id: "flow-new", title: t("new"), group: t("title"), icon: Plus, run: () => setMaking(true) }]
        : []),
      ...(flows.data ?? []).map((flow) => ({
        id: `flow-${flow.id}`,
        title: nameOf(flow, language),
        group: t("title"),
        icon: Workflow,
        run: () => void navigate(`/flows/${flow.id}`),
      })),
    ],
    [flows.data, language, navigate, t, mayEdit],
  );
  useCommands(commands);
  const exportAll = async (): Promise<void> => {
    try {
      download(await exportFlows());
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
    }
  };
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4 sm:p-6">
      <TopBarContent
        acts={
          mayEdit ? (
            <Button look="primary" icon={Plus} onClick={() => setMaking(true)} aria-label={t("new")}>
              <span className="max-sm:hidden">{t("new")}</span>
            </Button>
          ) : null
        }
      />
      <h1 className="sr-only">{t("title")}</h1>
      {flows.isPending ? (
        <div className="flex flex-col gap-3" aria-busy>
          <Skeleton className="h-10 w-72" />
          <Skeleton className="h-72 rounded-lg" />
        </div>
      ) : flows.isError ? (
        <ErrorState text={sentenceOf(flows.error)} onRetry={() => void flows.refetch()} />
      ) : flows.data.length === 0 ? (
        <EmptyState icon={Workflow} title={t("emptyTitle")} text={t("emptyText")}>
          <Button look="primary" icon={Plus} onClick={() => setMaking(true)}>
            {t("new")}
          </Button>
          <Button icon={Upload} onClick={() => importer.current?.open()}>
            {t("import")}
          </Button>
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Input
              type="search"
              aria-label={t("search")}
              placeholder={t("search")}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              className="max-w-72"
            />
            <div className="flex-1" />
            {mayEdit ? (
              <Button look="quiet" icon={Upload} onClick={() => importer.current?.open()}>
                {t("import")}
              </Button>
            ) : null}
            <Button look="quiet" icon={Download} onClick={() => void exportAll()}>
              {t("exportAll")}
            </Button>
          </div>
          {found.length > 0 ? (
            <FlowRows flows={found} all={flows.data} />
          ) : (
            <p className="py-12 text-center text-muted">{t("noneFound", { search })}</p>
          )}
        </>
      )}
      <NewFlow open={making} onClose={() => setMaking(false)} taken={(flows.data ?? []).map(({ id }) => id)} />
      <ImportFlows ref={importer} />
    </div>
  );
}
