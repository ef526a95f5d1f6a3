import { z } from "zod";
import type { WorkspaceId } from "../core/domain/ids.ts";

/** Rights, as the team screen will give them out (spec 8). */
export const PERMISSIONS = [
  "accounts.view",
  "accounts.manage",
  "accounts.assign",
  "conversations.view",
  "messages.view",
  "messages.send",
  "contacts.view",
  "contacts.manage",
  "flows.view",
  "flows.edit",
  "flows.publish",
  "playbook.edit",
  "catalogue.edit",
  "templates.manage",
  "insights.view",
  "users.manage",
  "roles.manage",
  "settings.manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who asks, for which workspace, and what they may. */
export interface Principal {
  readonly name: string;
  readonly workspaceId: WorkspaceId;
  readonly permissions: ReadonlySet<Permission>;
}

export interface Asked<P, Q, B> {
  readonly principal: Principal;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: (name: string) => string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set: the body is sent as it is. */
  readonly type?: string;
}

/** One route of the API. None exists without its permission; what it takes is checked before it runs; unknown keys are refused. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  readonly method: "get" | "post" | "put" | "delete";
  /** `/api/…` with `{name}` for parameters. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  /** `text`: the body is a text, e.g. YAML or CSV. */
  readonly body: B | "text" | null;
  readonly reply: z.ZodType | null;
  readonly run: (asked: Asked<z.infer<P>, z.infer<Q>, z.infer<B>>) => Promise<Reply>;
}

const nothing = z.strictObject({});

/** Declares a route; parts that are not given take nothing. */
export function route<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(
  definition: Omit<Route<P, Q, B>, "params" | "query" | "body" | "reply"> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B | "text";
    readonly reply?: z.ZodType;
  },
): Route {
  const { params = nothing, query = nothing, body = null, reply = null } = definition;
  // The table of routes forgets what each one takes; the schemas beside it make sure.
  return { ...definition, params, query, body, reply } as unknown as Route;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The same for what does not exist and for what is not yours. */
export const NOT_FOUND: Reply = { status: 404, body: { error: "not found" } };

/** The OpenAPI 3.1 description of the routes. */
export function openApi(routes: readonly Route[], version: string, publicUrl: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, permission, summary, params, query, body, reply } of routes) {
    const named = (schema: z.ZodType, where: "path" | "query") => {
      const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" }) as {
        properties?: Record<string, unknown>;
        required?: string[];
      };
      return Object.entries(properties).map(([name, one]) => ({
        name,
        in: where,
        required: where === "path" || required.includes(name),
        schema: one,
      }));
    };
    const content =
      body === "text"
        ? { "text/plain": { schema: { type: "string" } } }
        : body
          ? { "application/json": { schema: z.toJSONSchema(body, { io: "input" }) } }
          : null;
    paths[path] = {
      ...paths[path],
      [method]: {
        summary,
        description: `Needs the permission \`${permission}\`.`,
        operationId: `${method}${path.replace(/[^a-zA-Z]+(.)?/g, (_, letter: string | undefined) => (letter ?? "").toUpperCase())}`,
        parameters: [...named(params, "path"), ...named(query, "query")],
        ...(content ? { requestBody: { required: true, content } } : {}),
        responses: {
          200: {
            description: "Done",
            ...(reply
              ? {
                  content: {
                    "application/json": { schema: z.toJSONSchema(reply, { io: "output", unrepresentable: "any" }) },
                  },
                }
              : {}),
          },
          400: { description: "What was sent does not fit; the answer says where" },
          401: { description: "No valid token" },
          403: { description: "The token lacks the permission" },
          404: { description: "Not there, or not yours" },
        },
      },
    };
  }
  paths["/api/events"] = {
    get: {
      summary: "What changed, as server-sent events: look anew at what is named",
      description: "Needs the permission `conversations.view`. `data` is JSON: `{ type, conversationId? }`.",
      operationId: "getApiEvents",
      parameters: [],
      responses: {
        200: { description: "A stream that does not end", content: { "text/event-stream": {} } },
        401: { description: "No valid token" },
      },
    },
  };
  paths["/api/media/{id}"] = {
    get: {
      summary: "The file of a message, by the message's id",
      description: "Needs the permission `messages.view`.",
      operationId: "getApiMediaId",
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "string" } },
        { name: "n", in: "query", description: "Which one, from 0", schema: { type: "integer" } },
      ],
      responses: {
        200: { description: "The file", content: { "*/*": {} } },
        401: { description: "No valid token" },
        404: { description: "Not there, or not yours" },
      },
    },
  };
  return {
    openapi: "3.1.0",
    info: { title: "Relais", version, description: "The HTTP API of Relais. Send `Authorization: Bearer <token>`." },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths,
  };
}
