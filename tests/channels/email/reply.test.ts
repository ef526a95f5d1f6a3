import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordsOfHtml } from "../../../channels/email/html.ts";
import { visibleReply } from "../../../channels/email/reply.ts";

/** Name, whole body, what the person wrote. Shapes as the programs make them; people and addresses invented. */
const TEXTS: readonly (readonly [string, string, string])[] = [
  [
    "Gmail in French, the sentence wrapped",
    "Oui, parfait.\n\nLe lun. 16 nov. 2026 à 10:02, Boutique Lumière <contact@boutique.example.com>\na écrit :\n\n> Bonjour\n> Confirmez-vous ?\n",
    "Oui, parfait.",
  ],
  [
    "Gmail in English",
    "Yes please.\n\nOn Mon, Nov 16, 2026 at 10:02 AM Shop <shop@example.com> wrote:\n\n> Do you confirm?\n",
    "Yes please.",
  ],
  [
    "Gmail with a signature",
    "2\n\n-- \nLéa Martin\n06 39 98 12 34\n\nLe lun. 16 nov. 2026 à 10:02, Boutique <c@example.com> a écrit :\n> Lequel ?",
    "2",
  ],
  [
    "Apple Mail in French",
    "Bonjour,\nje prends la bougie.\n\n> Le 16 nov. 2026 à 10:02, Boutique <contact@example.com> a écrit :\n> \n> Lequel vous ferait plaisir ?",
    "Bonjour,\nje prends la bougie.",
  ],
  [
    "Apple Mail in English, answer below the quote",
    "> On 16 Nov 2026, at 10:02, Shop <shop@example.com> wrote:\n> \n> Which one?\n\nThe candle.",
    "The candle.",
  ],
  [
    "iPhone in French",
    "Confirmer\n\nEnvoyé de mon iPhone\n\n> Le 16 nov. 2026 à 10:02, Boutique <contact@example.com> a écrit :\n> \n> Voici votre commande",
    "Confirmer",
  ],
  ["iPhone in English", "Confirm\n\nSent from my iPhone", "Confirm"],
  [
    "Outlook for Windows in French",
    "Bonjour,\n\nC'est d'accord.\n\nCordialement,\nPaul\n\nDe : Boutique <contact@example.com>\nEnvoyé : lundi 16 novembre 2026 10:02\nÀ : Paul Durand <paul@example.com>\nObjet : Votre commande\n\nConfirmez-vous ?",
    "Bonjour,\n\nC'est d'accord.\n\nCordialement,\nPaul",
  ],
  [
    "Outlook in English with its line",
    "Fine with me.\n\n________________________________\nFrom: Shop <shop@example.com>\nSent: Monday, November 16, 2026 10:02 AM\nTo: Paul <paul@example.com>\nSubject: Your order\n\nDo you confirm?",
    "Fine with me.",
  ],
  [
    "Outlook classic, original message",
    "Merci !\n\n-----Message d'origine-----\nDe : Boutique\nEnvoyé : lundi 16 novembre 2026\nObjet : Commande\n\nBonjour",
    "Merci !",
  ],
  [
    "Outlook in English, original message",
    "Thanks\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\nSubject: Order\n\nHello",
    "Thanks",
  ],
  [
    "Outlook for Android in French",
    "Oui\n\nTélécharger Outlook pour Android<https://aka.ms/AAb9ysg>\n________________________________\nDe : Boutique <contact@example.com>\nEnvoyé : lundi 16 novembre 2026 10:02\nÀ : Léa <lea@example.com>\nObjet : Commande\n\nConfirmez-vous ?",
    "Oui",
  ],
  ["Outlook for iOS", "No thanks\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", "No thanks"],
  [
    "Outlook with bold headers",
    "Oui.\n\n*De :* Boutique <contact@example.com>\n*Envoyé :* lundi 16 novembre 2026 10:02\n*À :* Léa\n*Objet :* Commande\n\nBonjour",
    "Oui.",
  ],
  [
    "Samsung in French",
    "D'accord\n\nEnvoyé depuis mon smartphone Samsung Galaxy.\n\n-------- Message d'origine --------\nDe : Boutique <contact@example.com>\nDate : 16/11/2026 10:02 (GMT+01:00)\nÀ : Léa <lea@example.com>\nObjet : Commande\n\nBonjour",
    "D'accord",
  ],
  [
    "Samsung in English",
    "Okay\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: Shop <shop@example.com>\nDate: 16/11/2026 10:02\nSubject: Order\n\nHello",
    "Okay",
  ],
  [
    "Thunderbird in French",
    "Je confirme.\n\nLe 16/11/2026 à 10:02, Boutique a écrit :\n> Confirmez-vous ?\n",
    "Je confirme.",
  ],
  [
    "Thunderbird, answer below",
    "Le 16/11/2026 à 10:02, Boutique a écrit :\n> Confirmez-vous ?\n\nOui.\n\n-- \nPaul",
    "Oui.",
  ],
  [
    "Yahoo in French",
    "Oui\n\n Le lundi 16 novembre 2026 à 10:02:33 UTC+1, Boutique <contact@example.com> a écrit :  \n\nConfirmez-vous ?",
    "Oui",
  ],
  [
    "Yahoo in English",
    "Yes\n\n On Monday, November 16, 2026 at 10:02:33 AM GMT+1, Shop <shop@example.com> wrote:  \n\nDo you confirm?",
    "Yes",
  ],
  [
    "Orange mail",
    'Bonjour, oui.\n\n> Message du 16/11/26 10:02\n> De : "Boutique" <contact@example.com>\n> A : lea@example.com\n> Objet : Commande\n>\n> Confirmez-vous ?',
    "Bonjour, oui.",
  ],
  [
    "Proton",
    "Yes.\n\nSent with Proton Mail secure email.\n\nOn Monday, November 16th, 2026 at 10:02, Shop <shop@example.com> wrote:\n\n> Do you confirm?",
    "Yes.",
  ],
  [
    "a German program",
    "Ja bitte\n\nAm Mo., 16. Nov. 2026 um 10:02 Uhr schrieb Laden <laden@example.com>:\n\n> Bestätigen Sie?",
    "Ja bitte",
  ],
  [
    "a legal notice",
    "Merci de me rappeler.\n\nCe message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de ses destinataires.",
    "Merci de me rappeler.",
  ],
  [
    "an English legal notice",
    "Please call me.\n\nThis email and any attachments are confidential and intended solely for the addressee.",
    "Please call me.",
  ],
  ["Windows Mail", "Oui\n\nProvenance : Courrier pour Windows", "Oui"],
  [
    "a sentence that begins like a quote",
    "Le savon que j'ai reçu est cassé.\nOn m'a écrit : rien.",
    "Le savon que j'ai reçu est cassé.\nOn m'a écrit : rien.",
  ],
  ["a list of fields that is no quote", "De : Paris\nvers : Lyon", "De : Paris\nvers : Lyon"],
  ["dashes in the middle of nothing", "--\nbonjour", "--\nbonjour"],
  [
    "a phone's words in the middle of a letter",
    "Sent from my office, your parcel never came.\nPlease look.\nIt is urgent.\nThank you.",
    "Sent from my office, your parcel never came.\nPlease look.\nIt is urgent.\nThank you.",
  ],
  ["answers between the lines: the answers", "> Quelle taille ?\nM\n> Quelle couleur ?\nBleu", "M\nBleu"],
  ["only a quote: all of it", "> Bonjour\n> Au revoir", "> Bonjour\n> Au revoir"],
  [
    "only a forwarded mail: all of it",
    "---------- Forwarded message ---------\nDe : Paul <paul@example.com>\nDate : 16 nov. 2026\nObjet : Facture\n\nVoici.",
    "---------- Forwarded message ---------\nDe : Paul <paul@example.com>\nDate : 16 nov. 2026\nObjet : Facture\n\nVoici.",
  ],
];

