import type { Effect } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { LIMITS } from "../domain/limits.ts";
import type { InboundContent } from "../domain/message.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { NodeEvent, NodeMoment, Reaction } from "../nodes/node-type.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import type { Emitted, FlowContext, MachineEvent } from "./machine.ts";
import { matchesKeyword } from "./match.ts";
import { decodeChoice } from "./offer.ts";
import {
  type Advance,
  type FlowLibrary,
  type Frame,
  type Moment,
  type PathStep,
  type RunEvent,
  type RunState,
  type StartVariables,
  storedState,
} from "./run.ts";
import { transition } from "./transition.ts";

const DEFAULT_REASKS = 2;

/** What a frame's snapshot holds: flat states, no children, no history. */
interface Stand {
  readonly value: string;
  readonly context: FlowContext;
}

/** What begins a run: the words that triggered it, if any, and variables that come along. */
export interface Beginning {
  readonly content?: InboundContent;
  readonly variables: StartVariables;
}

/** Starts a flow. Pure. A tap on a choice of its first question is taken at once. */
export function begin(library: FlowLibrary, flow: FlowMachine, trigger: Beginning, moment: Moment): Advance {
  const step = newStep(library, moment);
  try {
    const said = trigger.content && "text" in trigger.content ? { lastText: trigger.content.text ?? "" } : {};
    enter(step, flow, { ...trigger.variables, ...said });
    const tap = trigger.content?.type === "choice" ? decodeChoice(trigger.content.id) : null;
    const frame = step.frames[step.frames.length - 1];
    const stand = frame && standOf(frame);
    if (tap && frame && stand?.value === tap.node && stand.context.offer?.choices.some(({ id }) => id === tap.choice)) {
      step.effects.length = 0;
      machineStep(step, { type: `exit.${tap.choice}`, moment });
    }
    return result(step, "moved");
  } catch (error) {
    return broken(step, error);
  }
}

/** Feeds one event to a run. Pure: the same library, state, event and moment give the same answer, for ever. */
export function advance(library: FlowLibrary, state: RunState, event: RunEvent, moment: Moment): Advance {
  const step = newStep(library, moment, state.frames);
  try {
    return result(step, told(step, event));
  } catch (error) {
    return broken(step, error);
  }
}

/** Whether a run stands at a node that has handed over and waits for people. */
export function waitsForPeople(library: FlowLibrary, state: RunState): boolean {
  const frame = state.frames[state.frames.length - 1];
  const node = frame && library.version(frame.versionId)?.document.nodes[standOf(frame).value];
  return node !== undefined && nodeTypeOf(node.type).waitsFor(node) === "people";
}

/** What one step collects on its way. */
interface Step {
  readonly library: FlowLibrary;
  readonly moment: Moment;
  frames: Frame[];
  readonly effects: Effect[];
  readonly path: PathStep[];
}

function newStep(library: FlowLibrary, moment: Moment, frames: readonly Frame[] = []): Step {
  return { library, moment, frames: [...frames], effects: [], path: [] };
}

function told(step: Step, event: RunEvent): Advance["outcome"] {
  const frame = step.frames[step.frames.length - 1];
  if (!frame) return "ignored";
  const { moment } = step;
  switch (event.type) {
    case "timer": {
      const before = JSON.stringify(step.frames);
      const { flow, event: name } = splitTimer(event.name);
      if (flow !== frame.flow) return "ignored";
      machineStep(step, { type: name, moment });
      return JSON.stringify(step.frames) === before ? "ignored" : "moved";
    }
    case "jump": {
      if (event.node !== "") step.frames = step.frames.slice(0, 1);
      const target = event.node === "" ? standOf(frame).value : event.node;
      const outer = step.frames[step.frames.length - 1] ?? frame;
      if (!flowOf(step, outer).document.nodes[target]) return "ignored";
      machineStep(step, { type: `jump.${target}`, moment });
      return "moved";
    }
    case "message":
      return heard(step, frame, event.content);
    case "effectDone":
      return awaited(frame, event.key) ? react(step, frame, { type: "effectDone", result: event.result }) : "ignored";
    case "effectFailed":
      return awaited(frame, event.key) ? react(step, frame, { type: "effectFailed", error: event.error }) : "ignored";
    case "sendFailed": {
      if (standOf(frame).value !== event.node) return "ignored";
      return react(step, frame, { type: "sendFailed", windowClosed: event.windowClosed });
    }
    case "people":
      return react(step, frame, { type: "people", outcome: event.outcome });
  }
}

