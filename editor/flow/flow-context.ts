import { createContext, useContext, useSyncExternalStore } from "react";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import type { FlowSession, FlowState } from "./flow-session.ts";

export type DrawerTab = "problems" | "yaml" | "history" | "live";

/** What every part of the editor of one flow works with. It stays the same while the flow is edited: see `useFlowPart`. */
export interface FlowWorkspace {
  readonly id: string;
  readonly session: FlowSession;
  readonly mayEdit: boolean;
  /** Connected channels that this flow may speak on. */
  readonly channels: readonly ChannelOffer[];
  readonly flowIds: readonly string[];
  readonly playbooks: readonly string[];
  readonly selected: readonly string[];
  readonly select: (ids: readonly string[]) => void;
  /** Chooses a node and brings it into sight. */
  readonly goTo: (id: string) => void;
  /** Nodes of a problem's example: lit on the canvas. */
  readonly lit: readonly string[];
  readonly light: (path: readonly string[]) => void;
  readonly drawer: DrawerTab | null;
  readonly openDrawer: (tab: DrawerTab | null, line?: number) => void;
  /** Whether the talk with the draft is open beside the drawing. */
  readonly isSimulating: boolean;
  readonly simulate: (isOpen: boolean) => void;
  /** The texts of the other flows. */
  readonly others: readonly string[];
  /** A line of the text that somebody asked to see. */
  readonly line: number | null;
}

export const FlowContext = createContext<FlowWorkspace | null>(null);

export function useFlow(): FlowWorkspace {
  const found = useContext(FlowContext);
  if (!found) throw new Error("only inside of the editor of a flow");
  return found;
}

/**
 * A part of the flow's state: the component is drawn anew only when this part is another one than before, so `pick`
 * must give the same object as long as nothing changed, and should give no more than what is shown.
 */
export function useFlowPart<T>(pick: (state: FlowState) => T): T {
  const { session } = useFlow();
  return useSyncExternalStore(session.subscribe, () => pick(session.state()));
}
