import { type FormEvent, useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { useWords } from "../words/words.ts";
import { Door } from "./door.tsx";
import { PasswordField } from "./password.tsx";
import { useSignIn } from "./session.ts";
import { sessionWords } from "./words.ts";

const LINK_COMMAND = "npm run relais -- users link";

/** Stands in place of the page that was asked for, which shows as soon as one is signed in. */
export function SignIn({ ended = false }: { readonly ended?: boolean }) {
  const t = useWords(sessionWords);
  const { signIn } = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(email, password);
    } catch (error) {
      const isWrong = error instanceof ApiError && (error.status === 401 || error.status === 400);
      setProblem(isWrong ? t("wrong") : sentenceOf(error));
      setBusy(false);
    }
  };
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
        <PasswordField value={password} onChange={setPassword} error={problem} />
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
