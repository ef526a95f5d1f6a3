import type { Account, Call, CallResponse, Profile, Recipient } from "../../../engine/core/domain/channel.ts";
import { jsonOf } from "../meta-answer.ts";
import type { MessagingAccount, Product } from "./account.ts";
import * as payload from "./payload.ts";
import { authorization, personOf } from "./render.ts";

/** Asks who a person is: first for everything, then for what needs no approval (C.4). */
export function profileCalls<Config extends MessagingAccount>(product: Product<Config>) {
  return (to: Recipient, account: Account<Config>): readonly Call[] => {
    const person = personOf(product, to);
    if (!person) return [];
    return product.profileFields.map((fields) => ({
      purpose: "profile",
      via: "http",
      method: "GET",
      url: `{base}/${account.config.graphVersion}/${encodeURIComponent(person)}?fields=${fields}`,
      headers: authorization(account),
      body: { type: "none" },
    }));
  };
}

export function readProfile({ status, body }: CallResponse): Profile | null {
  const parsed = status === 200 ? payload.profile.safeParse(jsonOf(body)) : null;
  if (!parsed?.success) return null;
  const { name, first_name, last_name, username, locale } = parsed.data;
  const whole = name ?? [first_name, last_name].filter((part) => part).join(" ");
  const language = /^[a-z]{2}(?=_|-|$)/.exec(locale ?? "")?.[0];
  const found: Profile = {
    ...(whole ? { name: whole } : {}),
    ...(first_name ? { firstName: first_name } : {}),
    ...(username ? { username } : {}),
    ...(language ? { language } : {}),
  };
  return Object.keys(found).length > 0 ? found : null;
}
