import { useContext } from "react";
import type { AccountProperty } from "../../engine/core/domain/account-form.ts";
import type { JsonObject } from "../../engine/core/domain/json.ts";
import { Field, Select } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { freshEntry, isObject } from "./account-values.ts";
import { channelWords } from "./channel-words.ts";
import { FormFactsContext } from "./form-facts.ts";
import { SwitchField } from "./switch-field.tsx";
import { ValueField, type ValueFieldProps } from "./value-field.tsx";

/** The fields of one object; those that nearly nobody needs are behind *More*. */
export function ObjectFields({
  property,
  path,
  value,
  onChange,
}: {
  readonly property: AccountProperty;
  readonly path: string;
  readonly value: JsonObject;
  readonly onChange: (value: JsonObject) => void;
}) {
  const t = useWords(channelWords);
  const { problems } = useContext(FormFactsContext);
  const all = Object.entries(property.properties ?? {}).filter(([, one]) => one.const === undefined);
  const field = ([name, one]: readonly [string, AccountProperty]) => (
    <ValueField
      key={name}
      name={name}
      path={path === "" ? name : `${path}.${name}`}
      property={one}
      value={value[name]}
      isRequired={(property.required ?? []).includes(name) && !one.generated}
      onChange={(next) => onChange({ ...value, [name]: next })}
    />
  );
  const more = all.filter(([, one]) => one.advanced);
  const isWrong = more.some(([name]) => problems[path === "" ? name : `${path}.${name}`]);
  return (
    <>
      {all.filter(([, one]) => !one.advanced).map(field)}
      {more.length > 0 ? (
        <details open={isWrong || undefined} className="group">
          <summary className="min-h-8 py-1 text-sm font-medium text-brand">{t("moreFields")}</summary>
          <div className="mt-3 flex flex-col gap-5 border-l-2 border-line pl-4">{more.map(field)}</div>
        </details>
      ) : null}
    </>
  );
}

/** A part that may be left out as a whole. */
export function GroupField({ name, path, property, value, onChange }: ValueFieldProps) {
  const language = useLanguage();
  const { isDisabled } = useContext(FormFactsContext);
  const isOn = isObject(value);
  return (
    <div className="flex flex-col gap-3">
      <SwitchField
        label={property.label?.[language] ?? name}
        help={property.help?.[language]}
        checked={isOn}
        isDisabled={isDisabled}
        onChange={(on) => onChange(on ? freshEntry(property, []) : "")}
      />
      {isOn ? (
        <div className="flex flex-col gap-4 border-l-2 border-line pl-4">
          <ObjectFields property={property} path={path} value={value} onChange={onChange} />
        </div>
      ) : null}
    </div>
  );
}

/** One of several kinds, told apart by `type`; or nothing. */
export function VariantsField({
  name,
  path,
  property,
  value,
  onChange,
  variants,
}: ValueFieldProps & { readonly variants: readonly AccountProperty[] }) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled } = useContext(FormFactsContext);
  const typeOf = (variant: AccountProperty): string => String(variant.properties?.type?.const ?? "");
  const chosen = isObject(value) ? variants.find((variant) => typeOf(variant) === value.type) : undefined;
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={property.label?.[language] ?? name}
        help={property.help?.[language]}
        error={problems[path]?.[language]}
      >
        {(control) => (
          <Select
            {...control}
            disabled={isDisabled}
            value={chosen ? typeOf(chosen) : ""}
            onChange={({ target }) => {
              const next = variants.find((variant) => typeOf(variant) === target.value);
              onChange(next ? freshEntry(next, []) : "");
            }}
          >
            <option value="">{t("nowhereElse")}</option>
            {variants.map((variant) => (
              <option key={typeOf(variant)} value={typeOf(variant)}>
                {variant.label?.[language] ?? typeOf(variant)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {chosen && isObject(value) ? (
        <ObjectFields property={chosen} path={path} value={value} onChange={onChange} />
      ) : null}
    </div>
  );
}
