import { isIP } from "node:net";
import { isPublic, type Resolve, systemResolve } from "./http.ts";
import { blocked, MailFailure } from "./mail/failure.ts";
import type { Dial } from "./ports.ts";

/** The ports of mail; others only on hosts that the operator named. */
const PORTS = new Set([25, 143, 465, 587, 993, 2525]);

/**
 * Where a mail server is. A host may come from the API: its addresses are judged as those of every request are, and the
 * connection goes to the address that was judged, whatever the name says a moment later (S-11 … S-13).
 */
export function createDial(options: { readonly allowed: readonly string[]; readonly resolve?: Resolve }): Dial {
  const allowed = new Set(options.allowed.map((host) => host.toLowerCase()));
  const resolve = options.resolve ?? systemResolve;
  return async (host, port) => {
    const name = host.replace(/^\[|\]$/g, "").toLowerCase();
    const known = allowed.has(name) || allowed.has(`${name}:${port}`);
    if (!known && !PORTS.has(port)) throw blocked(`port ${port} is none of mail`);
    const addresses = isIP(name) !== 0 ? [name] : await addressesOf(name, resolve);
    const inside = known ? undefined : addresses.find((address) => !isPublic(address));
    // A mixed answer is an attack: none of it is used.
    if (inside) throw blocked(`${name} leads to ${inside}, which is not a public address`);
    // Not every machine that has an IPv6 address can reach one.
    const address = addresses.find((one) => isIP(one) === 4) ?? addresses[0];
    if (!address) throw new MailFailure("dns", `${name} has no address`);
    return { address };
  };
}

function addressesOf(name: string, resolve: Resolve): Promise<readonly string[]> {
  return new Promise((done, failed) => {
    resolve(name, (error, found) =>
      error
        ? failed(new MailFailure("dns", error.message, { cause: error }))
        : done(found.map(({ address }) => address)),
    );
  });
}
