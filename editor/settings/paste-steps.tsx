import type { ChannelType } from "../../engine/core/domain/channel.ts";
import type { JsonObject } from "../../engine/core/domain/json.ts";
import type { AccountView } from "../api.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import { Copyable } from "../ui/copyable.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { stepWords } from "./step-words.ts";

type Step = keyof (typeof stepWords)["fr"];

/** What is to be done outside of Relais, in order. Where each setting is at the provider: as `probe` says it, too. */
const STEPS: Readonly<Record<ChannelType, readonly Step[]>> = {
  whatsapp: ["metaApp", "whatsappPaste", "whatsappFields", "whatsappSubscribe"],
  messenger: ["metaApp", "messengerPaste", "messengerFields", "messengerSubscribe"],
  instagram: ["metaApp", "instagramPaste", "instagramFields", "instagramSubscribe"],
  sms: ["twilioNumber", "twilioPaste", "twilioService"],
  whatsappTwilio: ["twilioSender", "twilioSenderPaste"],
  email: ["emailServers", "emailPassword"],
  web: ["webPaste", "webSites"],
  form: ["formShare", "formPaste"],
};

/** What the provider, or one's own site, must be told: values with a button to copy them, and where each goes. */
export function PasteSteps({ offer, account }: { readonly offer: ChannelOffer; readonly account?: AccountView }) {
  const t = useWords(stepWords);
  const language = useLanguage();
  const values = account ? account.paste : beforehand(offer);
  const willMake = !account && offer.webhookUrl !== null && offer.fields.some(({ generated }) => generated);
  return (
    <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4 sm:p-6">
      <h2 className="font-semibold">{t("title")}</h2>
      <ol className="flex list-decimal flex-col gap-2 pl-5 marker:text-muted">
        {STEPS[offer.type].map((step) => (
          <li key={step}>{t(step)}</li>
        ))}
      </ol>
      {values.map(({ field, label, value }) => (
        <Copyable key={field} label={label[language]} value={value} />
      ))}
      {account ? <Snippets type={offer.type} config={account.config} /> : null}
      {willMake ? <p className="text-xs text-muted">{t("tokenLater")}</p> : null}
    </section>
  );
}

function beforehand({ webhookUrl }: ChannelOffer): AccountView["paste"] {
  if (webhookUrl === null) return [];
  const label = { fr: "Adresse de rappel", en: "Callback URL" };
  return [{ field: "webhookUrl", label, value: webhookUrl }];
}

/** What goes onto the owner's own pages. */
function Snippets({ type, config }: { readonly type: ChannelType; readonly config: JsonObject }) {
  const t = useWords(stepWords);
  if (type === "web") {
    const chat = String(config.widgetId ?? "default");
    return (
      <>
        <Copyable label={t("script")} value={webScript(chat)} />
        {chat === "default" ? <Copyable label={t("chatLink")} value={`${location.origin}/chat`} /> : null}
      </>
    );
  }
  if (type !== "form") return null;
  const form = String(config.formId ?? "contact");
  return (
    <>
      <Copyable label={t("formLink")} value={`${location.origin}/forms/${form}`} />
      <Copyable
        label={t("script")}
        value={`<script src="${location.origin}/forms/embed.js" data-form="${form}" async></script>`}
      />
    </>
  );
}

function webScript(chat: string): string {
  const named = chat === "default" ? "" : ` data-account="${chat}"`;
  return `<script src="${location.origin}/chat/widget.js"${named} async></script>`;
}
