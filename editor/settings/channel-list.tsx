import { useQuery } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import { useMemo } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../api.ts";
import { type Command, useCommands } from "../app/commands.ts";
import { type ChannelOffer, channelsQuery } from "../channels/channel-offers.ts";
import { CHANNEL_ICONS } from "../channels/icons.ts";
import { useMay } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { AccountRow } from "./account-row.tsx";
import { accountsQuery } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";
import { SettingsFrame } from "./settings-frame.tsx";

/** Every channel with what is connected of it, and the way to connect more. */
export function ChannelList() {
  const t = useWords(channelWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const offers = useQuery(channelsQuery);
  const accounts = useQuery(accountsQuery);
  const mayConnect = useMay("accounts.manage");
  const commands = useMemo(
    (): readonly Command[] =>
      mayConnect
        ? (offers.data ?? []).map(({ type, label }) => ({
            id: `connect-${type}`,
            title: t("connectOne", { channel: label[language] }),
            group: t("channels"),
            icon: Plus,
            run: () => void navigate(`/settings/channels/new/${type}`),
          }))
        : [],
    [offers.data, mayConnect, language, navigate, t],
  );
  useCommands(commands);
  const failed = offers.error ?? accounts.error;
  const connected = (offers.data ?? []).flatMap((offer) => {
    const own = (accounts.data ?? []).filter(({ channel }) => channel === offer.type);
    return own.length > 0 ? [{ offer, own }] : [];
  });
  return (
    <SettingsFrame title={t("channels")} text={t("intro")}>
      {failed ? (
        <ErrorState
          text={sentenceOf(failed)}
          onRetry={() => {
            void offers.refetch();
            void accounts.refetch();
          }}
        />
      ) : !offers.data || !accounts.data ? (
        <div className="flex flex-col gap-4" aria-busy>
          {["a", "b", "c"].map((key) => (
            <Skeleton key={key} className="h-32 rounded-lg" />
          ))}
        </div>
      ) : (
        <>
          {connected.length === 0 ? (
            <EmptyState icon={Plug} title={t("emptyTitle")} text={t(mayConnect ? "emptyText" : "emptyRead")} />
          ) : null}
          {connected.map(({ offer, own }) => (
            <section
              key={offer.type}
              aria-label={offer.label[language]}
              className="overflow-hidden rounded-lg border border-line bg-surface"
            >
              <OfferHead offer={offer} />
              <ul>
                {own.map((account) => (
                  <AccountRow key={account.id} account={account} isAlone={own.length === 1} />
                ))}
              </ul>
            </section>
          ))}
          {mayConnect ? <ConnectMore offers={offers.data} /> : null}
        </>
      )}
    </SettingsFrame>
  );
}

export function OfferHead({ offer }: { readonly offer: ChannelOffer }) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const Icon = CHANNEL_ICONS[offer.type];
  return (
    <div className="flex items-center gap-3 px-4 py-3 sm:px-6">
      <span className="grid size-9 shrink-0 place-items-center rounded-md bg-brand-soft text-brand">
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </span>
      <div className="min-w-0">
        <h2 className="font-semibold">{offer.label[language]}</h2>
        <p className="text-xs text-muted">{t(`about_${offer.type}`)}</p>
      </div>
    </div>
  );
}

function ConnectMore({ offers }: { readonly offers: readonly ChannelOffer[] }) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const navigate = useNavigate();
  return (
    <section aria-label={t("connectTitle")} className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("connectTitle")}</h2>
      <ul className="grid gap-3 sm:grid-cols-2">
        {offers.map((offer) => (
          <li
            key={offer.type}
            className="flex items-center justify-between gap-2 rounded-lg border border-line bg-surface pr-4 sm:pr-6"
          >
            <OfferHead offer={offer} />
            <Button
              icon={Plus}
              aria-label={t("connectOne", { channel: offer.label[language] })}
              onClick={() => void navigate(`/settings/channels/new/${offer.type}`)}
            >
              <span className="max-sm:sr-only">{t("connect")}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
