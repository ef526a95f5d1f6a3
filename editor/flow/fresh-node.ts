import type { Language } from "../../engine/core/domain/language.ts";
import { nodeTypes } from "../../engine/core/nodes/registry.ts";
import { fieldsOf, isOptional, shapeOf } from "./form/schema-shape.ts";

type Fresh = Readonly<Record<string, unknown>> & { readonly type: string };

/** The least that a node of each type needs, with words that can stay. A type that is not here begins with what its schema asks for. */
const FRESH: Readonly<Record<string, (say: (fr: string, en: string) => unknown) => Readonly<Record<string, unknown>>>> =
  {
    say: (say) => ({ text: say("Votre message ici.", "Your message here.") }),
    choose: (say) => ({
      text: say("Que souhaitez-vous ?", "What would you like?"),
      choices: [
        { id: "oui", label: say("Oui", "Yes") },
        { id: "non", label: say("Non", "No") },
      ],
      timeoutHours: 20,
    }),
    ask: (say) => ({ text: say("Quel est votre nom ?", "What is your name?"), saveAs: "reponse", timeoutHours: 20 }),
    sendTemplate: () => ({ template: "modele", language: "fr" }),
    cart: (say) => ({ text: say("Voici votre panier :", "Here is your cart:"), timeoutHours: 20 }),
    productList: (say) => ({ text: say("Voici nos produits.", "Here are our products."), timeoutHours: 20 }),
    orderConfirm: (say) => ({ text: say("Voici votre commande :", "Here is your order:"), timeoutHours: 20 }),
    branch: () => ({ conditions: [{ id: "vrai", when: "contact.firstName != ''" }] }),
    set: () => ({ values: { etape: "nouveau" } }),
    split: () => ({
      ways: [
        { id: "a", weight: 1 },
        { id: "b", weight: 1 },
      ],
    }),
    wait: () => ({ hours: 1 }),
    callFlow: () => ({ flow: "support" }),
    http: () => ({ url: "https://example.com/" }),
    label: () => ({ add: ["client"] }),
    setContact: () => ({ name: "{{ reponse }}" }),
    note: () => ({ text: "À suivre." }),
    notify: () => ({ text: "{{ contact.name }} a besoin de vous." }),
    handOver: (say) => ({
      text: say("Je vous mets en relation avec un conseiller.", "I am passing you to one of our team."),
    }),
    understand: (say) => ({
      intents: [{ id: "question", label: say("pose une question", "asks a question") }],
    }),
  };

/** A new node in the languages of its flow. */
export function freshNode(type: string, languages: readonly Language[]): Fresh {
  const say = (fr: string, en: string): unknown => {
    const word = (language: Language): string => (language.startsWith("fr") ? fr : en);
    const [only, ...more] = languages;
    return more.length === 0
      ? word(only ?? "fr")
      : Object.fromEntries(languages.map((language) => [language, word(language)]));
  };
  return { type, ...(FRESH[type]?.(say) ?? needed(type, say)) };
}

function needed(type: string, say: (fr: string, en: string) => unknown): Readonly<Record<string, unknown>> {
  const found = nodeTypes.get(type);
  const fields = found ? fieldsOf(found).filter(({ schema }) => !isOptional(schema)) : [];
  return Object.fromEntries(
    fields.map(({ key, schema, label }) => {
      const shape = shapeOf(schema);
      if (shape.kind === "number") return [key, shape.min ?? 1];
      if (shape.kind === "select") return [key, shape.options[0]];
      return [key, shape.kind === "localized" ? say(label.fr, label.en) : key];
    }),
  );
}
