import { accountForm, accountProblems } from "../core/domain/account-form.ts";
import type { Channel } from "../core/domain/channel.ts";
import type { Json, JsonObject } from "../core/domain/json.ts";
import type { Bilingual } from "../core/domain/language.ts";

/** What is wrong, by field; `""` for what concerns them together. */
export type FieldProblems = Readonly<Record<string, Bilingual>>;

const AGAIN: Bilingual = {
  fr: "Le serveur a changé : saisissez à nouveau cette valeur.",
  en: "The server changed: enter this value again.",
};

/**
 * What the owner filled in, put over what is kept: an empty secret keeps the old one, an empty field gets its default,
 * a missing one stays. What we make ourselves (a verify token) is made when there is none.
 */
export function accountValues(
  channel: Channel,
  given: JsonObject,
  kept: JsonObject,
  token: () => string,
): { readonly config: JsonObject } | { readonly problems: FieldProblems } {
  const fields = accountForm(channel.account);
  const known = new Set(fields.map(({ name }) => name));
  const next: Record<string, Json> = {};
  // A field that the channel has not is named to whoever sent it; one of an older version just goes.
  for (const [name, value] of Object.entries(given)) if (!known.has(name)) next[name] = value;
  for (const { name, secret } of fields) {
    const value = trimmed(given[name]);
    const isEmpty = value === undefined || value === null || value === "";
    if (!isEmpty) next[name] = value;
    else if ((secret || !(name in given)) && kept[name] !== undefined) next[name] = kept[name];
  }
  for (const { name, generated } of fields) if (generated && !next[name]) next[name] = token();
  const moved = fields.some(({ name, destination }) => destination && name in kept && kept[name] !== next[name]);
  const stale = moved
    ? fields.filter(
        ({ name, secret, generated }) => secret && !generated && next[name] !== undefined && !trimmed(given[name]),
      )
    : [];
  if (stale.length > 0) return { problems: Object.fromEntries(stale.map(({ name }) => [name, AGAIN])) };
  const unknown = Object.keys(next).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const none: Bilingual = { fr: "Ce champ n’existe pas.", en: "There is no such field." };
    return { problems: Object.fromEntries(unknown.map((name) => [name, none])) };
  }
  const parsed = channel.account.safeParse(next);
  return parsed.success
    ? { config: parsed.data as JsonObject }
    : { problems: accountProblems(channel.account, parsed.error) };
}

/** Values are pasted, mostly with a line break at the end. */
function trimmed(value: Json | undefined): Json | undefined {
  return typeof value === "string" ? value.trim() : value;
}
