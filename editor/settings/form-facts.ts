import { createContext } from "react";
import type { Problems } from "./accounts.ts";

/** What all fields of one form know. */
export interface FormFacts {
  readonly problems: Problems;
  readonly isDisabled: boolean;
  /** Secrets that are kept already, by field. */
  readonly secrets: Readonly<Record<string, { readonly set: boolean }>>;
}
export const FormFactsContext = createContext<FormFacts>({ problems: {}, isDisabled: false, secrets: {} });
