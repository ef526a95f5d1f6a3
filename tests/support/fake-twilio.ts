import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

/**
 * A server that plays Twilio's messages API for one account over real HTTP: checks the credentials and the limits
 * (platform facts B.5, B.7), lists what it took, and signs webhooks as Twilio does.
 */
export interface FakeTwilio {
  readonly url: string;
  /** What was accepted, in order. */
  readonly sent: () => readonly SentSms[];
  /** The next `times` sends are refused with this code. */
  readonly fail: (failure: { readonly code: number; readonly httpStatus: number }, times?: number) => void;
  /**
   * Sends a signed form to `to`. The signature is made over `signedUrl`, the address as Twilio was told it; default:
   * the same.
   */
  readonly post: (to: string, fields: Readonly<Record<string, string>>, signedUrl?: string) => Promise<Response>;
  readonly say: (to: string, from: string, text: string, signedUrl?: string) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface SentSms {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback: string | null;
}

export interface FakeTwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number of the account. */
  readonly from: string;
}

/** Starts the server on a free port of this machine. */
export async function startFakeTwilio({ accountSid, authToken, from: own }: FakeTwilioOptions): Promise<FakeTwilio> {
  const sent: SentSms[] = [];
  const failures: { readonly code: number; readonly httpStatus: number }[] = [];
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const refuse = (status: number, code: number): void =>
      answer(status, { code, message: "refused", more_info: `https://www.twilio.com/docs/errors/${code}`, status });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization !== credentials) return refuse(401, 20003);
    if (request.url !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) return refuse(404, 20404);
    if (request.method === "GET") return answer(200, { messages: sent.map((one) => ({ ...one, status: "sent" })) });
    const fields = new URLSearchParams(Buffer.concat(chunks).toString());
    const code = problemOf(fields, own);
    if (code !== null) return refuse(400, code);
    const failure = failures.shift();
    if (failure) return refuse(failure.httpStatus, failure.code);
    const one: SentSms = {
      sid: `SM${randomUUID().replaceAll("-", "")}`,
      to: fields.get("To") ?? "",
      from: fields.get("From") ?? "",
      body: fields.get("Body") ?? "",
      statusCallback: fields.get("StatusCallback"),
    };
    sent.push(one);
    answer(201, { sid: one.sid, status: "queued", to: one.to, from: one.from, body: one.body, error_code: null });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  const post: FakeTwilio["post"] = (to, more, signedUrl = to) => {
    const fields: Readonly<Record<string, string>> = { AccountSid: accountSid, ApiVersion: "2010-04-01", ...more };
    const text = Object.keys(fields)
      .sort()
      .reduce((sum, name) => sum + name + fields[name], signedUrl);
    return fetch(to, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": createHmac("sha1", authToken).update(text).digest("base64"),
      },
      body: new URLSearchParams(fields).toString(),
    });
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    sent: () => sent,
    fail(failure, times = 1) {
      for (let index = 0; index < times; index++) failures.push(failure);
    },
    post,
    say: (to, from, text, signedUrl = to) =>
      post(
        to,
        {
          MessageSid: `SM${randomUUID().replaceAll("-", "")}`,
          From: from,
          To: own,
          Body: text,
          NumMedia: "0",
          SmsStatus: "received",
        },
        signedUrl,
      ),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** The code with which Twilio would refuse; null: none. */
function problemOf(fields: URLSearchParams, own: string): number | null {
  const to = fields.get("To") ?? "";
  const body = fields.get("Body") ?? "";
  if (to === "") return 21604;
  if (!/^\+\d{7,15}$/.test(to)) return 21211;
  if (!fields.get("From") && !fields.get("MessagingServiceSid")) return 21603;
  if (fields.get("From") && fields.get("From") !== own) return 21606;
  if (body === "") return 21602;
  if (body.length > 1600) return 21617;
  const callback = fields.get("StatusCallback");
  return callback !== null && !/^https?:\/\/[^_/]+\//.test(callback) ? 21609 : null;
}
