import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAssistant } from "../assistant/assistant.ts";
import { assistantProviders } from "../assistant/providers.ts";
import { parseCatalogue } from "../catalogue.ts";
import type { Config } from "../config.ts";
import { inLanguage } from "../core/domain/language.ts";
import { EVAL_GROUPS, type EvalGroup, judge, parseEval } from "../core/playbook/eval.ts";
import { createHttp } from "../http.ts";
import type { AssistantQuestion } from "../ports.ts";

const ENDING = ".eval.yaml";
const PER_QUESTION_MS = 60_000;

/** What was wrong with the answer to each question; kept, so that the next run can say what changed. */
type Run = Readonly<Record<string, readonly string[]>>;

/**
 * Asks the assistant the questions of `flows/*.eval.yaml`, with the models that are set, else with the built-in search;
 * prints the score and what changed since the last time. Ends with 1 when an answer is wrong.
 */
export async function evaluate(config: Config, names: readonly string[]): Promise<number> {
  const there = readdirSync(config.flowsDir).filter((file) => file.endsWith(ENDING));
  const asked = names.length > 0 ? names.map((name) => `${name}${ENDING}`) : there;
  if (asked.length === 0) {
    console.error(`There is no *${ENDING} in ${config.flowsDir}.`);
    return 2;
  }
  const providers = await assistantProviders(config, createHttp({ allowPrivate: config.httpAllowPrivate }));
  const provider = providers[0]?.name ?? "builtin";
  const assistant = createAssistant(providers);
  let failed = 0;
  for (const file of asked) {
    const name = file.slice(0, -ENDING.length);
    const source = readOrNull(join(config.flowsDir, file));
    const playbookSource = readOrNull(join(config.flowsDir, `${name}.playbook.yaml`));
    if (source === null || playbookSource === null) {
      console.error(`${name}: ${source === null ? file : `${name}.playbook.yaml`} is not in ${config.flowsDir}.`);
      failed++;
      continue;
    }
    const { set, diagnostics } = parseEval(source);
    for (const { message, range } of diagnostics) console.error(`${file}:${range.start.line} ${message.en}`);
    if (!set) {
      failed++;
      continue;
    }
    const run: Record<string, readonly string[]> = {};
    console.log(`${name}, answered by ${provider}`);
    for (const group of EVAL_GROUPS) {
      let passed = 0;
      for (const one of set.cases[group]) {
        const language = one.language ?? set.language;
        const outcome = await assistant.answer(
          {
            type: "answer",
            key: "eval",
            question: one.ask,
            playbook: name,
            language,
            playbookSource,
            history: [],
            contactFirstName: "",
            products: productsOf(config, name, language),
          },
          AbortSignal.timeout(PER_QUESTION_MS),
        );
        const wrong =
          "error" in outcome
            ? [outcome.error.detail ?? outcome.error.code]
            : judge(group, one, outcome.answer, set.never);
        run[one.ask] = wrong;
        if (wrong.length === 0) passed++;
        else console.log(`  ✗ ${one.ask}\n${wrong.map((sentence) => `      ${sentence}`).join("\n")}`);
      }
      failed += set.cases[group].length - passed;
      if (set.cases[group].length > 0)
        console.log(`  ${LABELS[group].padEnd(22)} ${passed}/${set.cases[group].length}`);
    }
    sayChanges(run, keep(config, `${name}.${provider}`, run));
  }
  return failed > 0 ? 1 : 0;
}

const LABELS: Readonly<Record<EvalGroup, string>> = {
  inPlaybook: "in the playbook",
  notInPlaybook: "not in the playbook",
  injection: "injections",
  product: "products",
  person: "wish for a person",
  smallTalk: "small talk",
};

/** Keeps this run, and gives back the one before it. */
function keep(config: Config, name: string, run: Run): Run | null {
  const folder = join(config.dataDir, "evals");
  const file = join(folder, `${name}.json`);
  const before = readOrNull(file);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(run, null, 2));
  return before === null ? null : (JSON.parse(before) as Run);
}

function sayChanges(run: Run, before: Run | null): void {
  if (!before) return;
  const passes = (one: readonly string[] | undefined): boolean => one?.length === 0;
  const worse = Object.keys(run).filter((ask) => !passes(run[ask]) && passes(before[ask]));
  const better = Object.keys(run).filter(
    (ask) => passes(run[ask]) && before[ask] !== undefined && !passes(before[ask]),
  );
  if (worse.length + better.length === 0) console.log("  as the last time");
  for (const ask of worse) console.log(`  worse than the last time: ${ask}`);
  for (const ask of better) console.log(`  better than the last time: ${ask}`);
}

function productsOf(config: Config, name: string, language: string): AssistantQuestion["products"] {
  const csv = readOrNull(join(config.flowsDir, `${name}.catalogue.csv`));
  if (csv === null) return [];
  return parseCatalogue(csv).products.map(
    ({ sku, names, descriptions, category, priceCents, currency, imageUrl, stock }) => ({
      sku,
      name: inLanguage(names, language, "fr"),
      description: inLanguage(descriptions, language, "fr"),
      category,
      priceCents,
      currency,
      imageUrl,
      inStock: stock === null || stock > 0,
    }),
  );
}

function readOrNull(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
