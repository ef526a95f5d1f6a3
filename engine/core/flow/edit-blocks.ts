import { parseDocument } from "yaml";
import type { FlowEdit } from "../domain/diagnostic.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { editText } from "./edit-text.ts";
import { editValue } from "./edit-value.ts";

/**
 * Edits inside of nodes and places that are there already, done in their own lines without a look at the rest of the
 * text. Null: an edit reaches further, or the text is not laid out plainly. The text must be known to parse.
 */
export function editBlocks(
  source: string,
  edits: readonly FlowEdit[],
): { readonly source: string; readonly inverse: readonly FlowEdit[] } | null {
  const isInside = ({ path, type }: FlowEdit): boolean => path.length > 2 || (path.length === 2 && type === "set");
  const blocks = edits.every(isInside) ? blocksOf(source) : null;
  if (!blocks) return null;
  const places = new Map<string, Block>();
  for (const block of blocks) if (block.path.length === 2) places.set(block.path.join("."), block);
  const texts = new Map<Block, string>();
  const inverse: FlowEdit[] = [];
  for (const edit of edits) {
    const block = places.get(`${edit.path[0]}.${edit.path[1]}`);
    if (!block) return null;
    const text = texts.get(block) ?? source.slice(block.start, block.end);
    const document = parseDocument(text, { version: "1.2", schema: "core" });
    if (document.errors.length > 0) return null;
    const within = { ...edit, path: edit.path.slice(1) };
    try {
      const undo = editValue(document.toJS(), within).inverse;
      inverse.unshift(...undo.map((one) => ({ ...one, path: [edit.path[0] ?? "", ...one.path] })));
      texts.set(block, editText(text, within.path, within));
    } catch {
      return null;
    }
  }
  let result = "";
  let at = 0;
  for (const [block, text] of [...texts].sort(([a], [b]) => a.start - b.start)) {
    result += source.slice(at, block.start) + text;
    at = block.end;
  }
  return { source: result + source.slice(at), inverse };
}
