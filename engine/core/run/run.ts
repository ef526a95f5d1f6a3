import type { Capabilities, ChannelType } from "../domain/channel.ts";
import type { Contact } from "../domain/contact.ts";
import type { Effect, EffectError } from "../domain/effect.ts";
import type { FlowVersionId } from "../domain/ids.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Language } from "../domain/language.ts";
import type { InboundContent } from "../domain/message.ts";
import type { Workspace } from "../domain/workspace.ts";
import type { FlowMachine } from "../flow/compile.ts";

/** Where one conversation stands in its flows. Plain JSON: what is stored, and all that is stored. */
export interface RunState {
  /** The flow that was started, then each sub-flow that called the next; the last one is running. */
  readonly frames: readonly Frame[];
}

const texts = new WeakMap<RunState, string>();

/** A state as it is stored. Made once for each, however often it is asked for. */
export function storedState(state: RunState): string {
  let text = texts.get(state);
  if (text === undefined) {
    text = JSON.stringify(state);
    texts.set(state, text);
  }
  return text;
}

/** One flow of a run. `snapshot` is XState's own persisted snapshot of the flow's machine. */
export interface Frame {
  readonly flow: string;
  readonly versionId: FlowVersionId;
  readonly snapshot: Json;
}

/** Everything from outside that a step may look at. The same state, event and moment give the same result, for ever. */
export interface Moment {
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly language: Language;
  readonly contact: Contact;
  readonly conversation: { readonly id: string; readonly channel: ChannelType; readonly windowOpen: boolean };
  readonly capabilities: Capabilities;
  readonly workspace: Workspace;
}

/** What a run can be told. */
export type RunEvent =
  | { readonly type: "message"; readonly content: InboundContent }
  | { readonly type: "timer"; readonly name: string }
  | { readonly type: "effectDone"; readonly key: string; readonly result: Json }
  | { readonly type: "effectFailed"; readonly key: string; readonly error: EffectError }
  /** A message that node `node` sent was refused for good. */
  | { readonly type: "sendFailed"; readonly node: string; readonly windowClosed: boolean }
  /** People took the conversation, gave it back, or did not come. Goes to a node that handed over. */
  | { readonly type: "people"; readonly outcome: "taken" | "resolved" | "noAnswer" }
  /** An agent sends the run on at a node of its outermost flow. */
  | { readonly type: "jump"; readonly node: string };

/** The published flows that a run may need. All are immutable. */
export interface FlowLibrary {
  /** The version that a run is pinned to. */
  version(id: FlowVersionId): FlowMachine | undefined;
  /** The version that new runs and calls use. */
  current(flow: string): FlowMachine | undefined;
}

/** One node that a step went through, and the exit it left by; the last one has none when the run waits there. */
export interface PathStep {
  readonly flow: string;
  readonly node: string;
  readonly exit?: string;
}

/** The result of a step. */
export interface Advance {
  readonly state: RunState;
  /** `failed`: the flow itself is broken at this point (loop, missing version); the shell gives it to a person. */
  readonly status: "active" | "done" | "failed";
  readonly effects: readonly Effect[];
  readonly path: readonly PathStep[];
  /** `ignored`: the event meant nothing here (stale key, late timer, double tap); nothing changed. */
  readonly outcome: "moved" | "stayed" | "ignored";
  /** With `failed`: a sentence for the operator. */
  readonly error?: string;
}

/** Variables that a trigger, an API call or a calling flow brings along. */
export type StartVariables = JsonObject;
