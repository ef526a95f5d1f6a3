import { z } from "zod";
import type { MailServer } from "../core/domain/mail.ts";
import type { Clock, Http } from "../ports.ts";
import { blocked, MailFailure } from "./failure.ts";

type OAuth2 = Extract<MailServer["login"], { readonly type: "oauth2" }>;

/** Access tokens for XOAUTH2, fetched with the refresh token by the guarded fetch, kept until shortly before they end. */
export interface Tokens {
  /** Throws a `MailFailure`. `anew`: the last one was refused. */
  token(login: OAuth2, anew?: boolean): Promise<string>;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 100_000;
const EARLY_MS = 60_000;
const answer = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3600),
});

export function createTokens(http: Http, clock: Clock): Tokens {
  const kept = new Map<string, { readonly token: string; readonly endsAt: number }>();
  return {
    async token(login, anew = false) {
      const key = JSON.stringify(login);
      const known = kept.get(key);
      if (!anew && known && known.endsAt - EARLY_MS > clock.now()) return known.token;
      const outcome = await http.request({
        method: "POST",
        url: login.tokenUrl,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          client_id: login.clientId,
          ...(login.clientSecret === "" ? {} : { client_secret: login.clientSecret }),
          refresh_token: login.refreshToken,
          ...(login.scope === "" ? {} : { scope: login.scope }),
        }).toString(),
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
      });
      if (outcome.type !== "response") {
        if (outcome.type === "notSent" && outcome.blocked) throw blocked(outcome.detail);
        throw new MailFailure("unreachable", `the token server: ${outcome.detail}`);
      }
      const said = new TextDecoder().decode(outcome.body);
      const parsed = outcome.status < 300 ? answer.safeParse(jsonOf(said)) : null;
      if (!parsed?.success) {
        // 4xx: the refresh token is no longer good; 5xx: come again later.
        const kind = outcome.status >= 400 && outcome.status < 500 ? "login" : "unreachable";
        throw new MailFailure(kind, `the token server said ${outcome.status} ${errorIn(said)}`.trim());
      }
      const { access_token: token, expires_in: seconds } = parsed.data;
      kept.set(key, { token, endsAt: clock.now() + seconds * 1000 });
      return token;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The error's name only: what a token server writes around it may repeat what it was sent. */
function errorIn(text: string): string {
  const found = z.looseObject({ error: z.string().regex(/^[a-z_]{1,60}$/) }).safeParse(jsonOf(text));
  return found.success ? found.data.error : "";
}
