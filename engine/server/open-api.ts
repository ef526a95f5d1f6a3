import { z } from "zod";
import type { Access, Route } from "./route.ts";

/** The OpenAPI 3.1 description of the routes. */
export function openApi(routes: readonly Route[], version: string, publicUrl: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, access, summary, params, query, body, reply } of routes) {
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
        description: needs(access),
        operationId: `${method}${path.replace(/[^a-zA-Z]+(.)?/g, (_, letter: string | undefined) => (letter ?? "").toUpperCase())}`,
        ...(access.type === "anyone" ? { security: [] } : {}),
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
          ...(access.type === "anyone" ? {} : { 401: { description: "No valid token or session" } }),
          403: { description: "The permission is lacking" },
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
        401: { description: "No valid token or session" },
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
        401: { description: "No valid token or session" },
        404: { description: "Not there, or not yours" },
      },
    },
  };
  return {
    openapi: "3.1.0",
    info: {
      title: "Relais",
      version,
      description:
        "The HTTP API of Relais. Send `Authorization: Bearer <token>`; the product's own pages use a cookie.",
    },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths,
  };
}

function needs(access: Access): string {
  switch (access.type) {
    case "workspace":
      return `Needs the permission \`${access.permission}\`.`;
    case "accounts":
      return `Needs the permission \`${access.permission}\` at an account; shows and changes what belongs to the accounts where it is given.`;
    case "self":
      return "For whoever is signed in, about themselves.";
    case "anyone":
      return "For anyone; what is sent decides.";
  }
}
