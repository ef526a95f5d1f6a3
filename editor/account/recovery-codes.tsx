import { Copy } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { accountWords } from "./words.ts";

/** Codes on paper, shown this once. */
export function RecoveryCodes({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) {
  const t = useWords(accountWords);
  const copy = (): void => {
    // Without https a page has no clipboard.
    const writing = navigator.clipboard?.writeText(codes.join("\n")) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => toast({ text: t("copied") }),
      () => toast({ text: t("copyFailed"), tone: "problem" }),
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("codesTitle")}
      description={t("codesText")}
      width="narrow"
      actions={
        <>
          <Button icon={Copy} onClick={copy}>
            {t("copyCodes")}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t("noted")}
          </Button>
        </>
      }
    >
      <ul aria-label={t("codesTitle")} className="flex flex-col gap-1 rounded-md bg-sunken p-4 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Dialog>
  );
}
