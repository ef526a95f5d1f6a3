import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { type Context, Hono } from "hono";
import type { ChannelType, Received, WebhookRequest } from "../core/domain/channel.ts";
import { type FilledForm, type FormFace, type FormRefusal, formFace, wordsIn } from "../core/domain/form.ts";
import { bilingual } from "../core/domain/language.ts";
import type { ChannelAccount } from "../ports.ts";
import { clientAddress, type ServerDeps } from "./deps.ts";
import { readForm, type SentForm, type Unreadable } from "./form-body.ts";
import { formPage, thanksPage, themeSheet } from "./form-page.ts";
import { newToken, renderingOf } from "./form-token.ts";
import { FORM_WORDS, promiseOf } from "./form-words.ts";
import { createLimiter } from "./limiter.ts";

type Bindings = { Bindings: { incoming?: IncomingMessage } };
type Asking = Context<Bindings>;
type Word = keyof typeof FORM_WORDS;

const ASSETS: Readonly<Record<string, string>> = {
  "form.css": "text/css; charset=utf-8",
  "form.js": "text/javascript; charset=utf-8",
  "embed.js": "text/javascript; charset=utf-8",
};

/** A form that is connected, as its page and its checks need it. */
interface Shown {
  readonly account: ChannelAccount;
  readonly face: FormFace;
}

