import type { FlowEdit, FlowPath } from "../../../engine/core/domain/diagnostic.ts";
import { setField } from "../../../engine/core/flow/commands.ts";
import { useFlow } from "../flow-context.ts";

/** Changes fields of one node. Steps of one field right after each other are one step. */
export interface FieldEditor {
  readonly node: string;
  readonly isDisabled: boolean;
  /** `path`: keys from the node; undefined takes the field away. */
  set(path: FlowPath, value: unknown): void;
  edit(edits: readonly FlowEdit[], key?: string): void;
}

export function useFieldEditor(node: string): FieldEditor {
  const { session, mayEdit } = useFlow();
  return {
    node,
    isDisabled: !mayEdit || !session.state().isReadable,
    set: (path, value) => {
      const key = `${node}.${path.join(".")}`;
      session.edit(setField(node, path, value), typeof value === "string" || typeof value === "number" ? key : null);
    },
    edit: (edits, key) => session.edit(edits, key ?? null),
  };
}
