import { ChevronDown, ChevronUp, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { z } from "zod";
import type { FlowEdit, FlowPath } from "../../../engine/core/domain/diagnostic.ts";
import { inLanguage, type LocalizedText } from "../../../engine/core/domain/language.ts";
import { freeName, reorder, setField } from "../../../engine/core/flow/commands.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import { useFlow } from "../flow-context.ts";
import { SchemaInput, type SchemaInputProps } from "./schema-input.tsx";
import { isOptional, shapeOf } from "./schema-shape.ts";
import { labelOfKey } from "./schema-words.ts";
import { formWords } from "./words.ts";

/** Several values in an order. Plain words are one line; entries with a name of their own are ways out, too. */
export function ListInput({ item, ...props }: SchemaInputProps & { readonly item: z.ZodType }) {
  const { label, help, path, value, editor } = props;
  const t = useWords(formWords);
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const shape = shapeOf(item);
  const { session } = useFlow();
  const { node } = editor;
  if (shape.kind === "text") return <WordList {...props} />;
  const add = (): void =>
    editor.edit(
      setField(node, [...path, values.length], freshItem(item, values, session.state().drawing?.languages ?? ["fr"])),
    );
  const isNamed = shape.kind === "object" && "id" in shape.fields;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {help ? <p className="text-xs text-muted">{help}</p> : null}
      {values.map((one, index) => (
        <Entry
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its place in the file
          key={index}
          node={node}
          path={path}
          index={index}
          count={values.length}
          value={one}
          editor={editor}
        >
          {shape.kind === "object" ? (
            <ObjectFields fields={shape.fields} path={[...path, index]} value={one} taken={values} editor={editor} />
          ) : (
            <SchemaInput
              schema={item}
              control={null}
              label={t("item", { number: index + 1 })}
              path={[...path, index]}
              value={one}
              editor={editor}
            />
          )}
        </Entry>
      ))}
      {editor.isDisabled ? null : (
        <Button look="quiet" size="small" icon={Plus} onClick={add} className="self-start">
          {t(
            isNamed && path[path.length - 1] === "choices"
              ? "addChoice"
              : path[path.length - 1] === "conditions"
                ? "addCondition"
                : "add",
          )}
        </Button>
      )}
    </fieldset>
  );
}

/** What an entry must have and what it has; the rest is folded away. */
function ObjectFields({
  fields,
  path,
  value,
  taken,
  editor,
}: {
  readonly fields: Readonly<Record<string, z.ZodType>>;
  readonly path: FlowPath;
  readonly value: unknown;
  readonly taken: readonly unknown[];
  readonly editor: SchemaInputProps["editor"];
}) {
  const t = useWords(formWords);
  const own = (value ?? {}) as Readonly<Record<string, unknown>>;
  const input = ([key, schema]: readonly [string, z.ZodType]) =>
    key === "id" ? (
      <IdInput key={key} path={[...path, "id"]} value={String(own.id ?? "")} taken={taken} editor={editor} />
    ) : (
      <SchemaInput
        key={key}
        schema={schema}
        control={null}
        label={labelOfKey(key, t)}
        path={[...path, key]}
        value={own[key]}
        editor={editor}
      />
    );
  // Where an entry has a label, its name in the file is nobody's concern.
  const all = Object.entries(fields).filter(([key]) => key !== "id" || !("label" in fields));
  const isShown = ([key, schema]: readonly [string, z.ZodType]): boolean =>
    own[key] !== undefined || !isOptional(schema);
  const rest = all.filter((one) => !isShown(one));
  return (
    <>
      {all.filter(isShown).map(input)}
      {rest.length > 0 ? (
        <details>
          <summary className="text-xs text-muted">{t("more")}</summary>
          <div className="mt-2 flex flex-col gap-2">{rest.map(input)}</div>
        </details>
      ) : null}
    </>
  );
}

