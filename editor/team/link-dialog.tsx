import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import type { OneTimeLink } from "./people.ts";
import { teamWords } from "./words.ts";

/** A link to hand over, shown this once. */
export function LinkDialog({
  name,
  link,
  onClose,
}: {
  readonly name: string;
  readonly link: OneTimeLink;
  readonly onClose: () => void;
}) {
  const t = useWords(teamWords);
  const language = useLanguage();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("linkTitle", { name })}
      description={t("linkText", { name })}
      actions={
        <Button look="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <ShownOnce
        label={t("link")}
        text={link.url}
        help={t("expires", { when: dateAndTime(link.expiresAt, language) })}
      />
    </Dialog>
  );
}
