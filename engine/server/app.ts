import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Actor } from "../core/domain/user.ts";
import { PasswordsBusy } from "../ports.ts";
import { apiRoutes } from "./api.ts";
import { askedOf } from "./asked.ts";
import { actorOf, createAuth } from "./auth.ts";
import { chatRoutes } from "./chat.ts";
import { clientAddress, type ServerDeps } from "./deps.ts";
import { docsPage } from "./docs.ts";
import { fileAnswer, linkedFile } from "./file-answer.ts";
import { formRoutes } from "./forms.ts";
import { createLimiter } from "./limiter.ts";
import { liveChanges } from "./live.ts";
import { openApi } from "./open-api.ts";
import { pageRoutes } from "./pages.ts";
import type { Permission, Principal, Reply, Route } from "./route.ts";
import { webhooks } from "./webhooks.ts";

/** How long an answer that anybody may ask for is kept: whoever asks often must not make the database work. */
const HEALTH_MS = 1000;
type Bindings = { Bindings: { incoming?: IncomingMessage } };

/** The HTTP side of the program. */
export interface App {
  readonly hono: Hono<Bindings>;
  listen(port: number, host: string): Promise<number>;
  /** No new connections; open streams are told to come back. */
  close(): Promise<void>;
}

export function createApp(deps: ServerDeps): App {
  const hono = new Hono<Bindings>();
  const routes = apiRoutes(deps);
  const description = openApi(routes, deps.settings.version, deps.settings.publicUrl);
  const wrongTokens = createLimiter(deps.clock, 30, 60_000);
  const auth = createAuth(deps);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const canWrite = kept(deps.clock, HEALTH_MS, () => deps.store.operations.canWrite());

  hono.onError((error, c) => {
    if (error instanceof PasswordsBusy)
      return c.json({ error: "too much at once, please try again in a moment" }, 503, { "retry-after": "5" });
    const reference = deps.ids.make("event");
    deps.log.error("request failed", { reference, path: c.req.path, error: error.stack ?? String(error) });
    return c.json({ error: "something went wrong on our side", reference }, 500);
  });
  hono.use("*", async (c, next) => {
    await next();
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "strict-origin-when-cross-origin");
    c.header("permissions-policy", "camera=(), microphone=(), geolocation=()");
    c.header("cross-origin-opener-policy", "same-origin");
    if (deps.settings.publicUrl.startsWith("https:")) c.header("strict-transport-security", "max-age=31536000");
  });

  // Load is shed in order: chats of the web first; signed webhooks, whose providers try for days, last (C-10).
  hono.use("*", async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    if (!deps.store.operations.room().hasRoom)
      return c.json({ error: "the disk is full: nothing can be stored now" }, 503, { "retry-after": "30" });
    if (/^\/(chat|forms)\//.test(c.req.path) && (deps.pressure?.() ?? "calm") !== "calm")
      return c.json({ error: "too much at once, please try again in a moment" }, 429, { "retry-after": "10" });
    return next();
  });

  hono.get("/healthz", (c) => c.json({ alive: true }));
  hono.get("/readyz", async (c) => {
    const { hasRoom } = deps.store.operations.room();
    const ready = deps.ready() && hasRoom && (await canWrite());
    return c.json(hasRoom ? { ready } : { ready, reason: "the disk is full" }, ready ? 200 : 503);
  });
  if (deps.settings.metricsPath) {
    hono.get(deps.settings.metricsPath, async (c) => {
      const remote = c.env?.incoming?.socket.remoteAddress ?? "";
      const local = /^(::1|127\.|::ffff:127\.)/.test(remote) && !c.req.header("x-forwarded-for");
      if (!local && !(await auth.principalOf(c))?.permissions.has("settings.manage"))
        return c.json({ error: "a token is needed" }, 401);
      const { contentType, body } = await deps.metrics.text();
      return c.body(body, 200, { "content-type": contentType });
    });
  }
  hono.get("/api/openapi.json", (c) => c.json(description as object));
  hono.get("/docs", (c) =>
    c.html(docsPage(description), 200, {
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    }),
  );
  const status = kept(deps.clock, HEALTH_MS, () => publicStatus(deps));
  hono.get("/api/public/status", async (c) => c.json(await status()));
  hono.route("/chat/api", chatRoutes(deps, closing.signal) as unknown as Hono<Bindings>);
  hono.route("/forms", formRoutes(deps));

  const addressOf = (c: Context<Bindings>): string =>
    clientAddress(
      c.env?.incoming?.socket.remoteAddress ?? "",
      c.req.header("x-forwarded-for"),
      deps.settings.trustedProxies,
    );
  const known = async (c: Context<Bindings>): Promise<Principal | Reply> => {
    const principal = await auth.principalOf(c);
    if (principal) return principal;
    // A session that is over is nobody's guess.
    const wait = c.req.header("authorization") === undefined ? null : wrongTokens(addressOf(c));
    if (wait !== null)
      return { status: 429, body: { error: "too many wrong tokens" }, headers: { "retry-after": String(wait) } };
    return { status: 401, body: { error: "a token is needed" }, headers: { "www-authenticate": "Bearer" } };
  };
  const allowed = async (c: Context<Bindings>, permission: Permission): Promise<Principal | Reply> => {
    const principal = await known(c);
    return "status" in principal || principal.permissions.has(permission) ? principal : lacks(permission);
  };
  const allowedSomewhere = async (c: Context<Bindings>, permission: Permission): Promise<Principal | Reply> => {
    const principal = await known(c);
    return "status" in principal || auth.atAccounts(principal, permission) ? principal : lacks(permission);
  };
  const admitted = (c: Context<Bindings>, { access }: Route): Promise<Principal | Reply | null> => {
    switch (access.type) {
      case "anyone":
        return Promise.resolve(null);
      case "self":
        return known(c);
      case "accounts":
        return allowedSomewhere(c, access.permission);
      case "workspace":
        return allowed(c, access.permission);
    }
  };
  for (const route of routes) {
    hono.on(route.method, route.path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      const principal = await admitted(c, route);
      if (principal && "status" in principal) return send(c, principal);
      if (route.method !== "get" && isForeign(c, principal, deps.settings.publicUrl))
        return send(c, { status: 403, body: { error: "pages of other sites may not do this" } });
      const asked = await askedOf(c, route);
      if ("status" in asked) return send(c, asked);
      const actor = actorOf(principal, addressOf(c));
      const reply = await route.run({
        ...asked,
        // Whom the route is declared for: null only where anyone may ask, and never with a workspace where accounts count.
        principal: (principal && route.access.type === "accounts"
          ? auth.atAccounts(principal, route.access.permission)
          : principal) as Principal,
        actor,
        headers: (name) => c.req.header(name),
      });
      if (route.record === "call" && reply.status < 400) await onRecord(deps, route, asked.params, actor);
      return send(c, reply);
    });
  }
  const live = liveChanges(deps, auth, closing.signal);
  hono.get("/api/events", async (c) => {
    const principal = await allowedSomewhere(c, "conversations.view");
    return "status" in principal ? send(c, principal) : live(c, principal);
  });
  hono.get("/api/media/:id", async (c) => {
    const principal = await allowedSomewhere(c, "messages.view");
    if ("status" in principal) return send(c, principal);
    const own = auth.atAccounts(principal, "messages.view");
    if (!own) return send(c, lacks("messages.view"));
    const page = await deps.store.conversations.messages(own.scope, { id: c.req.param("id"), limit: 1 });
    return fileAnswer(c, deps, page.items[0]?.content, Number(c.req.query("n") ?? 0));
  });
  hono.get("/files/:path", (c) => linkedFile(c, deps));
  hono.all("/api/*", (c) => c.json({ error: "not found" }, 404));
  hono.route("/", pageRoutes(deps) as unknown as Hono<Bindings>);

  const first = webhooks(deps);
  const rest = getRequestListener(hono.fetch);
  const server: Server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      // How often the two above are looked at.
      connectionsCheckingInterval: 5000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 32_768,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      if (!first(request, response)) void rest(request, response);
    },
  );
  server.maxConnections = 20_000;
  return {
    hono,
    listen: (port, host) =>
      new Promise((done, failed) => {
        server.once("error", failed);
        server.listen(port, host, () => {
          const address = server.address();
          done(address !== null && typeof address === "object" ? address.port : port);
        });
      }),
    close: () =>
      new Promise((done) => {
        closing.abort();
        // Streams end now, and their connections are idle a moment later.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        const cut = setTimeout(() => server.closeAllConnections(), 2000);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(cut);
          done();
        });
      }),
  };
}

