import type { NewLink } from "../ports.ts";
import { hashOf } from "./auth.ts";
import type { ServerDeps } from "./deps.ts";

const INVITATION_MS = 7 * 86_400_000;
/** Whoever makes it hands it over by hand: long enough for that, too short to lie about. */
const PASSWORD_MS = 60 * 60_000;

/** A link that is good once: what is kept of it, and what is shown, once. Its key is behind the #, which no server sees. */
export function oneTimeLink(
  { ids, clock, settings }: Pick<ServerDeps, "ids" | "clock" | "settings">,
  kind: "invitation" | "password",
): { readonly link: NewLink; readonly shown: { readonly url: string; readonly expiresAt: string } } {
  const token = ids.token();
  const lastsMs = kind === "invitation" ? INVITATION_MS : PASSWORD_MS;
  const expiresAt = new Date(clock.now() + lastsMs).toISOString();
  const url = `${settings.publicUrl}/${kind}#${token}`;
  return { link: { tokenHash: hashOf(token), expiresAt }, shown: { url, expiresAt } };
}