/** One entry with its place: up, down, away. A way out that goes takes its line along. */
export function Entry({
  node,
  path,
  index,
  count,
  value,
  editor,
  children,
}: {
  readonly node: string;
  readonly path: readonly (string | number)[];
  readonly index: number;
  readonly count: number;
  readonly value: unknown;
  readonly editor: SchemaInputProps["editor"];
  readonly children: ReactNode;
}) {
  const t = useWords(formWords);
  const language = useLanguage();
  const { session } = useFlow();
  const { id, label } = (value ?? {}) as { readonly id?: string; readonly label?: LocalizedText };
  const name = label === undefined ? (id ?? t("item", { number: index + 1 })) : inLanguage(label, language);
  const remove = (): void => {
    const exits = session.state().drawing?.nodes.get(node)?.raw.exits ?? {};
    const line: readonly FlowEdit[] =
      id !== undefined && Object.hasOwn(exits, id) ? [{ type: "remove", path: ["nodes", node, "exits", id] }] : [];
    editor.edit([...line, ...setField(node, [...path, index], undefined)]);
  };
  return (
    <div className="flex gap-2 rounded-md border border-line bg-paper p-2.5">
      <div className="flex min-w-0 flex-1 flex-col gap-2">{children}</div>
      {editor.isDisabled ? null : (
        <div className="flex flex-col">
          <IconButton
            icon={ChevronUp}
            size="small"
            label={t("up", { name })}
            disabled={index === 0}
            onClick={() => editor.edit(reorder(node, path, index, index - 1))}
          />
          <IconButton
            icon={ChevronDown}
            size="small"
            label={t("down", { name })}
            disabled={index === count - 1}
            onClick={() => editor.edit(reorder(node, path, index, index + 1))}
          />
          <IconButton icon={Trash2} size="small" label={t("remove", { name })} onClick={remove} />
        </div>
      )}
    </div>
  );
}

/** Words in one line, separated by commas. */
function WordList({ label, help, path, value, editor }: SchemaInputProps) {
  const t = useWords(formWords);
  const words = Array.isArray(value) ? (value as readonly string[]) : [];
  return (
    <Field label={label} help={help ?? t("listHelp")}>
      {(control) => (
        <Input
          {...control}
          key={words.join()}
          disabled={editor.isDisabled}
          defaultValue={words.join(", ")}
          onBlur={({ target }) => {
            const next = target.value
              .split(",")
              .map((word) => word.trim())
              .filter(Boolean);
            if (next.join() !== words.join()) editor.set(path, next.length === 0 ? undefined : next);
          }}
        />
      )}
    </Field>
  );
}

/** The name of an entry that is also the name of its way out: both change together. */
function IdInput({
  path,
  value,
  taken,
  editor,
}: {
  readonly path: FlowPath;
  readonly value: string;
  readonly taken: readonly unknown[];
  readonly editor: SchemaInputProps["editor"];
}) {
  const t = useWords(formWords);
  const { session } = useFlow();
  const { node } = editor;
  const rename = (to: string): void => {
    const isFree = taken.every((one) => (one as { id?: string }).id !== to);
    if (to === value || !isFree || !/^[a-zA-Z][a-zA-Z0-9-]*$/.test(to)) return;
    const exits = session.state().drawing?.nodes.get(node)?.raw.exits ?? {};
    const line: readonly FlowEdit[] = Object.hasOwn(exits, value)
      ? [{ type: "rename", path: ["nodes", node, "exits", value], to }]
      : [];
    editor.edit([...setField(node, path, to), ...line]);
  };
  return (
    <Field label={t("identifier")}>
      {(control) => (
        <Input
          {...control}
          key={value}
          disabled={editor.isDisabled}
          defaultValue={value}
          onBlur={({ target }) => rename(target.value.trim())}
        />
      )}
    </Field>
  );
}

function freshItem(item: z.ZodType, values: readonly unknown[], languages: readonly string[]): unknown {
  const shape = shapeOf(item);
  const words = languages.length > 1 ? Object.fromEntries(languages.map((language) => [language, "…"])) : "…";
  if (shape.kind === "localized") return words;
  if (shape.kind !== "object") return "";
  const taken = Object.fromEntries(values.map((one) => [(one as { id?: string } | null)?.id ?? "", true]));
  return Object.fromEntries(
    Object.entries(shape.fields).flatMap(([key, schema]): readonly (readonly [string, unknown])[] => {
      if (key === "id") return [[key, freeName(taken, `choix-${values.length + 1}`)]];
      if (schema.safeParse(undefined).success) return [];
      const one = shapeOf(schema);
      if (key === "when") return [[key, "contact.firstName != ''"]];
      if (key === "saveAs") return [[key, `reponse-${values.length + 1}`]];
      if (one.kind === "localized") return [[key, words]];
      if (one.kind === "number")
        return [[key, one.min !== null && one.min > 1 ? one.min : key === "index" ? values.length : 1]];
      if (one.kind === "select") return [[key, one.options[0]]];
      return [[key, "…"]];
    }),
  );
}
