import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { askJson } from "../api.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input, Select } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { LinkDialog } from "./link-dialog.tsx";
import { type OneTimeLink, type Powers, teamSentence } from "./people.ts";
import { type Choices, PowersForm } from "./powers-form.tsx";
import { teamWords } from "./words.ts";

/** Somebody new: who, with which rights; then the link to hand over. */
export function Invite({ choices, onClose }: { readonly choices: Choices; readonly onClose: () => void }) {
  const t = useWords(teamWords);
  const queries = useQueryClient();
  const form = useId();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [language, setLanguage] = useState<string>(useLanguage());
  const [powers, setPowers] = useState<Powers>({ grants: [{ roleId: "agent", accountId: null }], overrides: [] });
  const [link, setLink] = useState<OneTimeLink>();
  const { busy, problem, run } = useAct(teamSentence);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      const body = { name: name.trim(), email: email.trim(), language, ...powers };
      const made = await askJson<{ readonly link: OneTimeLink }>("/api/users", { method: "POST", body });
      setLink(made.link);
      await queries.invalidateQueries({ queryKey: ["team"] });
    });
  };
  if (link) return <LinkDialog name={name.trim()} link={link} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("inviteTitle")}
      description={t("inviteText")}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={busy}>
            {t("makeLink")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={t("email")} error={problem}>
          {(control) => (
            <Input {...control} type="email" required value={email} onChange={({ target }) => setEmail(target.value)} />
          )}
        </Field>
        <Field label={t("language")}>
          {(control) => (
            <Select {...control} value={language} onChange={({ target }) => setLanguage(target.value)}>
              <option value="fr">{t("french")}</option>
              <option value="en">{t("english")}</option>
            </Select>
          )}
        </Field>
        <PowersForm powers={powers} onChange={setPowers} choices={choices} />
      </form>
    </Dialog>
  );
}
