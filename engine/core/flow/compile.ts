import type { AnyStateMachine } from "xstate";
import type { FlowVersionId } from "../domain/ids.ts";
import type { FlowDocument } from "./document.ts";

/** A flow version ready to run: immutable, made once per version and kept. */
export interface FlowMachine {
  readonly flow: string;
  readonly versionId: FlowVersionId;
  readonly document: FlowDocument;
  readonly machine: AnyStateMachine;
}