/** An answer that is good for a while; who asks meanwhile shares it. */
function kept<T>(clock: ServerDeps["clock"], forMs: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (last && clock.now() - last.at < forMs) return last.answer;
    const answer = ask();
    last = { at: clock.now(), answer };
    // What failed is not kept.
    answer.catch(() => {
      last = null;
    });
    return answer;
  };
}

/** Which call, and about what: its path says it. What was sent along may be secret and stays out. */
function onRecord(
  { store, settings }: Pick<ServerDeps, "store" | "settings">,
  { method, path }: Route,
  params: unknown,
  actor: Actor,
): Promise<void> {
  const { id = null, ...facts } = params as Readonly<Record<string, string>>;
  return store.audit.add(settings.workspaceId, { action: `${method} ${path}`, target: id, facts }, actor);
}

function lacks(permission: Permission): Reply {
  return { status: 403, body: { error: `the permission ${permission} is needed` } };
}

/**
 * Whether a browser may send this for a page of another site. A browser that sends our cookie along always says where
 * the page is from: one that does not say is not believed.
 */
function isForeign(c: Context<Bindings>, principal: Principal | null, publicUrl: string): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  if (origin === undefined) return principal?.session ? site === undefined : false;
  if (origin === new URL(publicUrl).origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== c.req.header("host");
}

function send(c: Context<Bindings>, { status, body, headers, type }: Reply): Response {
  const all = { ...headers, "cache-control": "no-store" };
  if (type !== undefined) return c.body(String(body), status as 200, { ...all, "content-type": type });
  return c.json(body as object, status as 200, all);
}

/** For the start page: what is connected. No ids, no addresses, no secrets. */
async function publicStatus(deps: ServerDeps): Promise<object> {
  const { settings } = deps;
  const isOurs = ({ workspaceId }: { readonly workspaceId: string }): boolean => workspaceId === settings.workspaceId;
  const published = new Set((await deps.store.flows.current()).filter(isOurs).map(({ flow }) => flow));
  const accounts = deps.accounts().filter(isOurs);
  return {
    version: settings.version,
    assistant: settings.assistant,
    backupNumber: settings.hasBackupNumber,
    channels: deps.channels.all.map(({ type, label }) => {
      const account = accounts.find(({ channel }) => channel === type);
      return { type, label, connected: account !== undefined, status: account?.status ?? null };
    }),
    webhooks: deps.channels.all.flatMap(({ type, webhookPath }) =>
      webhookPath ? [{ channel: type, url: `${settings.publicUrl}${webhookPath}` }] : [],
    ),
    flows: (await deps.flows.list()).map(({ id }) => ({ id, published: published.has(id) })),
  };
}
