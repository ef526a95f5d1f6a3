import { catalogue } from "../words/words.ts";

export const stepWords = catalogue("settings.steps", {
  fr: {
    title: "À faire de l'autre côté",
    tokenLater: "Le jeton de vérification apparaît ici dès que le compte est enregistré.",
    metaApp: "Ouvrez votre application sur Meta for Developers (developers.facebook.com).",
    whatsappPaste:
      "WhatsApp › Configuration : collez l'adresse de rappel et le jeton de vérification, puis cliquez sur « Vérifier et enregistrer ».",
    whatsappFields: "Sur la même page, abonnez-vous au champ « messages ».",
    whatsappSubscribe:
      "Testez la connexion : si l'application n'est pas abonnée à votre compte WhatsApp Business, le test vous dit quoi faire.",
    messengerPaste: "Messenger › Paramètres › Webhooks : collez l'adresse de rappel et le jeton de vérification.",
    messengerFields:
      "Abonnez-vous à « messages », « messaging_postbacks » et « message_echoes » : sans ce dernier, le bot ne voit pas qu'une personne répond.",
    messengerSubscribe: "Sur la même page, ajoutez votre page Facebook aux abonnements.",
    instagramPaste: "Messenger › Paramètres Instagram › Webhooks : collez l'adresse de rappel et le jeton.",
    instagramFields:
      "Abonnez-vous à « messages », « messaging_postbacks » et « message_echoes » : sans ce dernier, le bot ne voit pas qu'une personne répond.",
    instagramSubscribe: "Ajoutez aux abonnements la page Facebook à laquelle le compte Instagram est relié.",
    twilioNumber: "Dans la console Twilio, ouvrez Phone Numbers › votre numéro › Messaging.",
    twilioPaste:
      "Sous « A message comes in », choisissez « Webhook », collez l'adresse de rappel, méthode « HTTP POST ».",
    twilioService:
      "Avec un service de messagerie, collez-la plutôt sous Messaging › Services › votre service › Integration.",
    twilioSender: "Dans la console Twilio, ouvrez Messaging › Senders › WhatsApp senders › votre numéro.",
    twilioSenderPaste: "Collez l'adresse de rappel comme webhook des messages entrants, méthode « HTTP POST ».",
    emailServers:
      "Cherchez dans l'aide de votre messagerie les serveurs IMAP et SMTP, et activez l'accès IMAP s'il ne l'est pas.",
    emailPassword:
      "Avec la validation en deux étapes, créez un mot de passe d'application : c'est lui que l'on saisit ici.",
    webPaste: "Collez la ligne ci-dessous sur les pages de votre site, avant </body>.",
    webSites: "Ajoutez l'adresse de votre site aux « Sites autorisés » de ce compte.",
    formShare: "Partagez l'adresse de la page du formulaire telle quelle,",
    formPaste: "ou collez la ligne ci-dessous là où le formulaire doit apparaître sur votre site.",
    script: "Ligne à coller sur votre site",
    chatLink: "Adresse du chat, à partager",
    formLink: "Adresse du formulaire, à partager",
  },
  en: {
    title: "To do on the other side",
    tokenLater: "The verify token appears here as soon as the account is saved.",
    metaApp: "Open your app at Meta for Developers (developers.facebook.com).",
    whatsappPaste: "WhatsApp › Configuration: paste the callback URL and the verify token, then “Verify and save”.",
    whatsappFields: "On the same page, subscribe to the field “messages”.",
    whatsappSubscribe:
      "Test the connection: if the app is not subscribed to your WhatsApp Business account, the test says what to do.",
    messengerPaste: "Messenger › Settings › Webhooks: paste the callback URL and the verify token.",
    messengerFields:
      "Subscribe to “messages”, “messaging_postbacks” and “message_echoes”: without the last one the bot does not see that a person answers.",
    messengerSubscribe: "On the same page, add your Facebook page to the subscriptions.",
    instagramPaste: "Messenger › Instagram settings › Webhooks: paste the callback URL and the token.",
    instagramFields:
      "Subscribe to “messages”, “messaging_postbacks” and “message_echoes”: without the last one the bot does not see that a person answers.",
    instagramSubscribe: "Add the Facebook page that the Instagram account is linked to to the subscriptions.",
    twilioNumber: "In Twilio's console, open Phone Numbers › your number › Messaging.",
    twilioPaste: "Under “A message comes in” choose “Webhook”, paste the callback URL, method “HTTP POST”.",
    twilioService:
      "With a messaging service, paste it under Messaging › Services › your service › Integration instead.",
    twilioSender: "In Twilio's console, open Messaging › Senders › WhatsApp senders › your number.",
    twilioSenderPaste: "Paste the callback URL as the webhook of incoming messages, method “HTTP POST”.",
    emailServers:
      "Look up the IMAP and SMTP servers in your mail provider's help, and switch IMAP access on if it is off.",
    emailPassword: "With two-step sign-in, create an app password: that is the one to enter here.",
    webPaste: "Paste the line below into the pages of your site, before </body>.",
    webSites: "Add the address of your site to the “Allowed sites” of this account.",
    formShare: "Share the address of the form's page as it is,",
    formPaste: "or paste the line below where the form is to appear on your site.",
    script: "Line to paste into your site",
    chatLink: "Address of the chat, to share",
    formLink: "Address of the form, to share",
  },
});
