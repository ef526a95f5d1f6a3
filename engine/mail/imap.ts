import { rootCertificates } from "node:tls";
import { ImapFlow } from "imapflow";
import type { MailServer } from "../core/domain/mail.ts";
import type { CallOutcome, Dial } from "../ports.ts";
import { mailFailureOf } from "./failure.ts";
import type { Tokens } from "./tokens.ts";

export interface ImapDeps {
  readonly dial: Dial;
  readonly tokens: Tokens;
}

/** Opens mailboxes. A connection lives once: after it broke, a new one is made. */
export interface Imap {
  /** Throws a `MailFailure`. */
  connect(server: MailServer): Promise<ImapFlow>;
  /** Logs in, looks for folders and leaves. */
  look(server: MailServer, folders: readonly string[]): Promise<CallOutcome>;
}

const CONNECT_MS = 15_000;
/** Longer than any honest server needs for one command; idling is ended before that by ourselves. */
const SILENCE_MS = 5 * 60_000;
/** Routers forget silent connections after some minutes, servers end IDLE after 29. */
const IDLE_MS = 4 * 60_000;
const MOST_LITERAL_BYTES = 32 * 1024 * 1024;

export function createImap({ dial, tokens }: ImapDeps): Imap {
  const connect = async (server: MailServer): Promise<ImapFlow> => {
    try {
      const { login, user, security } = server;
      const auth =
        login.type === "password" ? { user, pass: login.password } : { user, accessToken: await tokens.token(login) };
      const { address } = await dial(server.host, server.port);
      const client = new ImapFlow({
        host: address,
        servername: server.host,
        port: server.port,
        secure: security === "tls",
        ...(security === "starttls" ? { doSTARTTLS: true } : {}),
        tls: {
          servername: server.host,
          minVersion: "TLSv1.2",
          ...(server.ca ? { ca: [...rootCertificates, server.ca] } : {}),
        },
        auth,
        logger: false,
        disableAutoIdle: true,
        connectionTimeout: CONNECT_MS,
        greetingTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        maxIdleTime: IDLE_MS,
        maxLiteralSize: MOST_LITERAL_BYTES,
      });
      // Every failure also ends the command under way or closes; without a listener it would end the process.
      client.on("error", () => {});
      await client.connect();
      return client;
    } catch (error) {
      const failure = mailFailureOf(error);
      // A refused access token may only be old: the next connection asks for a new one.
      if (failure.kind === "login" && server.login.type === "oauth2")
        await tokens.token(server.login, true).catch(() => {});
      throw failure;
    }
  };
  return {
    connect,
    async look(server, folders) {
      try {
        const client = await connect(server);
        try {
          for (const folder of folders)
            if (!(await isThere(client, folder))) return answered(0, folder, { "x-failure": "folder" });
          return answered(250, "logged in", { "x-idle": client.capabilities.has("IDLE") ? "yes" : "no" });
        } finally {
          await client.logout().catch(() => client.close());
        }
      } catch (error) {
        const { kind, message } = mailFailureOf(error);
        return answered(0, message, { "x-failure": kind });
      }
    },
  };
}

async function isThere(client: ImapFlow, folder: string): Promise<boolean> {
  try {
    return (await client.status(folder, { messages: true })) !== false;
  } catch (error) {
    if (client.usable) return false;
    throw error;
  }
}

function answered(status: number, body: string, headers: Readonly<Record<string, string>>): CallOutcome {
  return { type: "answered", response: { status, headers, body } };
}
