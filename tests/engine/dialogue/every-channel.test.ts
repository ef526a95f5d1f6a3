import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channels } from "../../../channels/registry.ts";
import { accountOf, PUBLIC_URL, recipientOf } from "../../channels/accounts.ts";
import type { ChannelHouse, Fault } from "../../support/channel-house.ts";
import { channelDrivers } from "../../support/channel-houses.ts";
import { eventually } from "../../support/relais.ts";

const SLOWEST_MS = 20_000;
/** Everything that a customer of the boutique is told, in order, and how often. */
const GREETING = /bienvenue à la boutique ! Que souhaitez-vous \?/g;
const PRODUCTS = /Voici nos produits\. Lequel vous ferait plaisir \?/g;
const ORDER = /Voici votre commande :\s+• 1 × Savon au miel : 7,00 €\s+Total : 7,00 €/g;
const THANKS = /Merci ! Votre commande ([A-Z0-9]{3}-[A-Z0-9]{3}) est confirmée, pour un total de 7,00 €\./g;
const DELAYS = /2 à 4 jours ouvrés/g;
const AGAIN = /Puis-je faire autre chose pour vous \?/g;
const PERSON = /Je vous mets en relation avec un conseiller\./g;

/** What must become of a message that meets a fault; without evidence a lost answer is said again, and marked. */
const BECOMES: Readonly<Record<Fault, (hasEvidence: boolean) => Became>> = {
  busy: () => ({ heard: 1, status: "arrived", badge: false }),
  lostAnswer: (hasEvidence) => ({ heard: hasEvidence ? 1 : 2, status: "arrived", badge: !hasEvidence }),
  unclear: () => ({ heard: 1, status: "arrived", badge: true }),
  unreachable: () => ({ heard: 0, status: "failed", badge: false }),
};
interface Became {
  readonly heard: number;
  readonly status: "arrived" | "failed";
  readonly badge: boolean;
}
interface ApiMessages {
  readonly items: readonly {
    readonly direction: string;
    readonly status: string;
    readonly position: number;
    readonly maybeDuplicate: boolean;
    readonly error: { readonly code: string } | null;
    readonly contact: { readonly identities: readonly { readonly value: string }[] };
  }[];
}

test("every channel has somebody who plays its customer", () => {
  expect(Object.keys(channelDrivers).sort()).toEqual(channels.map(({ type }) => type).sort());
});

test("a channel that asks a provider shows what becomes of its failures; another says why it cannot fail", () => {
  for (const channel of channels) {
    const context = { effectId: "eff_1", publicUrl: PUBLIC_URL, uploaded: {} } as never;
    const calls = channel.render({ type: "text", text: "Bonjour" }, recipientOf(channel), accountOf(channel), context);
    const asks = calls.some(({ via }) => via !== "push");
    const reason = channelDrivers[channel.type]?.withoutProvider;
    expect([channel.type, reason === undefined ? "may fail" : reason !== "" && "says why"]).toEqual([
      channel.type,
      asks ? "may fail" : "says why",
    ]);
  }
});

describe.each(channels.map(({ type }) => type))("the boutique on %s", (type) => {
  const driver = channelDrivers[type];
  const isMissing = driver?.canRun?.() === false;
  let house: ChannelHouse;
  beforeAll(async () => {
    if (!driver) throw new Error(`give ${type} a driver in tests/support/channel-houses.ts`);
    if (!isMissing) house = await driver.open();
  });
  afterAll(() => house?.close());

  test.skipIf(isMissing)(
    "is the same: an order with its number, an answer, a person; each once",
    async () => {
      const lea = house.customer();
      const hears = (...wanted: readonly (readonly [RegExp, number])[]): Promise<string> =>
        eventually(async () => {
          const told = (await lea.heard()).join("\n\n");
          for (const [words, times] of wanted) expect(told.match(words) ?? [], told).toHaveLength(times);
          return told;
        }, SLOWEST_MS);
      // What is offered may come in a message of its own, after the words.
      const choose = (label: string): Promise<unknown> => eventually(() => lea.choose(label), SLOWEST_MS);
      await lea.greet();
      await hears([GREETING, 1]);
      await choose("Produits");
      await hears([PRODUCTS, 1]);
      await choose("Savon au miel");
      await hears([ORDER, 1]);
      await choose("Confirmer");
      const number = [...(await hears([THANKS, 1])).matchAll(THANKS)][0]?.[1];
      const { items } = await house.relais.api<{ readonly items: readonly object[] }>("/api/orders");
      expect(items).toMatchObject([{ number, totalCents: 700, status: "confirmed" }]);
      await lea.greet();
      await hears([GREETING, 2]);
      await lea.say("Quels sont les délais de livraison ?");
      await hears([DELAYS, 1], [AGAIN, 1]);
      await choose("Conseiller");
      await hears([GREETING, 2], [PRODUCTS, 1], [ORDER, 1], [THANKS, 1], [DELAYS, 1], [AGAIN, 1], [PERSON, 1]);
      await eventually(async () => {
        const conversations = await house.relais.api<{ readonly items: readonly object[] }>("/api/conversations");
        expect(conversations.items).toMatchObject([{ owner: "agent", status: "waiting" }]);
      });
    },
    90_000,
  );

  describe.skipIf(isMissing || driver?.withoutProvider !== undefined)("when its provider fails", () => {
    const hasEvidence = channels.some((channel) => channel.type === type && channel.capabilities.evidence);

    test.each(Object.keys(BECOMES) as Fault[])(
      "%s: nothing is lost, nothing is doubled unmarked, the talk goes on",
      async (fault) => {
        const { provider, relais } = house;
        if (!provider) throw new Error(`let the provider of ${type} fail in tests/support/channel-houses.ts`);
        const lea = house.customer();
        const expected = BECOMES[fault](hasEvidence);
        provider.fail(fault, lea);
        expect(provider.failuresLeft()).toBe(1);
        await lea.greet();
        const first = await eventually(async () => {
          const { items } = await relais.api<ApiMessages>("/api/messages?limit=100");
          const own = items.filter(
            ({ direction, contact }) =>
              direction === "out" && contact.identities.some(({ value }) => value === lea.identity),
          );
          const [greeting] = own.sort((one, other) => one.position - other.position);
          const ended = ["sent", "delivered", "read"].includes(greeting?.status ?? "") ? "arrived" : greeting?.status;
          expect([ended, greeting?.maybeDuplicate]).toEqual([expected.status, expected.badge]);
          return greeting;
        }, SLOWEST_MS);
        expect(provider.failuresLeft()).toBe(0);
        expect((await lea.heard()).join("\n").match(GREETING) ?? []).toHaveLength(expected.heard);
        if (expected.status === "failed") {
          expect(first?.error?.code).toBe("recipientUnreachable");
          return;
        }
        await eventually(() => lea.choose("Produits"), SLOWEST_MS);
        await eventually(async () => {
          const told = (await lea.heard()).join("\n");
          expect(told.match(PRODUCTS) ?? []).toHaveLength(1);
          expect(told.match(GREETING) ?? []).toHaveLength(expected.heard);
        }, SLOWEST_MS);
      },
      90_000,
    );
  });
});
