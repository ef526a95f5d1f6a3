import type { AssistantAnswer } from "../core/domain/effect.ts";
import { unfounded } from "../core/playbook/grounding.ts";
import { wantsPerson } from "../core/playbook/person.ts";
import { notFoundSentence, type Playbook } from "../core/playbook/playbook.ts";
import type { AssistantQuestion, Llm, LlmUsage } from "../ports.ts";
import { answerFromPlaybook } from "./builtin.ts";
import { modelAnswer, type Prompt, promptOf } from "./prompt.ts";
import type { Provider } from "./provider.ts";
import { type Reading, readPlaybook } from "./reading.ts";

const PER_CALL_MS = 20_000;

/**
 * Answers from the playbook: by the first model that answers properly, else by the built-in search. Whatever a model
 * says is checked against its sources before it counts; what does not hold becomes the fixed sentence.
 */
export function createAssistant(providers: readonly Provider[]): Llm {
  return {
    async answer(question, signal) {
      const reading = readPlaybook(question.playbookSource);
      const { playbook, diagnostics } = reading;
      if (!playbook) {
        return {
          error: { code: "invalid", detail: diagnostics[0]?.message.en ?? "the playbook cannot be read" },
          usage: null,
        };
      }
      const used: LlmUsage[] = [];
      const details: string[] = [];
      for (const provider of providers) {
        const said = await ask(provider, question, playbook, reading, signal);
        used.push(...said.usages);
        if (said.answer) return { answer: said.answer, usage: total(used) };
        details.push(`${provider.name}: ${said.detail}`);
      }
      if (providers.length > 0 && signal.aborted)
        return { error: { code: "timeout", detail: details.join("; ") }, usage: total(used) };
      return { answer: answerFromPlaybook(question, reading), usage: total(used) };
    },
  };
}

async function ask(
  provider: Provider,
  question: AssistantQuestion,
  playbook: Playbook,
  reading: Reading,
  signal: AbortSignal,
): Promise<{ readonly answer: AssistantAnswer | null; readonly usages: readonly LlmUsage[]; readonly detail: string }> {
  const prompt = promptOf(question, playbook, reading);
  const usages: LlmUsage[] = [];
  let input = prompt.input;
  // One repair: a model that did not keep to the form is told so once.
  for (let attempt = 0; attempt < 2; attempt++) {
    const said = await provider.complete(
      { ...prompt, input },
      AbortSignal.any([signal, AbortSignal.timeout(PER_CALL_MS)]),
    );
    if (said.type === "unavailable") return { answer: null, usages, detail: said.detail };
    if (said.usage) usages.push(said.usage);
    if (said.type === "refused")
      return { answer: refusal(question, playbook, provider.name, said.detail), usages, detail: "" };
    const parsed = modelAnswer.safeParse(jsonOf(said.text));
    if (parsed.success)
      return { answer: checked(parsed.data, prompt, question, playbook, provider.name), usages, detail: "" };
    input = `${prompt.input}\n{"note":"your last answer did not have the demanded form: answer with the JSON object only"}`;
  }
  return { answer: refusal(question, playbook, provider.name, "answers without form"), usages, detail: "" };
}

/** A refusal always goes to a person, with the fixed sentence (spec 5). */
function refusal(question: AssistantQuestion, playbook: Playbook, provider: string, reason: string): AssistantAnswer {
  return {
    text: notFoundSentence(playbook, question.language),
    found: false,
    sources: [],
    products: [],
    wantsPerson: false,
    reason,
    provider,
  };
}

function checked(
  said: {
    readonly reply: string;
    readonly found: boolean;
    readonly sources: readonly string[];
    readonly products: readonly string[];
    readonly wantsPerson: boolean;
    readonly reason: string;
  },
  prompt: Prompt,
  question: AssistantQuestion,
  playbook: Playbook,
  provider: string,
): AssistantAnswer {
  const skus = new Set(question.products.map(({ sku }) => sku));
  const products = said.products.filter((sku) => skus.has(sku));
  const person = said.wantsPerson || wantsPerson(question.question, playbook.escalation.words);
  const cited = [...said.sources, ...products].filter((id) => prompt.ground.has(id));
  const ground = cited.map((id) => prompt.ground.get(id) ?? "");
  const invented = said.found ? unfounded(said.reply, [...ground, question.contactFirstName]) : [];
  if (!said.found || said.reply.trim() === "" || invented.length > 0) {
    const reason = invented.length > 0 ? `not in what it cites: ${invented.join(", ")}` : said.reason;
    return { ...refusal(question, playbook, provider, reason), wantsPerson: person };
  }
  return {
    text: said.reply.trim(),
    found: true,
    sources: said.sources.filter((id) => prompt.ground.has(id)),
    products,
    wantsPerson: person,
    reason: said.reason,
    provider,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^```(?:json)?\s*|\s*```$/g, ""));
  } catch {
    return null;
  }
}

function total(used: readonly LlmUsage[]): LlmUsage | null {
  const last = used[used.length - 1];
  if (!last) return null;
  return {
    ...last,
    inputTokens: used.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: used.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}
