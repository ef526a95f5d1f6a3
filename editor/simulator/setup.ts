import type { ContactId, WorkspaceId } from "../../engine/core/domain/ids.ts";
import type { Workspace } from "../../engine/core/domain/workspace.ts";
import { compileFlow, type FlowMachine } from "../../engine/core/flow/compile.ts";
import { parseFlow } from "../../engine/core/flow/parse.ts";
import { draftVersion, type Session, type Setup, type SimAction } from "../../engine/core/simulator/session.ts";
import { act, openSession } from "../../engine/core/simulator/simulate.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";

/** A shop like many: what the simulated talk knows of the business. */
const WORKSPACE: Workspace = {
  id: "wsp_simulator" as WorkspaceId,
  name: "Relais",
  languages: ["fr", "en"],
  country: "FR",
  timeZone: "Europe/Paris",
  currency: "EUR",
  hours: {
    mon: ["09:00-12:30", "14:00-19:00"],
    tue: ["09:00-12:30", "14:00-19:00"],
    wed: ["09:00-12:30", "14:00-19:00"],
    thu: ["09:00-12:30", "14:00-19:00"],
    fri: ["09:00-12:30", "14:00-19:00"],
    sat: ["09:00-19:00"],
    sun: [],
    holidays: [],
  },
  sentences: {},
  botEnabled: true,
  burstWindowMs: 0,
};

/** The draft of a text, ready to run; null: it has errors. */
export function draftOf(source: string): FlowMachine | null {
  const { document } = parseFlow(source);
  if (!document) return null;
  try {
    return compileFlow(document, draftVersion(document.flow));
  } catch {
    // A flow whose start or exits lead nowhere cannot be compiled: the problems below the drawing say so.
    return null;
  }
}

export function setupOf(
  flow: FlowMachine,
  others: readonly FlowMachine[],
  channel: ChannelOffer,
  given: { readonly language: string; readonly now: string; readonly answersItself: boolean },
): Setup {
  return {
    flow,
    others,
    channel: channel.type,
    capabilities: channel.capabilities,
    language: given.language,
    contact: {
      id: "con_simulator" as ContactId,
      name: "Léa Martin",
      firstName: "Léa",
      language: given.language,
      phone: "+33639980001",
      email: null,
      fields: {},
      labels: [],
      optedOut: [],
    },
    workspace: WORKSPACE,
    now: given.now,
    variables: {},
    answersItself: given.answersItself,
  };
}

/** The talk that these actions make; what a changed flow has no place for any more is passed over. */
export function talkOf(setup: Setup, actions: readonly SimAction[]): Session {
  return actions.reduce((session, action) => {
    try {
      return act(session, action);
    } catch {
      return session;
    }
  }, openSession(setup));
}
