import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection, { type SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import type { Mail, MailServer } from "../core/domain/mail.ts";
import type { CallOutcome, Clock, Dial, Files } from "../ports.ts";
import { MailFailure, mailFailureOf } from "./failure.ts";
import type { Tokens } from "./tokens.ts";

export interface SmtpDeps {
  readonly dial: Dial;
  readonly tokens: Tokens;
  readonly files: Pick<Files, "read">;
  readonly clock: Clock;
  /** How long a server may say nothing. */
  readonly silenceMs?: number;
}

/** Sends mails. The outcome is what the server said, or whether anything can have left (C-6). */
export interface Smtp {
  send(mail: Mail): Promise<CallOutcome>;
  /** Logs in and leaves. */
  look(server: MailServer): Promise<CallOutcome>;
  close(): void;
}

const CONNECT_MS = 15_000;
const SILENCE_MS = 30_000;
/** Connections of one account at a time; most providers allow ten to twenty. */
const MOST_CONNECTIONS = 3;
/** Servers close silent connections after some minutes, many after one. */
const IDLE_MS = 20_000;

interface Line {
  readonly free: { readonly connection: SMTPConnection; readonly cancel: () => void }[];
  busy: number;
  readonly waiting: (() => void)[];
}

export function createSmtp(deps: SmtpDeps): Smtp {
  const { dial, tokens, files, clock, silenceMs = SILENCE_MS } = deps;
  const lines = new Map<string, Line>();
  const lineOf = (server: MailServer): Line => {
    const key = JSON.stringify(server);
    const line = lines.get(key) ?? { free: [], busy: 0, waiting: [] };
    lines.set(key, line);
    return line;
  };

  const connect = async (server: MailServer, isSecond = false): Promise<SMTPConnection> => {
    const { address } = await dial(server.host, server.port);
    const connection = new SMTPConnection({
      host: address,
      port: server.port,
      secure: server.security === "tls",
      requireTLS: server.security === "starttls",
      servername: server.host,
      tls: {
        servername: server.host,
        minVersion: "TLSv1.2",
        ...(server.ca ? { ca: [...rootCertificates, server.ca] } : {}),
      },
      connectionTimeout: Math.min(CONNECT_MS, silenceMs),
      greetingTimeout: Math.min(CONNECT_MS, silenceMs),
      socketTimeout: silenceMs,
    });
    try {
      // What breaks an idle connection is noticed when it is wanted; without a listener it would end the process.
      connection.on("error", () => {});
      await underway<void>(connection, (done, failed) =>
        connection.connect((error) => (error ? failed(error) : done())),
      );
      await login(connection, server);
    } catch (error) {
      connection.close();
      if (isSecond || server.login.type !== "oauth2" || mailFailureOf(error).kind !== "login") throw error;
      // An access token may end before its time: one that is new decides.
      await tokens.token(server.login, true);
      return connect(server, true);
    }
    return connection;
  };

  const login = async (connection: SMTPConnection, server: MailServer): Promise<void> => {
    const { user, login: with_ } = server;
    const auth =
      with_.type === "password"
        ? { user, pass: with_.password }
        : {
            user,
            oauth2: new XOAuth2({
              user,
              accessToken: await tokens.token(with_),
            }),
          };
    await underway<void>(connection, (done, failed) =>
      connection.login(auth, (error) => (error ? failed(error) : done())),
    );
  };

  /** A connection of this account, waiting for one where all are busy. `fresh`: one that nobody has used. */
  const take = async (server: MailServer, fresh: boolean): Promise<SMTPConnection> => {
    const line = lineOf(server);
    if (line.busy >= MOST_CONNECTIONS) await new Promise<void>((done) => line.waiting.push(done));
    else line.busy++;
    const kept = fresh ? undefined : line.free.pop();
    if (kept) {
      kept.cancel();
      return kept.connection;
    }
    try {
      return await connect(server);
    } catch (error) {
      leave(line);
      throw error;
    }
  };
  const leave = (line: Line): void => {
    const next = line.waiting.shift();
    if (next) next();
    else line.busy--;
  };
  const giveBack = (server: MailServer, connection: SMTPConnection, isGood: boolean): void => {
    const line = lineOf(server);
    if (!isGood) connection.close();
    else {
      const kept = {
        connection,
        cancel: clock.after(IDLE_MS, () => {
          line.free.splice(line.free.indexOf(kept), 1);
          connection.quit();
        }),
      };
      line.free.push(kept);
    }
    leave(line);
  };

  /** One try over one connection. `stale`: it was an old one that the server had closed, and nothing has left. */
  const once = async (mail: Mail, raw: Buffer, fresh: boolean): Promise<CallOutcome | "stale"> => {
    const line = lineOf(mail.server);
    const isOld = !fresh && line.free.length > 0;
    const connection = await take(mail.server, fresh);
    let begun = false;
    const source = new Readable({
      read() {
        // Asked for only after the server said "354 go ahead": from here on, nobody knows until it answers.
        begun = true;
        this.push(raw);
        this.push(null);
      },
    });
    try {
      const info = await underway<SMTPConnectionSendInfo>(connection, (done, failed) => {
        connection.send({ from: mail.from.address, to: [mail.to], size: raw.byteLength }, source, (error, sent) =>
          error || !sent ? failed(error ?? new Error("no answer")) : done(sent),
        );
      });
      giveBack(mail.server, connection, true);
      const other = info.serverMessageId?.replace(/[<>]/g, "");
      return answered(250, info.response ?? "250 accepted", other ? { "x-message-id": other } : {});
    } catch (error) {
      giveBack(mail.server, connection, false);
      const said = saidBy(error);
      if (said) return said;
      const { kind, message } = mailFailureOf(error);
      if (begun) return { type: "unknown", detail: message };
      return isOld ? "stale" : answered(0, message, { "x-failure": kind });
    }
  };

  const guarded = async (act: () => Promise<CallOutcome>): Promise<CallOutcome> => {
    try {
      return await act();
    } catch (error) {
      const said = saidBy(error);
      if (said) return said;
      const { kind, message } = mailFailureOf(error);
      return answered(0, message, { "x-failure": kind });
    }
  };

  return {
    send: (mail) =>
      guarded(async () => {
        const raw = await written(mail, files);
        const first = await once(mail, raw, false);
        if (first !== "stale") return first;
        const second = await once(mail, raw, true);
        return second === "stale"
          ? answered(0, "the server closed the connection", { "x-failure": "unreachable" })
          : second;
      }),
    look: (server) =>
      guarded(async () => {
        const connection = await connect(server);
        connection.quit();
        return answered(250, "250 logged in", {});
      }),
    close() {
      for (const { free } of lines.values())
        for (const { connection, cancel } of free.splice(0)) {
          cancel();
          connection.close();
        }
    },
  };
}

/** One command of a connection; it fails with the connection, whatever else hears of that. */
async function underway<T>(
  connection: SMTPConnection,
  command: (done: (value: T) => void, failed: (error: Error) => void) => void,
): Promise<T> {
  let failed = (_error: Error): void => {};
  // The connection says that it ended before the command says with which words: those come first.
  const closed = (): void => void setImmediate(() => failed(new Error("the server closed the connection")));
  const broken = (error: Error): void => failed(error);
  connection.on("error", broken).on("end", closed);
  try {
    return await new Promise<T>((done, reject) => {
      failed = reject;
      command(done, reject);
    });
  } finally {
    connection.off("error", broken).off("end", closed);
  }
}

function answered(status: number, body: string, headers: Readonly<Record<string, string>>): CallOutcome {
  return { type: "answered", response: { status, headers, body: body.slice(0, 10_000) } };
}

/** A refusal of the server itself, with the command that it answered; null: it said nothing. */
function saidBy(error: unknown): CallOutcome | null {
  if (!(error instanceof Error)) return null;
  const { responseCode, response, command } = error as Error & Readonly<Record<string, unknown>>;
  if (typeof responseCode !== "number" || responseCode < 400 || responseCode > 599) return null;
  return answered(responseCode, typeof response === "string" ? response : error.message, {
    ...(typeof command === "string" ? { "x-command": command } : {}),
  });
}

/** The mail as it goes over the wire. Nothing in it is read from a file name or an address (S-83). */
async function written(mail: Mail, files: Pick<Files, "read">): Promise<Buffer> {
  const attachments = [];
  for (const { path, fileName, mimeType } of mail.attachments) {
    const content = path ? await files.read(path) : null;
    if (!content) throw new MailFailure("invalid", "the file is not there any more");
    attachments.push({
      filename: fileName ?? "file",
      content: Buffer.from(content),
      ...(mimeType ? { contentType: mimeType } : {}),
    });
  }
  const composer = new MailComposer({
    from: mail.from,
    to: { name: "", address: mail.to },
    subject: mail.subject,
    messageId: `<${mail.messageId}>`,
    ...(mail.inReplyTo ? { inReplyTo: `<${mail.inReplyTo}>` } : {}),
    references: mail.references.map((id) => `<${id}>`),
    headers: { ...mail.headers },
    text: mail.text,
    html: mail.html,
    attachments,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
