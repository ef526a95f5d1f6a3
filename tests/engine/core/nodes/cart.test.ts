import { describe, expect, test } from "vitest";
import { compileFlow } from "../../../../engine/core/flow/compile.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { playTranscript, type TranscriptLine } from "../../../../engine/core/flow/transcript.ts";
import { MOMENT } from "../../../support/moment.ts";

const FLOW = `
flow: shop
languages: [fr]
triggers: [{ on: message }]
start: products
nodes:
  products: { type: productList, text: Que voulez-vous ?, exits: { chosen: basket } }
  basket: { type: cart, text: Votre panier, exits: { order: confirm, more: products, empty: bye } }
  confirm: { type: orderConfirm, text: Votre commande, product: cart, exits: { confirmed: thanks, modify: basket, cancelled: bye } }
  thanks: { type: say, text: "Merci {{ order.number }}{{ cart }}", exits: { next: done } }
  bye: { type: say, text: Au revoir, exits: { next: done } }
  done: { type: end }
layout: {}
`;
const product = (sku: string, name: string, priceCents: number) => ({
  ...{ sku, name, description: "", category: "", priceCents, currency: "EUR", imageUrl: null, inStock: true },
});
const SOAP = product("SAV/1", "Savon", 700);
const TEA = product("THE", "Thé {vert}", 950);
const look = (skus: string | null, ...answer: readonly object[]): readonly TranscriptLine[] => [
  { effect: skus === null ? { type: "findProducts" } : { type: "findProducts", skus } } as TranscriptLine,
  { answer } as TranscriptLine,
];
const LIST = "Que voulez-vous ? (Savon / Thé vert)";
const CHOICES = "(Commander / Ajouter un article / Modifier)";
const cart = (...rows: readonly string[]) => ({ bot: `Votre panier\n\n${rows.join("\n")} ${CHOICES}` });
const START: readonly TranscriptLine[] = [
  { contact: "Bonjour" },
  ...look(null, SOAP, TEA),
  { bot: LIST },
  { tap: "Savon" },
  ...look(",SAV/1", SOAP),
  cart("• 1 × Savon : 7,00 €", "Total : 7,00 €"),
];

function played(lines: readonly TranscriptLine[]): readonly string[] {
  const parsed = parseFlow(FLOW, { file: "shop" });
  if (!parsed.document) throw new Error(JSON.stringify(parsed.diagnostics));
  const machine = compileFlow(parsed.document, "ver_shop" as never);
  const library = { version: () => machine, current: () => machine };
  return playTranscript(machine, library, [...lines], MOMENT).problems;
}

describe("a cart", () => {
  test("takes several articles, adds up the same one, and is ordered at the catalogue's prices", () => {
    expect(
      played([
        ...START,
        { tap: "Ajouter un article" },
        ...look(null, SOAP, TEA),
        { bot: LIST },
        { tap: "Savon" },
        ...look("SAV/1,SAV/1", SOAP),
        cart("• 2 × Savon : 14,00 €", "Total : 14,00 €"),
        { contact: "encore" },
        ...look(null, SOAP, TEA),
        { bot: LIST },
        { contact: "thé" },
        ...look("SAV/1,THE", SOAP, TEA),
        cart("• 2 × Savon : 14,00 €", "• 1 × Thé vert : 9,50 €", "Total : 23,50 €"),
        { contact: "c'est tout" },
        ...look("SAV/1,THE", { ...SOAP, priceCents: 800 }, TEA),
        {
          bot: "Votre commande\n\n• 2 × Savon : 16,00 €\n• 1 × Thé vert : 9,50 €\nTotal : 25,50 € (Confirmer / Modifier / Annuler)",
        },
        { tap: "Confirmer" },
        { effect: { type: "createOrder" } } as TranscriptLine,
        { answer: { number: "K7P-4RT", status: "confirmed", lines: [], totalCents: 2550, currency: "EUR" } } as never,
        { bot: "Merci K7P-4RT" },
        { ended: true },
      ]),
    ).toEqual([]);
  });

  test("lets quantities be changed and articles be taken out; coming back adds nothing", () => {
    expect(
      played([
        ...START,
        { tap: "Modifier" },
        { bot: "Savon : Combien en voulez-vous ? 0 pour le retirer." },
        { contact: "beaucoup" },
        { bot: "Écrivez un nombre, de 0 à 999." },
        { contact: "disons 3 savons" },
        cart("• 3 × Savon : 21,00 €", "Total : 21,00 €"),
        { contact: "commander" },
        ...look("SAV/1", SOAP),
        { bot: "Votre commande\n\n• 3 × Savon : 21,00 €\nTotal : 21,00 € (Confirmer / Modifier / Annuler)" },
        { tap: "Modifier" },
        ...look("SAV/1,", SOAP),
        cart("• 3 × Savon : 21,00 €", "Total : 21,00 €"),
        { tap: "Ajouter un article" },
        ...look(null, SOAP, TEA),
        { bot: LIST },
        { tap: "Thé vert" },
        ...look("SAV/1,THE", SOAP, TEA),
        cart("• 3 × Savon : 21,00 €", "• 1 × Thé vert : 9,50 €", "Total : 30,50 €"),
        { contact: "retirer" },
        { bot: "Quel article voulez-vous changer ? (Savon / Thé vert / Vider le panier)" },
        { tap: "Savon" },
        { bot: "Savon : Combien en voulez-vous ? 0 pour le retirer." },
        { contact: "0" },
        cart("• 1 × Thé vert : 9,50 €", "Total : 9,50 €"),
        { tap: "Modifier" },
        { bot: "Thé {vert} : Combien en voulez-vous ? 0 pour le retirer." },
        { contact: "aucun" },
        { bot: "Au revoir" },
        { ended: true },
      ]),
    ).toEqual([]);
  });

  test("leaves out what the catalogue no longer holds, and is empty when nothing is left", () => {
    expect(
      played([
        { contact: "Bonjour" },
        ...look(null, SOAP, TEA),
        { bot: LIST },
        { tap: "Savon" },
        ...look(",SAV/1"),
        { bot: "Au revoir" },
        { ended: true },
      ]),
    ).toEqual([]);
  });
});
