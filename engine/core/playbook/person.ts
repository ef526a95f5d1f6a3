import { plain } from "../run/match.ts";

/** People as customers call them, where no product or third person is meant. */
const PERSON =
  "(?:humaine?|vraie? personne|conseillere?|conseillers|service (?:client|apres vente)|sav|standard|human|human being|real person|representative|advisor|customer service|support)";
/** These also name somebody else: they count only where the customer wants to talk to them. */
const SOMEBODY =
  "(?:quelqu un|une personne|un agent|un vendeur|une vendeuse|un employe|une employee|un collegue|le responsable|un responsable|le patron|la patronne|le gerant|la gerante|someone|somebody|anyone|a person|an agent|an operator|the manager|a manager|your manager|the owner)";
const TALK =
  "(?:parler|parle|discuter|echanger|joindre|contacter|contact avec|passez moi|passe moi|passer|appeler|appelez moi|rappelez moi|rappeler|relation avec|transferez moi|speak|talk|chat|call|reach|contact|connect me|transfer me|put me through)";
const WANT =
  "(?:veux|voudrais|voudrai|souhaite|aimerais|besoin d|besoin de|il me faut|je prefere|want|need|would like|i d like|give me|get me|can i have)";
/** What may follow when the customer means somebody for themselves, and not for the thing they ask about. */
const FOR_ME =
  "(?: (?:pour m aider|de chez vous|de votre equipe|s il vous plait|svp|vite|maintenant|to help me|from your team|please|now))*";

const WISHES = [
  new RegExp(` ${TALK}(?: [a-z]+){0,3} (?:${PERSON}|${SOMEBODY}) `),
  new RegExp(` ${WANT}(?: (?:a|an|un|une|des|le|la|l|du|de|d|voir|avoir))* ${PERSON} `),
  new RegExp(` ${WANT} ${SOMEBODY}${FOR_ME} $`),
  new RegExp(
    `^ (?:est ce qu )?(?:il )?(?:y a t il|y a|is there|is) (?:quelqu un|anyone|anybody|someone)(?: there| here| la| de disponible| disponible)?${FOR_ME} $`,
  ),
  new RegExp(
    `^ (?:(?:un|une|a|an|le|la|l|the|oui|non|yes|no|ok|bonjour|hello|agent) ){0,2}(?:${PERSON}|agent|operator|operateur|personne)${FOR_ME} $`,
  ),
  new RegExp(`^ ${SOMEBODY}${FOR_ME} $`),
];
const DENIED = new RegExp(` (?:pas|sans|jamais|not|don t|without|no need)(?: [a-z]+){0,6} (?:${PERSON}|${SOMEBODY}) `);

/** Whether a contact asks for a person: in the owner's own words, or in those that everybody uses. */
export function wantsPerson(question: string, words: readonly string[]): boolean {
  const said = ` ${plain(question)} `;
  if (words.some((word) => said.includes(` ${plain(word)} `))) return true;
  return WISHES.some((wish) => wish.test(said)) && !DENIED.test(said);
}
