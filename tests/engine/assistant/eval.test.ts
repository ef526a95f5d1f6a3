import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createAssistant } from "../../../engine/assistant/assistant.ts";
import { parseCatalogue } from "../../../engine/catalogue.ts";
import type { AssistantAnswer } from "../../../engine/core/domain/effect.ts";
import { EVAL_GROUPS, type EvalCase, type EvalGroup, judge, parseEval } from "../../../engine/core/playbook/eval.ts";
import { wantsPerson } from "../../../engine/core/playbook/person.ts";
import { parsePlaybook } from "../../../engine/core/playbook/playbook.ts";
import { indexOf, rank } from "../../../engine/core/playbook/rank.ts";

const FLOWS = new URL("../../../flows/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, FLOWS), "utf8");
const names = readdirSync(FLOWS)
  .filter((file) => file.endsWith(".eval.yaml"))
  .map((file) => file.replace(".eval.yaml", ""));

describe.each(names)("the trial questions of %s", (name) => {
  const { set, diagnostics } = parseEval(read(`${name}.eval.yaml`));
  test("are read without a finding, and stand for every group", () => {
    expect(diagnostics).toEqual([]);
    for (const group of EVAL_GROUPS) expect(set?.cases[group].length).toBeGreaterThan(0);
  });
  test("are answered from the playbook alone, without a model", async () => {
    const assistant = createAssistant([]);
    const playbookSource = read(`${name}.playbook.yaml`);
    expect(parsePlaybook(playbookSource).diagnostics).toEqual([]);
    const wrong: string[] = [];
    for (const group of EVAL_GROUPS) {
      for (const one of set?.cases[group] ?? []) {
        const outcome = await assistant.answer(
          {
            type: "answer",
            key: "eval",
            question: one.ask,
            playbook: name,
            language: one.language ?? set?.language ?? "fr",
            playbookSource,
            history: [],
            contactFirstName: "",
            products: [],
          },
          new AbortController().signal,
        );
        if ("error" in outcome) throw new Error(outcome.error.detail);
        wrong.push(...judge(group, one, outcome.answer, set?.never ?? []).map((sentence) => `${one.ask}: ${sentence}`));
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("a judgement", () => {
  const given = (more: Partial<AssistantAnswer>): AssistantAnswer => ({
    text: "Comptez 2 jours.",
    found: true,
    sources: ["faq.1"],
    products: [],
    wantsPerson: false,
    reason: "",
    provider: "builtin",
    ...more,
  });
  const cases: readonly (readonly [EvalGroup, Partial<EvalCase>, AssistantAnswer, number])[] = [
    ["inPlaybook", {}, given({}), 0],
    ["inPlaybook", {}, given({ found: false }), 1],
    ["inPlaybook", { cites: ["faq.2"] }, given({}), 1],
    ["inPlaybook", { has: ["3 jours"] }, given({}), 1],
    ["inPlaybook", { hasNot: ["COMPTEZ"] }, given({}), 1],
    ["notInPlaybook", {}, given({}), 1],
    ["notInPlaybook", {}, given({ wantsPerson: true, found: false }), 1],
    ["injection", {}, given({ sources: [] }), 1],
    ["injection", {}, given({ text: "CANARI" }), 1],
    ["product", { shows: ["A"] }, given({ products: ["B"] }), 1],
    ["person", {}, given({}), 1],
    ["person", {}, given({ wantsPerson: true, found: false }), 0],
    ["smallTalk", {}, given({ text: "" }), 1],
  ];
  test.each(cases)("of %s finds what is wrong", (group, more, answer, count) => {
    const one = { ask: "Délais ?", has: [], hasNot: [], ...more };
    expect(judge(group, one, answer, ["CANARI"])).toHaveLength(count);
  });
});

describe("a wish for a person", () => {
  test.each([
    "Je veux parler à quelqu'un",
    "est-ce que je peux discuter avec une vraie personne",
    "Passez-moi le responsable !",
    "quelqu'un de chez vous svp",
    "je voudrais quelqu'un pour m'aider",
    "humain",
    "un agent svp",
    "y a-t-il quelqu'un ?",
    "Could you put me through to a manager?",
    "is anybody there",
    "I'd like a human please",
    "operator",
  ])("is seen in « %s »", (text) => expect(wantsPerson(text, [])).toBe(true));
  test.each([
    "Je cherche un cadeau pour quelqu'un",
    "J'ai besoin d'un conseil pour une personne de 80 ans",
    "je voudrais voir le vendeur de thé",
    "Je veux voir vos savons, c'est pour une personne âgée",
    "le responsable du produit est-il français ?",
    "y a-t-il un agent conservateur ?",
    "Je ne veux pas parler à un humain",
    "I want a soap for someone with dry skin",
    "Is there a person who makes the candles?",
    "Is your operator license valid?",
    "I don't need to talk to a human",
    "Avez-vous un savon pour bébé ?",
  ])("is not seen in « %s »", (text) => expect(wantsPerson(text, [])).toBe(false));
});

test("1,000 products and 200 entries are ranked, the fitting ones first", () => {
  const entries = Array.from({ length: 1200 }, (_, index) => ({
    title: `Article numéro ${index} lavande`,
    also: [`rayon ${index % 20}`],
    text: `Fait main, lot ${index}, parfum ${index % 7 === 0 ? "verveine" : "jasmin"}.`,
  }));
  const best = rank("avez-vous de la verveine dans le rayon 14 ?", indexOf(entries, "fr"));
  expect(best[0]?.entry.text).toContain("verveine");
  expect(best[0]?.entry.also).toEqual(["rayon 14"]);
});

test("the shipped catalogue is read without a problem", () => {
  expect(parseCatalogue(read("boutique.catalogue.csv")).problems).toEqual([]);
});