/** Forms on web pages: shown, taken once, answered on another channel. */
export function formRoutes(deps: ServerDeps): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const { settings, clock } = deps;
  const shows = createLimiter(clock, 60, 60_000);
  const posts = createLimiter(clock, 10, 60_000);
  const postsAnywhere = createLimiter(clock, 30, 60_000);

  const formOf = (id: string): Shown | null => {
    const account = deps
      .accounts()
      .find(({ channel, address, status }) => channel === "form" && address === id && status !== "disabled");
    const face = account && formFace.safeParse(account.config);
    return account && face?.success ? { account, face: face.data } : null;
  };
  /** The origin that asks, when it is of another site; `refused`: one that the owner has not allowed. */
  const foreignOrigin = (c: Asking, shown: Shown | null): string | null | "refused" => {
    const origin = c.req.header("origin");
    if (origin === undefined) return null;
    const isOwn = URL.canParse(origin) && new URL(origin).host === c.req.header("host");
    if (isOwn || origin === new URL(settings.publicUrl).origin) return null;
    return shown?.face.allowedOrigins.includes(origin) ? origin : "refused";
  };
  const address = (c: Asking): string =>
    clientAddress(
      c.env?.incoming?.socket.remoteAddress ?? "",
      c.req.header("x-forwarded-for"),
      settings.trustedProxies,
    );
  const token = ({ account }: Shown): string =>
    newToken(settings.signingKey, account.id, deps.ids.token().slice(0, 32), clock.now());

  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`/${name}`, async (c) => {
      const content = await readFile(join(settings.pagesDir, `forms-${name}`)).catch(() => null);
      if (!content) return c.text("Not found", 404);
      return c.body(new Uint8Array(content), 200, {
        "content-type": type,
        "cache-control": "no-cache",
        ...(name === "embed.js" ? { "cross-origin-resource-policy": "cross-origin" } : {}),
      });
    });
  }

  app.use("/:id", async (c, next) => {
    const origin = foreignOrigin(c, formOf(c.req.param("id")));
    c.header("vary", "Origin, Accept, Accept-Language");
    if (origin === "refused") {
      const error = bilingual(FORM_WORDS.foreign, languageOf(c));
      return c.json({ error, fields: {} }, 403);
    }
    if (origin) {
      c.header("access-control-allow-origin", origin);
      c.header("access-control-allow-methods", "GET, POST");
      c.header("access-control-allow-headers", "content-type, accept-language");
      c.header("access-control-expose-headers", "retry-after");
    }
    return c.req.method === "OPTIONS" ? c.body(null, 204) : next();
  });

  app.get("/:id", (c) => {
    const wait = shows(address(c));
    if (wait !== null) return refuse(c, 429, "tooMany", { "retry-after": String(wait) });
    const shown = formOf(c.req.param("id"));
    if (!shown) return refuse(c, 404, "notFound");
    if (wantsJson(c)) {
      const { allowedOrigins: _, ...face } = shown.face;
      return c.json({ token: token(shown), ...face }, 200, { "cache-control": "no-store" });
    }
    return page(c, shown, 200, { values: {}, error: null, problems: {} });
  });
  app.get("/:id/theme.css", (c) => {
    const shown = formOf(c.req.param("id"));
    if (!shown) return c.text("Not found", 404);
    return c.body(themeSheet(shown.face), 200, {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "no-cache",
    });
  });
  app.get("/:id/thanks", (c) => {
    const shown = formOf(c.req.param("id"));
    if (!shown) return refuse(c, 404, "notFound");
    const by = c.req.query("by") as ChannelType | undefined;
    const state = {
      language: languageOf(c),
      embedded: isEmbedded(c),
      promise: bilingual(promiseOf(by ?? null), languageOf(c)),
    };
    return c.html(thanksPage(shown.face, state), 200, pageHeaders(shown));
  });

  app.post("/:id", async (c) => {
    const startedAt = clock.now();
    const shown = formOf(c.req.param("id"));
    if (!shown) return refuse(c, 404, "notFound");
    const { account, face } = shown;
    const note = (verdict: string): void => deps.metrics.webhook("form", verdict, clock.now() - startedAt);
    const wait = posts(`${address(c)} ${account.id}`) ?? postsAnywhere(address(c));
    if (wait !== null) {
      note("limited");
      return refuse(c, 429, "tooMany", { "retry-after": String(wait) });
    }
    const sent = await readForm(c);
    if ("word" in sent) {
      note("unreadable");
      return unreadable(c, shown, sent);
    }
    const language = sent.language === "fr" || sent.language === "en" ? sent.language : languageOf(c);
    const rendering = renderingOf(settings.signingKey, account.id, sent.token, clock.now());
    if (rendering.type !== "known") {
      note(rendering.type);
      const status = rendering.type === "forged" ? 401 : 400;
      return again(
        c,
        shown,
        status,
        sent,
        { error: bilingual(FORM_WORDS[rendering.type], language), fields: {} },
        language,
      );
    }
    // Programs that fill in what nobody sees are thanked like everybody, and nothing is kept.
    if (sent.trapped) {
      note("trapped");
      return thanked(c, face, null, language);
    }
    const country = await countryOf(account);
    const request = (files: FilledForm["files"]): WebhookRequest => ({
      method: "POST",
      url: `${settings.publicUrl}/forms/${face.formId}`,
      headers: {},
      query: {},
      body: new TextEncoder().encode(JSON.stringify({ language, values: sent.values, files } satisfies FilledForm)),
      receivedAt: new Date(startedAt).toISOString(),
      rendering: { accountId: account.id, id: rendering.id, country },
    });
    // Nothing is written before everything is known to hold: a form that is refused leaves no files behind.
    const checked = take(request(described(sent)));
    if (checked.verdict !== "accepted") {
      note(checked.verdict);
      return again(c, shown, checked.response.status, sent, refusalOf(checked), language);
    }
    const stored = request(await kept(sent));
    const received = take(stored);
    const accepted = await deps.store.inbox
      .accept({
        id: deps.ids.make("delivery"),
        channel: "form",
        receivedAt: stored.receivedAt,
        headers: {},
        body: stored.body,
        events: received.events,
        setAside: [],
      })
      .catch((error: unknown) => {
        deps.log.error("a form could not be stored", { form: face.formId, error: String(error) });
        return null;
      });
    if (!accepted) return refuse(c, 503, "down", { "retry-after": "5" });
    deps.accepted(accepted);
    note(accepted.duplicates > 0 ? "duplicate" : "accepted");
    const [first] = accepted.messages;
    const conversation = first && (await deps.store.conversations.get(account.workspaceId, first.conversationId));
    return thanked(c, face, conversation?.channel ?? null, language);
  });

  const take = (request: WebhookRequest): Received =>
    deps.channels.of("form").receive(
      request,
      deps.accounts().filter(({ channel }) => channel === "form"),
    );
  const countryOf = async (account: ChannelAccount): Promise<string> =>
    (await deps.store.workspaces.all()).find(({ id }) => id === account.workspaceId)?.country ?? "";
  const kept = async ({ files }: SentForm): Promise<FilledForm["files"]> => {
    const all: Record<string, FilledForm["files"][string]> = {};
    for (const [field, list] of Object.entries(files)) {
      const saved: FilledForm["files"][string] = [];
      for (const { bytes, mimeType, fileName } of list)
        saved.push({ ...(await deps.files.save(bytes, mimeType)), mimeType, fileName });
      all[field] = saved;
    }
    return all;
  };

  const pageHeaders = ({ face }: Shown): Record<string, string> => {
    const after = face.thanksUrl ? ` ${new URL(face.thanksUrl).origin}` : "";
    return {
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'${after}; base-uri 'none'; frame-ancestors ${["'self'", ...face.allowedOrigins].join(" ")}`,
    };
  };
  const page = (
    c: Asking,
    shown: Shown,
    status: number,
    {
      values,
      error,
      problems,
    }: { readonly values: SentForm["values"]; readonly error: string | null; readonly problems: FormRefusal["fields"] },
    language = languageOf(c),
  ): Response =>
    c.html(
      formPage(shown.face, { language, embedded: isEmbedded(c), token: token(shown), values, error, problems }),
      status as 200,
      pageHeaders(shown),
    );
  /** Not taken, and what to do: as JSON with a new token, or as the page with every answer still in it. */
  const again = (
    c: Asking,
    shown: Shown,
    status: number,
    sent: SentForm | null,
    refusal: FormRefusal,
    language = languageOf(c),
  ): Response => {
    if (wantsJson(c))
      return c.json({ ...refusal, token: token(shown) }, status as 400, { "cache-control": "no-store" });
    return page(
      c,
      shown,
      status,
      { values: sent?.values ?? {}, error: refusal.error, problems: refusal.fields },
      language,
    );
  };
  const unreadable = (c: Asking, shown: Shown, { status, word, field, sent }: Unreadable): Response => {
    const error = bilingual(FORM_WORDS[word], languageOf(c));
    const isField = field !== undefined && shown.face.fields.some(({ id }) => id === field);
    if (status === 413) c.header("connection", "close");
    return again(c, shown, status, sent ?? null, { error, fields: isField ? { [field]: error } : {} });
  };
  const thanked = (c: Asking, face: FormFace, by: ChannelType | null, language: "fr" | "en"): Response => {
    const promise = bilingual(promiseOf(by), language);
    if (wantsJson(c)) {
      const message = face.thanks ? wordsIn(face.thanks, language) : bilingual(FORM_WORDS.thanks, language);
      const answerBy = by === "form" ? null : by;
      return c.json({ accepted: true, message, promise, answerBy, thanksUrl: face.thanksUrl ?? null }, 202);
    }
    const embedded = isEmbedded(c) ? "&embed=1" : "";
    const own = `/forms/${face.formId}/thanks?lang=${language}&by=${by ?? "form"}${embedded}`;
    return c.redirect(face.thanksUrl ?? own, 303);
  };
  return app;
}

