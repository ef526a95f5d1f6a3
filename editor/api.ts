import { catalogue, wordsOf } from "./words/words.ts";

export type { AccountView } from "../engine/server/account-view.ts";
export type { Dependents, FlowOverview } from "../engine/server/flow-overview.ts";
export type { ApiMessage } from "../engine/server/message-view.ts";

const apiWords = catalogue("api", {
  fr: {
    offline: "Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez.",
    unauthorized: "Votre session est terminée. Connectez-vous de nouveau.",
    forbidden: "Vous n'avez pas le droit de faire cela. Demandez-le au propriétaire de l'espace.",
    notFound: "Cet élément n'existe pas, ou n'existe plus.",
    changed: "Quelqu'un d'autre l'a modifié entre-temps.",
    tooLarge: "C'est trop volumineux pour être envoyé.",
    invalid: "Ce qui a été envoyé ne convient pas. Vérifiez les champs.",
    tooMany: "Trop d'essais à la suite. Attendez un instant, puis réessayez.",
    broken: "Une erreur s'est produite de notre côté. Réessayez ; si cela continue, donnez cette référence au support.",
  },
  en: {
    offline: "The server does not answer. Check your connection, then try again.",
    unauthorized: "Your session has ended. Sign in again.",
    forbidden: "You do not have the right to do this. Ask the owner of the workspace.",
    notFound: "This does not exist, or no longer does.",
    changed: "Somebody else has changed it in the meantime.",
    tooLarge: "This is too large to be sent.",
    invalid: "What was sent does not fit. Check the fields.",
    tooMany: "Too many tries in a row. Wait a moment, then try again.",
    broken: "Something went wrong on our side. Try again; if it goes on, give this reference to support.",
  },
});

const SENTENCES = {
  0: "offline",
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "notFound",
  409: "changed",
  412: "changed",
  413: "tooLarge",
  415: "invalid",
  422: "invalid",
  429: "tooMany",
} as const;

/** A refusal as a sentence in the reader's language. `detail` is the server's own word, for small print. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0: no answer came. */
  readonly status: number;
  readonly detail: string;
  /** The server's word for the kind of refusal, where it has one. */
  readonly code: string;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    const known = SENTENCES[status as keyof typeof SENTENCES] ?? "broken";
    super(wordsOf(apiWords)(known));
    const { error, reference, code } = (body ?? {}) as Readonly<Record<string, unknown>>;
    this.status = status;
    this.body = body;
    this.code = typeof code === "string" ? code : "";
    this.detail = [status || "", typeof error === "string" ? error : "", reference ?? ""].filter(Boolean).join(" · ");
  }
}

export interface Ask {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON; a string or a file as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The only door to the server: same origin, the session's cookie, JSON both ways. Throws `ApiError`. */
export async function ask(path: string, { method = "GET", body, headers, signal }: Ask = {}): Promise<Response> {
  const isRaw = typeof body === "string" || body instanceof Blob;
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: {
      accept: "application/json",
      ...(body === undefined || body instanceof Blob
        ? {}
        : { "content-type": isRaw ? "text/plain; charset=utf-8" : "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  });
  if (answer.ok) return answer;
  throw new ApiError(answer.status, await answer.json().catch(() => null));
}

export async function askJson<T>(path: string, asked?: Ask): Promise<T> {
  const answer = await ask(path, asked);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** The sentence of whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : wordsOf(apiWords)("broken");
}
