import { channels } from "../../channels/registry.ts";
import { channelTableText } from "../core/run/channel-table.ts";

/** Prints what each channel shows of each kind of content; `--fr`: in French. */
export async function channelsShow(_config: unknown, args: readonly string[]): Promise<number> {
  console.log(channelTableText(channels, args.includes("--fr") ? "fr" : "en"));
  return 0;
}
