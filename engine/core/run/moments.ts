import type { FlowVersionId } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { StepInput } from "./decision.ts";
import type { FlowLibrary, Moment, RunState } from "./run.ts";

/** The published flows of the workspace: those that a run may need, and those that may start. */
export interface DecideLibrary extends FlowLibrary {
  readonly starts: readonly FlowMachine[];
  /** Whether a version cannot be had any more: a run that stands in it fails, instead of waiting for it. */
  readonly gone?: (id: FlowVersionId) => boolean;
}

export function botAnswers(input: StepInput): boolean {
  return input.conversation.botEnabled && input.accountBotEnabled && input.workspace.botEnabled;
}

export function windowOpen(input: StepInput): boolean {
  const { windowExpiresAt } = input.conversation;
  return windowExpiresAt === null || Date.parse(windowExpiresAt) > Date.parse(input.now);
}

export function momentOf(input: StepInput, library: DecideLibrary, flow?: FlowMachine): Moment {
  const { now, contact, capabilities, workspace, conversation } = input;
  return {
    now,
    language: flow ? flowLanguage(input, flow) : languageOf(input, library, input.run?.state ?? null),
    contact,
    capabilities,
    workspace,
    conversation: { id: conversation.id, channel: conversation.channel, windowOpen: windowOpen(input) },
  };
}

export function languageOf(input: StepInput, library: DecideLibrary, state: RunState | null): Language {
  const versionId: FlowVersionId | undefined = state?.frames[0]?.versionId;
  const flow = versionId && library.version(versionId);
  return flow ? flowLanguage(input, flow) : (input.contact.language ?? firstLanguage(input));
}

/** The contact's language where the flow speaks it, else the flow's first. */
export function flowLanguage(input: StepInput, flow: FlowMachine): Language {
  const wanted = input.conversation.language ?? input.contact.language;
  const spoken = flow.document.languages;
  const found = wanted && spoken.find((language) => language === wanted || language.slice(0, 2) === wanted.slice(0, 2));
  return found ?? spoken[0] ?? firstLanguage(input);
}

export function firstLanguage(input: StepInput): Language {
  return input.workspace.languages[0] ?? "fr";
}
