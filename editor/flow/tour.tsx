import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { useWords } from "../words/words.ts";
import { flowWords } from "./words.ts";

const SEEN = "relais.tour";
const STEPS = ["tour1", "tour2", "tour3", "tour4"] as const;

/** Four words on the first visit, beside the work and never over it. */
export function Tour() {
  const t = useWords(flowWords);
  const [step, setStep] = useState(() => (localStorage.getItem(SEEN) === null ? 0 : STEPS.length));
  const word = STEPS[step];
  if (!word) return null;
  const end = (): void => {
    localStorage.setItem(SEEN, "1");
    setStep(STEPS.length);
  };
  const isLast = step === STEPS.length - 1;
  return (
    <section
      aria-label={t("tourStep", { step: step + 1, of: STEPS.length })}
      className="fixed bottom-20 left-1/2 z-20 flex w-[min(26rem,calc(100vw-2rem))] -translate-x-1/2 animate-in flex-col gap-3 rounded-lg border border-line bg-surface p-4 shadow-float"
    >
      <p aria-live="polite">{t(word)}</p>
      <div className="flex items-center gap-2">
        <span className="flex-1 text-xs text-muted">{t("tourStep", { step: step + 1, of: STEPS.length })}</span>
        {isLast ? null : (
          <Button look="quiet" size="small" onClick={end}>
            {t("tourSkip")}
          </Button>
        )}
        <Button look="primary" size="small" onClick={() => (isLast ? end() : setStep(step + 1))}>
          {t(isLast ? "tourDone" : "tourNext")}
        </Button>
      </div>
    </section>
  );
}
