import type { AssistantAnswer, Effect, HttpResult, OrderView, ProductView } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";

/** A usual answer to an effect, to be edited: in the shape that the real one has. Null: it has no answer. */
export function suggestedAnswer(effect: Effect, now: string): Json {
  switch (effect.type) {
    case "answer": {
      const french = effect.language.startsWith("fr");
      const answer: AssistantAnswer = {
        text: french
          ? `(réponse de l'assistant à « ${effect.question} »)`
          : `(the assistant's answer to "${effect.question}")`,
        found: true,
        sources: ["faq.1"],
        products: [],
        wantsPerson: false,
        reason: "",
        provider: "simulator",
      };
      return json(answer);
    }
    case "http":
      return json({ status: 200, body: {} } satisfies HttpResult);
    case "findProducts": {
      const all = SAMPLES.filter(({ sku }) => !effect.skus || effect.skus.split(",").includes(sku));
      return json(all.slice(0, effect.limit));
    }
    case "createOrder": {
      const totalCents = effect.lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0);
      const currency = effect.lines[0]?.currency ?? "EUR";
      return json({ ...ORDER, lines: effect.lines, totalCents, currency, createdAt: now });
    }
    case "findOrder":
      return json({ ...ORDER, ...(effect.number ? { number: effect.number } : {}), createdAt: now });
    case "setOrderStatus":
      return json({ ...ORDER, number: effect.number, status: effect.status, createdAt: now });
    default:
      return null;
  }
}

const SAMPLES: readonly ProductView[] = [
  sample("EXEMPLE-1", "Premier produit", 1200),
  sample("EXEMPLE-2", "Deuxième produit", 2450),
  sample("EXEMPLE-3", "Troisième produit", 700),
];

function sample(sku: string, name: string, priceCents: number): ProductView {
  return {
    sku,
    name,
    description: "",
    category: "exemples",
    priceCents,
    currency: "EUR",
    imageUrl: null,
    inStock: true,
  };
}

const ORDER: OrderView = {
  number: "K7P-4RT",
  status: "confirmed",
  lines: [],
  totalCents: 0,
  currency: "EUR",
  createdAt: "",
};

/** The shapes of answers are JSON by their own types; TypeScript wants an index signature to see it. */
function json(value: AssistantAnswer | HttpResult | OrderView | readonly ProductView[]): Json {
  return value as unknown as Json;
}
