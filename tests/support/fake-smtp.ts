import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { TestCertificate } from "./certificate.ts";
import { eventually } from "./relais.ts";

/** What the next mail meets: an answer at a place of the dialogue, a line that breaks, silence. */
export type SmtpFault =
  | { readonly at: "mailFrom" | "rcptTo" | "data"; readonly code: number; readonly text: string }
  /** The mail was taken, and the line breaks before "250". */
  | { readonly at: "afterData"; readonly taken: boolean }
  | { readonly at: "hang" };

export interface SentMail {
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  readonly raw: string;
  /** Decoded text part. */
  readonly text: string;
  readonly subject: string;
  header(name: string): string;
}

/** A real SMTP server on this machine with TLS and login, that can fail in every way. */
export interface FakeSmtp {
  readonly port: number;
  readonly password: string;
  /** Mails that were taken, in order. */
  sent(): readonly SentMail[];
  waitForSent(count: number, withinMs?: number): Promise<readonly SentMail[]>;
  /** The next mails meet these, one each. */
  fail(...faults: readonly SmtpFault[]): void;
  failuresLeft(): number;
  /** Another password from now on. */
  setPassword(password: string): void;
  /** The one access token that opens the door (XOAUTH2). */
  setAccessToken(token: string): void;
  close(): Promise<void>;
}

export async function startFakeSmtp(
  certificate: TestCertificate,
  options: { readonly starttls?: boolean } = {},
): Promise<FakeSmtp> {
  const sent: SentMail[] = [];
  const faults: SmtpFault[] = [];
  let password = "secret-of-the-mailbox";
  let accessToken = "";
  const current = new Map<string, SmtpFault | undefined>();
  const refuse = (session: SMTPServerSession, at: SmtpFault["at"]): Error | null => {
    const fault = current.get(session.id);
    if (fault?.at !== at || !("code" in fault)) return null;
    current.delete(session.id);
    return Object.assign(new Error(fault.text), { responseCode: fault.code });
  };
  const cut = (session: SMTPServerSession): void => {
    for (const connection of server.connections) {
      const { session: own, _socket } = connection as unknown as {
        session: SMTPServerSession;
        _socket: { destroy(): void };
      };
      if (own.id === session.id) _socket.destroy();
    }
  };
  const server = new SMTPServer({
    secure: !options.starttls,
    key: certificate.key,
    cert: certificate.cert,
    size: 25 * 1024 * 1024,
    authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
    logger: false,
    onAuth(auth, _session, done) {
      if (auth.accessToken !== undefined && auth.accessToken === accessToken)
        return done(null, { user: auth.username ?? "" });
      if (auth.password === password) return done(null, { user: auth.username ?? "" });
      done(Object.assign(new Error("5.7.8 Username and Password not accepted"), { responseCode: 535 }));
    },
    onMailFrom(_address, session, done) {
      current.set(session.id, faults.shift());
      done(refuse(session, "mailFrom"));
    },
    onRcptTo(_address, session, done) {
      done(refuse(session, "rcptTo"));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const fault = current.get(session.id);
        const refused = refuse(session, "data");
        if (refused) return done(refused);
        if (fault?.at === "hang") return;
        const raw = Buffer.concat(chunks).toString("utf8");
        if (fault?.at !== "afterData" || fault.taken)
          sent.push(
            mailOf(
              raw,
              session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
              session.envelope.rcptTo[0]?.address ?? "",
            ),
          );
        if (fault?.at === "afterData") return cut(session);
        done(null);
      });
    },
  });
  server.on("error", () => {});
  const port = await new Promise<number>((done) => {
    const listening = server.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      done(address && typeof address === "object" ? address.port : 0);
    });
  });
  return {
    port,
    get password() {
      return password;
    },
    sent: () => sent,
    waitForSent: (count, withinMs) =>
      eventually(() => {
        if (sent.length < count) throw new Error(`${sent.length} of ${count} mails were sent`);
        return sent;
      }, withinMs),
    fail: (...next) => void faults.push(...next),
    failuresLeft: () => faults.length,
    setPassword(next) {
      password = next;
    },
    setAccessToken(next) {
      accessToken = next;
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
}

function mailOf(raw: string, from: string, to: string): SentMail {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const unfolded = head.replace(/\r\n[ \t]+/g, " ");
  const header = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "im").exec(unfolded)?.[1]?.trim() ?? "";
  return {
    from,
    to,
    raw,
    header,
    messageId: header("message-id").replace(/[<>]/g, ""),
    subject: decodedWords(header("subject")),
    text: textOf(rest.join("\r\n\r\n")),
  };
}

/** The text part of what nodemailer builds: quoted-printable, base64 or plain, in UTF-8. */
function textOf(body: string): string {
  const part =
    /Content-Type: text\/plain[^\r\n]*\r\nContent-Transfer-Encoding: ([^\r\n]+)\r\n\r\n([\s\S]*?)\r\n--/i.exec(body);
  const [, encoding = "7bit", text = ""] = part ?? [];
  if (/base64/i.test(encoding)) return Buffer.from(text, "base64").toString("utf8").replace(/\r\n/g, "\n").trim();
  if (!/quoted-printable/i.test(encoding)) return text.replace(/\r\n/g, "\n").trim();
  const bytes = text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replace(/\r\n/g, "\n").trim();
}

function decodedWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, how: string, words: string) =>
      how.toLowerCase() === "b"
        ? Buffer.from(words, "base64").toString("utf8")
        : Buffer.from(
            words
              .replaceAll("_", " ")
              .replace(/=([0-9A-F]{2})/g, (__, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
            "latin1",
          ).toString("utf8"),
    );
}
