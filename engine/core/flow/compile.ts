import type { AnyStateMachine } from "xstate";
import type { FlowVersionId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import { SENTENCES } from "../domain/sentences.ts";
import type { DelaySpec, ExitSpec, FlowNode, StateSketch } from "../nodes/node-type.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import { EMPTY_CONTEXT, MACHINE_OPTIONS, verbs } from "../run/machine.ts";
import type { FlowDocument } from "./document.ts";

/** A flow version ready to run: immutable, made once per version and kept. */
export interface FlowMachine {
  readonly flow: string;
  readonly versionId: FlowVersionId;
  readonly document: FlowDocument;
  readonly machine: AnyStateMachine;
}

/** Names of states that no node can have (node names begin with a letter). */
export const START = "$start";
const END = "$end";
const PEOPLE = "$people";
const FAILED = "$failed";
const PEOPLE_TOLD = "$peopleTold";

type Target = {
  readonly target: string;
  readonly actions: readonly { readonly type: string; readonly params?: Json }[];
};

/** The XState machine of a checked document. Throws on a document with errors: those are for the checks to say. */
export function compileFlow(document: FlowDocument, versionId: FlowVersionId): FlowMachine {
  const { config, delays } = machineConfig(document);
  const machine = verbs(document, delays).createMachine({
    ...(config as object),
    context: () => ({ ...EMPTY_CONTEXT, variables: defaults(document) }),
    options: MACHINE_OPTIONS,
  } as never);
  return { flow: document.flow, versionId, document, machine: machine as unknown as AnyStateMachine };
}

/** The machine as plain data, and its delays: nothing in it but verbs, guards and names. */
export function machineConfig(document: FlowDocument): {
  readonly config: Json;
  readonly delays: Readonly<Record<string, DelaySpec>>;
} {
  const delays: Record<string, DelaySpec> = {};
  const states: Record<string, Json> = {
    [START]: { on: { begin: { target: document.start, actions: [{ type: "begin" }] } } },
    [END]: { type: "final" },
    [PEOPLE]: handOver(SENTENCES.handedOver, "the flow has no way on"),
    [FAILED]: handOver(SENTENCES.somethingFailed, "something failed in the flow"),
    [PEOPLE_TOLD]: handOver(null, "the assistant could not answer"),
  };
  const on: Record<string, Json> = {};
  for (const [id, node] of Object.entries(document.nodes)) {
    const state = nodeState(id, node, delays);
    states[id] = state;
    on[`jump.${id}`] = { target: `.${id}`, reenter: true };
  }
  document.interrupts.forEach((interrupt, index) => {
    on[`interrupt.${index}`] = { target: `.${interrupt.to}`, actions: [{ type: "heard" }] };
  });
  on["give.up"] = { target: `.${PEOPLE}` };
  on["give.failed"] = { target: `.${FAILED}` };
  return { config: { id: document.flow, initial: START, states, on }, delays };
}

function nodeState(id: string, node: FlowNode, delays: Record<string, DelaySpec>): Json {
  const type = nodeTypeOf(node.type);
  const sketch: StateSketch = type.compile(node, id);
  const exits = type.exits(node);
  const entry = [{ type: "entered", params: { node: id } }, ...sketch.entry] as unknown as Json;
  if (sketch.final) return { type: "final", entry };
  const to = (exit: string, actions: readonly { type: string; params?: Json }[] = []): Target => ({
    target: node.exits?.[exit] ?? fallback(exits.find(({ name }) => name === exit)),
    actions: [{ type: "passed", params: { node: id, exit } }, ...actions],
  });
  const on = Object.fromEntries(
    exits.map(({ name }) => [
      `exit.${name}`,
      to(name, [{ type: "heard" }, { type: "spoken", params: { node: id } }, { type: "answered" }]),
    ]),
  );
  const after = Object.fromEntries(
    (sketch.after ?? []).map(({ exit, delay }) => {
      const name = `${id}:${exit}`;
      delays[name] = delay;
      return [name, to(exit)];
    }),
  );
  const always = (sketch.always ?? []).map(({ exit, when }) => ({ ...to(exit), ...(when ? { guard: when } : {}) }));
  return {
    entry,
    ...(always.length > 0
      ? { always: always as unknown as Json }
      : {
          on: {
            ...(on as unknown as Record<string, Json>),
            stay: {
              actions: [
                { type: "stayed", params: { node: id } },
                { type: "spoken", params: { node: id } },
              ],
            },
          },
        }),
    ...(Object.keys(after).length > 0 ? { after: after as unknown as Json } : {}),
  };
}

function fallback(exit: ExitSpec | undefined): string {
  switch (exit?.unconnected ?? (exit?.when === "failure" ? "failed" : "end")) {
    case "people":
      return PEOPLE;
    case "failed":
      return FAILED;
    case "peopleTold":
      return PEOPLE_TOLD;
    default:
      return END;
  }
}

/** A state that passes the conversation to people, where no node of the author does. */
function handOver(said: { readonly fr: string; readonly en: string } | null, reason: string): Json {
  const effect = { type: "handOver", queue: "default", priority: "normal", reason, alert: true };
  const say = said ? [{ type: "say", params: { node: "", contents: [{ type: "text", text: { ...said } }] } }] : [];
  return { type: "final", entry: [...say, { type: "effect", params: { node: "", effect } }] };
}

function defaults(document: FlowDocument): Record<string, Json> {
  const entries = Object.entries(document.variables ?? {});
  return Object.fromEntries(entries.map(([name, { default: value }]) => [name, (value ?? null) as Json]));
}
