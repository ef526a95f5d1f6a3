import type { ChannelType } from "../../engine/core/domain/channel.ts";

/** How a channel looks on a customer's phone: background, bubbles, buttons. */
export interface Skin {
  readonly paper: string;
  readonly own: string;
  readonly theirs: string;
  readonly assistant: string;
  readonly button: string;
}

const ROUND = "rounded-2xl px-3 py-2 text-[15px]";
const PLAIN: Skin = {
  paper: "bg-paper",
  own: `${ROUND} rounded-br-sm bg-brand text-on-brand`,
  theirs: `${ROUND} rounded-bl-sm border border-line bg-surface`,
  assistant: `${ROUND} rounded-bl-sm border border-assistant bg-assistant-soft`,
  button: "rounded-full border border-brand px-3 py-1.5 text-sm text-brand hover:bg-brand hover:text-on-brand",
};

/** Channels that people know by their look; the others are plain. */
const SKINS: { readonly [T in ChannelType]?: Partial<Skin> } = {
  whatsapp: {
    paper: "bg-[light-dark(#efe7dd,#0e1513)]",
    own: "rounded-lg rounded-tr-none bg-[light-dark(#d9fdd3,#134d37)] px-2.5 py-1.5 text-[15px] text-ink shadow-sm",
    theirs: "rounded-lg rounded-tl-none bg-surface px-2.5 py-1.5 text-[15px] shadow-sm",
    assistant: "rounded-lg rounded-tl-none border-l-2 border-assistant bg-surface px-2.5 py-1.5 text-[15px] shadow-sm",
    button: "rounded-lg bg-surface px-3 py-2 text-center text-sm font-medium text-brand shadow-sm hover:underline",
  },
  sms: {
    own: `${ROUND} bg-[light-dark(#d8e5fb,#1f3a66)] text-ink`,
    theirs: `${ROUND} bg-sunken`,
    assistant: `${ROUND} border-l-2 border-assistant bg-sunken`,
  },
  messenger: {
    own: `${ROUND} bg-[light-dark(#0a5ec2,#2b7de0)] text-white`,
    theirs: `${ROUND} bg-sunken`,
  },
  instagram: {
    own: `${ROUND} bg-[light-dark(#7638b8,#8f55cc)] text-white`,
    theirs: `${ROUND} bg-sunken`,
  },
  email: {
    own: "rounded-md border border-line bg-sunken px-4 py-3 text-sm",
    theirs: "rounded-md border border-line bg-surface px-4 py-3 text-sm",
  },
};

export function skinOf(channel: ChannelType): Skin {
  return { ...PLAIN, ...SKINS[channel] };
}
