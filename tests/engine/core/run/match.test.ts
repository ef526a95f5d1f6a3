import { describe, expect, test } from "vitest";
import { matchChoice, matchesKeyword } from "../../../../engine/core/run/match.ts";

const CHOICES = [
  { id: "products", label: "Produits", synonyms: ["catalogue", "acheter"] },
  { id: "order", label: "Ma commande" },
  { id: "advisor", label: "Conseiller" },
  { id: "hours", label: "Horaires d'été ☀️" },
];

describe("free text against choices", () => {
  test.each([
    ["Produits", "products"],
    ["produits", "products"],
    ["PRODUITS !", "products"],
    ["produit", "products"],
    ["prodiuts", "products"],
    ["podruits", null],
    ["catalogue", "products"],
    ["je veux les produits svp", "products"],
    ["1", "products"],
    ["1.", "products"],
    ["1️⃣", "products"],
    ["un", "products"],
    ["le premier", "products"],
    ["la première", "products"],
    ["the first", "products"],
    ["first one please", "products"],
    ["2", "order"],
    ["deux", "order"],
    ["deuxième", "order"],
    ["le deuxième", "order"],
    ["second", "order"],
    ["numéro 2", "order"],
    ["n°2", "order"],
    ["2e", "order"],
    ["two", "order"],
    ["je prends le 2", "order"],
    ["commande", "order"],
    ["ma comande", "order"],
    ["3", "advisor"],
    ["trois", "advisor"],
    ["conseiler", "advisor"],
    ["Conseiller", "advisor"],
    ["horaires d'ete", "hours"],
    ["le dernier", "hours"],
    ["4", "hours"],
    ["5", null],
    ["42", null],
    ["", null],
    ["???", null],
    ["👍", null],
    ["bonjour", null],
    ["je voudrais parler de la météo", null],
    ["produits et conseiller", null],
    ["12 rue des Tilleuls", null],
  ])("%j is %s", (text, expected) => {
    expect(matchChoice(text, CHOICES)?.id ?? null).toBe(expected);
  });

  test("short labels are never guessed", () => {
    const choices = [
      { id: "yes", label: "Oui" },
      { id: "no", label: "Non" },
    ];
    expect(matchChoice("nom", choices)).toBeNull();
    expect(matchChoice("oui merci", choices)?.id).toBe("yes");
  });

  test("two choices that fit equally well: none", () => {
    expect(
      matchChoice("thé", [
        { id: "a", label: "Thé vert" },
        { id: "b", label: "Thé noir" },
      ]),
    ).toBeNull();
  });
});

describe("keywords", () => {
  test.each([
    ["humain", ["humain"], "exact", true],
    ["Humain !", ["humain"], "exact", true],
    ["un humain", ["humain"], "exact", false],
    ["je veux un humain", ["humain"], "contains", true],
    ["inhumain", ["humain"], "contains", false],
    ["réserver", ["reserver"], "exact", true],
    ["", ["humain"], "contains", false],
  ] as const)("%j with %j (%s): %s", (text, keywords, how, expected) => {
    expect(matchesKeyword(text, keywords, how)).toBe(expected);
  });
});
