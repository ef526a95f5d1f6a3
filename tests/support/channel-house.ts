import type { Failure } from "./provider-failure.ts";
import type { RunningRelais } from "./relais.ts";

/** Somebody on a channel, who does what one can do there. */
export interface Customer {
  /** How one begins: says good day, or fills in the form. */
  greet(): Promise<unknown>;
  say(text: string): Promise<unknown>;
  /** Taps what was offered last; where there is nothing to tap, writes its number. */
  choose(label: string): Promise<unknown>;
  /** What they were told, in order. */
  heard(): Promise<readonly string[]> | readonly string[];
  /** What the API calls them by. */
  readonly identity: string;
}

/** What happens to the next message to a customer (F-7); each channel says how its provider does that. */
export type Fault =
  /** Not taken, and said so: later it is. */
  | "busy"
  /** Taken, and the answer gets lost. */
  | "lostAnswer"
  /** Not taken, and nobody can tell. */
  | "unclear"
  /** Refused for good: this person cannot be reached. */
  | "unreachable";

/** The real program with one channel, over the protocol of the channel. */
export interface ChannelHouse {
  readonly relais: RunningRelais;
  /** Each time somebody else. */
  customer(): Customer;
  /** Absent: `withoutProvider` of the driver says why. */
  readonly provider?: {
    /** The next message to this customer meets the fault. */
    fail(fault: Fault, to: Customer): void;
    failuresLeft(): number;
  };
  close(): Promise<void>;
}

export interface ChannelDriver {
  readonly open: () => Promise<ChannelHouse>;
  /** False: what the channel needs is not on this machine. */
  readonly canRun?: () => boolean;
  /** Why nobody can fail to bring a message; absent: `open` gives the provider that can. */
  readonly withoutProvider?: string;
}

/** Short waits, for tests that watch what happens after them. */
export const QUICK = { BURST_WINDOW_MS: "100", UNKNOWN_WAIT_MS: "1500" };
/** The faults that every provider over HTTP has alike. */
export const HTTP_FAULTS: Readonly<Record<Exclude<Fault, "unreachable">, Failure>> = {
  busy: { type: "status", httpStatus: 503, headers: { "retry-after": "1" } },
  lostAnswer: { type: "acceptThenReset" },
  unclear: { type: "status", httpStatus: 500 },
};

let people = 0;
export const nextPerson = (): number => ++people;
export const nextPhone = (): string => `+3363998${String(1000 + nextPerson())}`;

export const sentTo = <T extends { readonly to: string }>(sent: readonly T[], person: string): readonly T[] =>
  sent.filter(({ to }) => to === person);

/** The number that stands before a choice in what was heard last. */
export function numberOf(label: string, heard: readonly string[]): string {
  const line = heard
    .at(-1)
    ?.split("\n")
    .find((one) => /^\d+\. /.test(one) && one.includes(label));
  if (!line) throw new Error(`"${label}" was not offered in: ${heard.at(-1)}`);
  return line.slice(0, line.indexOf("."));
}
