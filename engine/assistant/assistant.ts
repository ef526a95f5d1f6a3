import type { AssistantAnswer } from "../core/domain/effect.ts";
import { unfounded } from "../core/playbook/grounding.ts";
import { wantsPerson } from "../core/playbook/person.ts";
import { notFoundSentence, type Playbook } from "../core/playbook/playbook.ts";
import { understandBySimilarity } from "../core/playbook/understand.ts";
import type { AssistantQuestion, Breaker, Clock, Llm, LlmUsage } from "../ports.ts";
import { answerFromPlaybook } from "./builtin.ts";
import { modelAnswer, type Prompt, promptOf } from "./prompt.ts";
import type { Provider } from "./provider.ts";
import { readPlaybook } from "./reading.ts";
import { understandPrompt, understoodBy } from "./understand.ts";

const PER_CALL_MS = 20_000;
const REPAIR = "your last answer did not have the demanded form: answer with the JSON object only";

/** Which providers are worth a call now; absent: all. */
export interface Health {
  readonly breaker: Breaker;
  readonly clock: Clock;
}

/**
 * Answers from the playbook: by the first model that answers properly, else by the built-in search. Whatever a model
 * says is checked against its sources before it counts; what does not hold becomes the fixed sentence.
 */
export function createAssistant(providers: readonly Provider[], health: Health | null = null): Llm {
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
      const prompt = promptOf(question, playbook, reading);
      const read = (said: unknown) => modelAnswer.safeParse(said).data ?? null;
      const said = await askAll(providers, health, prompt, read, signal);
      switch (said.type) {
        case "read":
          return { answer: checked(said.value, prompt, question, playbook, said.provider), usage: said.usage };
        case "refused":
          return { answer: refusal(question, playbook, said.provider, said.detail), usage: said.usage };
        case "timeout":
          return { error: { code: "timeout", detail: said.detail }, usage: said.usage };
        case "nobody":
          return { answer: answerFromPlaybook(question, reading), usage: said.usage };
      }
    },
    async understand(question, signal) {
      const read = (said: unknown) => understoodBy("", said, question);
      const said = await askAll(providers, health, understandPrompt(question), read, signal);
      switch (said.type) {
        case "read":
          return { understood: { ...said.value, provider: said.provider }, usage: said.usage };
        case "timeout":
          return { error: { code: "timeout", detail: said.detail }, usage: said.usage };
        case "refused":
        case "nobody":
          return { understood: understandBySimilarity(question, question), usage: said.usage };
      }
    },
  };
}

type Said<T> = { readonly usage: LlmUsage | null } & (
  | { readonly type: "read"; readonly value: T; readonly provider: string }
  | { readonly type: "refused"; readonly detail: string; readonly provider: string }
  | { readonly type: "timeout"; readonly detail: string }
  /** No provider is set, or none could be reached. */
  | { readonly type: "nobody" }
);

/** Asks one provider after the other until one has answered or refused. */
async function askAll<T>(
  providers: readonly Provider[],
  health: Health | null,
  prompt: Prompt,
  read: (said: unknown) => T | null,
  signal: AbortSignal,
): Promise<Said<T>> {
  const used: LlmUsage[] = [];
  const details: string[] = [];
  for (const provider of providers) {
    if (health && health.breaker.openUntil(provider.name, health.clock.now()) > 0) {
      details.push(`${provider.name}: left alone after many failures`);
      continue;
    }
    const said = await ask(provider, prompt, read, signal);
    used.push(...said.used);
    if (said.type === "unavailable") {
      health?.breaker.failed(provider.name, health.clock.now());
      details.push(`${provider.name}: ${said.detail}`);
      continue;
    }
    health?.breaker.succeeded(provider.name);
    return { ...said, provider: provider.name, usage: total(used) };
  }
  if (signal.aborted) return { type: "timeout", detail: details.join("; "), usage: total(used) };
  return { type: "nobody", usage: total(used) };
}

async function ask<T>(
  provider: Provider,
  prompt: Prompt,
  read: (said: unknown) => T | null,
  signal: AbortSignal,
): Promise<
  { readonly used: readonly LlmUsage[] } & (
    | { readonly type: "read"; readonly value: T }
    | { readonly type: "refused"; readonly detail: string }
    | { readonly type: "unavailable"; readonly detail: string }
  )
> {
  const used: LlmUsage[] = [];
  // One repair: a model that did not keep to the form is told so once.
  for (const input of [prompt.input, `${prompt.input}\n${JSON.stringify({ note: REPAIR })}`]) {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(PER_CALL_MS)]);
    const said = await provider.complete({ ...prompt, input }, deadline);
    if (said.type === "unavailable") return { type: "unavailable", detail: said.detail, used };
    if (said.usage) used.push(said.usage);
    if (said.type === "refused") return { type: "refused", detail: said.detail, used };
    const value = read(jsonOf(said.text));
    if (value !== null) return { type: "read", value, used };
  }
  return { type: "refused", detail: "answers without form", used };
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
