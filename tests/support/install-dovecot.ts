import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { platform } from "node:os";
import { pathToFileURL } from "node:url";

const PLACES = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"];

/** The IMAP server that mail tests use; null: none, and they are skipped by name. */
export function findDovecot(): string | null {
  return PLACES.find((path) => existsSync(path)) ?? null;
}

/** Brings a dovecot where there is none and it can be had: from Debian's packages, as root. */
function install(): void {
  const quiet = { stdio: ["ignore", "ignore", "inherit"] as ("ignore" | "inherit")[] };
  console.log("Installing dovecot from Debian's packages…");
  execFileSync("apt-get", ["update", "-qq"], quiet);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "dovecot-imapd", "dovecot-lmtpd"], {
    ...quiet,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href && !findDovecot()) {
  if (platform() === "linux" && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    install();
    if (!findDovecot()) process.exitCode = 1;
  } else
    console.warn(
      "No dovecot: the tests with a real mailbox are skipped (apt-get install dovecot-imapd dovecot-lmtpd).",
    );
}
