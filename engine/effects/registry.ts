import type { OutboxEffect } from "../core/domain/effect.ts";
import type { AttemptEnd, Clock } from "../ports.ts";
import { answer } from "./answer.ts";
import { downloadMedia } from "./download-media.ts";
import type { EffectContext, Perform } from "./effect-type.ts";
import { http } from "./http.ts";
import { lookUpProfile } from "./look-up-profile.ts";
import { alert, notify } from "./notify.ts";
import { understand } from "./understand.ts";

type Type = Exclude<OutboxEffect["type"], "send">;

/** How each effect is done. A new type without its line here does not compile. */
const performers: { readonly [T in Type]: Perform<T> } = {
  answer,
  understand,
  http,
  notify,
  alert,
  downloadMedia,
  lookUpProfile,
};

/** Does one effect and says how the attempt ended. What an effect throws is our fault and tried again. */
export async function performEffect(
  effect: Exclude<OutboxEffect, { readonly type: "send" }>,
  context: EffectContext,
  clock: Clock,
): Promise<AttemptEnd> {
  // The registry's own type says that key and effect belong together; the compiler cannot follow that through a union.
  const perform = performers[effect.type] as Perform<Type>;
  const end = await perform(effect as never, context);
  switch (end.type) {
    case "done":
      return { type: "done", result: end.result };
    case "failed":
      return end;
    case "retry":
      return { type: "retry", at: new Date(clock.now() + end.afterMs).toISOString(), error: end.error };
    case "unknown":
      return { type: "unknown", until: new Date(clock.now()).toISOString(), detail: end.detail };
  }
}
