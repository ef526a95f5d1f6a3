import OpenAI from "openai";
import type { Http } from "../ports.ts";
import { fetchOver } from "./network.ts";
import type { ModelSettings, Provider } from "./provider.ts";

const DEFAULT_MODEL = "gpt-5.5";
/** Hidden reasoning counts against it: too little gives an empty answer. */
const MOST_TOKENS = 2000;

/** OpenAI's chat completions, and every server that speaks them. Nothing is stored there; we retry, not the SDK. */
export function openaiProvider(config: ModelSettings, http: Http): Provider {
  const client = new OpenAI({
    apiKey: config.apiKey,
    maxRetries: 0,
    fetch: fetchOver(http),
    ...(config.baseUrl ? { baseURL: config.baseUrl } : {}),
  });
  const model = config.model ?? DEFAULT_MODEL;
  return {
    name: "openai",
    async complete(prompt, signal) {
      try {
        const answer = await client.chat.completions.create(
          {
            model,
            messages: [
              { role: "system", content: prompt.instructions },
              { role: "user", content: prompt.input },
            ],
            response_format: {
              type: "json_schema",
              json_schema: { name: prompt.name, strict: true, schema: { ...prompt.schema } },
            },
            max_completion_tokens: MOST_TOKENS,
            store: false,
          },
          { signal },
        );
        const usage = {
          provider: "openai",
          model,
          inputTokens: answer.usage?.prompt_tokens ?? 0,
          outputTokens: answer.usage?.completion_tokens ?? 0,
        };
        const choice = answer.choices[0];
        if (choice?.message.refusal) return { type: "refused", detail: choice.message.refusal, usage };
        if (choice?.finish_reason !== "stop" || !choice.message.content)
          return { type: "refused", detail: `ended by ${choice?.finish_reason ?? "nothing"}`, usage };
        return { type: "text", text: choice.message.content, usage };
      } catch (error) {
        return {
          type: "unavailable",
          detail:
            error instanceof OpenAI.APIError
              ? `${error.status ?? ""} ${error.code ?? ""} ${error.name}`
              : String(error),
        };
      }
    },
  };
}
