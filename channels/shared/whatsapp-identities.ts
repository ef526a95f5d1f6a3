import type { IdentityValue } from "../../engine/core/domain/contact.ts";

/** A business-scoped user id: `FR.13491208655302741918`. It has been seen in `from` and `wa_id`, too (platform facts A.7). */
const USER_ID = /^[A-Z]{2}\.[A-Za-z0-9.]{1,190}$/;
const DIGITS = /^\+?(\d{5,15})$/;

interface Named {
  readonly phone?: string | undefined;
  readonly user?: string | undefined;
  readonly parent?: string | undefined;
}

/** All that names one person, the most stable first. A number is kept as WhatsApp writes it, with a plus. */
export function identitiesOf({ phone, user, parent }: Named): readonly IdentityValue[] {
  const found: IdentityValue[] = [];
  const add = (identity: IdentityValue | null): void => {
    if (identity && !found.some(({ kind, value }) => kind === identity.kind && value === identity.value))
      found.push(identity);
  };
  add(user && USER_ID.test(user) ? { kind: "whatsappUser", value: user } : null);
  add(addressOf(phone));
  add(parent && USER_ID.test(parent) ? { kind: "whatsappParent", value: parent } : null);
  return found;
}

function addressOf(value: string | undefined): IdentityValue | null {
  if (!value) return null;
  if (USER_ID.test(value)) return { kind: "whatsappUser", value };
  const digits = DIGITS.exec(value)?.[1];
  return digits ? { kind: "phone", value: `+${digits}` } : null;
}
