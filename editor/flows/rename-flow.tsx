import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { NAME } from "../../engine/core/flow/document.ts";
import { applyEdits } from "../../engine/core/flow/edit.ts";
import { ApiError, type FlowOverview, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { nameOf, readFlow, renameFlow, writeFlow } from "./flow-files.ts";
import { flowsWords } from "./words.ts";

/** The name that the owner reads, and the name of the file. */
export function RenameFlow({ flow, onClose }: { readonly flow: FlowOverview; readonly onClose: () => void }) {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const queries = useQueryClient();
  const before = nameOf(flow, language);
  const [name, setName] = useState(before);
  const [id, setId] = useState(flow.id);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      if (name.trim() !== "" && name.trim() !== before) {
        const { source, etag } = await readFlow(flow.id);
        const isLocal = flow.name !== null && typeof flow.name === "object";
        const path = isLocal ? ["name", language] : ["name"];
        await writeFlow(flow.id, applyEdits(source, [{ type: "set", path, value: name.trim() }]).source, etag);
      }
      if (id !== flow.id) await renameFlow(flow.id, id);
      await queries.invalidateQueries({ queryKey: ["flows"] });
      toast({ text: t("renamed") });
      onClose();
    } catch (error) {
      setProblem(error instanceof ApiError && error.status === 409 ? t("taken") : sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("renameTitle", { name: before })}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" busy={busy} disabled={!NAME.test(id)} onClick={() => void save()}>
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("name")}>
          {(control) => (
            <Input {...control} maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label={t("identifier")} help={t("identifierHelp")} error={problem}>
          {(control) => <Input {...control} value={id} onChange={(event) => setId(event.target.value.trim())} />}
        </Field>
      </div>
    </Dialog>
  );
}