const HTMLS: readonly (readonly [string, string, string])[] = [
  [
    "Gmail",
    '<div dir="ltr">Oui, parfait.<div><br></div></div><div class="gmail_quote"><div class="gmail_attr">Le lun. a écrit :</div><blockquote class="gmail_quote">Bonjour</blockquote></div>',
    "Oui, parfait.",
  ],
  [
    "Gmail, answer below the quote",
    '<div class="gmail_quote"><blockquote class="gmail_quote">Bonjour</blockquote></div><div>En dessous.</div>',
    "En dessous.",
  ],
  [
    "Outlook on the web",
    '<div>C\'est bon.</div><div id="Signature"><p>Paul</p></div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De :</b> Boutique</div><div>Bonjour</div>',
    "C'est bon.",
  ],
  [
    "Outlook for Windows, headers as words",
    '<p class="MsoNormal">Oui.</p><div style="border-top:solid"><p><b>De :</b> Boutique &lt;c@example.com&gt;<br><b>Envoyé :</b> lundi 16 novembre<br><b>À :</b> Paul<br><b>Objet :</b> Commande</p></div><p>Bonjour</p>',
    "Oui.",
  ],
  [
    "Apple Mail",
    'Je prends la bougie.<br><div><br><blockquote type="cite"><div>Le 16 nov. 2026 à 10:02, Boutique a écrit :</div><div>Lequel ?</div></blockquote></div>',
    "Je prends la bougie.",
  ],
  [
    "iPhone",
    '<div dir="ltr">Confirmer<br><br><div dir="ltr">Envoyé de mon iPhone</div><div dir="ltr"><br><blockquote type="cite">Le 16 nov. 2026 à 10:02, Boutique &lt;c@example.com&gt; a écrit :<br></blockquote></div><blockquote type="cite">Voici</blockquote></div>',
    "Confirmer",
  ],
  [
    "Thunderbird",
    '<p>Je confirme.</p><div class="moz-cite-prefix">Le 16/11/2026 à 10:02, Boutique a écrit :<br></div><blockquote type="cite">Confirmez-vous ?</blockquote><div class="moz-signature">-- <br>Paul</div>',
    "Je confirme.",
  ],
  [
    "Yahoo",
    '<div>Oui</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>Le lundi 16 novembre, Boutique a écrit :</div><div>Bonjour</div></div>',
    "Oui",
  ],
  [
    "paragraphs and a list",
    "<p>Il me faut :</p><ul><li>un savon</li><li>une bougie</li></ul>",
    "Il me faut :\n * un savon\n * une bougie",
  ],
];

