import { useQuery } from "@tanstack/react-query";
import { Lock, Play, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { type AccountView, sentenceOf } from "../api.ts";
import { ScreenSkeleton } from "../app/frame.tsx";
import { type ChannelOffer, channelsQuery } from "../channels/channel-offers.ts";
import { useMayAt } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { useAccountActs } from "./account-acts.ts";
import { AccountBadges } from "./account-badges.tsx";
import { AccountForm } from "./account-form.tsx";
import { accountsQuery, addressOf, useAccounts } from "./accounts.ts";
import { BackToChannels, UnknownAccount } from "./around.tsx";
import { channelWords } from "./channel-words.ts";
import { DeleteAccount } from "./delete-account.tsx";
import { PasteSteps } from "./paste-steps.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { SwitchField } from "./switch-field.tsx";

/** One connected account: its state and switches, what is to be pasted elsewhere, its settings. */
export function AccountPage() {
  const { id } = useParams();
  const offers = useQuery(channelsQuery);
  const accounts = useQuery(accountsQuery);
  const failed = offers.error ?? accounts.error;
  if (failed) return <ErrorState text={sentenceOf(failed)} onRetry={() => void accounts.refetch()} />;
  if (!offers.data || !accounts.data) return <ScreenSkeleton />;
  const account = accounts.data.find((one) => one.id === id);
  const offer = offers.data.find(({ type }) => type === account?.channel);
  if (!account) return <UnknownAccount />;
  const isAlone = accounts.data.filter(({ channel }) => channel === account.channel).length === 1;
  return <Account key={account.id} account={account} offer={offer} isAlone={isAlone} />;
}

function Account({
  account,
  offer,
  isAlone,
}: {
  readonly account: AccountView;
  readonly offer: ChannelOffer | undefined;
  readonly isAlone: boolean;
}) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const accounts = useAccounts();
  const mayManage = useMayAt("accounts.manage", account.id);
  const acts = useAccountActs(account);
  const [deleting, setDeleting] = useState(false);
  const [saves, setSaves] = useState(0);
  const isRuled = account.managedBy === "environment";
  const { id, name, status, problem } = account;
  return (
    <SettingsFrame
      title={name}
      text={[offer?.label[language] ?? account.channel, addressOf(account)].filter(Boolean).join(" · ")}
      acts={<BackToChannels />}
    >
      <div className="flex flex-wrap gap-1.5">
        <AccountBadges account={account} isAlone={isAlone} />
      </div>
      {problem ? (
        <div role="alert" className="flex flex-wrap items-center gap-3 rounded-lg bg-problem-soft px-4 py-3">
          <p className="min-w-48 flex-1 text-problem">{problem[language]}</p>
          {status === "authFailed" && mayManage ? (
            <Button icon={Play} busy={acts.busy} onClick={() => void acts.resume()}>
              {t("resume")}
            </Button>
          ) : null}
        </div>
      ) : null}
      {isRuled || !mayManage ? (
        <p className="flex items-start gap-2 rounded-lg bg-sunken px-4 py-3">
          <Lock size={16} strokeWidth={1.75} className="mt-0.5 shrink-0" aria-hidden />
          {t(mayManage ? "ruledText" : "readOnlyText")}
        </p>
      ) : null}
      <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4 sm:p-6">
        <h2 className="font-semibold">{t("state")}</h2>
        <SwitchField
          label={t("botOn")}
          help={t("botHelp")}
          checked={account.botEnabled}
          isDisabled={!mayManage || acts.busy}
          onChange={(on) => void acts.setBot(on)}
        />
        <SwitchField
          label={t("enabled")}
          help={t("enabledHelp")}
          checked={status !== "disabled"}
          isDisabled={!mayManage || acts.busy || status === "broken"}
          onChange={(on) => void acts.setEnabled(on)}
        />
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-xs text-muted">{t(account.isDefault ? "defaultNow" : "defaultHelp")}</p>
          {account.isDefault || !mayManage ? null : (
            <Button icon={Star} busy={acts.busy} onClick={() => void acts.makeDefault()}>
              {t("makeDefault")}
            </Button>
          )}
        </div>
      </section>
      {offer && mayManage ? <PasteSteps offer={offer} account={account} /> : null}
      {offer ? (
        <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4 sm:p-6">
          <h2 className="font-semibold">{t("settings")}</h2>
          <AccountForm
            key={saves}
            offer={mayManage ? offer : { ...offer, canTest: false }}
            account={account}
            isReadOnly={isRuled || !mayManage}
            onSave={async (nextName, config) => {
              await accounts.change(id, { name: nextName, config });
              setSaves((count) => count + 1);
              toast({ text: t("saved", { name: nextName }) });
            }}
          />
        </section>
      ) : null}
      {mayManage && !isRuled ? (
        <Button look="quiet" icon={Trash2} className="self-start text-problem" onClick={() => setDeleting(true)}>
          {t("delete")}
        </Button>
      ) : null}
      {deleting ? (
        <DeleteAccount
          account={account}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate("/settings/channels")}
        />
      ) : null}
    </SettingsFrame>
  );
}
