import type { Media } from "./message.ts";

/** What an e-mail carries beside the words that are its message; kept with it, for threads and for agents. */
export interface MailFacts {
  /** Without angle brackets. */
  readonly messageId: string;
  readonly subject: string;
  /** The mails that it answers, oldest first, the one answered last; without angle brackets. */
  readonly references: readonly string[];
  /** The whole body as text, with what is quoted and signed. */
  readonly text: string;
  /** The body as HTML, sanitised: no scripts, styles, forms or anything that is loaded from elsewhere. */
  readonly html: string | null;
  /** What our own receiving server found out about the sender; null: it said nothing that can be trusted. */
  readonly authentication: MailAuthentication | null;
  /** Where answers are wanted, when that is not the sender. Shown to agents; the bot answers the sender only. */
  readonly replyTo?: string;
}

/** Results as RFC 8601 names them: `pass`, `fail`, `softfail`, `none` … */
export interface MailAuthentication {
  readonly spf?: string;
  readonly dkim?: string;
  readonly dmarc?: string;
}

/** The mail that an answer goes under. */
export interface MailThread {
  readonly subject: string;
  readonly messageId: string;
  readonly references: readonly string[];
}

/** How far a mailbox has been read. A UID means something only under its UIDVALIDITY. */
export interface MailPosition {
  readonly folder: string;
  readonly uidValidity: string;
  readonly uid: number;
}

/** A mail server as a client needs it: where, how it is secured, who asks. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: refused when the server does not offer it. There is no third. */
  readonly security: "tls" | "starttls";
  /** Certificates that are trusted beside the public ones, as PEM. */
  readonly ca?: string;
  readonly user: string;
  readonly login:
    | { readonly type: "password"; readonly password: string }
    /** XOAUTH2: the access token is fetched with the refresh token. */
    | {
        readonly type: "oauth2";
        readonly tokenUrl: string;
        readonly clientId: string;
        readonly clientSecret: string;
        readonly refreshToken: string;
        readonly scope: string;
      };
}

/** A folder that the engine reads. */
export interface MailboxSource {
  readonly server: MailServer;
  readonly folder: string;
  /** What becomes of a mail that is stored: nothing, marked as read, moved to `moveTo` as well. */
  readonly afterReading: "leave" | "seen" | "move";
  readonly moveTo: string;
  /** How often to look where the server does not tell by itself (IDLE). */
  readonly pollSeconds: number;
}

/** One mail to one person, as a channel's `render` makes it. */
export interface Mail {
  readonly server: MailServer;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** Without angle brackets; the same over all tries. */
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  /** Our own files. */
  readonly attachments: readonly Media[];
}
