import type { UserId, WorkspaceId } from "../core/domain/ids.ts";
import type { LinkKind, NewLink } from "../ports.ts";
import type { Context } from "./context.ts";
import { one, put, type Script, scope, textOrNull } from "./sql.ts";

/** Links that are good once, for a while. Only hashes of their keys are known here. */
export interface Link {
  /** Null: for whoever sets the workspace up. */
  readonly userId: UserId | null;
}

/** A new link; earlier ones of this kind for the same person are no good any more. */
export function* makeLink(
  context: Context,
  workspaceId: WorkspaceId,
  kind: LinkKind,
  userId: UserId | null,
  link: NewLink,
): Script<void> {
  if (userId !== null)
    yield* put(
      "DELETE FROM links WHERE workspace_id = ? AND user_id = ? AND kind = ?",
      scope(workspaceId),
      userId,
      kind,
    );
  yield* put(
    "INSERT INTO links (workspace_id, id, kind, token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    scope(workspaceId),
    context.ids.make("link"),
    kind,
    link.tokenHash,
    userId,
    context.clock.now(),
    Date.parse(link.expiresAt),
  );
}

/** The link with this key, while it is good. */
export function* findLink(
  context: Context,
  workspaceId: WorkspaceId,
  kind: LinkKind,
  tokenHash: string,
): Script<Link | null> {
  const row = yield* one(
    "SELECT user_id FROM links WHERE workspace_id = ? AND token_hash = ? AND kind = ? AND expires_at > ?",
    scope(workspaceId),
    tokenHash,
    kind,
    context.clock.now(),
  );
  return row && { userId: textOrNull(row, "user_id") as UserId | null };
}

/** Uses a link up. */
export function* takeLink(
  context: Context,
  workspaceId: WorkspaceId,
  kind: LinkKind,
  tokenHash: string,
): Script<Link | null> {
  const link = yield* findLink(context, workspaceId, kind, tokenHash);
  yield* put(
    "DELETE FROM links WHERE workspace_id = ? AND token_hash = ? AND kind = ?",
    scope(workspaceId),
    tokenHash,
    kind,
  );
  return link;
}

/** Every link of somebody is no good any more. */
export function* removeLinksOf(workspaceId: WorkspaceId, userId: UserId): Script<void> {
  yield* put("DELETE FROM links WHERE workspace_id = ? AND user_id = ?", scope(workspaceId), userId);
}
