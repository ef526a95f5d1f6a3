import { z } from "zod";
import type { HttpResult } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";
import { name } from "../flow/document.ts";
import { evaluate } from "../run/expression.ts";
import { common, FAILED, field } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { readsOf } from "./reading.ts";

export interface HttpNode extends FlowNode {
  readonly type: "http";
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly save?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly repeatable: boolean;
}

const HEADER = /^[A-Za-z0-9-]{1,64}$/;

/** Calls a web service. `save: { city: "body.address.city", status: "status" }` keeps parts of its answer. */
export const http = nodeType<HttpNode>({
  type: "http",
  label: { fr: "Service web", en: "Web service" },
  group: "actions",
  description: { fr: "Interroge un service web et garde sa réponse.", en: "Calls a web service and keeps its answer." },
  schema: z.strictObject({
    type: z.literal("http"),
    method: field(z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"), "Méthode", "Method", "select"),
    // Words of a visitor may fill path and query, never scheme or host (S-18).
    url: field(
      z
        .string()
        .max(2000)
        .regex(/^https?:\/\/[^\s/{}?#@\\]+(\/|\?|$)/),
      "Adresse",
      "Address",
      "url",
    ),
    headers: field(
      z
        .record(
          z.string().regex(HEADER),
          z
            .string()
            .max(2000)
            .regex(/^[^\r\n]*$/),
        )
        .optional(),
      "En-têtes",
      "Headers",
      "keyValues",
      { section: "more" },
    ),
    body: field(z.string().max(20_000).optional(), "Corps", "Body", "longText", { section: "more" }),
    save: field(z.record(name, z.string().min(1).max(200)).optional(), "Enregistrer", "Save", "keyValues"),
    timeoutSeconds: field(z.number().min(1).max(30).default(10), "Délai (secondes)", "Time limit (seconds)", "number", {
      section: "more",
    }),
    repeatable: field(z.boolean().default(false), "Peut être répété sans risque", "Safe to repeat", "switch", {
      section: "more",
    }),
    ...common,
  }) as unknown as z.ZodType<HttpNode>,
  exits: () => [
    { name: "success", label: { fr: "Réussi", en: "Success" }, need: "required", when: "success" },
    { name: "error", label: { fr: "Refusé (4xx, 5xx)", en: "Refused (4xx, 5xx)" }, need: "default", when: "failure" },
    FAILED,
  ],
  compile: (node, id) => ({
    entry: [
      {
        type: "effect",
        params: {
          node: id,
          awaits: true,
          effect: {
            type: "http",
            method: node.method,
            url: encodedPlaceholders(node.url),
            headers: { ...(node.headers ?? {}) },
            ...(node.body === undefined ? {} : { body: node.body }),
            timeoutMs: node.timeoutSeconds * 1000,
            repeatable: node.repeatable,
          },
        },
      },
    ],
  }),
  receive: (node, event) => {
    if (event.type === "effectFailed") return { type: "exit", exit: "failed" };
    if (event.type !== "effectDone") return { type: "ignore" };
    const result = event.result as unknown as HttpResult;
    const set = Object.fromEntries(
      Object.entries(node.save ?? {}).map(([key, path]) => [
        key,
        evaluate(path, { status: result.status, body: result.body }) as Json,
      ]),
    );
    return { type: "exit", exit: result.status < 400 ? "success" : "error", set };
  },
  texts: () => [],
  contents: () => [],
  variables: (node) => ({
    reads: readsOf([node.url, node.body, ...Object.values(node.headers ?? {})]),
    writes: Object.keys(node.save ?? {}),
  }),
  waitsFor: () => "effect",
  preview: (node) => `${node.method} ${node.url}`,
});

/** Every placeholder in an address is percent-encoded, unless the author encodes it. */
function encodedPlaceholders(url: string): string {
  return url.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (all, inside: string) =>
    inside.includes("url_encode") ? all : `{{ ${inside} | url_encode }}`,
  );
}
