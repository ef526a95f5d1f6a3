import { createHmac } from "node:crypto";
import type { SmsAccount } from "../../channels/sms/index.ts";
import { web } from "../../channels/web/index.ts";
import type { WhatsappAccount } from "../../channels/whatsapp/index.ts";
import type { ChannelAccount } from "../../engine/ports.ts";
import type { IncomingWebhook } from "../../engine/server/webhooks.ts";
import type { Life } from "./life.ts";
import type { Simulation } from "./simulation.ts";
import { PUBLIC_URL } from "./world.ts";

/** What an acknowledged delivery must have left in the database. */
export interface Expected {
  readonly accountId: string;
  readonly dedupeKey: string;
  /** Of a message: the provider's id of it. */
  readonly externalId?: string;
  /** Of a status: our own id, which the provider named. */
  readonly evidence?: string;
}

/** Something that a provider has to tell, until it hears yes. */
export interface Parcel {
  readonly label: string;
  readonly expected: readonly Expected[];
  /** Brings it to a process; resolves with the status that was answered. */
  readonly bring: (life: Life) => Promise<number>;
  readonly patience: "meta" | "twilio" | "visitor";
  acked: boolean;
}

/** A change of one WhatsApp number, before it is put into a delivery with others. */
export interface Change {
  readonly account: ChannelAccount;
  readonly value: object;
  readonly expected: readonly Expected[];
}

const TIMEOUT_MS = 20_000;
const META_LAST_WAIT_MS = 600_000;
const TWILIO_TRIES = 5;

export interface Deliveries {
  /** Everything that was acknowledged. */
  readonly acked: readonly Parcel[];
  readonly sent: number;
  /** Nothing is under way any more. */
  readonly quiet: () => boolean;
  /** WhatsApp: changes of one app, in one delivery. */
  whatsapp(changes: readonly Change[], delayMs: number): void;
  sms(
    account: ChannelAccount,
    fields: Readonly<Record<string, string>>,
    expected: readonly Expected[],
    delayMs: number,
    query?: string,
  ): void;
  visitor(
    account: ChannelAccount,
    visitorId: string,
    body: object,
    expected: readonly Expected[],
    delayMs: number,
  ): void;
}

