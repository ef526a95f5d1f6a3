import type { ApiTokenId, AuditEntryId, ChannelAccountId, SessionId, UserId, WorkspaceId } from "./ids.ts";
import type { Language } from "./language.ts";
import type { Permission } from "./permission.ts";
import type { Grant, Override } from "./rights.ts";

/** `invited`: has not chosen a password yet. `disabled`: may not sign in, and nothing of theirs works. */
export type UserStatus = "invited" | "active" | "disabled";

/** A person who signs in. */
export interface User {
  readonly id: UserId;
  readonly workspaceId: WorkspaceId;
  /** In small letters; nobody else of the workspace has it. */
  readonly email: string;
  readonly name: string;
  readonly status: UserStatus;
  readonly language: Language;
  readonly grants: readonly Grant[];
  readonly overrides: readonly Override[];
  readonly hasTwoFactor: boolean;
  readonly createdAt: string;
  readonly lastSeenAt: string | null;
}

/** One browser in which somebody is signed in. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly expiresAt: string;
  readonly address: string;
  /** What the browser says it is. */
  readonly agent: string;
}

/** A key for a program. What it may do is the less of its own rights and those of whoever made it. */
export interface ApiToken {
  readonly id: ApiTokenId;
  readonly name: string;
  /** Its first characters, to tell it from others; the whole is shown once. */
  readonly hint: string;
  readonly permissions: readonly Permission[];
  /** Null: all accounts. */
  readonly accountIds: readonly ChannelAccountId[] | null;
  /** Null: made on the command line or with the administrator's token. */
  readonly userId: UserId | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** Who does something, for the record. */
export interface Actor {
  readonly type: "user" | "token" | "admin" | "system";
  readonly id: string | null;
  readonly name: string;
  /** From where; null: this machine. */
  readonly address: string | null;
}

/** One line of the record: who did what to whom, when, from where. Never a secret. */
export interface AuditEntry {
  readonly id: AuditEntryId;
  readonly at: string;
  readonly actor: Actor;
  /** `user.invited`, `post /api/accounts/{id}/resume` … */
  readonly action: string;
  /** The id of what it was done to. */
  readonly target: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}
