import { useState } from "react";
import { sentenceOf } from "../api.ts";

/** One thing that is asked of the server: whether it is under way, and what was wrong with it. */
export function useAct(sentence: (error: unknown) => string = sentenceOf) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      setProblem(sentence(error));
    }
    setBusy(false);
  };
  return { busy, problem, run, forget: () => setProblem(undefined) };
}
