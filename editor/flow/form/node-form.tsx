import { useDeferredValue, useState } from "react";
import { renameNode } from "../../../engine/core/flow/commands.ts";
import { NAME } from "../../../engine/core/flow/document.ts";
import { iconOf, toneOf } from "../../flows/node-look.ts";
import { Field, Input } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import type { DrawnNode } from "../drawing.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { ChannelStrip } from "../preview/channel-strip.tsx";
import { NodeProblems } from "../problems.tsx";
import { ExitsForm } from "./exits-form.tsx";
import { PlainTextField } from "./localized-text.tsx";
import { useFieldEditor } from "./node-field.ts";
import { SchemaInput } from "./schema-input.tsx";
import { type FormField, fieldsOf } from "./schema-shape.ts";
import { formWords } from "./words.ts";

/** Everything about one node, drawn from its schema. */
export function NodeForm({ drawn }: { readonly drawn: DrawnNode }) {
  const t = useWords(formWords);
  const language = useLanguage();
  const editor = useFieldEditor(drawn.id);
  const { type, raw, id } = drawn;
  const group = type?.group ?? "logic";
  const Icon = iconOf(raw.type, group);
  const fields = type ? fieldsOf(type) : [];
  // What customers see may lag behind a little: it is worked out for every channel.
  const late = useDeferredValue(drawn);
  const shown = fields.filter((field) => !field.isMore);
  const more = fields.filter((field) => field.isMore);
  const input = (field: FormField) => (
    <SchemaInput
      key={field.key}
      schema={field.schema}
      control={field.control}
      label={field.label[language]}
      help={field.help?.[language]}
      path={[field.key]}
      value={raw[field.key]}
      editor={editor}
    />
  );
  return (
    <div className="flex flex-col gap-5 p-4">
      <div className="flex items-start gap-3">
        <span
          className="grid size-9 place-items-center rounded-md bg-sunken"
          style={{ color: `var(--${toneOf(group)})` }}
        >
          <Icon size={18} strokeWidth={1.75} aria-hidden />
        </span>
        <div className="min-w-0">
          <h2 className="font-semibold">{type?.label[language] ?? raw.type}</h2>
          <p className="text-xs text-muted">{type?.description[language]}</p>
        </div>
      </div>
      <NodeProblems node={id} />
      {shown.map(input)}
      <ExitsForm drawn={drawn} />
      <ChannelStrip drawn={late} />
      <details className="group rounded-md border border-line">
        <summary className="px-3 py-2 text-sm font-medium">{t("more")}</summary>
        <div className="flex flex-col gap-4 border-t border-line p-3">
          {more.map(input)}
          <PlainTextField
            label={t("title")}
            help={t("titleHelp")}
            path={["title"]}
            value={raw.title}
            editor={editor}
            isLong={false}
            isOptional
          />
          <PlainTextField
            label={t("comment")}
            help={t("commentHelp")}
            path={["comment"]}
            value={raw.comment}
            editor={editor}
            isLong
            isOptional
          />
          <NodeName id={id} />
        </div>
      </details>
    </div>
  );
}

/** The node's name in the file; where it is named elsewhere, it changes, too. */
function NodeName({ id }: { readonly id: string }) {
  const t = useWords(formWords);
  const { session, select, mayEdit } = useFlow();
  const isReadable = useFlowPart((state) => state.isReadable);
  const [problem, setProblem] = useState<string>();
  const rename = (to: string): void => {
    const { drawing } = session.state();
    if (!drawing || to === id) return setProblem(undefined);
    if (!NAME.test(to) || drawing.nodes.has(to)) return setProblem(t("identifierTaken"));
    setProblem(undefined);
    session.edit(renameNode(drawing.sketch, id, to));
    select([to]);
  };
  return (
    <Field label={t("identifier")} error={problem}>
      {(control) => (
        <Input
          {...control}
          key={id}
          defaultValue={id}
          disabled={!mayEdit || !isReadable}
          onBlur={({ target }) => rename(target.value.trim())}
          onKeyDown={(event) => (event.key === "Enter" ? event.currentTarget.blur() : undefined)}
        />
      )}
    </Field>
  );
}
