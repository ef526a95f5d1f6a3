import { type AccountScope, holds } from "../core/domain/rights.ts";
import type { ChannelAccount } from "../ports.ts";
import type { ServerDeps } from "./deps.ts";

/** The connected accounts that a scope holds. */
export function accountsOf({ accounts }: Pick<ServerDeps, "accounts">, scope: AccountScope): readonly ChannelAccount[] {
  return accounts().filter(({ id, workspaceId }) => workspaceId === scope.workspaceId && holds(scope, id));
}
