import type { IncomingMessage, ServerResponse } from "node:http";

/** Every way in which a provider fails one request (F-7). */
export type Failure =
  /** The provider's own refusal. */
  | { readonly type: "code"; readonly code: number; readonly subcode?: number; readonly httpStatus?: number }
  | {
      readonly type: "status";
      readonly httpStatus: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Takes the message and cuts the line before answering. */
  | { readonly type: "acceptThenReset" }
  /** Takes the message and answers something that does not say so. */
  | {
      readonly type: "acceptThenSay";
      readonly httpStatus: number;
      readonly body: string;
    }
  /** Takes the connection and never answers. */
  | { readonly type: "blackHole" }
  /** Takes the message and answers so much later. */
  | { readonly type: "slow"; readonly delayMs: number }
  /** Takes the message and cuts its answer in the middle. */
  | { readonly type: "halfBody" };

/** What is going to go wrong, in order; `to`: only for this person. */
export interface Failures {
  add(profile: Failure, times: number, to: string | undefined): void;
  left(): number;
  take(to: string | undefined): Failure | undefined;
}

export function createFailures(): Failures {
  const waiting: { readonly profile: Failure; readonly to: string | undefined }[] = [];
  return {
    add(profile, times, to) {
      for (let index = 0; index < times; index++) waiting.push({ profile, to });
    },
    left: () => waiting.length,
    take(to) {
      const hit = waiting.findIndex((one) => one.to === undefined || one.to === to);
      return hit < 0 ? undefined : waiting.splice(hit, 1)[0]?.profile;
    },
  };
}

/** Fails one request this way; true: it is answered already, or never will be. */
export async function misbehave(
  failure: Failure,
  request: IncomingMessage,
  response: ServerResponse,
  provider: {
    /** Takes the message as if all was well; returns the answer that would have been given. */
    readonly accept: () => object;
    readonly refuse: (failure: Extract<Failure, { readonly type: "code" }>) => void;
  },
): Promise<boolean> {
  switch (failure.type) {
    case "code":
      provider.refuse(failure);
      return true;
    case "status":
      response.writeHead(failure.httpStatus, failure.headers ?? {}).end(failure.body ?? "");
      return true;
    case "acceptThenReset":
      provider.accept();
      request.socket.destroy();
      return true;
    case "acceptThenSay":
      provider.accept();
      response.writeHead(failure.httpStatus).end(failure.body);
      return true;
    case "blackHole":
      return true;
    case "slow":
      await new Promise((done) => setTimeout(done, failure.delayMs));
      return false;
    case "halfBody": {
      const whole = JSON.stringify(provider.accept());
      response.writeHead(200, { "content-type": "application/json", "content-length": String(whole.length) });
      response.write(whole.slice(0, 10), () => request.socket.destroy());
      return true;
    }
  }
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function formOf(request: IncomingMessage, bytes: Buffer): Promise<FormData | null> {
  const type = request.headers["content-type"] ?? "";
  return new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData().catch(() => null);
}

export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
