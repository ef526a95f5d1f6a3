import { memo, useDeferredValue } from "react";
import { inLanguage } from "../../../engine/core/domain/language.ts";
import { connect, disconnect } from "../../../engine/core/flow/commands.ts";
import { Field, Select } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import type { Drawing, DrawnNode } from "../drawing.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import type { FlowState } from "../flow-session.ts";
import { flowWords } from "../words.ts";

/** Where each way out leads, for who does not draw lines: the same change as a line on the canvas. */
export function ExitsForm({ drawn }: { readonly drawn: DrawnNode }) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session, mayEdit } = useFlow();
  const isReadable = useFlowPart((state) => state.isReadable);
  const targets = useDeferredValue(useFlowPart(targetsOf));
  if (drawn.exits.length === 0) return null;
  const move = (exit: string, target: string): void => {
    const { drawing } = session.state();
    if (!drawing) return;
    session.edit(target === "" ? disconnect(drawing.sketch, drawn.id, exit) : connect(drawn.id, exit, target));
  };
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
              onChange={({ target }) => move(exit.name, target.value)}
            >
              <option value="">{t("nowhere")}</option>
              {exit.to !== null && !targets.ids.has(exit.to) ? <option value={exit.to}>{exit.to}</option> : null}
              <Targets targets={targets} />
            </Select>
          )}
        </Field>
      ))}
    </fieldset>
  );
}

/** Where an exit may lead. */
interface ExitTargets {
  readonly nodes: readonly DrawnNode[];
  readonly ids: ReadonlySet<string>;
}
const NOWHERE: ExitTargets = { nodes: [], ids: new Set() };
const listed = new WeakMap<Drawing["nodes"], ExitTargets>();
let before = NOWHERE;

/** The same list as before, as long as no name or kind changed: a flow may have a thousand nodes. */
function targetsOf({ drawing }: FlowState): ExitTargets {
  if (!drawing) return NOWHERE;
  const known = listed.get(drawing.nodes);
  if (known) return known;
  const nodes = [...drawing.nodes.values()];
  const isSame =
    nodes.length === before.nodes.length &&
    nodes.every((node, index) => {
      const old = before.nodes[index];
      return node === old || (node.id === old?.id && node.type === old.type && node.raw.title === old.raw.title);
    });
  if (!isSame) before = { nodes, ids: new Set(drawing.nodes.keys()) };
  listed.set(drawing.nodes, before);
  return before;
}

const Targets = memo(function Targets({ targets }: { readonly targets: ExitTargets }) {
  const language = useLanguage();
  return targets.nodes.map(({ id, raw, type }) => (
    <option key={id} value={id}>
      {typeof raw.title === "string" ? raw.title : id}
      {type ? ` (${type.label[language]})` : ""}
    </option>
  ));
});
