import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChannelHouse, nextPerson, numberOf, QUICK, sentTo } from "./channel-house.ts";
import { type Cuttable, startCuttable } from "./cuttable.ts";
import { startDovecot, type TestDovecot } from "./dovecot.ts";
import { type FakeSmtp, type SentMail, startFakeSmtp } from "./fake-smtp.ts";
import { eventually, type RunningRelais, startRelais } from "./relais.ts";

export const SHOP = "contact@boutique.example.com";

/** Relais with a mailbox on a real IMAP server (over a line that can be cut) and a real SMTP server. */
export interface MailHouse {
  readonly dovecot: TestDovecot;
  readonly smtp: FakeSmtp;
  readonly line: Cuttable;
  readonly dataDir: string;
  relais: RunningRelais;
  /** A customer writes: to the shop's address, with whatever else in the header. */
  write(mail: Written): Promise<void>;
  /** Starts Relais (again) with these settings more. */
  start(env?: Readonly<Record<string, string>>): Promise<RunningRelais>;
  /** Resolves when the mailbox is open: what comes from now on is new. */
  reading(): Promise<void>;
  stop(): Promise<void>;
}

export interface Written {
  readonly from: string;
  readonly text: string;
  readonly subject?: string;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The mail that is answered: its id and references go into the header, its words below. */
  readonly answering?: SentMail;
}

let written = 0;

/** A mail as a customer's program writes it. */
export function mailText({ from, text, subject = "Bonjour", id, headers = {}, answering }: Written): string {
  const references = answering
    ? {
        "In-Reply-To": `<${answering.messageId}>`,
        References: `${answering.header("references")} <${answering.messageId}>`,
      }
    : {};
  const all = {
    From: from,
    To: SHOP,
    Subject: answering ? `Re: ${answering.subject.replace(/^Re: /, "")}` : subject,
    Date: new Date().toUTCString(),
    "Message-ID": `<${id ?? `m${++written}.${process.pid}@mail.example.com`}>`,
    "Content-Type": "text/plain; charset=utf-8",
    ...references,
    ...headers,
  };
  const quoted = answering
    ? `\n\nLe lun. 16 nov. 2026 à 10:02, Boutique <${SHOP}> a écrit :\n\n${answering.text.replace(/^/gm, "> ")}\n`
    : "\n";
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${head.join("\n")}\n\n${text}${quoted}`;
}

export async function startMailHouse(env: Readonly<Record<string, string>> = {}): Promise<MailHouse> {
  const dovecot = await startDovecot();
  const smtp = await startFakeSmtp(dovecot.certificate);
  const line = await startCuttable(dovecot.imapsPort);
  const dataDir = mkdtempSync(join(tmpdir(), "relais-mail-"));
  const settings = {
    IMAP_HOST: "localhost",
    IMAP_PORT: String(line.port),
    IMAP_USER: SHOP,
    IMAP_PASSWORD: dovecot.password,
    IMAP_CA_FILE: dovecot.certificate.certFile,
    SMTP_HOST: "localhost",
    SMTP_PORT: String(smtp.port),
    SMTP_FROM_NAME: "Boutique Lumière",
    SMTP_MESSAGES_PER_SECOND: "100",
    BURST_WINDOW_MS: "100",
    ...env,
  };
  const start = (more: Readonly<Record<string, string>> = {}): Promise<RunningRelais> =>
    startRelais({ dataDir, env: { ...settings, ...more } });
  const house: MailHouse = {
    dovecot,
    smtp,
    line,
    dataDir,
    relais: await start(),
    write: (mail) => dovecot.deliver(SHOP, mailText(mail)),
    async start(more) {
      house.relais = await start(more);
      return house.relais;
    },
    reading: () =>
      eventually(() => {
        if (!house.relais.output().includes("a mailbox is open"))
          throw new Error(`not reading:\n${house.relais.output()}`);
      }, 20_000),
    async stop() {
      await house.relais.stop();
      await smtp.close();
      await line.close();
      await dovecot.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await house.reading();
  return house;
}

export interface ApiMessages {
  readonly items: readonly {
    readonly id: string;
    readonly text: string;
    readonly status: string;
    readonly direction: "in" | "out";
    readonly author: string;
    readonly externalId: string;
    readonly conversationId: string;
    readonly maybeDuplicate: boolean;
    readonly error: {
      readonly code: string;
      readonly providerCode: string | null;
      readonly detail: string | null;
    } | null;
    readonly attachments: readonly {
      readonly fileName: string;
      readonly mimeType: string;
      readonly url: string | null;
    }[];
    readonly contact: { readonly identities: readonly { readonly value: string }[] };
  }[];
  readonly next: string | null;
}

/** Every message that there is, over all pages. */
export async function allMessages(relais: RunningRelais): Promise<ApiMessages["items"]> {
  const found: ApiMessages["items"][number][] = [];
  let cursor = "";
  do {
    const page: ApiMessages = await relais.api(`/api/messages?limit=100${cursor}`);
    found.push(...page.items);
    cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : "";
  } while (cursor !== "");
  return found;
}

export async function openMail(): Promise<ChannelHouse> {
  const house = await startMailHouse(QUICK);
  return {
    relais: house.relais,
    customer() {
      const address = `lea${nextPerson()}@example.com`;
      const got = () => sentTo(house.smtp.sent(), address);
      const heard = () => got().map(({ text }) => text);
      const say = (text: string): Promise<void> => {
        const answering = got().at(-1);
        return house.write({ from: `Léa Martin <${address}>`, text, ...(answering ? { answering } : {}) });
      };
      return {
        identity: address,
        greet: () => say("Bonjour"),
        say,
        choose: (label) => say(numberOf(label, heard())),
        heard,
      };
    },
    provider: {
      fail: (fault) =>
        house.smtp.fail(
          {
            busy: { at: "data" as const, code: 451, text: "4.3.0 try again" },
            lostAnswer: { at: "afterData" as const, taken: true },
            unclear: { at: "afterData" as const, taken: false },
            unreachable: { at: "rcptTo" as const, code: 550, text: "5.1.1 User unknown" },
          }[fault],
        ),
      failuresLeft: house.smtp.failuresLeft,
    },
    close: house.stop,
  };
}
