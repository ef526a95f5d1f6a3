import type { Http } from "../ports.ts";
import type { ModelSettings, Provider } from "./provider.ts";

/** The models that are set, the first one first. Their own packages are large: only what is used is loaded. */
export async function assistantProviders(
  config: { readonly openai: ModelSettings | undefined; readonly gemini: ModelSettings | undefined },
  http: Http,
): Promise<readonly Provider[]> {
  const providers: Provider[] = [];
  if (config.openai) providers.push((await import("./openai.ts")).openaiProvider(config.openai, http));
  if (config.gemini) providers.push((await import("./gemini.ts")).geminiProvider(config.gemini, http));
  return providers;
}
