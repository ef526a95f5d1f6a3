import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type ChannelHouse, HTTP_FAULTS, nextPhone, numberOf, QUICK } from "./channel-house.ts";
import { type FakeTwilio, startFakeTwilio } from "./fake-twilio.ts";
import { fillIn } from "./forms.ts";
import { type RunningRelais, startRelais } from "./relais.ts";

export const OWN = "+33639980000";
export const LEA = "+33639980001";
export const WHATSAPP_LEA = `whatsapp:${LEA}`;
const SID = `AC${"0".repeat(32)}`;
const TOKEN = "twilio-token-for-tests";
const PUBLIC = "https://bot.example.com";
/** The address that Twilio was told, and signs: behind it a proxy leads to the program. */
export const SIGNED = `${PUBLIC}/webhook/twilio`;

export interface ApiMessages {
  readonly items: readonly {
    readonly id: string;
    readonly text: string;
    readonly status: string;
    readonly direction: string;
    readonly conversationId: string;
    readonly externalId: string;
    readonly maybeDuplicate: boolean;
    readonly error: { readonly code: string; readonly providerCode: string } | null;
    readonly position: number;
    readonly contact: { readonly identities: readonly { readonly value: string }[] };
    readonly attachments: readonly { readonly url: string; readonly sizeBytes: number }[];
  }[];
}

/** The real program and a Twilio that it talks to over HTTP, for one number by text message and by WhatsApp. */
export interface TwilioHouse {
  readonly twilio: FakeTwilio;
  relais: RunningRelais;
  /** Where the program takes webhooks. */
  readonly hook: string;
  /** Starts the program; `port` of one that was killed: on the same database and the same port. */
  start(more?: Readonly<Record<string, string>>, port?: number): Promise<RunningRelais>;
  /** Starts it and has Twilio report to it. */
  open(more?: Readonly<Record<string, string>>): Promise<void>;
  say(text: string, from?: string, more?: Readonly<Record<string, string>>): Promise<Response>;
  /** What a person was sent, in order. */
  told(to?: string): readonly string[];
  messages(query?: string): Promise<ApiMessages>;
}

/** A new house for each test of the file, taken down after it. */
export function twilioHouse(): TwilioHouse {
  const { house, build, takeDown } = createTwilioHouse();
  beforeEach(build);
  afterEach(takeDown);
  return house;
}

/** A house that stands between `build` and `takeDown`. */
export function createTwilioHouse(): {
  readonly house: TwilioHouse;
  readonly build: () => Promise<void>;
  readonly takeDown: () => Promise<void>;
} {
  let twilio: FakeTwilio;
  let relais: RunningRelais;
  let dataDir: string;
  const house: TwilioHouse = {
    start: (more: Readonly<Record<string, string>> = {}, port?: number) =>
      startRelais({
        dataDir,
        ...(port ? { port } : {}),
        env: {
          PUBLIC_URL: PUBLIC,
          TWILIO_BASE_URL: twilio.url,
          TWILIO_ACCOUNT_SID: SID,
          TWILIO_AUTH_TOKEN: TOKEN,
          TWILIO_PHONE_NUMBER: OWN,
          TWILIO_WHATSAPP_NUMBER: OWN,
          TWILIO_MESSAGES_PER_SECOND: "200",
          BURST_WINDOW_MS: "100",
          UNKNOWN_WAIT_MS: "3000",
          ...more,
        },
      }),
    async open(more: Readonly<Record<string, string>> = {}) {
      relais = await house.start(more);
      twilio.reportTo(relais.url);
    },
    say: (text: string, from = LEA, more: Readonly<Record<string, string>> = {}) =>
      twilio.say(house.hook, from, text, SIGNED, more),
    told: (to = LEA) =>
      twilio
        .sent()
        .filter((one) => one.to === to)
        .map(({ body }) => body),
    messages: (query = "") => relais.api<ApiMessages>(`/api/messages?limit=100${query}`),
    get twilio() {
      return twilio;
    },
    get relais() {
      return relais;
    },
    set relais(other) {
      relais = other;
    },
    get hook() {
      return `${relais.url}/webhook/twilio`;
    },
  };
  return {
    house,
    async build() {
      dataDir = mkdtempSync(join(tmpdir(), "relais-"));
      const options = { accountSid: SID, authToken: TOKEN, from: OWN, webhookUrl: SIGNED };
      // Small pages, so that every list has several.
      twilio = await startFakeTwilio({ ...options, pageSize: 3 });
    },
    async takeDown() {
      await relais.stop();
      await twilio.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Through Twilio, by text message or (`whatsapp:`) by WhatsApp. */
export async function openTwilio(prefix: "" | "whatsapp:"): Promise<ChannelHouse> {
  const { house, build, takeDown } = createTwilioHouse();
  await build();
  await house.open(QUICK);
  return {
    relais: house.relais,
    customer() {
      const number = nextPhone();
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
export async function openForm(): Promise<ChannelHouse> {
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
