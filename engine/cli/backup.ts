import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { backup } from "../store/backup.ts";
import { interruptible, showRows } from "./progress.ts";

/** Copies the database into one file, also while the server runs. An interruption leaves no file. */
export async function makeBackup(config: Config, args: readonly string[]): Promise<number> {
  const [file, ...more] = args;
  if (!file || more.length > 0) {
    console.error("Where to? Name a file: relais backup relais-monday.backup");
    return 2;
  }
  const { signal, done } = interruptible();
  const progress = showRows();
  try {
    const made = await backup(config.databaseUrl, file, systemClock.now(), { signal, progress: progress.rows });
    progress.end();
    const messages = made.rows.get("messages") ?? 0;
    const conversations = made.rows.get("conversations") ?? 0;
    console.log(
      `✓ ${made.file}: ${messages} messages in ${conversations} conversations, ${(made.sizeBytes / 1e6).toFixed(1)} MB, checked`,
    );
    console.log(
      `Not in it, keep them apart: ${config.secretKey ? "SECRET_KEY" : `${config.dataDir}/secret-key`} (without it the credentials in the backup cannot be read), ${config.dataDir}/media (files of customers) and ${config.flowsDir} (drafts).`,
    );
    return 0;
  } finally {
    progress.end();
    done();
  }
}
