import { randomUUID } from "node:crypto";
import type { ChannelType } from "../../engine/core/domain/channel.ts";
import { wordsOf as whatsappWords } from "./fake-graph.ts";
import { wordsOf as metaWords } from "./fake-messenger.ts";
import { fillIn } from "./forms.ts";
import { findDovecot } from "./install-dovecot.ts";
import { startMailHouse } from "./mail-house.ts";
import { ACCOUNT, type MetaProduct, messengerEnv, startMeta } from "./messenger-house.ts";
import type { Failure } from "./provider-failure.ts";
import { type RunningRelais, startRelais } from "./relais.ts";
import { createTwilioHouse, SIGNED } from "./twilio-house.ts";
import { startWhatsapp, whatsappEnv } from "./whatsapp-house.ts";

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

/** Every channel, by what it takes to be its customer. A channel that is not here fails the tests that walk over all of them. */
export const channelDrivers: Readonly<Partial<Record<ChannelType, ChannelDriver>>> = {
  whatsapp: { open: openWhatsapp },
  messenger: { open: () => openMeta("messenger") },
  instagram: { open: () => openMeta("instagram") },
  web: { open: openWeb, withoutProvider: "this server shows its messages itself, nobody else is asked to" },
  form: {
    open: openForm,
    withoutProvider: "it says nothing itself: its answers go by other channels and fail as theirs",
  },
  sms: { open: () => openTwilio("") },
  whatsappTwilio: { open: () => openTwilio("whatsapp:") },
  email: { open: openMail, canRun: () => findDovecot() !== null },
};

const SOON = { BURST_WINDOW_MS: "100", UNKNOWN_WAIT_MS: "1500" };
const HTTP_FAULTS: Readonly<Record<Exclude<Fault, "unreachable">, Failure>> = {
  busy: { type: "status", httpStatus: 503, headers: { "retry-after": "1" } },
  lostAnswer: { type: "acceptThenReset" },
  unclear: { type: "status", httpStatus: 500 },
};
let people = 0;
const phone = (): string => `+3363998${String(1000 + ++people)}`;

async function openWhatsapp(): Promise<ChannelHouse> {
  const graph = await startWhatsapp();
  const relais = await startRelais({ env: { ...whatsappEnv(graph), ...SOON } });
  const hook = `${relais.url}/webhook/whatsapp`;
  graph.reportTo(hook);
  return {
    relais,
    customer() {
      const from = phone();
      return {
        identity: from,
        greet: () => graph.say(hook, from, "Bonjour"),
        say: (text) => graph.say(hook, from, text),
        choose: (label) => graph.tap(hook, from, label),
        heard: () => sentTo(graph.sent(), from).map(({ body }) => whatsappWords(body)),
      };
    },
    provider: {
      fail: (fault, { identity }) =>
        graph.fail(fault === "unreachable" ? { type: "code", code: 131026 } : HTTP_FAULTS[fault], 1, identity),
      failuresLeft: graph.failuresLeft,
    },
    close: () => closeAll(relais.stop, graph.close),
  };
}

async function openMeta(product: MetaProduct): Promise<ChannelHouse> {
  const meta = await startMeta(product);
  const relais = await startRelais({
    env: { ...messengerEnv(meta), INSTAGRAM_ACCOUNT_ID: ACCOUNT.instagram, ...SOON },
  });
  const hook = `${relais.url}/webhook/messenger`;
  meta.reportTo(hook);
  return {
    relais,
    customer() {
      const person = String(5_511_000_000_000_000 + ++people);
      return {
        identity: person,
        greet: () => meta.say(hook, person, "Bonjour"),
        say: (text) => meta.say(hook, person, text),
        choose: (label) => meta.tap(hook, person, label),
        heard: () => sentTo(meta.sent(), person).map(metaWords),
      };
    },
    provider: {
      fail: (fault, { identity }) =>
        meta.fail(
          fault === "unreachable" ? { type: "code", code: 551, subcode: 1545041 } : HTTP_FAULTS[fault],
          1,
          identity,
        ),
      failuresLeft: meta.failuresLeft,
    },
    close: () => closeAll(relais.stop, meta.close),
  };
}

