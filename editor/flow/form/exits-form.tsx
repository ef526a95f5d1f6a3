import { useMemo } from "react";
import { inLanguage } from "../../../engine/core/domain/language.ts";
import { connect, disconnect } from "../../../engine/core/flow/commands.ts";
import { Field, Select } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import type { DrawnNode } from "../drawing.ts";
import { useFlow, useFlowState } from "../flow-context.ts";
import { flowWords } from "../words.ts";

/** Where each way out leads, for who does not draw lines: the same change as a line on the canvas. */
export function ExitsForm({ drawn }: { readonly drawn: DrawnNode }) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session, mayEdit } = useFlow();
  const { drawing, isReadable } = useFlowState();
  const others = [...(drawing?.nodes.values() ?? [])];
  // The same list in every exit, and the same elements as long as no name changes: a flow may have a thousand nodes.
  const names = others.map(({ id, raw }) => [id, raw.title, raw.type].join("|")).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` is all that the list shows
  const options = useMemo(
    () =>
      others.map(({ id, raw, type }) => (
        <option key={id} value={id}>
          {typeof raw.title === "string" ? raw.title : id}
          {type ? ` (${type.label[language]})` : ""}
        </option>
      )),
    [names, language],
  );
  if (!drawing || drawn.exits.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 text-sm font-semibold">{t("exits")}</legend>
      <p className="text-xs text-muted">{t("exitsHelp")}</p>
      {drawn.exits.map((exit) => (
        <Field
          key={exit.name}
          label={inLanguage(exit.label, language)}
          error={exit.need === "required" && exit.to === null ? t("deadEnd") : undefined}
        >
          {(control) => (
            <Select
              {...control}
              disabled={!mayEdit || !isReadable}
              value={exit.to ?? ""}
              onChange={({ target }) =>
                session.edit(
                  target.value === ""
                    ? disconnect(drawing.sketch, drawn.id, exit.name)
                    : connect(drawn.id, exit.name, target.value),
                )
              }
            >
              <option value="">{t("nowhere")}</option>
              {exit.to !== null && !drawing.nodes.has(exit.to) ? <option value={exit.to}>{exit.to}</option> : null}
              {options}
            </Select>
          )}
        </Field>
      ))}
    </fieldset>
  );
}
