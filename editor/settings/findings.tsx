import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useLanguage, useWords } from "../words/words.ts";
import type { Tested } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";

const SIGNS = {
  ok: { icon: CircleCheck, colour: "text-brand", word: "levelOk" },
  warning: { icon: TriangleAlert, colour: "text-agent", word: "levelWarning" },
  error: { icon: CircleX, colour: "text-problem", word: "levelError" },
} as const;

/** What a test of the connection found: what works, what does not, and how to mend it. */
export function Findings({ tested }: { readonly tested: Tested }) {
  const t = useWords(channelWords);
  const language = useLanguage();
  return (
    <section aria-label={t("testResult")} className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <div role="status">
        <h3 className="font-semibold">{t(tested.resumed ? "testResumed" : tested.ok ? "testPassed" : "testFailed")}</h3>
      </div>
      <ul className="flex flex-col gap-3">
        {tested.findings.map(({ level, code, message, remedy, detail }) => {
          const { icon: Icon, colour, word } = SIGNS[level];
          return (
            <li key={`${code} ${message.en}`} className="flex gap-3">
              <Icon size={18} strokeWidth={1.75} className={`mt-0.5 shrink-0 ${colour}`} aria-label={t(word)} />
              <div className="min-w-0">
                <p className="font-medium">{message[language]}</p>
                {remedy ? <p className="text-muted">{remedy[language]}</p> : null}
                {detail ? <p className="mt-0.5 font-mono text-xs break-words text-muted">{detail}</p> : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
