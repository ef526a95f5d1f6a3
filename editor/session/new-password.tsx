import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, askJson } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { useNewPassword } from "./choose-password.ts";
import { Door } from "./door.tsx";
import { useLink } from "./link.ts";
import { LinkDoor } from "./link-door.tsx";
import { PasswordField } from "./password.tsx";
import { sessionWords } from "./words.ts";

/** A new password by a link that an owner handed over. Signing in comes after. */
export function NewPassword() {
  const t = useWords(sessionWords);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { token, whose } = useLink("password");
  const { password, setPassword, isShort, error, refuse } = useNewPassword();
  const [busy, setBusy] = useState(false);
  const [isUsed, setUsed] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isShort) return;
    setBusy(true);
    try {
      await askJson("/api/password", { method: "POST", body: { token, password } });
      queries.clear();
      toast({ text: t("passwordSaved") });
      await navigate("/", { replace: true });
    } catch (refused) {
      if (refused instanceof ApiError && refused.code === "linkInvalid") setUsed(true);
      else refuse(refused);
      setBusy(false);
    }
  };
  return (
    <LinkDoor token={token} whose={whose} isUsed={isUsed}>
      {({ email }) => (
        <Door title={t("newPasswordTitle")} text={t("newPasswordText", { email })}>
          <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
            <input type="email" autoComplete="username" value={email} readOnly hidden />
            <PasswordField value={password} onChange={setPassword} isNew error={error} />
            <Button type="submit" look="primary" busy={busy}>
              {t("savePassword")}
            </Button>
          </form>
        </Door>
      )}
    </LinkDoor>
  );
}
