import { createDial } from "./dial.ts";
import { createImap } from "./mail/imap.ts";
import { createSmtp } from "./mail/smtp.ts";
import { createTokens } from "./mail/tokens.ts";
import { type MailWatch, type WatchDeps, watchMailboxes } from "./mail/watch.ts";
import type { Clock, Files, Http, Perform } from "./ports.ts";

/** Everything that speaks to mail servers. */
export interface PostOffice {
  /** Performs the calls of mail, and hands the others on. */
  perform(others: Perform): Perform;
  /** Reads mailboxes from now on. */
  watch(deps: Omit<WatchDeps, "imap">): MailWatch;
  close(): void;
}

/** `allowed`: hosts that may be on private addresses, by the operator's word. */
export function openPostOffice(deps: {
  readonly http: Http;
  readonly files: Files;
  readonly clock: Clock;
  readonly allowed: readonly string[];
}): PostOffice {
  const dial = createDial({ allowed: deps.allowed });
  const tokens = createTokens(deps.http, deps.clock);
  const smtp = createSmtp({ dial, tokens, files: deps.files, clock: deps.clock });
  const imap = createImap({ dial, tokens });
  return {
    perform: (others) => (call, baseUrl) => {
      const { body } = call;
      if (body.type === "mail") return smtp.send(body.mail);
      if (body.type !== "mailLogin") return others(call, baseUrl);
      return body.protocol === "smtp" ? smtp.look(body.server) : imap.look(body.server, body.folders);
    },
    watch: (rest) => watchMailboxes({ ...rest, imap }),
    close: () => smtp.close(),
  };
}
