import { accountRoutes } from "./accounts.ts";
import { auditRoutes } from "./audit.ts";
import { channelRoutes } from "./channels.ts";
import { contactRoutes } from "./contacts.ts";
import { conversationRoutes } from "./conversations.ts";
import type { ServerDeps } from "./deps.ts";
import { flowBundleRoutes } from "./flow-bundle.ts";
import { flowFigureRoutes } from "./flow-figures.ts";
import { flowFileRoutes } from "./flow-files.ts";
import { flowPublishRoutes } from "./flow-publish.ts";
import { flowVersionRoutes } from "./flow-versions.ts";
import { flowRoutes } from "./flows.ts";
import { operationRoutes } from "./operations.ts";
import { passwordRoutes } from "./password.ts";
import { roleRoutes } from "./roles.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { sessionListRoutes } from "./sessions.ts";
import { setupRoutes } from "./setup.ts";
import { shopRoutes } from "./shop.ts";
import { tokenRoutes } from "./tokens.ts";
import { twoFactorRoutes } from "./two-factor.ts";
import { userRoutes } from "./users.ts";

/** Every route of the API but the streams. Each says who may ask; each asks the store with its own workspace. */
export function apiRoutes(deps: ServerDeps): readonly Route[] {
  return [
    conversationRoutes,
    contactRoutes,
    flowRoutes,
    flowFileRoutes,
    flowBundleRoutes,
    flowPublishRoutes,
    flowVersionRoutes,
    flowFigureRoutes,
    channelRoutes,
    accountRoutes,
    operationRoutes,
    shopRoutes,
    setupRoutes,
    sessionRoutes,
    sessionListRoutes,
    passwordRoutes,
    twoFactorRoutes,
    userRoutes,
    roleRoutes,
    tokenRoutes,
    auditRoutes,
  ].flatMap((routes) => routes(deps));
}