/** Through Twilio, by text message or (`whatsapp:`) by WhatsApp. */
async function openTwilio(prefix: "" | "whatsapp:"): Promise<ChannelHouse> {
  const { house, build, takeDown } = createTwilioHouse();
  await build();
  await house.open(SOON);
  return {
    relais: house.relais,
    customer() {
      const number = phone();
      const from = `${prefix}${number}`;
      const heard = () => house.told(from);
      return {
        identity: number,
        greet: () => house.say("Bonjour", from),
        say: (text) => house.say(text, from),
        choose: (label) =>
          prefix === "" ? house.say(numberOf(label, heard()), from) : house.twilio.tap(house.hook, from, label, SIGNED),
        heard,
      };
    },
    provider: {
      fail: (fault, { identity }) =>
        house.twilio.fail(
          fault === "unreachable" ? { type: "code", code: 21211 } : HTTP_FAULTS[fault],
          1,
          `${prefix}${identity}`,
        ),
      failuresLeft: house.twilio.failuresLeft,
    },
    close: takeDown,
  };
}

/** A form says nothing itself: who filled it in is answered by text message. */
async function openForm(): Promise<ChannelHouse> {
  const { provider: _, customer, ...house } = await openTwilio("");
  return {
    ...house,
    customer() {
      const writer = customer();
      const values = { name: "Léa Martin", phone: writer.identity, message: "Avez-vous du savon ?" };
      return { ...writer, greet: () => fillIn(house.relais.url, values) };
    },
  };
}

async function openWeb(): Promise<ChannelHouse> {
  const relais = await startRelais({ env: SOON });
  return {
    relais,
    customer() {
      interface Line {
        readonly author: string;
        readonly content: {
          readonly text?: string;
          readonly choices?: readonly { readonly id: string; readonly label: string }[];
        };
      }
      let token = "";
      const ask = async <T>(path: string, body?: object): Promise<T> => {
        const answer = await fetch(`${relais.url}/chat/api${path}`, {
          method: body ? "POST" : "GET",
          headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as T;
      };
      const write = async (what: object): Promise<unknown> => {
        if (!token) token = (await ask<{ readonly token: string }>("/sessions", {})).token;
        return ask("/messages", { clientMessageId: randomUUID(), ...what });
      };
      const lines = async (): Promise<readonly Line[]> =>
        (await ask<{ readonly items: readonly Line[] }>("/messages")).items.filter(
          ({ author }) => author !== "contact",
        );
      return {
        identity: "",
        greet: () => write({ text: "Bonjour" }),
        say: (text) => write({ text }),
        async choose(label) {
          const offered = (await lines()).findLast(({ content }) => content.choices)?.content.choices;
          const choice = offered?.find((one) => one.label === label);
          if (!choice) throw new Error(`"${label}" was not offered`);
          return write({ choice: { id: choice.id, label } });
        },
        heard: async () => (await lines()).map(({ content }) => content.text ?? ""),
      };
    },
    close: async () => void (await relais.stop()),
  };
}

async function openMail(): Promise<ChannelHouse> {
  const house = await startMailHouse(SOON);
  return {
    relais: house.relais,
    customer() {
      const address = `lea${++people}@example.com`;
      const got = () => sentTo(house.smtp.sent(), address);
      const heard = () => got().map(({ text }) => text);
      const say = (text: string): Promise<void> => {
        const answering = got().at(-1);
        return house.write({ from: `Léa Martin <${address}>`, text, ...(answering ? { answering } : {}) });
      };
      return {
        identity: address,
        greet: () => say("Bonjour"),
        say,
        choose: (label) => say(numberOf(label, heard())),
        heard,
      };
    },
    provider: {
      fail: (fault) =>
        house.smtp.fail(
          {
            busy: { at: "data" as const, code: 451, text: "4.3.0 try again" },
            lostAnswer: { at: "afterData" as const, taken: true },
            unclear: { at: "afterData" as const, taken: false },
            unreachable: { at: "rcptTo" as const, code: 550, text: "5.1.1 User unknown" },
          }[fault],
        ),
      failuresLeft: house.smtp.failuresLeft,
    },
    close: house.stop,
  };
}

const sentTo = <T extends { readonly to: string }>(sent: readonly T[], person: string): readonly T[] =>
  sent.filter(({ to }) => to === person);

/** The number that stands before a choice in what was heard last. */
function numberOf(label: string, heard: readonly string[]): string {
  const line = heard
    .at(-1)
    ?.split("\n")
    .find((one) => /^\d+\. /.test(one) && one.includes(label));
  if (!line) throw new Error(`"${label}" was not offered in: ${heard.at(-1)}`);
  return line.slice(0, line.indexOf("."));
}

async function closeAll(...closing: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closing) await close();
}
