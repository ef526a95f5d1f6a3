import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { Field, Input } from "../ui/field.tsx";
import { useWords } from "../words/words.ts";
import { sessionWords } from "./words.ts";

/** The server's own rules (`engine/server/credentials.ts`), said while one types. */
export const SHORTEST_PASSWORD = 12;
export const WEAKNESSES = {
  passwordTooShort: "tooShort",
  passwordTooEven: "tooEven",
  passwordLikeName: "likeName",
} as const;

/** A password that can be looked at while it is typed. */
export function PasswordField({
  value,
  onChange,
  isNew = false,
  error,
  label,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isNew?: boolean;
  readonly error?: string | undefined;
  readonly label?: string;
}) {
  const t = useWords(sessionWords);
  const [visible, setVisible] = useState(false);
  return (
    <Field label={label ?? t("password")} help={isNew ? t("setupPasswordHelp") : undefined} error={error}>
      {(control) => (
        <div className="relative">
          <Input
            {...control}
            type={visible ? "text" : "password"}
            autoComplete={isNew ? "new-password" : "current-password"}
            required
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className="pr-11"
          />
          <IconButton
            icon={visible ? EyeOff : Eye}
            size="small"
            label={t(visible ? "hidePassword" : "showPassword")}
            onClick={() => setVisible(!visible)}
            className="absolute top-1/2 right-1 -translate-y-1/2"
          />
        </div>
      )}
    </Field>
  );
}
