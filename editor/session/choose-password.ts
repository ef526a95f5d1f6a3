import { useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { useWords } from "../words/words.ts";
import { SHORTEST_PASSWORD, WEAKNESSES } from "./password.tsx";
import { sessionWords } from "./words.ts";

/** A new password as it is typed, and what the server says of it. */
export function useNewPassword() {
  const t = useWords(sessionWords);
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState<string>();
  const isShort = [...password].length < SHORTEST_PASSWORD;
  return {
    password,
    setPassword: (next: string): void => {
      setPassword(next);
      setRefusal(undefined);
    },
    isShort,
    error: password !== "" && isShort ? t("tooShort") : refusal,
    refuse: (error: unknown): void => {
      const weakness = error instanceof ApiError ? WEAKNESSES[error.code as keyof typeof WEAKNESSES] : undefined;
      setRefusal(weakness ? t(weakness) : sentenceOf(error));
    },
  };
}
