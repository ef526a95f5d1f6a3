import { queryOptions } from "@tanstack/react-query";
import type { Capabilities, ChannelType } from "../../engine/core/domain/channel.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import { askJson } from "../api.ts";

/** A kind of channel, what it can show, and what is connected of it. */
export interface ChannelOffer {
  readonly type: ChannelType;
  readonly label: Bilingual;
  readonly capabilities: Capabilities;
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
}

export const channelsQuery = queryOptions({
  queryKey: ["accounts", "channels"],
  queryFn: async () => (await askJson<{ readonly items: readonly ChannelOffer[] }>("/api/channels")).items,
  staleTime: 60_000,
});