export function createDeliveries(simulation: Simulation): Deliveries {
  const { scheduler, random, faults } = simulation;
  const acked: Parcel[] = [];
  let under = 0;
  let sent = 0;

  const waitMs = (parcel: Parcel, tries: number): number | null => {
    switch (parcel.patience) {
      case "meta":
        return Math.min(1000 * 2 ** (tries - 1), META_LAST_WAIT_MS) * random.between(0.8, 1.2);
      case "twilio":
        return tries <= TWILIO_TRIES ? random.between(500, 3000) : null;
      case "visitor":
        return Math.min(500 * 2 ** (tries - 1), 30_000);
    }
  };

  const bring = (parcel: Parcel, delayMs: number, tries = 1): void => {
    under++;
    scheduler.after(delayMs, `deliver ${parcel.label}`, () => {
      sent++;
      const life = simulation.life();
      let over = false;
      let forget = (): void => {};
      const end = (ok: boolean): void => {
        if (over) return;
        over = true;
        forget();
        under--;
        if (ok) {
          if (!parcel.acked) acked.push(parcel);
          parcel.acked = true;
          simulation.acknowledged(parcel);
          return;
        }
        if (parcel.acked) return;
        const wait = waitMs(parcel, tries);
        if (wait !== null) bring(parcel, wait, tries + 1);
      };
      if (!life) return end(false);
      const answered = (status: number): void => {
        // The answer itself must still travel: a process that dies now has acknowledged nothing.
        if (life.dead) return;
        scheduler.after(random.between(0.1, 1), `${status} ${parcel.label}`, () => !life.dead && end(status < 300));
      };
      parcel.bring(life).then(answered, () => answered(503));
      forget = scheduler.after(TIMEOUT_MS, "no answer", () => end(false));
    });
  };

  /** With duplicates, at once or later, and out of order, as the seed has it. */
  const send = (parcel: Parcel, delayMs: number): void => {
    const reorder = simulation.healed ? 0 : random.between(0, faults.reorderMs);
    bring(parcel, delayMs + reorder);
    if (simulation.healed) return;
    if (random.chance(faults.duplicates))
      for (let copies = random.int(3); copies >= 0; copies--)
        bring(parcel, delayMs + reorder + (random.chance(0.6) ? 0 : random.wait(3000)));
    if (random.chance(faults.lateRedelivery)) bring(parcel, delayMs + random.between(60_000, 7_200_000));
  };
  const receive = (life: Life, incoming: IncomingWebhook): Promise<number> =>
    life.receive(incoming).then(({ status }) => status);

  return {
    acked,
    get sent() {
      return sent;
    },
    quiet: () => under === 0,
    whatsapp(changes, delayMs) {
      const first = changes[0];
      if (!first) return;
      const raw: object[] = changes.map(({ account, value }) => ({
        field: "messages",
        value: {
          messaging_product: "whatsapp",
          metadata: { display_phone_number: "0", phone_number_id: (account.config as WhatsappAccount).phoneNumberId },
          ...value,
        },
      }));
      // The same change twice in one delivery.
      if (!simulation.healed && raw[0] && random.chance(faults.duplicates / 5)) raw.push(raw[0]);
      if (!simulation.healed && random.chance(faults.badNeighbour)) {
        simulation.count("bad neighbour");
        raw.splice(random.int(raw.length + 1), 0, badNeighbour(simulation, first.account));
      }
      const body = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "900800700", changes: raw }] });
      const bytes = new TextEncoder().encode(body);
      const signature = createHmac("sha256", (first.account.config as WhatsappAccount).appSecret)
        .update(bytes)
        .digest("hex");
      const incoming: IncomingWebhook = {
        channels: ["whatsapp"],
        method: "POST",
        path: "/webhook/whatsapp",
        query: "",
        headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
        body: bytes,
      };
      const expected = changes.flatMap((change) => change.expected);
      send(
        {
          label: `whatsapp ${expected[0]?.dedupeKey ?? ""}`,
          expected,
          patience: "meta",
          acked: false,
          bring: (life) => receive(life, incoming),
        },
        delayMs,
      );
    },
    sms(account, more, expected, delayMs, query = "") {
      const { accountSid, authToken } = account.config as SmsAccount;
      const fields: Readonly<Record<string, string>> = { AccountSid: accountSid, ApiVersion: "2010-04-01", ...more };
      const url = `${PUBLIC_URL}/webhook/twilio${query === "" ? "" : `?${query}`}`;
      const text = Object.keys(fields)
        .sort()
        .reduce((sum, name) => sum + name + fields[name], url);
      const incoming: IncomingWebhook = {
        channels: ["sms"],
        method: "POST",
        path: "/webhook/twilio",
        query,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-twilio-signature": createHmac("sha1", authToken).update(text).digest("base64"),
        },
        body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
      };
      send(
        {
          label: `sms ${expected[0]?.dedupeKey ?? ""}`,
          expected,
          patience: "twilio",
          acked: false,
          bring: (life) => receive(life, incoming),
        },
        delayMs,
      );
    },
    visitor(account, visitorId, body, expected, delayMs) {
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      const bringIt = async (life: Life): Promise<number> => {
        const receivedAt = new Date(simulation.wall()).toISOString();
        const request = {
          method: "POST",
          url: `${PUBLIC_URL}/chat/api/messages`,
          headers: {},
          query: {},
          body: bytes,
          receivedAt,
        };
        const accounts = life.accounts().filter(({ channel }) => channel === "web");
        const received = web.receive({ ...request, visitor: { accountId: account.id, visitorId } }, accounts as never);
        if (received.verdict !== "accepted") return 400;
        const accepted = await life.store.inbox.accept({
          id: simulation.ids.make("delivery"),
          channel: "web",
          receivedAt,
          headers: {},
          body: new Uint8Array(),
          events: received.events,
          setAside: [],
        });
        life.said(accepted);
        return accepted.messages[0] ? 202 : 503;
      };
      send(
        { label: `web ${expected[0]?.dedupeKey ?? ""}`, expected, patience: "visitor", acked: false, bring: bringIt },
        delayMs,
      );
    },
  };
}

/** Something in the same delivery that cannot be read, or is nobody's here. */
function badNeighbour({ random }: Simulation, account: ChannelAccount): object {
  const metadata = { phone_number_id: (account.config as WhatsappAccount).phoneNumberId };
  return random.pick([
    { field: "messages", value: { metadata, messages: [{ id: 7, type: ["?"] }] } },
    {
      field: "messages",
      value: {
        metadata: { phone_number_id: "999999999999999" },
        messages: [{ from: "33639980000", id: "wamid.FOREIGN", type: "text", text: { body: "x" } }],
      },
    },
    { field: "messages", value: { metadata, statuses: [{ status: 3 }] } },
    { field: "messages", value: { messages: "none" } },
    { field: 5 },
  ]);
}
