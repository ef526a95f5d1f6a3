import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import { type Account, channel, type Received, type WebhookRequest } from "../../engine/core/domain/channel.ts";
import type { IdentityValue } from "../../engine/core/domain/contact.ts";
import { type FormFace, type FormField, filledForm, formFace, wordsIn } from "../../engine/core/domain/form.ts";
import type { Json, JsonObject } from "../../engine/core/domain/json.ts";
import { bilingual } from "../../engine/core/domain/language.ts";
import type { Media } from "../../engine/core/domain/message.ts";
import type { AnswerWay, Submission } from "../../engine/core/domain/submission.ts";
import { forged, plainAnswer } from "../shared/answers.ts";
import { type Answers, type FormFile, readAnswers, said } from "./answers.ts";
import { WORDS } from "./words.ts";

const ANSWERS_PER_HOUR = 5;

/** One way to answer, as the owner set it. WhatsApp needs a template: nobody has written to it yet. */
const way = z.strictObject({
  channel: accountField(
    z.enum(["email", "sms", "whatsapp", "whatsappTwilio"]),
    { fr: "Canal", en: "Channel" },
    {
      choices: {
        email: { fr: "E-mail", en: "E-mail" },
        sms: { fr: "SMS", en: "SMS" },
        whatsapp: { fr: "WhatsApp", en: "WhatsApp" },
        whatsappTwilio: { fr: "WhatsApp (Twilio)", en: "WhatsApp (Twilio)" },
      },
    },
  ),
  /** Name of the account that answers; absent: the first that is connected. */
  account: accountField(
    z.string().max(100).optional(),
    { fr: "Compte", en: "Account" },
    {
      advanced: true,
      help: { fr: "Son nom. Vide : le premier qui est connecté.", en: "Its name. Empty: the first that is connected." },
    },
  ),
  template: accountField(
    z
      .strictObject({
        /** As the provider knows it; through Twilio also a Content SID. */
        name: accountField(
          z.string().regex(/^([a-z0-9_]{1,512}|HX[0-9a-f]{32})$/),
          { fr: "Nom du modèle", en: "Name of the template" },
          { placeholder: "form_received" },
        ),
        language: accountField(
          z.string().regex(/^[a-z]{2}(_[A-Z]{2})?$/),
          { fr: "Langue du modèle", en: "Language of the template" },
          { placeholder: "fr" },
        ),
        /** Fields whose answers are the template's parameters, in order. */
        fields: accountField(
          z.array(z.string()).max(10).default([]),
          { fr: "Ses paramètres", en: "Its parameters" },
          {
            help: {
              fr: "Noms techniques des questions dont il reprend les réponses.",
              en: "Technical names of the questions whose answers it repeats.",
            },
          },
        ),
        /** What it says, for the thread. */
        text: accountField(
          z.string().max(1000).default(""),
          { fr: "Ce qu'il dit", en: "What it says" },
          { control: "longText" },
        ),
      })
      .optional(),
    { fr: "Modèle", en: "Template" },
    {
      help: {
        fr: "Obligatoire par WhatsApp : ce client ne vous y a pas encore écrit.",
        en: "Needed by WhatsApp: this customer has not written to you there yet.",
      },
    },
  ),
});

/** A form on web pages: what it asks, where it may stand, and how its senders are answered. */
export interface FormAccount extends FormFace {
  /** The owner's favourite first; the first that is connected and whose address was given. */
  readonly answerBy: readonly z.infer<typeof way>[];
}

const account = formFace.extend({
  answerBy: accountField(
    z
      .array(way)
      .max(6)
      .default([{ channel: "email" }, { channel: "sms" }, { channel: "whatsapp" }, { channel: "whatsappTwilio" }]),
    { fr: "Répondre par", en: "Answer by" },
    {
      help: {
        fr: "Le premier canal connecté dont le client a donné l'adresse.",
        en: "The first connected channel whose address the customer gave.",
      },
    },
  ),
}) as unknown as z.ZodType<FormAccount>;

