import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { makeCertificate, type TestCertificate } from "./certificate.ts";
import { findDovecot } from "./install-dovecot.ts";
import { eventually, freePort } from "./relais.ts";

/** A real IMAP server on this machine, with TLS, for any user with one password. */
export interface TestDovecot {
  readonly imapsPort: number;
  /** STARTTLS. */
  readonly imapPort: number;
  readonly password: string;
  readonly certificate: TestCertificate;
  /** A mail arrives, by LMTP as from a real mail server. */
  deliver(user: string, ...mails: readonly string[]): Promise<void>;
  /** Gives the inbox another UIDVALIDITY: every UID has lost its meaning. */
  renumber(user: string): void;
  /** `doveadm` with these words. */
  admin(...words: readonly string[]): string;
  stop(): Promise<void>;
}

export async function startDovecot(): Promise<TestDovecot> {
  const binary = findDovecot();
  if (!binary) throw new Error("no dovecot");
  const folder = mkdtempSync(join(tmpdir(), "relais-dovecot-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "mail"), { mode: 0o777 });
  chmodSync(join(folder, "mail"), 0o777);
  const certificate = makeCertificate(folder);
  const [imapsPort, imapPort, lmtpPort] = [await freePort(), await freePort(), await freePort()];
  const password = "secret-of-the-mailbox";
  const config = join(folder, "dovecot.conf");
  writeFileSync(config, configuration(folder, certificate, { imapsPort, imapPort, lmtpPort }, password));
  const child = spawn(binary, ["-F", "-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const admin = (...words: readonly string[]): string =>
    execFileSync(binary.replace(/sbin\/dovecot$/, "bin/doveadm"), ["-c", config, ...words], { encoding: "utf8" });
  const deliver = (user: string, ...mails: readonly string[]): Promise<void> => handOver(lmtpPort, user, mails);
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`dovecot ended: ${said.join("")}`);
    const probe = connected(lmtpPort);
    (await probe).close();
  }).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`dovecot did not start: ${String(error)}\n${said.join("")}${logOf(folder)}`);
  });
  return {
    imapsPort,
    imapPort,
    password,
    certificate,
    deliver,
    admin,
    renumber(user) {
      const now = Number(/uidvalidity=(\d+)/.exec(admin("mailbox", "status", "-u", user, "uidvalidity", "INBOX"))?.[1]);
      admin("mailbox", "update", "-u", user, "--uid-validity", String(now + 1000), "INBOX");
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  folder: string,
  certificate: TestCertificate,
  ports: { readonly imapsPort: number; readonly imapPort: number; readonly lmtpPort: number },
  password: string,
): string {
  const me = userInfo().username;
  const users =
    me === "root" ? "mail_uid = mail\nmail_gid = mail" : `default_internal_user = ${me}\ndefault_login_user = ${me}`;
  const owner = me === "root" ? "uid=mail gid=mail" : "";
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <${certificate.certFile}
ssl_key = <${certificate.keyFile}
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:${folder}/mail/%n
mailbox_list_index = no
mail_max_userip_connections = 100
first_valid_uid = 0
${users}
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = ${owner} home=${folder}/mail/%n allow_all_users=yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${ports.imapPort}
  }
  inet_listener imaps {
    port = ${ports.imapsPort}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtpPort}
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`;
}

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, "dovecot.log"), "utf8");
  } catch {
    return "";
  }
}

function connected(port: number): Promise<SMTPConnection> {
  const connection = new SMTPConnection({ host: "127.0.0.1", port, lmtp: true, ignoreTLS: true });
  return new Promise((done, failed) => {
    connection.once("error", failed);
    connection.connect((error) => (error ? failed(error) : done(connection)));
  });
}

async function handOver(port: number, user: string, mails: readonly string[]): Promise<void> {
  const connection = await connected(port);
  for (const mail of mails) {
    const from = /^From:.*?([^\s<>]+@[^\s<>]+)/im.exec(mail)?.[1] ?? "";
    const isBounce = /^Return-Path:\s*<>/im.test(mail);
    await new Promise<void>((done, failed) =>
      connection.send({ from: isBounce ? "" : from, to: [user] }, mail.replace(/\r?\n/g, "\r\n"), (error) =>
        error ? failed(error) : done(),
      ),
    );
  }
  connection.quit();
}
