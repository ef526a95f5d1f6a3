import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import { sentenceOf } from "../api.ts";
import { ScreenSkeleton } from "../app/frame.tsx";
import { channelsQuery } from "../channels/channel-offers.ts";
import { ErrorState } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { AccountForm } from "./account-form.tsx";
import { useAccounts } from "./accounts.ts";
import { BackToChannels, UnknownAccount } from "./around.tsx";
import { OfferHead } from "./channel-list.tsx";
import { channelWords } from "./channel-words.ts";
import { PasteSteps } from "./paste-steps.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

/** A new account of one channel. */
export function ConnectPage() {
  const t = useWords(channelWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const { channel } = useParams();
  const offers = useQuery(channelsQuery);
  const accounts = useAccounts();
  if (offers.isPending) return <ScreenSkeleton />;
  if (offers.isError) return <ErrorState text={sentenceOf(offers.error)} onRetry={() => void offers.refetch()} />;
  const offer = offers.data.find(({ type }) => type === channel);
  if (!offer) return <UnknownAccount />;
  return (
    <SettingsFrame title={t("connectOne", { channel: offer.label[language] })} acts={<BackToChannels />}>
      <section className="overflow-hidden rounded-lg border border-line bg-surface">
        <OfferHead offer={offer} />
        <div className="border-t border-line p-4 sm:p-6">
          <AccountForm
            key={offer.type}
            offer={offer}
            isReadOnly={false}
            onSave={async (name, config) => {
              const made = await accounts.make(offer.type, name, config);
              toast({ text: t("connected", { name: made.name }) });
              await navigate(`/settings/channels/${made.id}`);
            }}
          />
        </div>
      </section>
      <PasteSteps offer={offer} />
    </SettingsFrame>
  );
}
