import { answer } from "./answer.ts";
import { ask } from "./ask.ts";
import { branch } from "./branch.ts";
import { callFlow } from "./call-flow.ts";
import { cart } from "./cart.ts";
import { choose } from "./choose.ts";
import { end } from "./end.ts";
import { goTo } from "./go-to.ts";
import { handOver } from "./hand-over.ts";
import { http } from "./http.ts";
import { label } from "./label.ts";
import type { NodeType } from "./node-type.ts";
import { note } from "./note.ts";
import { notify } from "./notify.ts";
import { openingHours } from "./opening-hours.ts";
import { orderConfirm } from "./order-confirm.ts";
import { orderStatus } from "./order-status.ts";
import { productList } from "./product-list.ts";
import { say } from "./say.ts";
import { sendTemplate } from "./send-template.ts";
import { set } from "./set.ts";
import { setContact } from "./set-contact.ts";
import { split } from "./split.ts";
import { understand } from "./understand.ts";
import { wait } from "./wait.ts";

const all = [
  say,
  choose,
  ask,
  sendTemplate,
  productList,
  cart,
  orderConfirm,
  orderStatus,
  branch,
  set,
  split,
  openingHours,
  wait,
  callFlow,
  goTo,
  end,
  answer,
  understand,
  http,
  label,
  setContact,
  note,
  notify,
  handOver,
];

/**
 * Every node type by name, in the order of the palette. A node type is only ever given nodes that its own schema
 * parsed, so the common type of the list may forget which fields each has.
 */
export const nodeTypes: ReadonlyMap<string, NodeType> = new Map(
  all.map((type) => [type.type, type as unknown as NodeType]),
);

/** The node type of this name; a document that was parsed names no other. */
export function nodeTypeOf(type: string): NodeType {
  const found = nodeTypes.get(type);
  if (!found) throw new Error(`there is no node type ${type}`);
  return found;
}
