import { queryOptions } from "@tanstack/react-query";
import type { AccountFormField, AccountJsonSchema } from "../../engine/core/domain/account-form.ts";
import type { Capabilities, ChannelType } from "../../engine/core/domain/channel.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import { askJson } from "../api.ts";

/** A kind of channel, what it can show, what an account of it needs, and what is connected of it. */
export interface ChannelOffer {
  readonly type: ChannelType;
  readonly label: Bilingual;
  readonly capabilities: Capabilities;
  readonly account: AccountJsonSchema;
  readonly fields: readonly AccountFormField[];
  /** Where the provider delivers; null: it need not know. */
  readonly webhookUrl: string | null;
  readonly canTest: boolean;
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
}

export const channelsQuery = queryOptions({
  queryKey: ["accounts", "channels"],
  queryFn: async () => (await askJson<{ readonly items: readonly ChannelOffer[] }>("/api/channels")).items,
  staleTime: 60_000,
});
