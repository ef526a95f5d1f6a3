import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { TopBarContent } from "../app/top-bar.tsx";
import { useNewPassword } from "../session/choose-password.ts";
import { PasswordField } from "../session/password.tsx";
import { type Session, sessionQuery, useSession } from "../session/session.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Field, Input, Select } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { setLanguage, useLanguage, useWords } from "../words/words.ts";
import { MySessions } from "./my-sessions.tsx";
import { TwoFactor } from "./two-factor.tsx";
import { accountWords } from "./words.ts";

/** What everybody settles for themselves. */
export function Account() {
  const t = useWords(accountWords);
  const title = t("title");
  useEffect(() => {
    document.title = `${title} · Relais`;
  }, [title]);
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-4 p-4 sm:p-6">
      <TopBarContent place={<p className="truncate text-base font-semibold">{title}</p>} />
      <h1 className="text-lg font-semibold">{title}</h1>
      <Myself />
      <ChangePassword />
      <TwoFactor />
      <MySessions />
    </div>
  );
}

export function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4 sm:px-6 sm:py-5"
    >
      <h2 className="font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Myself() {
  const t = useWords(accountWords);
  const session = useSession();
  const language = useLanguage();
  const queries = useQueryClient();
  const [name, setName] = useState(session?.name ?? "");
  const { busy, problem, run } = useAct();
  const save = (change: { readonly name?: string; readonly language?: "fr" | "en" }) =>
    run(async () => {
      const now = await askJson<Session>("/api/session", { method: "PUT", body: change });
      queries.setQueryData(sessionQuery.queryKey, now);
      if (change.language) setLanguage(change.language);
      toast({ text: t("saved") });
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save({ name: name.trim() });
  };
  return (
    <Card title={t("you")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")} help={session?.user?.email} error={problem}>
          {(control) => (
            <Input
              {...control}
              autoComplete="name"
              required
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={t("language")}>
          {(control) => (
            <Select
              {...control}
              value={language}
              onChange={({ target }) => void save({ language: target.value === "en" ? "en" : "fr" })}
            >
              <option value="fr">{t("french")}</option>
              <option value="en">{t("english")}</option>
            </Select>
          )}
        </Field>
        <Button type="submit" busy={busy} disabled={name.trim() === session?.name} className="self-start">
          {t("save")}
        </Button>
      </form>
    </Card>
  );
}

function ChangePassword() {
  const t = useWords(accountWords);
  const session = useSession();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { password, setPassword, isShort, error, refuse } = useNewPassword();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isShort) return;
    setBusy(true);
    setWrong(undefined);
    try {
      await askJson("/api/password", { method: "PUT", body: { current, next: password } });
      setCurrent("");
      setPassword("");
      toast({ text: t("changed") });
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    } catch (refused) {
      const isWrong = refused instanceof ApiError && refused.code === "passwordWrong";
      if (isWrong) setWrong(t("currentWrong"));
      else if (refused instanceof ApiError && refused.status === 429) setWrong(sentenceOf(refused));
      else refuse(refused);
    }
    setBusy(false);
  };
  return (
    <Card title={t("passwordTitle")}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <input type="email" autoComplete="username" value={session?.user?.email ?? ""} readOnly hidden />
        <PasswordField label={t("current")} value={current} onChange={setCurrent} error={wrong} />
        <PasswordField label={t("next")} value={password} onChange={setPassword} isNew error={error} />
        <Button type="submit" busy={busy} className="self-start">
          {t("change")}
        </Button>
      </form>
    </Card>
  );
}