/** A contact's words: interrupts first, the outermost flow's too, then the node that waits. */
function heard(step: Step, frame: Frame, content: InboundContent): Advance["outcome"] {
  if (content.type === "text") {
    for (let depth = step.frames.length - 1; depth >= 0; depth--) {
      const at = step.frames[depth] as Frame;
      const { interrupts } = flowOf(step, at).document;
      const index = interrupts.findIndex(({ keywords, match }) => matchesKeyword(content.text, keywords, match));
      if (index < 0) continue;
      step.frames = step.frames.slice(0, depth + 1);
      machineStep(step, { type: `interrupt.${index}`, moment: step.moment, set: { lastText: content.text } });
      return "moved";
    }
  }
  return react(step, frame, { type: "message", content });
}

function awaited(frame: Frame, key: string): boolean {
  return standOf(frame).context.awaited === key;
}

/** Asks the node that waits what an event means, and does it. */
function react(step: Step, frame: Frame, event: NodeEvent): Advance["outcome"] {
  const flow = flowOf(step, frame);
  const { value, context } = standOf(frame);
  const node = flow.document.nodes[value];
  if (!node) throw new Error(`node ${value} of flow ${frame.flow} is not there any more`);
  const type = nodeTypeOf(node.type);
  const at: NodeMoment = {
    ...step.moment,
    workspace: workspaceOf(flow, step.moment),
    node: value,
    variables: context.variables,
    tries: context.tries[value] ?? 0,
    kept: context.kept[value] ?? null,
    offer: context.offer,
    reasks: flow.document.settings?.reasks ?? DEFAULT_REASKS,
  };
  const reaction: Reaction = type.receive?.(node, event, at) ?? { type: "ignore" };
  const { moment } = step;
  switch (reaction.type) {
    case "ignore":
      return "ignored";
    case "giveUp":
      machineStep(step, { type: "give.up", moment });
      return "moved";
    case "exit": {
      const heardText =
        event.type === "message" && "text" in event.content ? { lastText: event.content.text ?? "" } : {};
      machineStep(step, {
        type: `exit.${reaction.exit}`,
        moment,
        set: { ...heardText, ...reaction.set },
        ...(reaction.say ? { say: reaction.say } : {}),
        ...(reaction.author ? { author: reaction.author } : {}),
      });
      return "moved";
    }
    case "stay": {
      const again = reaction.again === true ? (type.compile(node, value).again ?? type.compile(node, value).entry) : [];
      machineStep(step, {
        type: "stay",
        moment,
        say: reaction.say ?? [],
        verbs: [...(reaction.verbs ?? []), ...again],
        again: reaction.again ?? false,
        ...(reaction.set ? { set: reaction.set } : {}),
        ...(reaction.keep === undefined ? {} : { keep: reaction.keep }),
      });
      return "stayed";
    }
  }
}

/** One event into the innermost flow; calls and returns of sub-flows follow from what comes out. */
function machineStep(step: Step, event: MachineEvent): void {
  const frame = step.frames[step.frames.length - 1];
  if (!frame) return;
  const flow = flowOf(step, frame);
  const { machine } = flow;
  const stand = standOf(frame);
  const own = { ...event, moment: { ...event.moment, workspace: workspaceOf(flow, event.moment) } };
  const before = machine.resolveState({ value: stand.value, context: stand.context });
  const [next, actions] = transition(machine, before, own as never);
  if (next.status === "error") throw next.error instanceof Error ? next.error : new Error(String(next.error));
  const context = next.context as FlowContext;
  step.frames[step.frames.length - 1] = {
    ...frame,
    snapshot: { value: next.value as string, context } as unknown as Json,
  };
  let call: Extract<Emitted, { readonly type: "call" }> | null = null;
  for (const action of actions) {
    const found = collect(step, flow, action);
    if (found) call = found;
  }
  if (step.effects.length > LIMITS.effectsPerStep) throw new Error("the flow asks for too much in one step");
  if (call) enterSubFlow(step, call);
  else if (next.status === "done") leave(step, context);
}

