import { z } from "zod";
import type { UserId, WorkspaceId } from "../core/domain/ids.ts";
import type { Permission } from "../core/domain/permission.ts";
import type { AccountScope, Rights } from "../core/domain/rights.ts";
import type { Actor, Session, User } from "../core/domain/user.ts";

export type { Permission };

/** Who asks, for which workspace, and what they may. */
export interface Principal {
  readonly type: "user" | "token" | "admin";
  /** Of the person or the token. */
  readonly id: string | null;
  readonly name: string;
  readonly workspaceId: WorkspaceId;
  /** What they may do in the whole workspace. */
  readonly permissions: ReadonlySet<Permission>;
  /** All of these must allow: a token's own rights, and those of whoever made it. */
  readonly rights: readonly Rights[];
  readonly user: User | null;
  /** The person behind it all: they themselves, or whoever made the token; null: the operator. */
  readonly ownerId: UserId | null;
  /** The browser's session; null: a token asks. */
  readonly session: Session | null;
}

/**
 * Who asks about things that belong to channel accounts. There is no workspace here to ask for as a whole: what the
 * store is asked for goes by a scope, which holds the accounts at which they have the permission.
 */
export interface AccountPrincipal extends Omit<Principal, "workspaceId" | "permissions" | "rights"> {
  /** Where they have the route's own permission. */
  readonly scope: AccountScope;
  /** Where they have another one. */
  readonly scopeOf: (permission: Permission) => AccountScope;
}

export interface Asked<P, Q, B, W = Principal> {
  readonly principal: W;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: (name: string) => string | undefined;
  /** Who asks and from where, for the record. */
  readonly actor: Actor;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set: the body is sent as it is. */
  readonly type?: string;
}

/**
 * Who may ask. `workspace`: whoever has the permission everywhere. `accounts`: whoever has it at one account at least,
 * about the accounts where they have it. `self`: whoever is signed in, about themselves.
 * `anyone`: whoever comes, so the route itself looks at what they show.
 */
export type Access =
  | { readonly type: "workspace"; readonly permission: Permission }
  | { readonly type: "accounts"; readonly permission: Permission }
  | { readonly type: "self" }
  | { readonly type: "anyone" };

/** One route of the API. None exists without saying who may ask; what it takes is checked before it runs; unknown keys are refused. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  W = Principal,
> {
  readonly method: "get" | "post" | "put" | "delete";
  /** `/api/…` with `{name}` for parameters. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  /** `text`: the body is a text, e.g. YAML or CSV. */
  readonly body: B | "text" | null;
  readonly reply: z.ZodType | null;
  /** Whether each call goes on record. `store`: whoever makes the change writes it down in the same transaction. */
  readonly record: "call" | "store" | "no";
  readonly run: (asked: Asked<z.infer<P>, z.infer<Q>, z.infer<B>, W>) => Promise<Reply>;
}

const nothing = z.strictObject({});

type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, W> = Omit<
  Route<P, Q, B, W>,
  "access" | "params" | "query" | "body" | "reply" | "record"
> & {
  readonly record?: Route["record"];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B | "text";
  readonly reply?: z.ZodType;
};

/** A route for whoever has a permission in the whole workspace; parts that are not given take nothing. */
export function route<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>({ permission, ...definition }: Definition<P, Q, B, Principal> & { readonly permission: Permission }): Route {
  return declared({ type: "workspace", permission }, definition);
}

/** A route about what belongs to channel accounts: it hands `principal.scope` on to the store. */
export function accountRoute<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>({ permission, ...definition }: Definition<P, Q, B, AccountPrincipal> & { readonly permission: Permission }): Route {
  return declared({ type: "accounts", permission }, definition);
}

/** A route about whoever asks themselves: their sessions, their password. */
export function selfRoute<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(definition: Definition<P, Q, B, Principal>): Route {
  return declared({ type: "self" }, definition);
}

/** A route for whoever comes: signing in, using a link. Who asks is null. */
export function openRoute<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(definition: Definition<P, Q, B, null>): Route {
  return declared({ type: "anyone" }, definition);
}

function declared<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, W>(
  access: Access,
  definition: Definition<P, Q, B, W>,
): Route {
  const {
    params = nothing,
    query = nothing,
    body = null,
    reply = null,
    record = recordOf(access, definition),
  } = definition;
  // The table of routes forgets what each one takes; the schemas and the access beside it make sure.
  return { ...definition, access, params, query, body, reply, record } as unknown as Route;
}

/** What only changes talk or drafts is not on record by itself: messages and files say who wrote them. */
const UNRECORDED: ReadonlySet<Permission> = new Set([
  "accounts.view",
  "conversations.view",
  "messages.view",
  "messages.send",
  "contacts.view",
  "flows.view",
  "flows.edit",
  "insights.view",
]);

function recordOf(access: Access, { method }: { readonly method: Route["method"] }): Route["record"] {
  if (method === "get" || !("permission" in access)) return "no";
  return UNRECORDED.has(access.permission) ? "no" : "call";
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The same for what does not exist and for what is not yours. */
export const NOT_FOUND: Reply = { status: 404, body: { error: "not found" } };
