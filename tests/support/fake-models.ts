import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** How a model's server answers the next call. */
export type ModelAnswer =
  | { readonly type: "json"; readonly value: unknown }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "refusal" }
  | { readonly type: "cut" }
  | { readonly type: "status"; readonly httpStatus: number; readonly code?: string }
  | { readonly type: "silence" };

export interface FakeModel {
  readonly url: string;
  readonly next: (...answers: readonly ModelAnswer[]) => void;
  /** What was asked, as it came over the line. */
  readonly asked: () => readonly Record<string, unknown>[];
  readonly close: () => Promise<void>;
}

/** A server that speaks OpenAI's chat completions: key, fields and the strictness of its schemas are checked as OpenAI does. */
export function startFakeOpenai(key: string): Promise<FakeModel> {
  return start((request, body, answer) => {
    if (request.headers.authorization !== `Bearer ${key}`)
      return [401, { error: { message: "Incorrect API key", code: "invalid_api_key" } }];
    if (request.url !== "/v1/chat/completions" || request.method !== "POST")
      return [404, { error: { message: "unknown url" } }];
    const problem = openaiProblem(body);
    if (problem) return [400, { error: { message: problem, type: "invalid_request_error", code: null } }];
    if (answer.type === "status")
      return [answer.httpStatus, { error: { message: "as the test asked", code: answer.code ?? null } }];
    const message =
      answer.type === "refusal"
        ? { role: "assistant", content: null, refusal: "I cannot help with that." }
        : {
            role: "assistant",
            content: answer.type === "json" ? JSON.stringify(answer.value) : answer.type === "text" ? answer.text : "{",
            refusal: null,
          };
    return [
      200,
      {
        id: "1",
        object: "chat.completion",
        created: 1,
        model: body.model,
        choices: [{ index: 0, message, finish_reason: answer.type === "cut" ? "length" : "stop" }],
        usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
      },
    ];
  });
}

/** The same for Gemini's generateContent. */
export function startFakeGemini(key: string): Promise<FakeModel> {
  return start((request, body, answer) => {
    if (request.headers["x-goog-api-key"] !== key)
      return [403, { error: { code: 403, message: "API key not valid", status: "PERMISSION_DENIED" } }];
    if (!/^\/v1beta\/models\/[^/]+:generateContent$/.test(request.url ?? ""))
      return [404, { error: { code: 404, message: "unknown", status: "NOT_FOUND" } }];
    const config = body.generationConfig as { responseMimeType?: string; responseJsonSchema?: object } | undefined;
    if (!Array.isArray(body.contents))
      return [400, { error: { code: 400, message: "contents is required", status: "INVALID_ARGUMENT" } }];
    if (config?.responseJsonSchema && config.responseMimeType !== "application/json")
      return [400, { error: { code: 400, message: "responseMimeType", status: "INVALID_ARGUMENT" } }];
    if (answer.type === "status")
      return [
        answer.httpStatus,
        { error: { code: answer.httpStatus, message: "as the test asked", status: "UNAVAILABLE" } },
      ];
    if (answer.type === "refusal") return [200, { promptFeedback: { blockReason: "SAFETY" } }];
    const text = answer.type === "json" ? JSON.stringify(answer.value) : answer.type === "text" ? answer.text : "{";
    return [
      200,
      {
        candidates: [
          {
            content: { role: "model", parts: [{ text }] },
            finishReason: answer.type === "cut" ? "MAX_TOKENS" : "STOP",
          },
        ],
        usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 },
      },
    ];
  });
}

type Handle = (
  request: IncomingMessage,
  body: Record<string, unknown>,
  answer: ModelAnswer,
) => readonly [number, unknown];

async function start(handle: Handle): Promise<FakeModel> {
  const answers: ModelAnswer[] = [];
  const asked: Record<string, unknown>[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    asked.push(body);
    const answer = answers.shift() ?? { type: "status", httpStatus: 500 };
    if (answer.type === "silence") return;
    const [status, value] = handle(request, body, answer);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    next: (...more) => answers.push(...more),
    asked: () => asked,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function openaiProblem(body: Record<string, unknown>): string | null {
  if (typeof body.model !== "string") return "you must provide a model parameter";
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "messages must be an array";
  if ("max_tokens" in body) return "max_tokens is not supported with this model: use max_completion_tokens";
  const format = body.response_format as
    | { type?: string; json_schema?: { name?: string; strict?: boolean; schema?: Record<string, unknown> } }
    | undefined;
  if (format?.type !== "json_schema") return null;
  const { name, strict, schema } = format.json_schema ?? {};
  if (!name || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return "invalid response_format.json_schema.name";
  if (
    strict &&
    (schema?.additionalProperties !== false ||
      JSON.stringify(Object.keys((schema.properties as object) ?? {}).sort()) !==
        JSON.stringify([...((schema.required as string[]) ?? [])].sort()))
  ) {
    return "strict schemas need additionalProperties: false and every property required";
  }
  return null;
}
