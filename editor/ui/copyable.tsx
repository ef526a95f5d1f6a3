import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { catalogue, useWords } from "../words/words.ts";
import { Button } from "./button.tsx";

const copyWords = catalogue("ui.copy", {
  fr: { copy: "Copier", copied: "Copié", copyOf: "Copier : {{name}}" },
  en: { copy: "Copy", copied: "Copied", copyOf: "Copy: {{name}}" },
});

/** A value to be pasted elsewhere. It can also be selected, where the browser keeps the clipboard to itself. */
export function Copyable({ label, value }: { readonly label: string; readonly value: string }) {
  const t = useWords(copyWords);
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-sm font-medium">{label}</p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all select-all">
          {value}
        </code>
        <Button
          icon={isCopied ? Check : Copy}
          aria-label={t("copyOf", { name: label })}
          onClick={() => void copy().catch(() => {})}
        >
          <span className="max-sm:sr-only" aria-live="polite">
            {t(isCopied ? "copied" : "copy")}
          </span>
        </Button>
      </div>
    </div>
  );
}