function collect(
  step: Step,
  flow: FlowMachine,
  action: { readonly type: string; readonly params?: unknown },
): Extract<Emitted, { readonly type: "call" }> | null {
  if (action.type === "emit") {
    const emitted = action.params as Emitted;
    if (emitted.type === "call") return emitted;
    if (emitted.type === "effect") step.effects.push(emitted.effect);
    else step.path.push({ flow: flow.flow, node: emitted.node, exit: emitted.exit });
    return null;
  }
  // Delays of XState come back as data: a raise with a delay is a timer, a cancel takes it back.
  if (action.type === "xstate.raise") {
    const { delay, event } = action.params as { readonly delay?: number; readonly event: { readonly type: string } };
    if (delay !== undefined)
      step.effects.push({ type: "startTimer", name: timerName(flow, event.type), delayMs: delay });
  } else if (action.type === "xstate.cancel") {
    const { sendId } = action.params as { readonly sendId: string };
    step.effects.push({ type: "cancelTimer", name: timerName(flow, sendId) });
  }
  return null;
}

function timerName(flow: FlowMachine, event: string): string {
  return `${flow.flow}|${event}`;
}

function splitTimer(name: string): { readonly flow: string; readonly event: string } {
  const at = name.indexOf("|");
  return { flow: name.slice(0, at), event: name.slice(at + 1) };
}

function enter(step: Step, flow: FlowMachine, variables: JsonObject): void {
  if (step.frames.length >= LIMITS.callDepth)
    throw new Error(`flows call each other more than ${LIMITS.callDepth} deep`);
  const { machine } = flow;
  // The initial state is silent: its snapshot is what the context factory makes.
  const context = (machine.config.context as unknown as () => FlowContext)();
  step.frames.push({
    flow: flow.flow,
    versionId: flow.versionId,
    snapshot: { value: "$start", context } as unknown as Json,
  });
  machineStep(step, { type: "begin", moment: step.moment, set: variables });
}

function enterSubFlow(step: Step, call: Extract<Emitted, { readonly type: "call" }>): void {
  const flow = step.library.current(call.flow);
  if (flow) enter(step, flow, call.input);
  else machineStep(step, { type: "exit.failed", moment: step.moment });
}

/** The innermost flow has ended: its caller goes on with what it left behind, the outermost one ends the run. */
function leave(step: Step, context: FlowContext): void {
  if (step.frames.length === 1) return;
  const handedOver = step.effects.some((effect) => effect.type === "handOver");
  step.frames.pop();
  // A sub-flow that passed the conversation on ends the whole run: the caller must not go on talking.
  if (handedOver) {
    step.frames = step.frames.slice(0, 1).map((frame) => ended(frame));
    return;
  }
  machineStep(step, { type: "exit.done", moment: step.moment, set: { result: context.variables } });
}

function ended(frame: Frame): Frame {
  const { context } = standOf(frame);
  return { ...frame, snapshot: { value: "$end", context } as unknown as Json };
}

function result(step: Step, outcome: Advance["outcome"]): Advance {
  const frame = step.frames[step.frames.length - 1];
  const stand = frame && standOf(frame);
  const done = !frame || !stand || isFinal(step, frame, stand.value);
  if (frame && stand && outcome !== "ignored" && !stand.value.startsWith("$")) {
    step.path.push({ flow: frame.flow, node: stand.value });
  }
  const state: RunState = { frames: step.frames };
  if (storedState(state).length > LIMITS.runStateBytes) throw new Error("the run holds too much");
  return {
    state,
    status: done ? "done" : "active",
    effects: step.effects,
    path: step.path,
    outcome,
  };
}

function isFinal(step: Step, frame: Frame, value: string): boolean {
  return flowOf(step, frame).machine.root.states[value]?.type === "final";
}

/** The flow itself is broken here. What it already said is not sent: the shell speaks instead. */
function broken(step: Step, error: unknown): Advance {
  return {
    state: { frames: step.frames },
    status: "failed",
    effects: step.effects.filter((effect) => effect.type === "cancelTimer"),
    path: step.path,
    outcome: "moved",
    error: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
  };
}

function flowOf(step: Step, frame: Frame): FlowMachine {
  const flow = step.library.version(frame.versionId);
  if (!flow) throw new Error(`version ${frame.versionId} of flow ${frame.flow} is not there any more`);
  return flow;
}

function standOf(frame: Frame): Stand {
  return frame.snapshot as unknown as Stand;
}

/** The workspace with the sentences that the flow has of its own. */
function workspaceOf(flow: FlowMachine, moment: Moment): Moment["workspace"] {
  const own = flow.document.settings?.sentences;
  if (!own) return moment.workspace;
  return {
    ...moment.workspace,
    sentences: { ...moment.workspace.sentences, ...(own as typeof moment.workspace.sentences) },
  };
}
