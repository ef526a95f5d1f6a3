import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { askJson } from "../api.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { type Person, teamSentence } from "./people.ts";
import { teamWords } from "./words.ts";

/** Cannot be undone: it asks for the name. */
export function RemovePerson({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const t = useWords(teamWords);
  const queries = useQueryClient();
  const form = useId();
  const { name } = person;
  const [typed, setTyped] = useState("");
  const { busy, problem, run } = useAct(teamSentence);
  const isNamed = typed.trim().toLowerCase() === name.toLowerCase();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isNamed) return;
    void run(async () => {
      await askJson(`/api/users/${person.id}`, { method: "DELETE" });
      await queries.invalidateQueries({ queryKey: ["team"] });
      toast({ text: t("removed", { name }) });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("removeTitle", { name })}
      description={t("removeText")}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="danger" busy={busy} disabled={!isNamed}>
            {t("remove")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label={t("typeName", { name })} error={problem}>
          {(control) => (
            <Input {...control} autoComplete="off" value={typed} onChange={({ target }) => setTyped(target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
