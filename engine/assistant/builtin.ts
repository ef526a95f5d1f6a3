import type { AssistantAnswer } from "../core/domain/effect.ts";
import { bilingual } from "../core/domain/language.ts";
import { withoutHiddenSigns } from "../core/playbook/grounding.ts";
import { wantsPerson } from "../core/playbook/person.ts";
import { notFoundSentence } from "../core/playbook/playbook.ts";
import { type Ranked, rank } from "../core/playbook/rank.ts";
import { plain } from "../core/run/match.ts";
import type { AssistantQuestion } from "../ports.ts";
import { productLine, type Reading, rankedProducts } from "./reading.ts";

/** Share of the question's weight that the titles of the best entry must hold; and with its text, when the titles hold some. */
const ENOUGH = 0.5;
const ENOUGH_WITH_TEXT = 0.66;
const SPECIAL_CASE = 0.6;
/** Rounding left aside. */
const ALL = 0.999;
const MOST_OFFERS = 3;
const MOST_PRODUCTS = 5;

const GREETINGS = new Set([
  "bonjour",
  "salut",
  "bonsoir",
  "coucou",
  "hello",
  "hi",
  "hey",
  "good morning",
  "good evening",
]);
const THANKS = new Set([
  "merci",
  "merci beaucoup",
  "super merci",
  "thanks",
  "thank you",
  "thanks a lot",
  "ok merci",
  "parfait merci",
  "merci bien",
]);

/** Answers without any model: finds the owner's own words for a question, or says that it does not know. */
export function answerFromPlaybook(question: AssistantQuestion, reading: Reading): AssistantAnswer {
  const { language } = question;
  const { playbook } = reading;
  const asked = withoutHiddenSigns(question.question);
  const answer = (more: Partial<AssistantAnswer>): AssistantAnswer => ({
    text: notFoundSentence(playbook, language),
    found: false,
    sources: [],
    products: [],
    wantsPerson: false,
    reason: "not in the playbook",
    provider: "builtin",
    ...more,
  });
  if (wantsPerson(asked, playbook?.escalation.words ?? []))
    return answer({ text: "", wantsPerson: true, reason: "asked for a person" });
  const said = plain(asked);
  if (GREETINGS.has(said)) {
    const text = bilingual(
      { fr: "Bonjour ! Comment puis-je vous aider ?", en: "Hello! How can I help you?" },
      language,
    );
    return answer({ text, found: true, reason: "greeting" });
  }
  if (THANKS.has(said)) {
    const text = bilingual({ fr: "Avec plaisir ! Autre chose ?", en: "You're welcome! Anything else?" }, language);
    return answer({ text, found: true, reason: "thanks" });
  }
  const ranked = rank(asked, reading.entries(language)).filter(isAbout);
  const special = ranked.find(({ entry, covered }) => entry.kind === "specialCase" && covered >= SPECIAL_CASE);
  const best = special ?? ranked[0];
  if (!best) {
    const products = rankedProducts({ ...question, question: asked })
      .filter(({ topics, covered }) => topics >= ALL && covered > 0)
      .slice(0, MOST_PRODUCTS)
      .map(({ entry }) => entry.product);
    if (products.length === 0) return answer({});
    const text = bilingual({ fr: "Voici ce que nous avons :", en: "This is what we have:" }, language);
    const skus = products.map(({ sku }) => sku);
    return answer({
      text: [text, ...products.map((product) => `- ${productLine(product, language)}`)].join("\n"),
      found: true,
      sources: skus,
      products: skus,
      reason: "found in the catalogue",
    });
  }
  const shown =
    best.entry.kind === "offer" ? ranked.filter((one) => isAsGood(one, best)).slice(0, MOST_OFFERS) : [best];
  return answer({
    text: shown.map(({ entry }) => entry.text).join("\n"),
    found: true,
    sources: shown.map(({ entry }) => entry.id),
    reason: "found in the playbook",
  });
}

/** Whether an entry answers the question, and not only one that sounds like it. */
function isAbout({ entry, covered, coveredByAll, topics }: Ranked): boolean {
  // Asked for by a name that it does not bear, it is another product.
  if (entry.kind === "offer") return topics >= ALL && covered > 0;
  return topics > 0 && (covered >= ENOUGH || (covered > 0.25 && coveredByAll >= ENOUGH_WITH_TEXT));
}

/** "The price of the soap", and there are two. */
function isAsGood(one: Ranked, best: Ranked): boolean {
  return one.entry.kind === "offer" && one.score >= best.score * 0.8;
}
