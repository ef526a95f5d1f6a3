import { ApiError, FinishReason, GoogleGenAI } from "@google/genai";
import type { Http } from "../ports.ts";
import { fetchOver } from "./network.ts";
import type { ModelSettings, Provider } from "./provider.ts";

const DEFAULT_MODEL = "gemini-3.8-flash";
const MOST_TOKENS = 4000;
/** The one that takes JSON schemas; the SDK would choose another by itself. */
const API_VERSION = "v1beta";

/** Google Gemini. The SDK has no time limit of its own: the caller's signal ends a slow call. */
export function geminiProvider(config: ModelSettings, http: Http): Provider {
  const client = new GoogleGenAI({
    apiKey: config.apiKey,
    apiVersion: API_VERSION,
    httpOptions: { fetch: fetchOver(http), ...(config.baseUrl ? { baseUrl: config.baseUrl } : {}) },
  });
  const model = config.model ?? DEFAULT_MODEL;
  return {
    name: "gemini",
    async complete(prompt, signal) {
      try {
        const answer = await client.models.generateContent({
          model,
          contents: [{ role: "user", parts: [{ text: prompt.input }] }],
          config: {
            systemInstruction: prompt.instructions,
            responseMimeType: "application/json",
            responseJsonSchema: prompt.schema,
            maxOutputTokens: MOST_TOKENS,
            abortSignal: signal,
          },
        });
        const usage = {
          provider: "gemini",
          model,
          inputTokens: answer.usageMetadata?.promptTokenCount ?? 0,
          outputTokens:
            (answer.usageMetadata?.candidatesTokenCount ?? 0) + (answer.usageMetadata?.thoughtsTokenCount ?? 0),
        };
        const reason = answer.candidates?.[0]?.finishReason;
        const blocked = answer.promptFeedback?.blockReason;
        if (blocked || (reason !== undefined && reason !== FinishReason.STOP) || !answer.text) {
          return { type: "refused", detail: String(blocked ?? reason ?? "empty"), usage };
        }
        return { type: "text", text: answer.text, usage };
      } catch (error) {
        return {
          type: "unavailable",
          detail: error instanceof ApiError ? `${error.status} ${error.name}` : String(error),
        };
      }
    },
  };
}
