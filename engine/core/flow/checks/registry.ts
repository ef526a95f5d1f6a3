import type { Diagnostic } from "../../domain/diagnostic.ts";
import type { ParsedFlow } from "../parse.ts";
import { channelFit, outsideWindow } from "./channels.ts";
import { type Check, type CheckContext, diagnosticOf } from "./check.ts";
import { graphOf } from "./graph.ts";
import {
  danglingExit,
  loopWithoutWait,
  missingExit,
  noWayToAPerson,
  questionWithoutTimeout,
  startMissing,
  unreachableNode,
} from "./structure.ts";
import {
  keywordClash,
  noTrigger,
  playbookMissing,
  subFlowCycle,
  subFlowMissing,
  templateNotApproved,
} from "./surroundings.ts";
import {
  choiceUnreachable,
  invalidTemplate,
  missingTranslation,
  secretInText,
  unknownVariable,
  variableUnset,
} from "./words.ts";

/** Every check, in the order of their findings. */
export const checks: readonly Check[] = [
  startMissing,
  danglingExit,
  missingExit,
  loopWithoutWait,
  invalidTemplate,
  unknownVariable,
  variableUnset,
  choiceUnreachable,
  subFlowMissing,
  subFlowCycle,
  playbookMissing,
  templateNotApproved,
  secretInText,
  unreachableNode,
  noWayToAPerson,
  outsideWindow,
  keywordClash,
  missingTranslation,
  channelFit,
  questionWithoutTimeout,
  noTrigger,
];

/** All findings in a flow that parses. A flow that does not has its diagnostics from parsing. */
export function checkFlow(parsed: ParsedFlow, context: CheckContext): readonly Diagnostic[] {
  const { document } = parsed;
  if (!document) return [];
  const flow = { document, graph: graphOf(document) };
  return checks.flatMap(({ code, find }) => find(flow, context).map((finding) => diagnosticOf(code, finding, parsed)));
}
