import type { Channel, ChannelType } from "../domain/channel.ts";
import type { Language } from "../domain/language.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import { degrade, type Shown } from "../run/degrade.ts";
import type { FlowDocument } from "./document.ts";

/** What a customer sees of one node on one channel in one language. Variables are shown as they are written. */
export interface ShownNode extends Shown {
  readonly node: string;
  readonly channel: ChannelType;
  readonly language: Language;
}
type Known = Pick<Channel, "type" | "capabilities">;

/** The channels that the flow is written for: those it names, else all that are given. */
export function channelsOf<T extends Pick<Channel, "type">>(
  document: FlowDocument,
  channels: readonly T[],
): readonly T[] {
  return channels.filter(({ type }) => !document.channels || document.channels.includes(type));
}

/**
 * Every node that says something, as each of these channels shows it where the flow allows it. A channel that only
 * receives shows nothing: the answer goes on another one, which stands here for itself.
 */
export function shownOn(document: FlowDocument, channels: readonly Known[]): readonly ShownNode[] {
  const speaking = channelsOf(document, channels).filter(({ capabilities }) => !capabilities.oneWay);
  return Object.entries(document.nodes).flatMap(([id, node]) =>
    document.languages.flatMap((language) => {
      const contents = nodeTypeOf(node.type).contents(node, language);
      if (contents.length === 0) return [];
      return speaking.map(({ type, capabilities }) => {
        const each = contents.map((content) => degrade(content, capabilities, language));
        const parts = each.flatMap((one) => one.parts);
        return { node: id, channel: type, language, parts, how: each.flatMap(({ how }) => how) };
      });
    }),
  );
}
