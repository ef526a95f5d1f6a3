import type { Diagnostic } from "../../domain/diagnostic.ts";
import type { ParsedFlow } from "../parse.ts";
import { textTooLong, tooManyChoices, unsupportedContent } from "./channels.ts";
import { type Check, type CheckContext, type CheckedFlow, diagnosticOf, type Finding } from "./check.ts";
import { loopWithoutWait } from "./circles.ts";
import { graphOf } from "./graph.ts";
import { exampleOf, waysIn } from "./paths.ts";
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

/** A chat is put together for this many findings: a flow with more of them has other worries. */
const MOST_EXAMPLES = 100;

/** All findings in a flow that parses. A flow that does not has its diagnostics from parsing. Never throws. */
export function checkFlow(parsed: ParsedFlow, context: CheckContext): readonly Diagnostic[] {
  return [...checkInSteps(parsed, context)].flat();
}

/** The same, one check after the other: who asks may stop between two, when the flow has changed meanwhile. */
export function* checkInSteps(parsed: ParsedFlow, context: CheckContext): Generator<readonly Diagnostic[]> {
  const { document } = parsed;
  if (!document) return;
  const flow = { document, graph: graphOf(document) };
  const chatTo = examplesIn(flow);
  for (const { code, find } of checks)
    yield find(flow, context).map((finding) => diagnosticOf(code, { ...chatTo(finding), ...finding }, parsed));
}

/** The shortest chat to the node of a finding that brings none of its own. Where nothing leads, there is none. */
function examplesIn({ document, graph }: CheckedFlow): (finding: Finding) => Pick<Finding, "example"> {
  let wayTo: ReturnType<typeof waysIn> | null = null;
  let made = 0;
  const known = new Map<string, Pick<Finding, "example">>();
  return ({ node, severity, example }) => {
    if (node === undefined || example !== undefined || severity === "info") return {};
    const before = known.get(node);
    if (before) return before;
    if (made >= MOST_EXAMPLES) return {};
    wayTo ??= waysIn(graph);
    const way = wayTo(node);
    if (!way) return {};
    made++;
    const found = { example: exampleOf(graph, document, way) };
    known.set(node, found);
    return found;
  };
}
