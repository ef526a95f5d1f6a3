import type { MailAuthentication } from "../../engine/core/domain/mail.ts";
import { type Headers, parameterized } from "./headers.ts";

const METHODS = ["spf", "dkim", "dmarc"] as const;
/** Receiving servers that call themselves other than the mailbox's host. */
const CALLED: readonly (readonly [host: RegExp, server: RegExp])[] = [
  [/(^|\.)(gmail|googlemail)\.com$/, /^mx\.google\.com$/],
  [/(^|\.)mail\.yahoo\.com$/, /(^|\.)(yahoo|yahoodns)\.(com|net)$/],
  [/(^|\.)mail\.me\.com$/, /(^|\.)icloud\.com$/],
];

/**
 * What the receiving server of this mailbox found (RFC 8601): only the topmost results count, and only when that server
 * signs them with its name; whoever sends can write all others.
 */
export function authenticationOf(
  headers: Headers,
  imapHost: string,
  receivingServer: string,
): MailAuthentication | null {
  const top = headers.find(({ name }) => name === "authentication-results")?.value;
  if (top === undefined) return null;
  const results = parameterized(top.replace(/\([^()]{0,500}\)/g, " "));
  const server = results.value.split(/\s/)[0] ?? "";
  // Microsoft begins with a result and names nobody; only it can stand at the top of a mailbox of its own.
  const microsoft = /(^|\.)(outlook\.com|office365\.com|outlook\.office\.com)$/.test(imapHost) && server.includes("=");
  if (!microsoft && !isOurs(server, imapHost, receivingServer)) return null;
  const found: Partial<Record<(typeof METHODS)[number], string>> = {};
  for (const method of METHODS) {
    const value = results.parameters.get(method) ?? (microsoft ? valueIn(results.value, method) : undefined);
    const word = /^[a-z]{2,12}/i.exec(value ?? "")?.[0].toLowerCase();
    if (word !== undefined) found[method] = word;
  }
  return Object.keys(found).length > 0 ? found : null;
}

function valueIn(piece: string, method: string): string | undefined {
  return piece.startsWith(`${method}=`) ? piece.slice(method.length + 1) : undefined;
}

function isOurs(server: string, imapHost: string, receivingServer: string): boolean {
  if (receivingServer !== "") return server === receivingServer.toLowerCase();
  const known = CALLED.find(([host]) => host.test(imapHost));
  if (known) return known[1].test(server);
  const domain = imapHost.split(".").slice(-2).join(".");
  return domain.includes(".") && (server === domain || server.endsWith(`.${domain}`));
}

/** The domain itself says that this mail is not its own, or both older ways say so: nobody knows who wrote. */
export function isForged(authentication: MailAuthentication | null): boolean {
  if (!authentication) return false;
  if (authentication.dmarc === "fail") return true;
  const { spf, dkim, dmarc } = authentication;
  return dmarc !== "pass" && spf === "fail" && dkim !== "pass";
}
