import { Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { useWords } from "../../words/words.ts";
import { useFlowPart } from "../flow-context.ts";
import {
  type Comparison,
  type Condition,
  hasValue,
  OPERATORS,
  type Operator,
  readCondition,
  written,
} from "./condition.ts";
import { PlainTextField } from "./localized-text.tsx";
import type { SchemaInputProps } from "./schema-input.tsx";
import { variablesOf } from "./variables.ts";
import { formWords } from "./words.ts";

/** A condition as a sentence that is put together, or as the expression that it is in the file. */
export function ConditionInput({ label, path, value, editor }: SchemaInputProps) {
  const t = useWords(formWords);
  const text = typeof value === "string" ? value : "";
  const read = readCondition(text);
  const [asText, setAsText] = useState(false);
  if (!read || asText) {
    return (
      <div className="flex flex-col gap-1">
        <PlainTextField {...{ label, path, value, editor }} help={t("asTextHelp")} isLong isOptional={false} />
        {read ? (
          <Button look="quiet" size="small" className="self-start" onClick={() => setAsText(false)}>
            {t("asForm")}
          </Button>
        ) : null}
      </div>
    );
  }
  const change = (next: Condition): void => editor.set(path, written(next));
  const changePart = (index: number, part: Comparison): void =>
    change({ ...read, parts: read.parts.map((one, at) => (at === index ? part : one)) });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {read.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a comparison is known by its place
        <div key={index} className="flex flex-col gap-1.5">
          {index > 0 ? (
            <Select
              aria-label={t("operator")}
              value={read.join}
              disabled={editor.isDisabled}
              onChange={({ target }) => change({ ...read, join: target.value === "or" ? "or" : "and" })}
              className="max-w-20"
            >
              <option value="and">{t("and")}</option>
              <option value="or">{t("or")}</option>
            </Select>
          ) : null}
          <Part
            part={part}
            isDisabled={editor.isDisabled}
            onChange={(next) => changePart(index, next)}
            onRemove={
              read.parts.length > 1
                ? () => change({ ...read, parts: read.parts.filter((_, at) => at !== index) })
                : undefined
            }
          />
        </div>
      ))}
      {editor.isDisabled ? null : (
        <div className="flex gap-1">
          <Button
            look="quiet"
            size="small"
            icon={Plus}
            onClick={() =>
              change({
                ...read,
                parts: [...read.parts, { subject: "contact.firstName", operator: "filled", value: "" }],
              })
            }
          >
            {t("addPart")}
          </Button>
          <Button look="quiet" size="small" onClick={() => setAsText(true)}>
            {t("asText")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function Part({
  part,
  isDisabled,
  onChange,
  onRemove,
}: {
  readonly part: Comparison;
  readonly isDisabled: boolean;
  readonly onChange: (part: Comparison) => void;
  readonly onRemove: (() => void) | undefined;
}) {
  const t = useWords(formWords);
  const id = useId();
  const variables = useFlowPart(variablesOf);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <Input
        aria-label={t("subject")}
        list={id}
        value={part.subject}
        disabled={isDisabled}
        onChange={({ target }) => {
          if (/^[A-Za-z_][\w.-]*$/.test(target.value)) onChange({ ...part, subject: target.value });
        }}
        className="min-w-28 flex-1"
      />
      <datalist id={id}>
        {variables.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Select
        aria-label={t("operator")}
        value={part.operator}
        disabled={isDisabled}
        onChange={({ target }) => onChange({ ...part, operator: target.value as Operator })}
        className="w-auto! max-w-40"
      >
        {OPERATORS.map((operator) => (
          <option key={operator} value={operator}>
            {t(`op_${operator}`)}
          </option>
        ))}
      </Select>
      {hasValue(part.operator) ? (
        <Input
          aria-label={t("than")}
          value={part.value}
          disabled={isDisabled}
          onChange={({ target }) => onChange({ ...part, value: target.value })}
          className="min-w-20 flex-1"
        />
      ) : null}
      {onRemove && !isDisabled ? (
        <IconButton icon={Trash2} size="small" label={t("remove", { name: part.subject })} onClick={onRemove} />
      ) : null}
    </div>
  );
}
