import type { Offer, Turn } from "./dialogue.ts";

/** How the provider of one channel is played: what it delivers, and what it takes. */
export interface Provider {
  readonly name: string;
  /** Whether `floor.ts` speaks this one, too. */
  readonly hasFloor: boolean;
  /** What Relais must be told to use it at this address. */
  env(url: string): Readonly<Record<string, string>>;
  /** How many messages of ours end a turn; absent: as many as the dialogue says. */
  replies?(turn: Turn): number;
  /** One turn of a customer, as the provider delivers it: the head without its length, and the body. */
  webhook(asked: {
    readonly port: number;
    readonly phone: string;
    readonly id: string;
    readonly turn: Turn;
    readonly offers: readonly Offer[];
    readonly anyTap: boolean;
  }): { readonly head: string; readonly body: string };
  /** A message of ours: to whom, what it offers, and the provider's answer under this id; a text: why it is refused. */
  take(
    head: string,
    body: string,
    id: string,
  ):
    | { readonly to: string; readonly offers: readonly Offer[]; readonly answer: string; readonly status: number }
    | string;
}
