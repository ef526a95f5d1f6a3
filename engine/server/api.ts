import { channelRoutes } from "./channels.ts";
import { contactRoutes } from "./contacts.ts";
import { conversationRoutes } from "./conversations.ts";
import type { ServerDeps } from "./deps.ts";
import { flowBundleRoutes } from "./flow-bundle.ts";
import { flowFileRoutes } from "./flow-files.ts";
import { flowPublishRoutes } from "./flow-publish.ts";
import { flowRoutes } from "./flows.ts";
import { operationRoutes } from "./operations.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { setupRoutes } from "./setup.ts";
import { shopRoutes } from "./shop.ts";

/** Every route of the API but the streams. Each says who may ask; each asks the store with its own workspace. */
export function apiRoutes(deps: ServerDeps): readonly Route[] {
  return [
    conversationRoutes,
    contactRoutes,
    flowRoutes,
    flowFileRoutes,
    flowBundleRoutes,
    flowPublishRoutes,
    channelRoutes,
    operationRoutes,
    shopRoutes,
    setupRoutes,
    sessionRoutes,
  ].flatMap((routes) => routes(deps));
}
