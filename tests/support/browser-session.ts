import type { TestApp } from "./test-app.ts";

/** A browser that keeps its cookie and says where its page is from, as browsers do. */
export interface Browser {
  readonly cookie: () => string | null;
  /** Any body is sent as JSON. */
  ask(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
}

export function browserAt({ app }: Pick<TestApp, "app">, kept: string | null = null): Browser {
  let cookie = kept;
  return {
    cookie: () => cookie,
    async ask(path, { method = "GET", body, headers = {} } = {}) {
      // The platform's fetch does not let us say where a page is from: the application is asked itself.
      const answer = await app.hono.request(path, {
        method,
        headers: {
          "sec-fetch-site": "same-origin",
          ...(cookie === null ? {} : { cookie }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = answer.headers.get("set-cookie");
      if (set) cookie = set.startsWith("__Host-relais=;") ? null : (set.split(";")[0] ?? null);
      return answer;
    },
  };
}

export const OWNER = { email: "lea@example.com", name: "Léa Martin", password: "un mot de passe sûr" } as const;

/** Makes the first account, signed in. */
export async function firstOwner(relais: TestApp): Promise<Browser> {
  const { hashOf } = await import("../../engine/server/auth.ts");
  const token = "s".repeat(43);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await relais.store.users.offerSetup(relais.workspaceId, { tokenHash: hashOf(token), expiresAt });
  const browser = browserAt(relais);
  const made = await browser.ask("/api/setup", { method: "POST", body: { token, ...OWNER } });
  if (made.status !== 201) throw new Error(`no owner: ${made.status} ${await made.text()}`);
  return browser;
}

/** Somebody of the team, joined by their invitation and signed in. */
export async function member(
  relais: TestApp,
  owner: Browser,
  person: { readonly email: string; readonly grants: readonly object[]; readonly overrides?: readonly object[] },
): Promise<Browser & { readonly id: string }> {
  const invited = await owner.ask("/api/users", {
    method: "POST",
    body: { name: person.email.split("@")[0], ...person },
  });
  if (invited.status !== 201) throw new Error(`not invited: ${invited.status} ${await invited.text()}`);
  const { user, link } = (await invited.json()) as { user: { id: string }; link: { url: string } };
  const browser = browserAt(relais);
  const body = { token: keyIn(link.url), password: OWNER.password };
  const joined = await browser.ask("/api/invitation", { method: "POST", body });
  if (joined.status !== 201) throw new Error(`not joined: ${joined.status} ${await joined.text()}`);
  return { ...browser, id: user.id };
}

/** The key of a one-time link. */
export function keyIn(url: string): string {
  return url.split("#")[1] ?? "";
}
