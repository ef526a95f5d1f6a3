import { useQueryClient } from "@tanstack/react-query";
import { type Ref, useImperativeHandle, useRef, useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { importFlows, type NamedFile } from "./flow-files.ts";
import { flowsWords } from "./words.ts";

export interface ImportFlowsHandle {
  readonly open: () => void;
}

/** Takes YAML files from this computer; what is there already is asked about. */
export function ImportFlows({ ref }: { readonly ref: Ref<ImportFlowsHandle> }) {
  const t = useWords(flowsWords);
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [clash, setClash] = useState<{ readonly files: readonly NamedFile[]; readonly names: readonly string[] }>();
  useImperativeHandle(ref, () => ({ open: () => input.current?.click() }), []);
  const send = async (files: readonly NamedFile[], existing: "refuse" | "replace" | "rename"): Promise<void> => {
    try {
      const { flows } = await importFlows(files, existing);
      setClash(undefined);
      await queries.invalidateQueries({ queryKey: ["flows"] });
      toast({ text: t("imported", { count: flows.length }) });
    } catch (error) {
      const { files: names } = (error instanceof ApiError ? error.body : {}) as { files?: readonly string[] };
      if (error instanceof ApiError && error.status === 409 && names) setClash({ files, names });
      else toast({ text: sentenceOf(error), tone: "problem" });
    }
  };
  const take = async (chosen: FileList | null): Promise<void> => {
    const files = [...(chosen ?? [])].filter(({ name }) => /\.(flow|playbook)\.ya?ml$/.test(name));
    if (files.length === 0) return void toast({ text: t("importNoFlow"), tone: "problem" });
    const named = await Promise.all(
      files.map(async (file) => ({ name: file.name.replace(/\.yml$/, ".yaml"), source: await file.text() })),
    );
    await send(named, "refuse");
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        accept=".yaml,.yml"
        hidden
        aria-label={t("import")}
        onChange={(event) => {
          void take(event.target.files);
          event.target.value = "";
        }}
      />
      {clash ? (
        <Dialog
          open
          onClose={() => setClash(undefined)}
          title={t("importTitle")}
          width="narrow"
          actions={
            <>
              <Button onClick={() => void send(clash.files, "replace")}>{t("importReplace")}</Button>
              <Button look="primary" onClick={() => void send(clash.files, "rename")}>
                {t("importRename")}
              </Button>
            </>
          }
        >
          <p>{t("importTaken", { files: clash.names.join(", ") })}</p>
        </Dialog>
      ) : null}
    </>
  );
}
