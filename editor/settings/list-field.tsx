import { ChevronDown, ChevronUp, Plus, Trash2 } from "lucide-react";
import { useContext, useState } from "react";
import type { AccountProperty } from "../../engine/core/domain/account-form.ts";
import type { Json } from "../../engine/core/domain/json.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { entryTitle, freshEntry, isObject } from "./account-values.ts";
import { channelWords } from "./channel-words.ts";
import { FormFactsContext } from "./form-facts.ts";
import { ObjectFields } from "./part-fields.tsx";
import type { ValueFieldProps } from "./value-field.tsx";

/** Entries in an order, each with fields of its own: the questions of a form, the ways to answer it. */
export function ListField({
  name,
  path,
  property,
  value,
  onChange,
  item,
}: ValueFieldProps & { readonly item: AccountProperty }) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const { problems, isDisabled } = useContext(FormFactsContext);
  const entries: readonly Json[] = Array.isArray(value) ? value : [];
  const [opened, setOpened] = useState<number | null>(null);
  const move = (from: number, to: number): void => {
    const next = [...entries];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
    if (opened === from) setOpened(to);
  };
  const add = (): void => {
    onChange([...entries, freshEntry(item, entries)]);
    setOpened(entries.length);
  };
  const isWrong = (index: number): boolean =>
    Object.keys(problems).some((one) => one.startsWith(`${path}.${index}.`) || one === `${path}.${index}`);
  const error = problems[path];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{property.label?.[language] ?? name}</legend>
      {property.help ? <p className="text-xs text-muted">{property.help[language]}</p> : null}
      <ol className="flex flex-col gap-2">
        {entries.map((entry, index) => {
          const title = entryTitle(item, entry, language) || t("entry", { number: index + 1 });
          const isOpen = opened === index || isWrong(index);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its place
            <li key={index} className="rounded-md border border-line">
              <div className="flex items-center gap-1 py-1 pr-1 pl-1">
                <button
                  type="button"
                  aria-expanded={isOpen}
                  onClick={() => setOpened(isOpen ? null : index)}
                  className="min-h-9 min-w-0 flex-1 truncate rounded-md px-2 text-left hover:bg-sunken"
                >
                  {title}
                </button>
                {isDisabled ? null : (
                  <>
                    <IconButton
                      size="small"
                      icon={ChevronUp}
                      label={t("moveUp", { name: title })}
                      disabled={index === 0}
                      onClick={() => move(index, index - 1)}
                    />
                    <IconButton
                      size="small"
                      icon={ChevronDown}
                      label={t("moveDown", { name: title })}
                      disabled={index === entries.length - 1}
                      onClick={() => move(index, index + 1)}
                    />
                    <IconButton
                      size="small"
                      icon={Trash2}
                      label={t("removeEntry", { name: title })}
                      onClick={() => {
                        onChange(entries.filter((_, one) => one !== index));
                        setOpened(null);
                      }}
                    />
                  </>
                )}
              </div>
              {isOpen && isObject(entry) ? (
                <div className="flex flex-col gap-4 border-t border-line p-3">
                  <ObjectFields
                    property={item}
                    path={`${path}.${index}`}
                    value={entry}
                    onChange={(next) => onChange(entries.map((one, at) => (at === index ? next : one)))}
                  />
                </div>
              ) : null}
            </li>
          );
        })}
      </ol>
      {error ? (
        <p role="alert" className="text-xs text-problem">
          {error[language]}
        </p>
      ) : null}
      {isDisabled ? null : (
        <Button look="quiet" size="small" icon={Plus} className="self-start" onClick={add}>
          {t("addEntry")}
        </Button>
      )}
    </fieldset>
  );
}
