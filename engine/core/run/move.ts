import type { Json, JsonObject } from "../domain/json.ts";
import type { Bilingual } from "../domain/language.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { FlowNode } from "../nodes/node-type.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import { BUILT_IN_ROOTS } from "./expression.ts";
import type { FlowContext } from "./machine.ts";
import type { Frame, RunState } from "./run.ts";

/** Whether a run can go on in another version of its flow, and where it then stands. */
export type Moved =
  | { readonly type: "moved"; readonly state: RunState }
  /** Why not, each a whole sentence. */
  | { readonly type: "stays"; readonly reasons: readonly Bilingual[] };

/** Variables that the engine itself gives a run. */
const GIVEN = ["lastText", "referral", "result", "form", ...BUILT_IN_ROOTS];

/**
 * A run at the same place in another version of its flow. Only where it is proven that it can stand there: the node is
 * there and is of the same kind, waits for the same, knows the choices that were offered and the timers that run, and
 * every variable that may be read from there on has a value or comes before. Pure; says nothing to the contact.
 */
export function moveRun(state: RunState, from: (frame: Frame) => FlowMachine | undefined, to: FlowMachine): Moved {
  const reasons: Bilingual[] = [];
  const frames = state.frames.map((frame) => {
    if (frame.flow !== to.flow || frame.versionId === to.versionId) return frame;
    const old = from(frame);
    const { value, context } = frame.snapshot as unknown as { readonly value: string; readonly context: FlowContext };
    const was = old?.document.nodes[value];
    if (!was) {
      reasons.push(GONE);
      return frame;
    }
    const found = problemsOf(value, was, context, to);
    reasons.push(...found);
    const snapshot = { value, context: { ...context, variables: { ...defaultsOf(to), ...context.variables } } };
    return { ...frame, versionId: to.versionId, snapshot: snapshot as unknown as Json };
  });
  return reasons.length > 0 ? { type: "stays", reasons } : { type: "moved", state: { frames } };
}

const GONE: Bilingual = {
  fr: "L'ancienne version de ce bloc n'est plus lisible.",
  en: "The old version of this block can no longer be read.",
};

function problemsOf(id: string, was: FlowNode, context: FlowContext, to: FlowMachine): readonly Bilingual[] {
  const node = to.document.nodes[id];
  if (!node)
    return [
      {
        fr: `Le bloc « ${id} » n'existe plus dans la nouvelle version.`,
        en: `Block "${id}" is no longer there in the new version.`,
      },
    ];
  if (node.type !== was.type)
    return [
      { fr: `Le bloc « ${id} » est devenu d'une autre sorte.`, en: `Block "${id}" has become one of another kind.` },
    ];
  const type = nodeTypeOf(node.type);
  const problems: Bilingual[] = [];
  const timers = (one: FlowNode): string => (type.compile(one, id).after ?? []).map(({ exit }) => exit).join(" ");
  if (type.waitsFor(node) !== type.waitsFor(was) || timers(node) !== timers(was))
    problems.push({
      fr: `Le bloc « ${id} » n'attend plus la même chose (réponse ou délai).`,
      en: `Block "${id}" no longer waits for the same (an answer, or a time).`,
    });
  const called = (one: FlowNode): unknown => (one as { readonly flow?: unknown }).flow;
  if (called(node) !== called(was))
    problems.push({ fr: `Le bloc « ${id} » appelle un autre scénario.`, en: `Block "${id}" calls another flow.` });
  const exits = new Set(type.exits(node).map(({ name }) => name));
  const oldExits = new Set(type.exits(was).map(({ name }) => name));
  // What was offered as a button may be tapped at any time: its way out must still be there.
  const offered = context.offer?.node === id ? context.offer.choices.map((choice) => choice.id) : [];
  const lost = offered.filter((choice) => oldExits.has(choice) && !exits.has(choice));
  if (lost.length > 0)
    problems.push({
      fr: `Des clients voient encore le choix « ${lost.join(", ")} » du bloc « ${id} », qui n'existe plus.`,
      en: `Customers still see the choice "${lost.join(", ")}" of block "${id}", which is no longer there.`,
    });
  const missing = unknownFrom(id, context.variables, to);
  if (missing.length > 0)
    problems.push({
      fr: `La suite utilise des variables que ces conversations n'ont pas : ${missing.join(", ")}.`,
      en: `What follows uses variables that these talks do not have: ${missing.join(", ")}.`,
    });
  return problems;
}

/** Variables that may be read from a node on, and that neither the run, nor a default, nor a node on every way there sets. */
function unknownFrom(start: string, variables: JsonObject, { document }: FlowMachine): readonly string[] {
  const known = new Set([...GIVEN, ...Object.keys(variables), ...Object.keys(document.variables ?? {})]);
  // What is certainly set when a node is entered: grows smaller until nothing changes.
  const setAt = new Map<string, ReadonlySet<string>>([[start, known]]);
  const missing = new Set<string>();
  const queue = [start, ...document.interrupts.map(({ to }) => to)];
  for (const { to } of document.interrupts) if (to !== start) setAt.set(to, known);
  while (queue.length > 0) {
    const id = queue.shift() ?? "";
    const node = document.nodes[id];
    const before = setAt.get(id);
    if (!node || !before) continue;
    const { writes } = nodeTypeOf(node.type).variables(node);
    const after = new Set([...before, ...writes]);
    for (const next of Object.values(node.exits ?? {})) {
      const there = setAt.get(next);
      const both = there ? new Set([...there].filter((name) => after.has(name))) : after;
      if (there && both.size === there.size) continue;
      setAt.set(next, both);
      queue.push(next);
    }
  }
  for (const [id, set] of setAt) {
    const node = document.nodes[id];
    if (!node) continue;
    const { reads, writes } = nodeTypeOf(node.type).variables(node);
    for (const name of reads) if (!set.has(name) && !writes.includes(name)) missing.add(name);
  }
  return [...missing].sort();
}

function defaultsOf({ document }: FlowMachine): JsonObject {
  const entries = Object.entries(document.variables ?? {});
  return Object.fromEntries(entries.map(([name, { default: value }]) => [name, (value ?? null) as Json]));
}
