import fc from "fast-check";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { isSigned } from "../../channels/shared/twilio-signature.ts";

const TOKEN = "test-auth-token";
const URL_ = "https://bot.example.com/webhook/twilio";

/** As the library takes them: a name that comes several times holds a list. */
function recordOf(params: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of params) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}
const sign = (url: string, params: readonly (readonly [string, string])[], token = TOKEN): string =>
  twilio.getExpectedTwilioSignature(token, url, recordOf(params));

describe("our signature and that of Twilio's own library", () => {
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text !== "__proto__" && text.isWellFormed());
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.constantFrom("", " ", "+", "a&b=c", "é\n", "'"),
  );
  const params = fc.array(fc.tuple(name, value), { maxLength: 12 });
  const path = fc.constantFrom(
    "",
    "/",
    "/webhook/twilio",
    "/webhook/twilio?tenant=acme&e=eff_1",
    "/x?name=o'brien&b=a%20b",
    "/x?b=1&a=2&b=3",
    "/x?q=%C3%A9&empty=",
  );
  const origin = fc.constantFrom(
    "https://bot.example.com",
    "https://bot.example.com:443",
    "https://bot.example.com:8443",
    "http://bot.example.com",
    "http://bot.example.com:80",
    "https://[2001:db8::1]:8443",
  );

  test("agree on every URL and every parameter, repeated ones included", () => {
    fc.assert(
      fc.property(origin, path, params, (host, rest, given) => {
        const url = host + rest;
        const signature = sign(url, given);
        expect(isSigned(TOKEN, signature, url, given)).toBe(true);
        expect(isSigned("another-token", signature, url, given)).toBe(false);
      }),
    );
  });

  test("take whatever spelling of the URL the library takes", () => {
    fc.assert(
      fc.property(origin, path, origin, path, params, (host, rest, otherHost, otherRest, given) => {
        const signature = sign(otherHost + otherRest, given);
        if (twilio.validateRequest(TOKEN, signature, host + rest, recordOf(given)))
          expect(isSigned(TOKEN, signature, host + rest, given)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("agree that an address which was escaped on the way is the same", () => {
    const escaped = "https://bot.example.com/x?name=o%27brien";
    const written = "https://bot.example.com/x?name=o'brien";
    const signature = sign(escaped, []);
    expect([isSigned(TOKEN, signature, written, []), twilio.validateRequest(TOKEN, signature, written, {})]).toEqual([
      true,
      true,
    ]);
  });
});

describe("a signature is refused", () => {
  const params = [
    ["AccountSid", "AC1"],
    ["Body", "Bonjour, ça va ?"],
    ["NumMedia", "0"],
    ["FromCity", ""],
  ] as const;
  const right = sign(URL_, params);

  test.each([
    ["another scheme", "http://bot.example.com/webhook/twilio", params],
    ["another host", "https://evil.example.com/webhook/twilio", params],
    ["another path", "https://bot.example.com/webhook/other", params],
    ["a query that was not signed", `${URL_}?x=1`, params],
    [
      "a parameter that was trimmed",
      URL_,
      params.map(([name, value]) => [name, value.trimEnd().slice(0, -1)] as const),
    ],
    ["a parameter more", URL_, [...params, ["X", "1"] as const]],
    ["an empty parameter that was dropped", URL_, params.filter(([, value]) => value !== "")],
  ])("for %s", (_, url, given) => {
    expect(isSigned(TOKEN, right, url, given)).toBe(false);
    expect(twilio.validateRequest(TOKEN, right, url, recordOf(given))).toBe(false);
  });

  test.each([undefined, "", "AAAA", `${right}=`, right.toLowerCase(), ` ${right}`, `${right}, ${right}`])(
    "of %s",
    (header) => {
      expect(isSigned(TOKEN, header, URL_, params)).toBe(false);
    },
  );

  test("of an empty token", () => {
    expect(isSigned("", sign(URL_, params, ""), URL_, params)).toBe(false);
  });
});
