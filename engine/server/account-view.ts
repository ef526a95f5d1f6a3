import { accountForm } from "../core/domain/account-form.ts";
import type { Channel } from "../core/domain/channel.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { Bilingual } from "../core/domain/language.ts";
import type { AccountFault, ChannelAccount } from "../ports.ts";

/** An account as the API shows it: secrets only as set or not set. */
export interface AccountView {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly address: string;
  readonly status: ChannelAccount["status"];
  /** What is wrong with it; null: nothing. */
  readonly problem: Bilingual | null;
  readonly statusDetail: string | null;
  readonly botEnabled: boolean;
  readonly isDefault: boolean;
  readonly managedBy: ChannelAccount["managedBy"];
  readonly createdAt: string;
  readonly config: JsonObject;
  readonly secrets: Readonly<Record<string, { readonly set: boolean }>>;
  /** What is to be pasted at the provider. */
  readonly paste: readonly { readonly field: string; readonly label: Bilingual; readonly value: string }[];
}

const FAULTS: Readonly<Record<AccountFault, Bilingual>> = {
  keyWrong: {
    fr: "Ses identifiants ont été chiffrés avec une autre clé : saisissez-les à nouveau.",
    en: "Its credentials were sealed with another key: enter them again.",
  },
  damaged: {
    fr: "Ses identifiants sont illisibles dans la base : saisissez-les à nouveau.",
    en: "Its credentials cannot be read in the database: enter them again.",
  },
  unknownChannel: {
    fr: "Cette version de Relais ne connaît pas ce canal.",
    en: "This version of Relais does not know this channel.",
  },
  configInvalid: {
    fr: "Ses réglages ne sont pas complets ou pas valables : ouvrez-les et corrigez-les.",
    en: "Its settings are not complete or not valid: open them and put them right.",
  },
};
const PAUSED: Bilingual = {
  fr: "Le fournisseur refuse ses identifiants : rien ne part tant qu’ils ne sont pas corrigés.",
  en: "The provider refuses its credentials: nothing is sent until they are put right.",
};
const WEBHOOK: Bilingual = { fr: "Adresse de rappel", en: "Callback URL" };

/** `manage`: whoever asks may see what is to be pasted, the verify token among it. */
export function accountView(
  account: ChannelAccount,
  channel: Channel | undefined,
  publicUrl: string,
  manage: boolean,
): AccountView {
  const { id, name, address, status, statusDetail, botEnabled, isDefault, managedBy, createdAt } = account;
  const fields = channel ? accountForm(channel.account) : [];
  const config = account.config as JsonObject;
  const isSecret = new Set(fields.flatMap((field) => (field.secret ? [field.name] : [])));
  const shown = fields.filter((field) => !isSecret.has(field.name) && config[field.name] !== undefined);
  const generated = fields.filter((field) => field.generated && typeof config[field.name] === "string");
  return {
    id,
    channel: account.channel,
    name,
    address,
    status,
    problem:
      status === "broken"
        ? FAULTS[(statusDetail ?? "damaged") as AccountFault]
        : status === "authFailed"
          ? PAUSED
          : null,
    statusDetail,
    botEnabled,
    isDefault,
    managedBy,
    createdAt,
    config: Object.fromEntries(shown.map((field) => [field.name, config[field.name] ?? null])),
    secrets: Object.fromEntries([...isSecret].map((field) => [field, { set: Boolean(config[field]) }])),
    paste: [
      ...(channel?.webhookPath
        ? [{ field: "webhookUrl", label: WEBHOOK, value: `${publicUrl}${channel.webhookPath}` }]
        : []),
      ...(manage
        ? generated.map((field) => ({ field: field.name, label: field.label, value: String(config[field.name]) }))
        : []),
    ],
  };
}
