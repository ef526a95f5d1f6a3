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
    ["le un", "products"],
    ["choix 1", "products"],
    ["number one", "products"],
    ["1er", "products"],
    ["1ère", "products"],
    ["option 1 svp", "products"],
    ["une", "products"],
    ["produitss", "products"],
    ["prduits", "products"],
    ["proxuits", "products"],
    ["les produits ?", "products"],
    ["Produits 😀", "products"],
    ["ACHETER", "products"],
    ["acheter svp", "products"],
    ["2️⃣", "order"],
    ["2)", "order"],
    ["le second", "order"],
    ["la seconde", "order"],
    ["2ème", "order"],
    ["2nd", "order"],
    ["no 2", "order"],
    ["nº 2", "order"],
    ["the second one", "order"],
    ["ma commande", "order"],
    ["où en est ma commande ?", "order"],
    ["3ème", "advisor"],
    ["third", "advisor"],
    ["je veux parler à un conseiller", "advisor"],
    ["consieller", "advisor"],
    ["quatre", "hours"],
    ["quatrième", "hours"],
    ["fourth", "hours"],
    ["last one", "hours"],
    ["la dernière", "hours"],
    ["0", null],
    ["vingt", null],
    ["2 ou 3", null],
    ["pas les produits", null],
    ["surtout pas un conseiller", null],
    ["je ne veux pas de produits", null],
    ["no products", null],
    ["pas le 2", null],
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

  test.each([
    ["oui", "yes"],
    ["ok", "yes"],
    ["d'accord !", "yes"],
    ["j'accepte", "yes"],
    ["non merci", "no"],
    ["je refuse", "no"],
    ["pas d'accord", null],
    ["je ne suis pas d'accord", null],
    ["pas ok", null],
    ["je n'accepte pas", null],
    ["je n'accepte", null],
    ["I don't agree", null],
    ["surtout pas oui", null],
    ["je ne refuse pas", null],
  ])("a consent: %j is %s, and what denies is never taken for agreement", (text, expected) => {
    const consent = [
      { id: "yes", label: "J'accepte", synonyms: ["oui", "yes", "ok", "d'accord", "I agree"] },
      { id: "no", label: "Je refuse", synonyms: ["non", "no"] },
    ];
    expect(matchChoice(text, consent)?.id ?? null).toBe(expected);
  });

  test("a label that denies is still its own name", () => {
    const choices = [
      { id: "yes", label: "Déjà reçu" },
      { id: "no", label: "Pas encore reçu" },
    ];
    expect(matchChoice("pas encore reçu", choices)?.id).toBe("no");
    expect(matchChoice("je n'ai pas encore reçu", choices)).toBeNull();
    expect(matchChoice("non, pas encore reçu merci", choices)?.id).toBe("no");
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
