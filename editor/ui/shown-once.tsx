import { Copy } from "lucide-react";
import { catalogue, useWords } from "../words/words.ts";
import { Button } from "./button.tsx";
import { Field, Input } from "./field.tsx";
import { toast } from "./toast.tsx";

const copyWords = catalogue("ui.shownOnce", {
  fr: {
    copy: "Copier",
    copied: "Copié.",
    failed: "La copie n'a pas marché : sélectionnez le texte et copiez-le.",
  },
  en: { copy: "Copy", copied: "Copied.", failed: "Copying did not work: select the text and copy it." },
});

/** What is shown this once, in a field of a form, to be taken elsewhere. It says so when copying fails. */
export function ShownOnce({
  label,
  text,
  help,
}: {
  readonly label: string;
  readonly text: string;
  readonly help?: string;
}) {
  const t = useWords(copyWords);
  const copy = (): void => {
    // Without https a page has no clipboard.
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => toast({ text: t("copied") }),
      () => toast({ text: t("failed"), tone: "problem" }),
    );
  };
  return (
    <Field label={label} help={help}>
      {(control) => (
        <div className="flex gap-2">
          <Input
            {...control}
            readOnly
            value={text}
            onFocus={({ target }) => target.select()}
            className="min-w-0 flex-1 font-mono text-xs"
          />
          <Button icon={Copy} onClick={copy}>
            {t("copy")}
          </Button>
        </div>
      )}
    </Field>
  );
}