describe("what a person wrote", () => {
  test.each(TEXTS)("%s", (_, body, reply) => {
    expect(visibleReply(body)).toBe(reply);
    expect(visibleReply(body.replaceAll("\n", "\r\n"))).toBe(reply);
  });

  test.each(HTMLS)("%s as HTML", (_, html, reply) => {
    expect(visibleReply(wordsOfHtml(html))).toBe(reply);
  });

  test("is never empty where the mail is not, and nothing is made up", () => {
    const lines = fc.constantFrom(
      "",
      "Oui",
      "> Non",
      "-- ",
      "Le 1 nov. à 2:02, A <a@b.fr> a écrit :",
      "De : A",
      "Envoyé : hier",
      "À : B",
      "Sent from my iPhone",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, fc.string())), (parts) => {
        const body = parts.join("\n");
        const reply = visibleReply(body);
        if (body.replace(/[\s\u200b\ufeff\ue000-\ue002]/g, "") !== "") expect(reply).not.toBe("");
        for (const line of reply.split("\n"))
          expect(body.replace(/\u00a0/g, " ").replace(/[\u200b\ufeff]/g, "")).toContain(line.trim());
      }),
    );
  });

  test("of a hostile body is found in no time", () => {
    const bodies = [
      `On ${"a ".repeat(200_000)}wrote:`,
      "On a 1\n".repeat(50_000),
      `${"> ".repeat(100_000)}x`,
      "De : x\n".repeat(50_000),
    ];
    const begins = performance.now();
    for (const body of bodies) visibleReply(body);
    expect(performance.now() - begins).toBeLessThan(5000);
  });
});
