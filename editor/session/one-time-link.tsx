import { type FormEvent, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import { catalogue, useWords } from "../words/words.ts";
import { Door } from "./door.tsx";
import { PasswordField } from "./password.tsx";
import { sessionWords } from "./words.ts";

const linkWords = catalogue("session.link", {
  fr: {
    title: "Choisissez votre mot de passe",
    invitation: "Bienvenue dans l'équipe : il ne vous manque qu'un mot de passe.",
    password: "Choisissez un nouveau mot de passe, puis connectez-vous.",
    done: "Votre mot de passe est enregistré.",
    save: "Enregistrer",
  },
  en: {
    title: "Choose your password",
    invitation: "Welcome to the team: all you need is a password.",
    password: "Choose a new password, then sign in.",
    done: "Your password is saved.",
    save: "Save",
  },
});
const WEAKNESSES = { passwordTooShort: "tooShort", passwordTooEven: "tooEven", passwordLikeName: "likeName" } as const;

/** The page of an invitation, or of a new password: the key behind the # opens once. */
export function OneTimeLink({ kind }: { readonly kind: "invitation" | "password" }) {
  const t = useWords(linkWords);
  const s = useWords(sessionWords);
  const navigate = useNavigate();
  const token = useLocation().hash.slice(1);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isUsed, setUsed] = useState(token === "");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await askJson(`/api/${kind}`, { method: "POST", body: { token, password } });
      toast({ text: t("done") });
      await navigate("/", { replace: true });
    } catch (error) {
      const refusal = error instanceof ApiError ? error : null;
      const weakness = WEAKNESSES[refusal?.code as keyof typeof WEAKNESSES];
      if (weakness) setProblem(s(weakness));
      else if (refusal && [400, 403, 404, 409, 410].includes(refusal.status)) setUsed(true);
      else setProblem(sentenceOf(error));
      setBusy(false);
    }
  };
  if (isUsed)
    return (
      <Door title={s("linkUsedTitle")} text={s("linkUsedText")}>
        <Button look="primary" onClick={() => void navigate("/")}>
          {s("goSignIn")}
        </Button>
      </Door>
    );
  return (
    <Door title={t("title")} text={t(kind)}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <PasswordField value={password} onChange={setPassword} isNew error={problem} />
        <Button type="submit" look="primary" busy={busy}>
          {t("save")}
        </Button>
      </form>
    </Door>
  );
}

export function Invitation() {
  return <OneTimeLink kind="invitation" />;
}
export function NewPassword() {
  return <OneTimeLink kind="password" />;
}
