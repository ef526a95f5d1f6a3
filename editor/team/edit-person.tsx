import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { askJson, sentenceOf } from "../api.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { browserName } from "./labels.ts";
import { type BrowserSession, type Person, type Powers, teamSentence } from "./people.ts";
import { type Choices, PowersForm } from "./powers-form.tsx";
import { teamWords } from "./words.ts";

/** Name and rights of somebody, and where they are signed in. What is saved holds at once. */
export function EditPerson({
  person,
  choices,
  onClose,
}: {
  readonly person: Person;
  readonly choices: Choices;
  readonly onClose: () => void;
}) {
  const t = useWords(teamWords);
  const queries = useQueryClient();
  const form = useId();
  const [name, setName] = useState(person.name);
  const [powers, setPowers] = useState<Powers>({ grants: person.grants, overrides: person.overrides });
  const { busy, problem, run } = useAct(teamSentence);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = {
      ...(name.trim() === person.name ? {} : { name: name.trim() }),
      ...(powers.grants === person.grants ? {} : { grants: powers.grants }),
      ...(powers.overrides === person.overrides ? {} : { overrides: powers.overrides }),
    };
    void run(async () => {
      await askJson(`/api/users/${person.id}`, { method: "PUT", body });
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["team"] }),
        queries.invalidateQueries({ queryKey: ["session"] }),
      ]);
      toast({ text: t("saved", { name: name.trim() }) });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("editTitle", { name: person.name })}
      description={person.email}
      actions={
        <>
          {problem ? (
            <p role="alert" className="w-full text-sm text-problem">
              {problem}
            </p>
          ) : null}
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={busy}>
            {t("save")}
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
        <PowersForm powers={powers} onChange={setPowers} choices={choices} />
      </form>
      {person.status === "invited" ? null : <SessionsOf id={person.id} />}
    </Dialog>
  );
}

function SessionsOf({ id }: { readonly id: string }) {
  const t = useWords(teamWords);
  const language = useLanguage();
  const found = useQuery({
    queryKey: ["team", "sessions", id],
    queryFn: async () => (await askJson<{ readonly sessions: readonly BrowserSession[] }>(`/api/users/${id}`)).sessions,
  });
  return (
    <section className="mt-4 flex flex-col gap-1.5">
      <h3 className="text-sm font-medium">{t("sessions")}</h3>
      {found.isPending ? <Skeleton className="h-5 w-64" /> : null}
      {found.isError ? <p className="text-sm text-problem">{sentenceOf(found.error)}</p> : null}
      {found.data?.length === 0 ? <p className="text-sm text-muted">{t("noSessions")}</p> : null}
      <ul className="text-sm text-muted">
        {found.data?.map((session) => (
          <li key={session.id}>
            {browserName(session.agent)} · {session.address} · {ago(session.seenAt, language)}
          </li>
        ))}
      </ul>
    </section>
  );
}
