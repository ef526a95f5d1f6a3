import { ArrowLeft, Unplug } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { channelWords } from "./channel-words.ts";

export function BackToChannels() {
  const t = useWords(channelWords);
  return (
    <Link
      to="/settings/channels"
      className="inline-flex min-h-8 items-center gap-1.5 self-start text-muted underline-offset-4 hover:text-ink hover:underline"
    >
      <ArrowLeft size={16} strokeWidth={1.75} aria-hidden />
      {t("back")}
    </Link>
  );
}

/** An address that leads to no account, or to no channel. */
export function UnknownAccount() {
  const t = useWords(channelWords);
  const navigate = useNavigate();
  return (
    <EmptyState icon={Unplug} title={t("unknownTitle")} text={t("unknownText")}>
      <Button look="primary" onClick={() => void navigate("/settings/channels")}>
        {t("back")}
      </Button>
    </EmptyState>
  );
}
