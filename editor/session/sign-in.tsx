import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { useWords } from "../words/words.ts";
import { Door } from "./door.tsx";
import { PasswordField } from "./password.tsx";
import { setupQuery, useSignIn } from "./session.ts";
import { sessionWords } from "./words.ts";

const LINK_COMMAND = "npm run relais -- password link camille@example.com";

/** Stands in place of the page that was asked for, which shows as soon as one is signed in. */
export function SignIn({ ended = false }: { readonly ended?: boolean }) {
  const t = useWords(sessionWords);
  const { signIn } = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string>();
  const [code, setCode] = useState<string>();
  const setup = useQuery(setupQuery);
  const [busy, setBusy] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(email, password, code);
    } catch (error) {
      const refusal = error instanceof ApiError ? error : null;
      if (refusal?.code === "codeNeeded") setCode("");
      else if (refusal?.code === "codeWrong") setProblem(t("codeWrong"));
      else setProblem(refusal?.status === 401 || refusal?.status === 400 ? t("wrong") : sentenceOf(error));
      setBusy(false);
    }
  };
  if (setup.data) return <Door title={t("noOwnerTitle")} text={t("noOwnerText")} />;
  return (
    <Door title={t("signInTitle")} text={ended ? t("ended") : t("signInText")}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label={t("email")}>
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField value={password} onChange={setPassword} error={code === undefined ? problem : undefined} />
        {code === undefined ? null : (
          <Field label={t("code")} help={t("codeHelp")} error={problem}>
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        )}
        <Button type="submit" look="primary" busy={busy}>
          {t("signIn")}
        </Button>
        <button
          type="button"
          onClick={() => setForgotten(true)}
          className="min-h-8 self-center rounded-md px-2 text-sm text-brand underline-offset-4 hover:underline"
        >
          {t("forgotten")}
        </button>
      </form>
      <Dialog open={forgotten} onClose={() => setForgotten(false)} title={t("forgottenTitle")} width="narrow">
        <p className="text-sm">{t("forgottenText")}</p>
        <code className="mt-3 block rounded-md bg-sunken px-3 py-2 font-mono text-xs">{LINK_COMMAND}</code>
      </Dialog>
    </Door>
  );
}
