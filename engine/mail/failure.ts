/** What went wrong with a mail server before anything was said: `dns`, `timeout`, `tls`, `certificate`, `login`, `blocked`, `unreachable`. */
export class MailFailure extends Error {
  readonly kind: string;

  constructor(kind: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.kind = kind;
  }
}

/** Refused as S-11 asks: a private address, a port that is none of mail. */
export function blocked(detail: string): MailFailure {
  return new MailFailure("blocked", detail);
}

/** Names an error of a connection. Libraries wrap each other's errors: codes are looked at first, then words. */
export function mailFailureOf(error: unknown): MailFailure {
  if (error instanceof MailFailure) return error;
  const facts = factsOf(error);
  const text = facts.words.join(" ");
  const detail = facts.words[0] || "the connection broke";
  const kind = facts.refusedLogin
    ? "login"
    : /certificate|self.signed|altname|unable to (verify|get)|issuer|CERT_/i.test(text)
      ? "certificate"
      : /ENOTFOUND|EAI_AGAIN|EDNS/.test(text)
        ? "dns"
        : /GREETING_TIMEOUT|greeting|UPGRADE_TIMEOUT|ETLS|EPROTO|ERR_SSL|ERR_TLS|wrong version|STARTTLS|ClosedAfterConnectTLS|TLS/i.test(
              text,
            )
          ? "tls"
          : /ETIMEDOUT|ETIMEOUT|CONNECT_TIMEOUT|SOCKET_TIMEOUT|time(d )?.?out/i.test(text)
            ? "timeout"
            : "unreachable";
  return new MailFailure(kind, detail, { cause: error });
}

function factsOf(error: unknown): { readonly words: readonly string[]; readonly refusedLogin: boolean } {
  const words: string[] = [];
  let refusedLogin = false;
  for (let at: unknown = error; at instanceof Error && words.length < 12; at = at.cause) {
    const { code, authenticationFailed, responseText, response } = at as Error & Readonly<Record<string, unknown>>;
    if (authenticationFailed === true || code === "EAUTH") refusedLogin = true;
    for (const one of [refusedLogin ? responseText : undefined, refusedLogin ? response : undefined, at.message, code])
      if (typeof one === "string" && one !== "") words.push(one);
  }
  return { words, refusedLogin };
}
