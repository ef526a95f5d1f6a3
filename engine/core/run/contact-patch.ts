import type { Contact } from "../domain/contact.ts";
import type { Effect } from "../domain/effect.ts";
import type { ContactPatch } from "./decision.ts";

/** What a step's effects change of the contact; null: nothing. */
export function contactPatch(effects: readonly Effect[]): ContactPatch | null {
  let patch: ContactPatch = {};
  for (const effect of effects) {
    if (effect.type === "setContact") {
      const { type: _, fields, contactLanguage, ...own } = effect;
      patch = {
        ...patch,
        ...own,
        ...(contactLanguage ? { language: contactLanguage } : {}),
        ...(fields ? { fields: { ...patch.fields, ...fields } } : {}),
      };
    } else if (effect.type === "label") {
      patch = {
        ...patch,
        addLabels: [...(patch.addLabels ?? []), ...effect.add],
        removeLabels: [...(patch.removeLabels ?? []), ...effect.remove],
      };
    }
  }
  return Object.keys(patch).length > 0 ? patch : null;
}

/** The contact after a patch. */
export function patchedContact(contact: Contact, patch: ContactPatch): Contact {
  const { addLabels = [], removeLabels = [], optOut, optIn, fields, ...own } = patch;
  const labels = [...new Set([...contact.labels, ...addLabels])].filter((label) => !removeLabels.includes(label));
  const optedOut = [...contact.optedOut.filter((one) => one !== optIn), ...(optOut ? [optOut] : [])];
  return { ...contact, ...own, fields: { ...contact.fields, ...fields }, labels, optedOut: [...new Set(optedOut)] };
}
