import { useQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { useState } from "react";
import type { MailFacts } from "../../engine/core/domain/mail.ts";
import { askJson, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { inboxWords } from "./words.ts";

/** Nothing runs in it, nothing is loaded into it, and it leads nowhere. */
const SHELL =
  '<!doctype html><meta charset="utf-8"><meta http-equiv="content-security-policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:"><style>body{font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;margin:12px;overflow-wrap:anywhere}img{max-width:100%}</style>';

/** The whole mail behind a message, on demand. */
export function WholeMail({ id }: { readonly id: string }) {
  const t = useWords(inboxWords);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" look="quiet" icon={Mail} onClick={() => setOpen(true)} className="-ml-2 self-start">
        {t("mailShow")}
      </Button>
      {open ? <MailDialog id={id} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function MailDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useWords(inboxWords);
  const mail = useQuery({
    queryKey: ["inbox", "mail", id],
    queryFn: () => askJson<MailFacts>(`/api/messages/${encodeURIComponent(id)}/mail`),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { html, text, replyTo } = mail.data ?? {};
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={mail.data?.subject || t("mailShow")}
      {...(replyTo ? { description: t("replyTo", { address: replyTo }) } : {})}
      actions={<Button onClick={onClose}>{t("mailClose")}</Button>}
    >
      {mail.isPending ? <Skeleton className="h-64" /> : null}
      {mail.isError ? <ErrorState text={sentenceOf(mail.error)} onRetry={() => void mail.refetch()} /> : null}
      {html ? (
        <iframe
          title={t("mailText")}
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={`${SHELL}${html}`}
          className="h-[60dvh] w-full rounded-md border border-line bg-white"
        />
      ) : (
        <p className="text-base whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
      )}
    </Dialog>
  );
}
