import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, askJson } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Field, Input, Select } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { setLanguage, useLanguage, useWords } from "../words/words.ts";
import { useNewPassword } from "./choose-password.ts";
import { Door } from "./door.tsx";
import { useLink } from "./link.ts";
import { LinkDoor } from "./link-door.tsx";
import { PasswordField } from "./password.tsx";
import { type Session, sessionQuery } from "./session.ts";
import { sessionWords } from "./words.ts";

/** Somebody who was invited joins: their name, their language, a password of their own. */
export function Invitation() {
  const t = useWords(sessionWords);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const language = useLanguage();
  const { token, whose } = useLink("invitation");
  const { password, setPassword, isShort, error, refuse } = useNewPassword();
  const [name, setName] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [isUsed, setUsed] = useState(false);
  const invited = whose.data?.language;
  useEffect(() => {
    if (invited === "fr" || invited === "en") setLanguage(invited);
  }, [invited]);
  const shownName = name ?? whose.data?.name ?? "";
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isShort) return;
    setBusy(true);
    try {
      const body = { token, name: shownName.trim(), password };
      const session = await askJson<Session>("/api/invitation", { method: "POST", body });
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      // They are in: a language that could not be kept is no reason to stay at the door.
      if (language !== invited)
        await askJson("/api/session", { method: "PUT", body: { language } }).catch(() => undefined);
      toast({ text: t("welcome", { name: shownName.trim() }) });
      await navigate("/", { replace: true });
    } catch (refused) {
      if (refused instanceof ApiError && refused.code === "linkInvalid") setUsed(true);
      else refuse(refused);
      setBusy(false);
    }
  };
  return (
    <LinkDoor token={token} whose={whose} isUsed={isUsed}>
      {({ email, name: known }) => (
        <Door title={t("invitationTitle")} text={t("invitationText", { name: known, email })}>
          <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
            <input type="email" autoComplete="username" value={email} readOnly hidden />
            <Field label={t("setupName")}>
              {(control) => (
                <Input
                  {...control}
                  autoComplete="name"
                  required
                  maxLength={100}
                  value={shownName}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field label={t("language")}>
              {(control) => (
                <Select
                  {...control}
                  value={language}
                  onChange={(event) => setLanguage(event.target.value === "en" ? "en" : "fr")}
                >
                  <option value="fr">{t("french")}</option>
                  <option value="en">{t("english")}</option>
                </Select>
              )}
            </Field>
            <PasswordField value={password} onChange={setPassword} isNew error={error} />
            <Button type="submit" look="primary" busy={busy}>
              {t("join")}
            </Button>
          </form>
        </Door>
      )}
    </LinkDoor>
  );
}
