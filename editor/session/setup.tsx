import { type FormEvent, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Field, Input } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { Door } from "./door.tsx";
import { PasswordField, SHORTEST_PASSWORD, WEAKNESSES } from "./password.tsx";
import { useSignIn } from "./session.ts";
import { sessionWords } from "./words.ts";

/** The owner's first step, by the one-time link of the first start. */
export function SetUp() {
  const t = useWords(sessionWords);
  const { setUp } = useSignIn();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  // The link brings its key behind the #, which no server and no log ever sees.
  const token = useLocation().hash.slice(1) || (search.get("token") ?? "");
  const language = useLanguage();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<"used" | string>();
  const isShort = password !== "" && password.length < SHORTEST_PASSWORD;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password.length < SHORTEST_PASSWORD) return;
    setBusy(true);
    try {
      await setUp(token, { name: name.trim(), email: email.trim(), password, language });
      toast({ text: t("welcome", { name: name.trim() }) });
      await navigate("/", { replace: true });
    } catch (error) {
      const weakness = error instanceof ApiError ? WEAKNESSES[error.code as keyof typeof WEAKNESSES] : undefined;
      const isUsed = error instanceof ApiError && [400, 403, 404, 409, 410].includes(error.status);
      setProblem(weakness ? t(weakness) : isUsed ? "used" : sentenceOf(error));
      setBusy(false);
    }
  };
  if (token === "" || problem === "used") {
    return (
      <Door title={t("linkUsedTitle")} text={token === "" ? t("noToken") : t("linkUsedText")}>
        <Button look="primary" onClick={() => void navigate("/")}>
          {t("goSignIn")}
        </Button>
      </Door>
    );
  }
  return (
    <Door title={t("setupTitle")} text={t("setupText")}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label={t("setupName")}>
          {(control) => (
            <Input
              {...control}
              autoComplete="name"
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
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
        <PasswordField value={password} onChange={setPassword} isNew error={isShort ? t("tooShort") : problem} />
        <Button type="submit" look="primary" busy={busy}>
          {t("create")}
        </Button>
      </form>
    </Door>
  );
}
