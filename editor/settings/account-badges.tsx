import { CircleCheck, CirclePause, CirclePower, Lock, Star, TriangleAlert } from "lucide-react";
import type { AccountView } from "../api.ts";
import { Badge } from "../ui/badge.tsx";
import { useWords } from "../words/words.ts";
import { channelWords } from "./channel-words.ts";

const STATES = {
  active: { tone: "brand", icon: CircleCheck },
  disabled: { tone: "neutral", icon: CirclePower },
  authFailed: { tone: "problem", icon: CirclePause },
  broken: { tone: "problem", icon: TriangleAlert },
} as const;

/** What state an account is in, and what is special about it. */
export function AccountBadges({
  account,
  isAlone,
}: {
  readonly account: AccountView;
  /** The only one of its channel: the default goes without saying. */
  readonly isAlone: boolean;
}) {
  const t = useWords(channelWords);
  const { tone, icon } = STATES[account.status];
  return (
    <>
      <Badge tone={tone} icon={icon}>
        {t(account.status)}
      </Badge>
      {account.isDefault && !isAlone ? <Badge icon={Star}>{t("isDefault")}</Badge> : null}
      {account.managedBy === "environment" ? <Badge icon={Lock}>{t("ruled")}</Badge> : null}
    </>
  );
}
