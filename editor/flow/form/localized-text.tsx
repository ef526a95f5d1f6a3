import { useRef } from "react";
import type { FlowPath } from "../../../engine/core/domain/diagnostic.ts";
import type { Language } from "../../../engine/core/domain/language.ts";
import { classes } from "../../ui/classes.ts";
import { Field, Input, TextArea } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import type { FieldEditor } from "./node-field.ts";
import { limitFor } from "./text-limits.ts";
import { VariablePicker } from "./variable-picker.tsx";
import { formWords } from "./words.ts";

interface TextProps {
  readonly label: string;
  readonly help?: string | undefined;
  readonly path: FlowPath;
  readonly value: unknown;
  readonly editor: FieldEditor;
  readonly isLong: boolean;
  readonly isOptional: boolean;
}

/** One text for each language of the flow, one under the other; the same word in all stays one word in the file. */
export function LocalizedTextField(props: TextProps) {
  const { value, path, editor, isOptional } = props;
  const languages = useFlowPart((state) => state.drawing?.languages) ?? ["fr"];
  const perLanguage = value !== null && typeof value === "object" ? (value as Readonly<Record<string, string>>) : null;
  const shown = perLanguage ? [...new Set([...languages, ...Object.keys(perLanguage)])] : languages;
  const of = (language: Language): string =>
    perLanguage ? (perLanguage[language] ?? "") : typeof value === "string" ? value : "";
  const set = (language: Language, text: string): void => {
    if (perLanguage) {
      const isLast =
        text === "" && Object.keys(perLanguage).every((one) => one === language || perLanguage[one] === "");
      if (isLast && isOptional) return editor.set(path, undefined);
      return editor.set([...path, language], text);
    }
    if (languages.length === 1) return editor.set(path, text === "" && isOptional ? undefined : text);
    if (text === of(language)) return;
    editor.set(path, Object.fromEntries(languages.map((one) => [one, one === language ? text : of(one)])));
  };
  return (
    <div className="flex flex-col gap-3">
      {shown.map((language) => (
        <OneText
          key={language}
          {...props}
          language={shown.length > 1 ? language : null}
          text={of(language)}
          onChange={(text) => set(language, text)}
        />
      ))}
    </div>
  );
}

/** A text that is the same for everybody. */
export function PlainTextField(props: TextProps & { readonly maxLength?: number | null }) {
  const { value, path, editor, isOptional } = props;
  return (
    <OneText
      {...props}
      language={null}
      text={typeof value === "string" ? value : value === undefined || value === null ? "" : String(value)}
      onChange={(text) => editor.set(path, text === "" && isOptional ? undefined : text)}
    />
  );
}

function OneText({
  label,
  help,
  path,
  editor,
  isLong,
  language,
  text,
  onChange,
}: TextProps & {
  readonly language: Language | null;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const t = useWords(formWords);
  const own = useLanguage();
  const { channels } = useFlow();
  const box = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const limit = limitFor(String(path[path.length - 1]), channels);
  const isOver = limit !== null && text.length > limit.max;
  const name = language === null ? null : t(language === "fr" ? "french" : "english");
  const insert = (variable: string): void => {
    const { selectionStart, selectionEnd } = box.current ?? { selectionStart: null, selectionEnd: null };
    const [from, to] = [selectionStart ?? text.length, selectionEnd ?? text.length];
    onChange(`${text.slice(0, from)}{{ ${variable} }}${text.slice(to)}`);
    requestAnimationFrame(() => box.current?.focus());
  };
  const Box = isLong ? TextArea : Input;
  return (
    <Field
      label={name === null ? label : `${label} · ${name}`}
      help={help}
      aside={
        <span className="flex items-center gap-1">
          {limit && (isOver || text.length > limit.max * 0.7) ? (
            <span className={classes("text-xs", isOver ? "font-medium text-problem" : "text-muted")}>
              {t("countOf", { count: text.length, max: limit.max, channel: limit.channel.label[own] })}
            </span>
          ) : null}
          {editor.isDisabled ? null : <VariablePicker onPick={insert} />}
        </span>
      }
    >
      {(control) => (
        <Box
          {...control}
          ref={box}
          lang={language ?? undefined}
          value={text}
          disabled={editor.isDisabled}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