function described({ files }: SentForm): FilledForm["files"] {
  return Object.fromEntries(
    Object.entries(files).map(([field, list]) => [
      field,
      list.map(({ bytes, mimeType, fileName }) => ({ mimeType, fileName, sizeBytes: bytes.byteLength })),
    ]),
  );
}

/** The channel's own words about a form that it does not take. */
function refusalOf({ response }: Received): FormRefusal {
  return response.headers["content-type"] === "application/json"
    ? (JSON.parse(response.body) as FormRefusal)
    : { error: response.body, fields: {} };
}

function refuse(c: Asking, status: 404 | 429 | 503, word: Word, headers: Record<string, string> = {}): Response {
  const error = bilingual(FORM_WORDS[word], languageOf(c));
  return wantsJson(c) ? c.json({ error, fields: {} }, status, headers) : c.text(error, status, headers);
}

function wantsJson(c: Asking): boolean {
  const accept = c.req.header("accept") ?? "";
  const isJson = (c.req.header("content-type") ?? "").startsWith("application/json");
  return accept.includes("application/json") || (isJson && !accept.includes("text/html"));
}

function isEmbedded(c: Asking): boolean {
  return c.req.query("embed") === "1";
}

/** French or English, as the page asks or the browser prefers. */
function languageOf(c: Asking): "fr" | "en" {
  const asked = c.req.query("lang");
  if (asked === "fr" || asked === "en") return asked;
  const wanted = (c.req.header("accept-language") ?? "")
    .split(",")
    .map((part, index) => {
      const [tag = "", quality] = part.trim().split(";q=");
      return { tag: tag.toLowerCase(), weight: Number(quality ?? "1") - index / 1000 };
    })
    .sort((a, b) => b.weight - a.weight)
    .find(({ tag }) => tag.startsWith("fr") || tag.startsWith("en"));
  return wanted?.tag.startsWith("en") ? "en" : "fr";
}
