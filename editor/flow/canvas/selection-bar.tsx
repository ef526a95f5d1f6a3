import { NodeToolbar, Position } from "@xyflow/react";
import { AlignHorizontalJustifyStart, AlignVerticalJustifyStart, Copy, Trash2 } from "lucide-react";
import { IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/words.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { useNodeActs } from "../node-acts.ts";
import { flowWords } from "../words.ts";
import { START } from "./elements.ts";

/** What can be done with what is chosen, right above it. */
export function SelectionBar() {
  const t = useWords(flowWords);
  const { selected, mayEdit } = useFlow();
  const isReadable = useFlowPart((state) => state.isReadable);
  const nodes = useFlowPart((state) => state.drawing?.nodes);
  const acts = useNodeActs();
  const chosen = selected.filter((id) => id !== START && nodes?.has(id));
  if (!mayEdit || !isReadable || chosen.length === 0) return null;
  return (
    <NodeToolbar nodeId={[...chosen]} isVisible position={Position.Top} offset={8}>
      <div
        role="toolbar"
        aria-label={t("toolbar")}
        className="flex gap-0.5 rounded-md border border-line bg-surface p-0.5 shadow-float"
      >
        <IconButton
          icon={Copy}
          size="small"
          label={t("duplicate")}
          hint="mod+d"
          onClick={() => acts.duplicate(chosen)}
        />
        {chosen.length > 1 ? (
          <>
            <IconButton
              icon={AlignVerticalJustifyStart}
              size="small"
              label={t("alignTop")}
              onClick={() => acts.align(chosen, "top")}
            />
            <IconButton
              icon={AlignHorizontalJustifyStart}
              size="small"
              label={t("alignLeft")}
              onClick={() => acts.align(chosen, "left")}
            />
          </>
        ) : null}
        <IconButton icon={Trash2} size="small" label={t("delete")} hint="Suppr" onClick={() => acts.remove(chosen)} />
      </div>
    </NodeToolbar>
  );
}
