import { createHmac, timingSafeEqual } from "node:crypto";

export type Params = readonly (readonly [string, string])[];

/**
 * Twilio's signature (platform facts B.2): the URL as it was configured, then every parameter by name, each name
 * directly followed by its value; a name that comes several times stands before each of its different values, sorted.
 * The URL is tried as Twilio's own library tries it: with and without the standard port, as it is written, as a browser
 * would write it, and with the query escaped in the old way. An empty token signs nothing.
 */
export function isSigned(authToken: string, signature: string | undefined, url: string, params: Params): boolean {
  if (!signature || authToken === "") return false;
  const given = Buffer.from(signature);
  const text = textOf(params);
  return spellings(url).some((spelling) => {
    const expected = Buffer.from(
      createHmac("sha1", authToken)
        .update(spelling + text)
        .digest("base64"),
    );
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function textOf(params: Params): string {
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of params) byName.set(name, (byName.get(name) ?? new Set()).add(value));
  return [...byName.keys()]
    .sort()
    .flatMap((name) => [...(byName.get(name) ?? [])].sort().map((value) => name + value))
    .join("");
}

/** The most likely first: nearly every request needs only that one. */
function* spellingsOf(url: string): Generator<string> {
  yield url;
  yield withoutPort(url);
  yield withPort(url);
  if (!URL.canParse(url)) return;
  const normal = new URL(url).toString();
  yield withoutPort(normal);
  yield withPort(normal);
  yield oldQuery(withoutPort(normal));
  yield oldQuery(withPort(normal));
}

function spellings(url: string): readonly string[] {
  return [...new Set(spellingsOf(url))];
}

interface Parts {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly rest: string;
}

/** Cut, not parsed: what Twilio signed must not be written in another way. */
function partsOf(url: string): Parts | null {
  const found = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(url);
  if (!found) return null;
  const [prefix, scheme = "", authority = ""] = found;
  const at = authority.lastIndexOf("@") + 1;
  const address = authority.slice(at);
  // Behind the bracket of an IPv6 address, if there is one.
  const colon = address.indexOf(":", address.lastIndexOf("]") + 1);
  return {
    scheme,
    user: authority.slice(0, at),
    host: colon < 0 ? address : address.slice(0, colon),
    port: colon < 0 ? "" : address.slice(colon),
    rest: url.slice(prefix.length),
  };
}

function withoutPort(url: string): string {
  const parts = partsOf(url);
  return parts ? parts.scheme + parts.user + parts.host + parts.rest : url;
}

function withPort(url: string): string {
  const parts = partsOf(url);
  if (parts?.port !== "") return url;
  return (
    parts.scheme + parts.user + parts.host + (parts.scheme.toLowerCase() === "https://" ? ":443" : ":80") + parts.rest
  );
}

/** Every value escaped anew; a name that comes several times stands together, where it came first. */
function oldQuery(url: string): string {
  const at = url.indexOf("?");
  if (at < 0 || at === url.length - 1) return url;
  const byName = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(at + 1)))
    byName.set(name, [...(byName.get(name) ?? []), value]);
  const pairs = [...byName].flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return `${url.slice(0, at)}?${pairs.join("&")}`;
}
