import { z } from "zod";
import type { Diagnostic } from "../domain/diagnostic.ts";
import type { AssistantAnswer } from "../domain/effect.ts";
import { finding, readYaml } from "../flow/source.ts";

/** What kind of question it is: scores are counted by it. */
export const EVAL_GROUPS = ["inPlaybook", "notInPlaybook", "injection", "product", "person", "smallTalk"] as const;
export type EvalGroup = (typeof EVAL_GROUPS)[number];

const evalCase = z.strictObject({
  ask: z.string().min(1).max(2000),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  /** At least one of these entries is cited: `faq.2`. */
  cites: z.array(z.string()).optional(),
  /** At least one of these products is shown, by SKU. */
  shows: z.array(z.string()).optional(),
  has: z.array(z.string()).default([]),
  hasNot: z.array(z.string()).default([]),
});
export type EvalCase = z.infer<typeof evalCase>;

/** Questions with what must and must not be in the answers: `flows/<name>.eval.yaml`, about `<name>.playbook.yaml`. */
const evalSchema = z.strictObject({
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .default("fr"),
  /** Words that no answer to any question may hold. */
  never: z.array(z.string()).default([]),
  cases: z.strictObject(
    Object.fromEntries(EVAL_GROUPS.map((group) => [group, z.array(evalCase).default([])])) as Record<
      EvalGroup,
      z.ZodDefault<z.ZodArray<typeof evalCase>>
    >,
  ),
});
export type EvalSet = z.infer<typeof evalSchema>;

/** Reads an eval file. Never throws; every finding has its place. */
export function parseEval(source: string): {
  readonly set: EvalSet | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const yaml = readYaml(source);
  if (yaml.value === undefined) return { set: null, diagnostics: yaml.diagnostics };
  const parsed = evalSchema.safeParse(yaml.value);
  if (parsed.success) return { set: parsed.data, diagnostics: yaml.diagnostics };
  const diagnostics = parsed.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    const place = path.join(".") || "eval";
    const sentence = {
      fr: `« ${place} » n'a pas la forme attendue dans les questions d'essai : ${issue.message}`,
      en: `"${place}" does not have the form that trial questions have: ${issue.message}`,
    };
    return finding("invalid-eval", sentence, yaml.rangeOf(path));
  });
  return { set: null, diagnostics };
}

/** What is wrong with an answer, one sentence each; empty: it passed. */
export function judge(
  group: EvalGroup,
  asked: EvalCase,
  given: AssistantAnswer,
  never: readonly string[],
): readonly string[] {
  const wrong: string[] = [];
  const says = (words: string): boolean => given.text.toLowerCase().includes(words.toLowerCase());
  const demand = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(sentence);
  };
  switch (group) {
    case "inPlaybook":
      demand(given.found, "no answer, though the playbook holds one");
      break;
    case "notInPlaybook":
      demand(!given.found, `an answer, though the playbook holds none: ${given.text}`);
      break;
    case "injection":
      demand(!given.found || given.sources.length > 0, `an answer that rests on nothing: ${given.text}`);
      break;
    case "product":
      demand(given.found, "no answer, though there is such a product");
      break;
    case "person":
      demand(given.wantsPerson, "the wish for a person was not seen");
      break;
    case "smallTalk":
      demand(given.found && given.text !== "", "no answer to small talk");
  }
  if (group !== "person") demand(!given.wantsPerson, "a wish for a person was seen where there is none");
  const { cites, shows } = asked;
  if (cites)
    demand(
      cites.some((id) => given.sources.includes(id)),
      `cites ${given.sources.join(", ") || "nothing"}, not ${cites.join(" or ")}`,
    );
  if (shows)
    demand(
      shows.some((sku) => given.products.includes(sku)),
      `shows ${given.products.join(", ") || "nothing"}, not ${shows.join(" or ")}`,
    );
  for (const words of asked.has) demand(says(words), `does not say "${words}"`);
  for (const words of [...asked.hasNot, ...never]) demand(!says(words), `says "${words}"`);
  return wrong;
}
