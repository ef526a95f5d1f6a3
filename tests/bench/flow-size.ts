import { channels } from "../../channels/registry.ts";
import type { FlowVersionId } from "../../engine/core/domain/ids.ts";
import { checkFlow } from "../../engine/core/flow/checks/registry.ts";
import { compileFlow } from "../../engine/core/flow/compile.ts";
import { parseFlow } from "../../engine/core/flow/parse.ts";

/** Prints how long parser, checks and compiler take for a flow of so many nodes: the first time in a process, and warm. */
const nodes = Number(process.argv[2]);

function flowOf(count: number): string {
  const lines = ["flow: large", "languages: [fr]", "triggers: [{ on: message }]", "start: n0", "nodes:"];
  for (let index = 0; index < count - 2; index++) {
    const next = index < count - 3 ? `n${index + 1}` : "bye";
    lines.push(
      index % 4 === 0
        ? `  n${index}: { type: choose, text: "Question ${index} ?", choices: [{ id: a, label: Oui }, { id: b, label: Non }], timeoutHours: 20, exits: { a: ${next}, b: bye, other: person, timeout: bye } }`
        : `  n${index}: { type: say, text: "Bonjour {{ contact.firstName }}, ligne ${index}", exits: { next: ${next} } }`,
    );
  }
  lines.push(
    "  person: { type: handOver, queue: shop, text: Un conseiller arrive. }",
    "  bye: { type: end, text: Au revoir ! }",
  );
  return lines.join("\n");
}

const source = flowOf(nodes);
const context = { channels, flows: [], templates: null, playbooks: [] };
for (const name of ["the first time", "again", "warm"]) {
  const from = performance.now();
  const parsed = parseFlow(source);
  const parsedAt = performance.now();
  if (!parsed.document) throw new Error("the flow does not parse");
  const found = checkFlow(parsed, context as never).filter(({ severity }) => severity === "error");
  if (found.length > 0) throw new Error(found[0]?.message.en);
  const checkedAt = performance.now();
  compileFlow(parsed.document, "ver_bench" as FlowVersionId);
  const end = performance.now();
  const part = (until: number, since: number): string => (until - since).toFixed(0);
  console.log(
    `${name}: parse ${part(parsedAt, from)}, check ${part(checkedAt, parsedAt)}, compile ${part(end, checkedAt)}\t${part(end, from)}`,
  );
}
