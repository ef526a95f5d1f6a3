import type { Diagnostic } from "../../domain/diagnostic.ts";
import type { ParsedFlow } from "../parse.ts";
import { textTooLong, tooManyChoices, unsupportedContent } from "./channels.ts";
import { type Check, type CheckContext, diagnosticOf } from "./check.ts";
import { loopWithoutWait } from "./circles.ts";
import { graphOf } from "./graph.ts";
import { noWayToAPerson, personTooFar, silentHandOver } from "./people.ts";
import { secretInText } from "./secrets.ts";
import {
  danglingExit,
  deadEnd,
  interruptDangling,
  missingExit,
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
  templateUnknown,
} from "./surroundings.ts";
import { invalidTemplate, unknownVariable, variableUnset } from "./variables.ts";
import { outsideWindow } from "./window.ts";
import { choiceUnreachable, missingTranslation } from "./words.ts";

/** Every check, in the order of their findings. */
export const checks: readonly Check[] = [
  startMissing,
  danglingExit,
  interruptDangling,
  missingExit,
  deadEnd,
  loopWithoutWait,
  invalidTemplate,
  unknownVariable,
  variableUnset,
  choiceUnreachable,
  subFlowMissing,
  subFlowCycle,
  playbookMissing,
  templateUnknown,
  templateNotApproved,
  secretInText,
  silentHandOver,
  unreachableNode,
  noWayToAPerson,
  personTooFar,
  outsideWindow,
  keywordClash,
  missingTranslation,
  textTooLong,
  tooManyChoices,
  unsupportedContent,
  questionWithoutTimeout,
  noTrigger,
];

/** All findings in a flow that parses. A flow that does not has its diagnostics from parsing. Never throws. */
export function checkFlow(parsed: ParsedFlow, context: CheckContext): readonly Diagnostic[] {
  const { document } = parsed;
  if (!document) return [];
  const flow = { document, graph: graphOf(document) };
  return checks.flatMap(({ code, find }) => find(flow, context).map((finding) => diagnosticOf(code, finding, parsed)));
}
