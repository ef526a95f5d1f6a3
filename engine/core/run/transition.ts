import { type AnyActorRef, type AnyMachineSnapshot, type AnyStateMachine, createActor, type EventObject } from "xstate";

/** What a machine asks for on its way: nothing of it is done here. */
export interface Asked {
  readonly type: string;
  readonly params?: unknown;
}

const actors = new WeakMap<AnyStateMachine, AnyActorRef>();

/**
 * XState's pure `transition`, with one actor per machine to stand for "self" instead of a new one per event, which took
 * a third of a step. The actor is never started and holds nothing: no action of ours looks at it.
 */
export function transition(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): readonly [AnyMachineSnapshot, readonly Asked[]] {
  let self = actors.get(machine);
  if (!self) {
    self = createActor(machine);
    actors.set(machine, self);
  }
  const asked: Asked[] = [];
  const scope = {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: () => {},
    defer: () => {},
    stopChild: () => {},
    emit: () => {},
    actionExecutor: (action: Asked) => {
      asked.push(action);
    },
  };
  // The scope is what XState's own `transition` makes; its type is not exported.
  return [machine.transition(snapshot, event, scope as never), asked];
}
