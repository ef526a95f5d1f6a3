import { Ellipsis, Play, Power, Settings2, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { AccountView } from "../api.ts";
import { useMayAt } from "../session/session.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { Switch } from "../ui/switch.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { useAccountActs } from "./account-acts.ts";
import { AccountBadges } from "./account-badges.tsx";
import { addressOf } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";
import { DeleteAccount } from "./delete-account.tsx";

/** One connected account in the list: its state, what is wrong with it, and its switches. */
export function AccountRow({
  account,
  isAlone,
}: {
  readonly account: AccountView;
  /** The only one of its channel. */
  readonly isAlone: boolean;
}) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const mayManage = useMayAt("accounts.manage", account.id);
  const acts = useAccountActs(account);
  const [deleting, setDeleting] = useState(false);
  const { id, name, status, problem } = account;
  return (
    <li className="flex flex-col gap-2 border-t border-line px-4 py-3 sm:px-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-48 flex-1">
          <Link
            to={`/settings/channels/${id}`}
            className="inline-flex min-h-6 items-center font-medium underline-offset-4 hover:underline"
          >
            {name}
          </Link>
          <p className="truncate text-xs text-muted">{addressOf(account)}</p>
        </div>
        <div className="flex flex-wrap items-center gap-1.5">
          <AccountBadges account={account} isAlone={isAlone} />
        </div>
        <div className="ml-auto flex items-center gap-2">
          <span aria-hidden className="text-xs text-muted">
            {t("bot")}
          </span>
          <Switch
            label={t("botOf", { name })}
            checked={account.botEnabled}
            disabled={!mayManage || acts.busy}
            onChange={(on) => void acts.setBot(on)}
          />
          {mayManage ? (
            <Menu trigger={<IconButton icon={Ellipsis} label={t("actionsOf", { name })} />}>
              <MenuItem icon={Settings2} onSelect={() => void navigate(`/settings/channels/${id}`)}>
                {t("open")}
              </MenuItem>
              {status === "broken" ? null : (
                <MenuItem icon={Power} onSelect={() => void acts.setEnabled(status === "disabled")}>
                  {t(status === "disabled" ? "enable" : "disable")}
                </MenuItem>
              )}
              {account.isDefault ? null : (
                <MenuItem icon={Star} onSelect={() => void acts.makeDefault()}>
                  {t("makeDefault")}
                </MenuItem>
              )}
              {account.managedBy === "environment" ? null : (
                <>
                  <MenuLine />
                  <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
                    {t("delete")}
                  </MenuItem>
                </>
              )}
            </Menu>
          ) : null}
        </div>
      </div>
      {problem ? (
        <div className="flex flex-wrap items-center gap-3 rounded-md bg-problem-soft px-3 py-2">
          <p className="min-w-48 flex-1 text-sm text-problem">{problem[language]}</p>
          {status === "authFailed" && mayManage ? (
            <Button size="small" icon={Play} busy={acts.busy} onClick={() => void acts.resume()}>
              {t("resume")}
            </Button>
          ) : null}
        </div>
      ) : null}
      {deleting ? <DeleteAccount account={account} onClose={() => setDeleting(false)} /> : null}
    </li>
  );
}
