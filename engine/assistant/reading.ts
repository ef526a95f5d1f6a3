import type { Language } from "../core/domain/language.ts";
import { money } from "../core/domain/money.ts";
import { entriesOf, type ParsedPlaybook, parsePlaybook } from "../core/playbook/playbook.ts";
import { indexOf, type Ranked, type RankIndex, rank } from "../core/playbook/rank.ts";
import type { AssistantQuestion } from "../ports.ts";

type Product = AssistantQuestion["products"][number];

/** A playbook that is read and ready to be searched. */
export interface Reading extends ParsedPlaybook {
  entries(language: Language): RankIndex;
}

/** Published playbooks never change, and a workspace asks one of them again and again. */
const KEPT = 20;
const readings = new Map<string, Reading>();

export function readPlaybook(source: string): Reading {
  const known = readings.get(source);
  if (known) return known;
  const parsed = parsePlaybook(source);
  const indexes = new Map<Language, RankIndex>();
  const reading: Reading = {
    ...parsed,
    entries(language) {
      const index =
        indexes.get(language) ?? indexOf(parsed.playbook ? entriesOf(parsed.playbook, language) : [], language);
      indexes.set(language, index);
      return index;
    },
  };
  const [oldest] = readings.keys();
  if (readings.size >= KEPT && oldest !== undefined) readings.delete(oldest);
  readings.set(source, reading);
  return reading;
}

/** The products that fit a question, best first. */
export function rankedProducts(question: AssistantQuestion): readonly Ranked<{ readonly product: Product } & Named>[] {
  const named = question.products.map((product) => ({
    product,
    title: product.name,
    also: [product.category],
    text: product.description,
  }));
  return rank(question.question, indexOf(named, question.language));
}
interface Named {
  readonly title: string;
  readonly also: readonly string[];
  readonly text: string;
}

/** A product in one line, as customers read it. */
export const productLine = (product: Product, language: Language): string =>
  `${product.name} : ${money(product.priceCents, product.currency, language)}`;
