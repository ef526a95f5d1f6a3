import type { Language } from "../domain/language.ts";
import { plain } from "../run/match.ts";

const list = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter((word) => word !== ""));

/** Words that say nothing about what is asked. */
const FRENCH = list(
  `a ai ait alors as au aux avec avez c ca ce ceci cela ces cet cette ceux comme d dans de des du elle en es est et etes etre eu
   faire fait faites il ils j je l la le les leur lui m ma mais me mes moi mon n ne nos notre nous on ont ou par pas peut peux plus pour pouvez
   qu que quel quelle quelles quels qui s sa sans se ses si son sommes sont suis sera serai sur svp t ta te tes toi ton tu un une veux voudrais vos votre vous y
   bonjour salut merci stp estce quoi avoir savoir dire puis bien avons proposez propose vendez vend cherche auriez aurait possible prenez prendre acceptez
   trouver acheter vers quelqu quelque quelques besoin contient contiennent comprend disponible disponibles question chez ici tres aussi encore si oui non`,
);
const ENGLISH = list(
  `about am an and any are at be been but by can could did do does for from get give had has have he her his how i if in into is it its
   just like me my no not of off on or our out please she so some than that the their them then there these they this to up us was we
   were what when which who will with would you your hello hi thanks thank tell know take looking look sell buy want need there here yes also someone somebody contains contain available question`,
);
/** Words of one language that carry meaning in the other: "thé" and "an", "plus size" and "son". */
const NOT_IN_FRENCH = list("the an or if");
const NOT_IN_ENGLISH = list("plus son");

/** Words that stand in many questions about many things: alone they fit everything, so they decide nothing. */
const WEAK = new Set(
  [
    ...list(
      `prix tarif tarifs cout coute coutent couter combien temps heure heures jour jours quand comment pourquoi numero longtemps
     price prices cost costs much many time long day days hour hours when how why where number oui`,
    ),
  ].map(stem),
);

/** Whether a word says what a question is about. */
export const isTopic = (word: string): boolean => !WEAK.has(word);

/** A word without its ending, so that "livraisons", "livrer" and "livraison" meet. Light on purpose: wrong meetings are worse than missed ones. */
function stem(word: string): string {
  const single = word.replace(/([^s])s$/, "$1");
  if (single.length <= 4) return single;
  const cut = single
    .replace(/(issements?|issement|ations?|ition|itions)$/, "")
    .replace(/(aisons?|ances?|ences?|ments?|eurs?|euses?)$/, "")
    .replace(/(ees?|es|er|ez|ons|ing|ed|ies|s|e|ent)$/, "");
  return cut.length >= 3 ? cut : single;
}

/** The words of a text that say something, without their endings. */
export function wordsOf(text: string, language: Language): readonly string[] {
  const kept = language.startsWith("fr") ? NOT_IN_FRENCH : language.startsWith("en") ? NOT_IN_ENGLISH : null;
  const [own, other] = language.startsWith("en") ? [ENGLISH, FRENCH] : [FRENCH, ENGLISH];
  return plain(text)
    .split(" ")
    .filter((word) => word.length > 1 && !own.has(word) && !(other.has(word) && !kept?.has(word)))
    .map(stem);
}
