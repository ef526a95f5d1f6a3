import type { AssistantAnswer } from "../core/domain/effect.ts";
import { bilingual } from "../core/domain/language.ts";
import { wantsPerson, withoutHiddenSigns } from "../core/playbook/grounding.ts";
import { entriesOf, notFoundSentence, type Playbook } from "../core/playbook/playbook.ts";
import { rank, wordsOf } from "../core/playbook/rank.ts";
import { plain } from "../core/run/match.ts";
import type { AssistantQuestion } from "../ports.ts";

/** Share of the question's weight that the titles of the best entry must hold; and with its text, when the titles hold some. */
const ENOUGH = 0.5;
const ENOUGH_WITH_TEXT = 0.66;
const SPECIAL_CASE = 0.6;

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
export function answerFromPlaybook(question: AssistantQuestion, playbook: Playbook): AssistantAnswer {
  const { language } = question;
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
  if (wantsPerson(asked, playbook.escalation.words))
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
  if (wordsOf(asked).length === 0) return answer({});
  const ranked = rank(asked, entriesOf(playbook, language));
  const special = ranked.find(({ entry, covered }) => entry.kind === "specialCase" && covered >= SPECIAL_CASE);
  const best =
    special ??
    ranked.find(
      ({ covered, coveredByAll }) => covered >= ENOUGH || (covered > 0.25 && coveredByAll >= ENOUGH_WITH_TEXT),
    );
  if (!best) return answer({});
  return answer({ text: best.entry.text, found: true, sources: [best.entry.id], reason: "found in the playbook" });
}
