import { type FormEvent, useId, useState } from "react";
import type { AccountView } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { refusalOf, useAccounts } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";

/** What goes and what stays; confirmed by typing the account's name, for it cannot be taken back. */
export function DeleteAccount({
  account,
  onClose,
  onDeleted,
}: {
  readonly account: AccountView;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}) {
  const t = useWords(channelWords);
  const accounts = useAccounts();
  const form = useId();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const { id, name } = account;
  const isSure = typed.trim() === name;
  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isSure) return;
    setBusy(true);
    try {
      await accounts.remove(id);
      toast({ text: t("deleted", { name }) });
      onClose();
      onDeleted?.();
    } catch (error) {
      toast({ text: refusalOf(error), tone: "problem" });
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="narrow"
      title={t("deleteTitle", { name })}
      description={t("deleteText")}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="danger" type="submit" form={form} busy={busy} disabled={!isSure}>
            {t("delete")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void remove(event)}>
        <Field label={t("deleteConfirm", { name })}>
          {(control) => (
            <Input {...control} autoComplete="off" value={typed} onChange={({ target }) => setTyped(target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
