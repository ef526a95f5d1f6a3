import { Plus, Trash2 } from "lucide-react";
import { freeName } from "../../../engine/core/flow/commands.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { useWords } from "../../words/words.ts";
import type { SchemaInputProps } from "./schema-input.tsx";
import { formWords } from "./words.ts";

/** Names and what they stand for. A calculation (`{ expression }`) is shown with an equals sign before it. */
export function KeyValues({ label, help, path, value, editor }: SchemaInputProps) {
  const t = useWords(formWords);
  const entries = Object.entries((value ?? {}) as Readonly<Record<string, unknown>>);
  const fromText = (text: string): unknown => (text.startsWith("=") ? { expression: text.slice(1).trim() } : text);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {help ? <p className="text-xs text-muted">{help}</p> : null}
      {entries.map(([key, one], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name itself is typed in here
        <div key={index} className="flex items-center gap-2">
          <Input
            aria-label={t("key")}
            key={key}
            disabled={editor.isDisabled}
            defaultValue={key}
            onBlur={({ target }) => {
              const to = target.value.trim();
              if (to === key || to === "" || entries.some(([name]) => name === to)) target.value = key;
              else editor.edit([{ type: "rename", path: ["nodes", editor.node, ...path, key], to }]);
            }}
            className="max-w-32"
          />
          <Input
            aria-label={`${t("value")} ${key}`}
            disabled={editor.isDisabled}
            value={shownValue(one)}
            onChange={({ target }) => editor.set([...path, key], fromText(target.value))}
          />
          {editor.isDisabled ? null : (
            <IconButton
              icon={Trash2}
              size="small"
              label={t("remove", { name: key })}
              onClick={() => editor.set(entries.length > 1 ? [...path, key] : path, undefined)}
            />
          )}
        </div>
      ))}
      {editor.isDisabled ? null : (
        <Button
          look="quiet"
          size="small"
          icon={Plus}
          className="self-start"
          onClick={() => editor.set([...path, freeName(Object.fromEntries(entries), "valeur")], "…")}
        >
          {t("add")}
        </Button>
      )}
    </fieldset>
  );
}

function shownValue(value: unknown): string {
  if (value !== null && typeof value === "object" && "expression" in value) return `= ${String(value.expression)}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