/** The engine has made sure that this rendering of the form is its own; what was filled in is anybody's. */
function receive(request: WebhookRequest, accounts: readonly Account<FormAccount>[]): Received {
  const { rendering } = request;
  const own = rendering && accounts.find(({ id }) => id === rendering.accountId);
  if (!rendering || !own) return forged();
  const filled = filledForm.safeParse(bodyOf(request.body));
  if (!filled.success) return refusal(400, { error: "not a form", fields: {} });
  const { language } = filled.data;
  const { fields, formId, answerBy } = own.config;
  const answers = readAnswers(fields, filled.data, rendering.country);
  if (answers.type === "refused")
    return refusal(422, { error: bilingual(WORDS.check, language), fields: said(answers.problems, language) });
  const addresses = addressesIn(fields, answers.values);
  const asks = fields.filter(({ kind }) => kind === "email" || kind === "phone");
  const [first] = asks;
  if (first && addresses.length === 0)
    return refusal(422, {
      error: bilingual(WORDS.check, language),
      fields: { [first.id]: bilingual(WORDS.address, language) },
    });
  const id = `form:${rendering.id}`;
  return {
    verdict: "accepted",
    events: [
      {
        type: "message",
        accountId: own.id,
        dedupeKey: id,
        externalId: id,
        at: request.receivedAt,
        from: {
          // One address: nothing proves that two belong to one person. Who gives none is somebody new each time.
          identities: addresses.length > 0 ? addresses.slice(0, 1) : [{ kind: "visitor", value: id }],
          language,
          ...nameIn(fields, answers.values),
        },
        content: {
          type: "form",
          name: formId,
          values: Object.fromEntries(answers.values),
          text: textIn(fields, answers.values, language),
          ...(answers.files.length > 0 ? { files: answers.files.map(mediaOf) } : {}),
        },
        // Anybody can write any address into a form: nobody gets more answers by it than this.
        answersPerHour: ANSWERS_PER_HOUR,
        submission: {
          ...submissionOf(formId, fields, answers.values, language),
          answerBy: answerBy.flatMap((one) =>
            wayTo(one, addresses, (id) => parameterOf(fields, answers.values, id, language)),
          ),
        },
      },
    ],
    setAside: [],
    misrouted: 0,
    response: plainAnswer(202),
  };
}

function bodyOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

function refusal(status: number, body: { readonly error: string; readonly fields: object }): Received {
  return {
    verdict: "invalid",
    events: [],
    setAside: [],
    misrouted: 0,
    response: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  };
}

type Values = Extract<Answers, { readonly type: "taken" }>["values"];

/** The addresses that were given, in the order of the fields. */
function addressesIn(fields: readonly FormField[], values: Values): readonly IdentityValue[] {
  return fields.flatMap(({ id, kind }): readonly IdentityValue[] => {
    const value = values.get(id);
    return (kind === "email" || kind === "phone") && typeof value === "string" ? [{ kind, value }] : [];
  });
}

function nameIn(fields: readonly FormField[], values: Values): { readonly name?: string } {
  const { name, firstName } = contactIn(fields, values);
  const whole = name ?? firstName;
  return whole ? { name: whole } : {};
}

/** Lines like « Votre nom : Léa », as an agent reads them. */
function textIn(fields: readonly FormField[], values: Values, language: string): string {
  return fields
    .flatMap((field) => {
      const value = values.get(field.id);
      if (value === null || value === undefined) return [];
      const label = wordsIn(field.label, language);
      const answer = answerIn(field, value, language);
      return [field.kind === "longText" ? `${label} :\n${answer}` : `${label} : ${answer}`];
    })
    .join("\n");
}

