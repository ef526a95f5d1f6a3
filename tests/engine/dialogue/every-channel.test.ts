import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channels } from "../../../channels/registry.ts";
import { type ChannelHouse, channelDrivers } from "../../support/channel-houses.ts";
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

test("every channel has somebody who plays its customer", () => {
  expect(Object.keys(channelDrivers).sort()).toEqual(channels.map(({ type }) => type).sort());
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
});
