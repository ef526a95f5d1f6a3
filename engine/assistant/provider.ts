import type { LlmUsage } from "../ports.ts";
import type { Prompt } from "./prompt.ts";

/** What a model is reached with. */
export interface ModelSettings {
  readonly apiKey: string;
  readonly model: string | undefined;
  readonly baseUrl: string | undefined;
}

/** A model behind its own API. `text` should be the JSON of the answer; what it really is, is checked by the caller. */
export interface Provider {
  readonly name: string;
  complete(prompt: Prompt, signal: AbortSignal): Promise<ProviderAnswer>;
}
export type ProviderAnswer =
  | { readonly type: "text"; readonly text: string; readonly usage: LlmUsage }
  /** Refused, cut off, filtered: no use in asking the same again. */
  | { readonly type: "refused"; readonly detail: string; readonly usage: LlmUsage | null }
  /** Down, throttled, out of money, too slow: another provider may answer. */
  | { readonly type: "unavailable"; readonly detail: string };