function answerIn(field: FormField, value: Json, language: string): string {
  if (typeof value === "boolean") return bilingual(value ? WORDS.yes : WORDS.no, language);
  const option = field.options?.find(({ id }) => id === value);
  return option ? wordsIn(option.label, language) : String(value);
}

function submissionOf(form: string, fields: readonly FormField[], values: Values, language: string): Submission {
  const variables: Record<string, Json> = {};
  const messages: string[] = [];
  for (const { id, to } of fields) {
    const value = values.get(id) ?? null;
    if (to?.type === "variable") variables[to.name] = value;
    if (to?.type === "message" && typeof value === "string") messages.push(value);
  }
  return {
    form,
    message: messages.join("\n"),
    values: Object.fromEntries(values),
    variables,
    contact: { ...contactIn(fields, values), language },
  };
}

/** What the answers say of the contact: its own columns by name, everything else among the owner's fields. */
function contactIn(fields: readonly FormField[], values: Values): Submission["contact"] {
  const known: Record<string, string> = {};
  const own: Record<string, Json> = {};
  for (const { id, to } of fields) {
    const value = values.get(id) ?? null;
    if (to?.type !== "contact" || value === null) continue;
    if (["name", "firstName", "email", "phone"].includes(to.field)) known[to.field] = String(value);
    else own[to.field] = value;
  }
  const more: JsonObject = own;
  return { ...known, ...(Object.keys(own).length > 0 ? { fields: more } : {}) };
}

function wayTo(
  { channel: by, account: name, template }: FormAccount["answerBy"][number],
  addresses: readonly IdentityValue[],
  parameter: (field: string) => string,
): readonly AnswerWay[] {
  const identity = addresses.find(({ kind }) => kind === (by === "email" ? "email" : "phone"));
  if (!identity) return [];
  const body = template?.fields.map((id) => ({ type: "text" as const, text: parameter(id) })) ?? [];
  const opening: AnswerWay["opening"] = template && {
    type: "template",
    name: template.name,
    language: template.language,
    parameters: body.length > 0 ? { body } : {},
    ...(template.text === "" ? {} : { text: template.text }),
  };
  return [{ channel: by, identity, ...(name ? { account: name } : {}), ...(opening ? { opening } : {}) }];
}

/** An answer as WhatsApp takes it in a template: never empty, on one line, without runs of spaces. */
function parameterOf(fields: readonly FormField[], values: Values, id: string, language: string): string {
  const field = fields.find((one) => one.id === id);
  const value = values.get(id) ?? null;
  if (!field || value === null) return "–";
  return answerIn(field, value, language).replace(/\s+/g, " ").slice(0, 500);
}

function mediaOf({ path, mimeType, fileName, sizeBytes }: FormFile): Media {
  const [family] = mimeType.split("/");
  const kind = family === "image" || family === "audio" || family === "video" ? family : "document";
  return { kind, mimeType, fileName, sizeBytes, ...(path ? { path } : {}) };
}

/** A form on a web page. Nothing can be said on it: the answer goes on by e-mail, SMS or WhatsApp. */
export const form = channel<FormAccount>({
  type: "form",
  label: { fr: "Formulaire web", en: "Web form" },
  capabilities: {
    maxTextLength: 4000,
    buttons: null,
    list: null,
    headerLength: 0,
    footerLength: 0,
    choiceIdLength: 200,
    media: {},
    linkButton: null,
    location: false,
    locationRequest: false,
    contacts: false,
    reaction: false,
    template: false,
    products: false,
    typing: false,
    serviceWindowHours: null,
    pace: { account: { perSecond: 1, burst: 1 }, recipient: null },
    unknownPolicy: "ask",
    evidence: false,
    identityKinds: ["email", "phone", "visitor"],
    markup: "none",
    oneWay: true,
  },
  account,
  address: ({ formId }) => formId,
  receive,
  render: () => [],
  settle: () => ({ type: "failed", error: { code: "messageInvalid", detail: "nothing can be said on a form" } }),
});
