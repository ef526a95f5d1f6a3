import { z } from "zod";
import { name } from "../flow/document.ts";
import { common, field, NEXT } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { readsOf } from "./reading.ts";

export interface SetContactNode extends FlowNode {
  readonly type: "setContact";
  readonly name?: string;
  readonly firstName?: string;
  readonly contactLanguage?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

const value = (fr: string, en: string) => field(z.string().max(500).optional(), fr, en, "text");

/** Keeps what was learned about the contact. Texts hold placeholders: `email: "{{ email }}"`. */
export const setContact = nodeType<SetContactNode>({
  type: "setContact",
  label: { fr: "Fiche contact", en: "Contact details" },
  group: "actions",
  description: { fr: "Complète la fiche du contact.", en: "Fills in the contact's details." },
  schema: z.strictObject({
    type: z.literal("setContact"),
    name: value("Nom", "Name"),
    firstName: value("Prénom", "First name"),
    contactLanguage: value("Langue", "Language"),
    email: value("E-mail", "E-mail"),
    phone: value("Téléphone", "Phone"),
    fields: field(z.record(name, z.string().max(500)).optional(), "Champs", "Fields", "keyValues"),
    ...common,
  }) as unknown as z.ZodType<SetContactNode>,
  exits: () => [NEXT],
  compile: (node, id) => {
    const { name: fullName, firstName, email, phone, fields } = node;
    const patch = { name: fullName, firstName, email, phone };
    const given = Object.fromEntries(
      Object.entries(patch).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const effect = {
      type: "setContact",
      ...given,
      ...(node.contactLanguage ? { contactLanguage: node.contactLanguage } : {}),
      ...(fields ? { fields: { ...fields } } : {}),
    };
    return { entry: [{ type: "effect", params: { node: id, effect } }], always: [{ exit: "next" }] };
  },
  texts: () => [],
  contents: () => [],
  variables: (node) => ({
    reads: readsOf([
      node.name,
      node.firstName,
      node.contactLanguage,
      node.email,
      node.phone,
      ...Object.values(node.fields ?? {}),
    ]),
    writes: [],
  }),
  waitsFor: () => null,
  preview: (node) =>
    Object.keys({ ...node, ...node.fields })
      .filter((key) => !["type", "fields", "exits", "title", "comment"].includes(key))
      .join(", "),
});
