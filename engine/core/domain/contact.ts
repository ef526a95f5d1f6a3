import type { ContactId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { Language } from "./language.ts";

/** What kind of address: `phone` is E.164 with `+`; the others are opaque. `siteUser`: as the owner's own site knows them. */
export type IdentityKind =
  | "phone"
  | "whatsappUser"
  | "whatsappParent"
  | "messengerUser"
  | "instagramUser"
  | "email"
  | "visitor"
  | "siteUser";

/** One address of a person. The pair (account, kind, value) names one person only. */
export interface IdentityValue {
  readonly kind: IdentityKind;
  /** At most 200 characters. */
  readonly value: string;
}

export interface Contact {
  readonly id: ContactId;
  readonly name: string;
  readonly firstName: string;
  readonly language: Language | null;
  readonly phone: string | null;
  readonly email: string | null;
  /** The owner's own fields. */
  readonly fields: JsonObject;
  readonly labels: readonly string[];
  /** Purposes that the contact said no to: `service` silences everything, `marketing` only broadcasts. */
  readonly optedOut: readonly ("service" | "marketing")[];
}
