import type { Account, Received, WebhookRequest, WebhookResponse } from "../../engine/core/domain/channel.ts";
import { forged, plainAnswer, unreadable } from "./answers.ts";
import { isNestedDeeper, isSignedBy, sameText, storable } from "./meta-signature.ts";

const DEPTH = 64;
/** How much of a part is kept for the operator. */
const PART_CHARS = 10_000;
/** Escapes that may stand for what no database takes: the bytes themselves cannot. */
const UNSTORABLE = /\\u(0000|d[89a-f])/i;

/** What every account of Meta's has: the app that signs, and the word that the handshake asks for. */
export interface MetaApp {
  readonly appSecret: string;
  readonly verifyToken: string;
}

/** Meta asks whether the URL is ours: the answer is its own challenge, when it knows our token (A.2). */
export function handshake(request: WebhookRequest, accounts: readonly Account<MetaApp>[]): WebhookResponse {
  const single = (name: string): string | null => {
    const values = request.query[name] ?? [];
    return values.length === 1 ? (values[0] ?? null) : null;
  };
  const token = single("hub.verify_token");
  const challenge = single("hub.challenge");
  const known =
    token !== null &&
    token !== "" &&
    accounts.some(({ config }) => config.verifyToken !== "" && sameText(config.verifyToken, token));
  if (single("hub.mode") !== "subscribe" || challenge === null || !known) return plainAnswer(403, "forbidden");
  return plainAnswer(200, challenge);
}

/** A delivery whose signature holds: its JSON, its text, and the accounts whose secret signed it. Else the answer to give. */
export function openDelivery<Config extends MetaApp>(
  request: WebhookRequest,
  accounts: readonly Account<Config>[],
): { readonly json: unknown; readonly text: string; readonly own: readonly Account<Config>[] } | Received {
  const header = request.headers["x-hub-signature-256"];
  const secrets = [...new Set(accounts.map(({ config }) => config.appSecret))];
  const secret = secrets.find((one) => isSignedBy(one, header, request.body));
  if (secret === undefined) return forged();
  const text = new TextDecoder().decode(request.body);
  if (isNestedDeeper(text, DEPTH)) return unreadable("nested too deeply", text);
  return { json: jsonOf(text), text, own: accounts.filter(({ config }) => config.appSecret === secret) };
}

function jsonOf(text: string): unknown {
  try {
    if (!UNSTORABLE.test(text)) return JSON.parse(text);
    return JSON.parse(text, (_, value: unknown) => (typeof value === "string" ? storable(value) : value));
  } catch {
    return undefined;
  }
}

/** An instant from seconds or milliseconds, as number or text: gateways have seen both (A.4, C.1). */
export function timeOf(timestamp: string | number | undefined, fallback: string): string {
  const value = Number(timestamp ?? "");
  if (!Number.isFinite(value) || value <= 0) return fallback;
  const ms = value >= 1e12 ? value : value * 1000;
  return ms < 8.64e15 ? new Date(ms).toISOString() : fallback;
}

/** A part as text, for the operator; one that is missing reads "nothing". */
export function partOf(raw: unknown): string {
  return (JSON.stringify(raw) ?? "nothing").slice(0, PART_CHARS);
}

/** A short mark of a text, to tell the same notice from another one. */
export function fingerprint(text: string): string {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return (hash >>> 0).toString(36);
}
