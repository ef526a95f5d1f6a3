import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { catalogue, useWords } from "../words/words.ts";
import { Button } from "./button.tsx";

const copyWords = catalogue("ui.copy", {
  fr: { copy: "Copier", copied: "Copié", copyOf: "Copier : {{name}}" },
  en: { copy: "Copy", copied: "Copied", copyOf: "Copy: {{name}}" },
});

/** A value to be pasted elsewhere. One click on it selects it whole. */
export function Copyable({ label, value }: { readonly label: string; readonly value: string }) {
  const t = useWords(copyWords);
  const [isCopied, setCopied] = useState(false);
  const text = useRef<HTMLElement>(null);
  const copy = async (): Promise<void> => {
    const isDone = await navigator.clipboard?.writeText(value).then(
      () => true,
      () => false,
    );
    if (!isDone && !copySelected(text.current)) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-sm font-medium">{label}</p>
      <div className="flex items-center gap-2">
        <code
          ref={text}
          className="min-w-0 flex-1 rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all select-all"
        >
          {value}
        </code>
        <Button icon={isCopied ? Check : Copy} aria-label={t("copyOf", { name: label })} onClick={() => void copy()}>
          <span className="max-sm:sr-only" aria-live="polite">
            {t(isCopied ? "copied" : "copy")}
          </span>
        </Button>
      </div>
    </div>
  );
}

/** Without https the browser has no clipboard; what is selected can be copied even so, by us or by hand. */
function copySelected(element: HTMLElement | null): boolean {
  if (!element) return false;
  getSelection()?.selectAllChildren(element);
  return document.execCommand("copy");
}
