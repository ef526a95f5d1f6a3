import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type FlowOverview, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { dependentsOf, makeFlow, nameOf, removeFlow } from "./flow-files.ts";
import { flowsWords } from "./words.ts";

/** What would miss the flow, and the way back for ten seconds. */
export function DeleteFlow({ flow, onClose }: { readonly flow: FlowOverview; readonly onClose: () => void }) {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const dependents = useQuery({ queryKey: ["flows", "dependents", flow.id], queryFn: () => dependentsOf(flow.id) });
  const name = nameOf(flow, language);
  const restore = async (source: string): Promise<void> => {
    try {
      await makeFlow({ id: flow.id, source });
      await queries.invalidateQueries({ queryKey: ["flows"] });
      toast({ text: t("restored", { name }) });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
    }
  };
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      const { source } = await removeFlow(flow.id);
      await queries.invalidateQueries({ queryKey: ["flows"] });
      onClose();
      toast({
        text: t("deleted", { name }),
        ...(source === null ? {} : { action: { label: t("undo"), run: () => void restore(source) } }),
      });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "problem" });
      setBusy(false);
    }
  };
  const known = dependents.data;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("deleteTitle", { name })}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="danger" busy={busy} disabled={!known} onClick={() => void remove()}>
            {t("delete")}
          </Button>
        </>
      }
    >
      <p>{t("deleteText")}</p>
      {dependents.isPending ? <Skeleton className="mt-3 h-12" /> : null}
      {dependents.isError ? <p className="mt-3 text-problem">{sentenceOf(dependents.error)}</p> : null}
      {known?.isPublished ? <p className="mt-3">{t("deletePublished")}</p> : null}
      {known && known.liveRuns > 0 ? <p className="mt-3">{t("deleteLive", { count: known.liveRuns })}</p> : null}
      {known && known.calls.length > 0 ? (
        <div className="mt-3 rounded-md bg-problem-soft p-3">
          <p className="font-medium">{t("deleteCalls")}</p>
          <ul className="mt-1 list-disc pl-5">
            {known.calls.map(({ flow: caller, nodes, published }) => (
              <li key={`${caller}-${published}`}>{t("deleteCall", { flow: caller, nodes: nodes.join(", ") })}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </Dialog>
  );
}
