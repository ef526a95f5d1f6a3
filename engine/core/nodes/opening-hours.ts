import { z } from "zod";
import { common } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface OpeningHoursNode extends FlowNode {
  readonly type: "openingHours";
}

/** Two ways: now the business is open, or it is closed (hours and holidays of the workspace). */
export const openingHours = nodeType<OpeningHoursNode>({
  type: "openingHours",
  label: { fr: "Horaires", en: "Opening hours" },
  group: "logic",
  description: { fr: "Ouvert ou fermé en ce moment ?", en: "Open or closed right now?" },
  schema: z.strictObject({ type: z.literal("openingHours"), ...common }) as unknown as z.ZodType<OpeningHoursNode>,
  exits: () => [
    { name: "open", label: { fr: "Ouvert", en: "Open" }, need: "required", when: "always" },
    { name: "closed", label: { fr: "Fermé", en: "Closed" }, need: "required", when: "always" },
  ],
  compile: () => ({ entry: [], always: [{ exit: "open", when: { type: "open", params: {} } }, { exit: "closed" }] }),
  texts: () => [],
  contents: () => [],
  variables: () => ({ reads: [], writes: [] }),
  waitsFor: () => null,
  preview: (_, language) => (language.startsWith("fr") ? "Ouvert ou fermé ?" : "Open or closed?"),
});
