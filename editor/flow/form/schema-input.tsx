import type { z } from "zod";
import type { FlowPath } from "../../../engine/core/domain/diagnostic.ts";
import type { Control } from "../../../engine/core/nodes/fields.ts";
import { Field, Input, Select } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";
import { useWords } from "../../words/words.ts";
import { useFlow } from "../flow-context.ts";
import { ConditionInput } from "./condition-input.tsx";
import { KeyValues } from "./key-values.tsx";
import { ListInput } from "./list-input.tsx";
import { LocalizedTextField, PlainTextField } from "./localized-text.tsx";
import { MessageList } from "./message-list.tsx";
import type { FieldEditor } from "./node-field.ts";
import { defaultOf, isOptional, shapeOf } from "./schema-shape.ts";
import { labelOfKey, optionWords } from "./schema-words.ts";
import { formWords } from "./words.ts";

export interface SchemaInputProps {
  readonly schema: z.ZodType;
  readonly control: Control | null;
  readonly label: string;
  readonly help?: string | undefined;
  readonly path: FlowPath;
  readonly value: unknown;
  readonly editor: FieldEditor;
}

/** The control for a value, from what its schema says it can be. */
export function SchemaInput(props: SchemaInputProps) {
  const { schema, control, label, help, path, value, editor } = props;
  const t = useWords(formWords);
  const shape = shapeOf(schema);
  const optional = isOptional(schema);
  const texts = { label, help, path, value, editor, isOptional: optional };
  if (control === "messages") return <MessageList {...props} />;
  if (control === "expression" || path[path.length - 1] === "when") return <ConditionInput {...props} />;
  if (control === "flow" || control === "template" || control === "node") return <NameSelect {...props} />;
  switch (shape.kind) {
    case "localized":
      return <LocalizedTextField {...texts} isLong={control === "longText" || path[path.length - 1] === "text"} />;
    case "text":
      return <PlainTextField {...texts} isLong={control === "longText"} maxLength={shape.maxLength} />;
    case "number":
      return <NumberField {...props} min={shape.min} max={shape.max} optional={optional} />;
    case "switch": {
      const base = defaultOf(schema) === true;
      const isOn = value === undefined ? base : value === true;
      return (
        <div className="flex items-center justify-between gap-3">
          <span className="text-sm font-medium">{label}</span>
          <Switch
            label={label}
            checked={isOn}
            disabled={editor.isDisabled}
            onChange={(now) => editor.set(path, now === base ? undefined : now)}
          />
        </div>
      );
    }
    case "select":
      return (
        <Field label={label} help={help}>
          {(field) => (
            <Select
              {...field}
              disabled={editor.isDisabled}
              value={typeof value === "string" ? value : String(defaultOf(schema) ?? "")}
              onChange={({ target }) => editor.set(path, target.value === "" ? undefined : target.value)}
            >
              {optional && defaultOf(schema) === undefined ? <option value="">{t("none")}</option> : null}
              {shape.options.map((option) => (
                <option key={option} value={option}>
                  {optionWords(option)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      );
    case "list":
      return <ListInput {...props} item={shape.item} />;
    case "record":
      return <KeyValues {...props} />;
    case "object":
      return (
        <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
          <legend className="px-1 text-xs font-medium text-muted">{label}</legend>
          {Object.entries(shape.fields).map(([key, one]) => (
            <SchemaInput
              key={key}
              schema={one}
              control={null}
              label={labelOfKey(key, t)}
              path={[...path, key]}
              value={(value as Readonly<Record<string, unknown>> | undefined)?.[key]}
              editor={editor}
            />
          ))}
        </fieldset>
      );
    default:
      return <PlainTextField {...texts} isLong={false} />;
  }
}

function NumberField({
  label,
  help,
  path,
  value,
  editor,
  schema,
  min,
  max,
  optional,
}: SchemaInputProps & { readonly min: number | null; readonly max: number | null; readonly optional: boolean }) {
  const t = useWords(formWords);
  const base = defaultOf(schema);
  return (
    <Field label={label} help={help ?? (base === undefined ? undefined : t("default", { value: String(base) }))}>
      {(field) => (
        <Input
          {...field}
          type="number"
          step="any"
          {...(min === null ? {} : { min })}
          {...(max === null ? {} : { max })}
          disabled={editor.isDisabled}
          value={typeof value === "number" ? value : ""}
          placeholder={base === undefined ? undefined : String(base)}
          onChange={({ target }) => {
            if (target.value === "" && optional) editor.set(path, undefined);
            else if (Number.isFinite(target.valueAsNumber)) editor.set(path, target.valueAsNumber);
          }}
          className="max-w-40"
        />
      )}
    </Field>
  );
}

/** A name that is chosen among those that exist; one that does not is still shown. */
function NameSelect({ control, label, help, path, value, editor }: SchemaInputProps) {
  const t = useWords(formWords);
  const { flowIds, id } = useFlow();
  if (control === "template")
    return <PlainTextField {...{ label, help, path, value, editor }} isLong={false} isOptional={false} />;
  const known = control === "flow" ? flowIds.filter((one) => one !== id) : [];
  const names = typeof value === "string" && !known.includes(value) ? [value, ...known] : known;
  return (
    <Field label={label} help={help}>
      {(field) => (
        <Select
          {...field}
          disabled={editor.isDisabled}
          value={typeof value === "string" ? value : ""}
          onChange={({ target }) => editor.set(path, target.value)}
        >
          {typeof value === "string" ? null : <option value="">{t("none")}</option>}
          {names.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
