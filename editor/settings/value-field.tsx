import { Eye, EyeOff } from "lucide-react";
import { useContext, useState } from "react";
import type { AccountProperty } from "../../engine/core/domain/account-form.ts";
import type { Json } from "../../engine/core/domain/json.ts";
import { Badge } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { Field, Input, Select, TextArea } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { isObject, shapeOf } from "./account-values.ts";
import { channelWords } from "./channel-words.ts";
import { FormFactsContext } from "./form-facts.ts";
import { ListField } from "./list-field.tsx";
import { GroupField, VariantsField } from "./part-fields.tsx";
import { SwitchField } from "./switch-field.tsx";

export interface ValueFieldProps {
  readonly name: string;
  /** Where it stands, `fields.0.label`: by that problems are told. */
  readonly path: string;
  readonly property: AccountProperty;
  readonly value: Json | undefined;
  readonly isRequired: boolean;
  /** `""`: nothing. */
  readonly onChange: (value: Json) => void;
}

const TYPES = { email: "email", phone: "tel", url: "url" } as const;

/** One value of an account, drawn from its schema. */
export function ValueField(props: ValueFieldProps) {
  const { name, path, property, value, isRequired, onChange } = props;
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled } = useContext(FormFactsContext);
  const shape = shapeOf(property);
  const label = property.label?.[language] ?? name;
  const aside = isRequired || property.default ? null : <span className="text-xs text-muted">{t("optional")}</span>;
  const said = { label, help: property.help?.[language], error: problems[path]?.[language] };
  switch (shape.kind) {
    case "secret":
      return <SecretField {...props} />;
    case "switch":
      return <SwitchField {...said} checked={value === true} isDisabled={isDisabled} onChange={onChange} />;
    case "list":
      return <ListField {...props} item={shape.item} />;
    case "group":
      return <GroupField {...props} />;
    case "variants":
      return <VariantsField {...props} variants={shape.variants} />;
    case "localized":
      return <LocalizedField {...props} />;
    case "select":
      return (
        <Field {...said}>
          {(control) => (
            <Select
              {...control}
              disabled={isDisabled}
              value={String(value ?? "")}
              onChange={({ target }) => onChange(target.value)}
            >
              {shape.options.map((option) => (
                <option key={option} value={option}>
                  {property.choices?.[option]?.[language] ?? option}
                </option>
              ))}
            </Select>
          )}
        </Field>
      );
    case "lines":
      return <LinesField {...props} />;
    case "number":
      return (
        <Field {...said}>
          {(control) => (
            <Input
              {...control}
              type="number"
              inputMode="numeric"
              disabled={isDisabled}
              value={typeof value === "number" ? value : ""}
              onChange={({ target }) => onChange(target.value === "" ? "" : Number(target.value))}
              className="max-w-40"
            />
          )}
        </Field>
      );
    case "text":
      return (
        <Field {...said} aside={aside}>
          {(control) =>
            property.control === "longText" ? (
              <TextArea
                {...control}
                disabled={isDisabled}
                placeholder={property.placeholder}
                value={String(value ?? "")}
                onChange={({ target }) => onChange(target.value)}
              />
            ) : (
              <Input
                {...control}
                type={TYPES[property.control as keyof typeof TYPES] ?? "text"}
                autoComplete="off"
                spellCheck={false}
                disabled={isDisabled}
                placeholder={property.placeholder}
                value={String(value ?? "")}
                onChange={({ target }) => onChange(target.value)}
              />
            )
          }
        </Field>
      );
  }
}

/** Typed in, never read back: the server only says whether there is one. */
function SecretField({ name, path, property, value, onChange }: ValueFieldProps) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled, secrets } = useContext(FormFactsContext);
  const [isShown, setShown] = useState(false);
  const label = property.label?.[language] ?? name;
  const isSet = secrets[name]?.set === true;
  const kept = isSet && !isDisabled ? t("secretKept") : undefined;
  // How an empty one is made, and that an empty one is kept, would contradict each other.
  const help = [property.generated && kept ? undefined : property.help?.[language], kept].filter(Boolean).join(" ");
  return (
    <Field
      label={label}
      help={help || undefined}
      error={problems[path]?.[language]}
      aside={<Badge tone={isSet ? "brand" : "neutral"}>{t(isSet ? "secretSet" : "secretUnset")}</Badge>}
    >
      {(control) => (
        <div className="flex gap-1">
          <Input
            {...control}
            type={isShown ? "text" : "password"}
            autoComplete="new-password"
            spellCheck={false}
            disabled={isDisabled}
            placeholder={isSet ? "••••••••••••" : property.generated ? t("secretMade") : undefined}
            value={String(value ?? "")}
            onChange={({ target }) => onChange(target.value)}
          />
          {isDisabled ? null : (
            <IconButton
              icon={isShown ? EyeOff : Eye}
              label={t(isShown ? "hideSecret" : "showSecret", { name: label })}
              onClick={() => setShown(!isShown)}
            />
          )}
        </div>
      )}
    </Field>
  );
}

/** One text for everybody, or one for each language of the product. */
function LocalizedField({ name, path, property, value, isRequired, onChange }: ValueFieldProps) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled } = useContext(FormFactsContext);
  const label = property.label?.[language] ?? name;
  const texts = isObject(value) ? value : { fr: value ?? "", en: value ?? "" };
  const Box = property.control === "longText" ? TextArea : Input;
  // An empty text is no text: of the server's sentences only this one is clear then.
  const isEmpty = !texts.fr && !texts.en;
  const error = problems[path] ? (isEmpty && isRequired ? t("needed") : problems[path][language]) : undefined;
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {(["fr", "en"] as const).map((one) => (
          <Box
            key={one}
            lang={one}
            aria-label={`${label} · ${t(one === "fr" ? "french" : "english")}`}
            aria-invalid={error ? true : undefined}
            placeholder={t(one === "fr" ? "french" : "english")}
            disabled={isDisabled}
            value={String(texts[one] ?? "")}
            onChange={({ target }: { readonly target: { readonly value: string } }) =>
              onChange({ fr: texts.fr ?? "", en: texts.en ?? "", [one]: target.value })
            }
          />
        ))}
      </div>
      {error ? (
        <p role="alert" className="text-xs text-problem">
          {error}
        </p>
      ) : property.help ? (
        <p className="text-xs text-muted">{property.help[language]}</p>
      ) : null}
    </fieldset>
  );
}

/** Several short values, one a line. */
function LinesField({ name, path, property, value, onChange }: ValueFieldProps) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled } = useContext(FormFactsContext);
  const [text, setText] = useState(Array.isArray(value) ? value.join("\n") : "");
  const help = [property.help?.[language], t("onePerLine")].filter(Boolean).join(" ");
  return (
    <Field label={property.label?.[language] ?? name} help={help} error={problems[path]?.[language]}>
      {(control) => (
        <TextArea
          {...control}
          spellCheck={false}
          disabled={isDisabled}
          placeholder={property.placeholder}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            onChange(
              target.value
                .split("\n")
                .map((line) => line.trim())
                .filter(Boolean),
            );
          }}
        />
      )}
    </Field>
  );
}
