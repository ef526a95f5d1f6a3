import { parseArgs } from "node:util";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createIds } from "../ids.ts";
import { createSecrets, findKey } from "../secrets.ts";
import { type RestoreReport, restore } from "../store/restore.ts";
import { interruptible, showRows } from "./progress.ts";

/** Puts a backup into the database of the settings. What was there before is kept beside. */
export async function restoreBackup(config: Config, args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { replace: { type: "boolean", default: false }, move: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (!file || more.length > 0) {
    console.error("Which backup? Name its file: relais restore relais-monday.backup [--replace] [--move]");
    return 2;
  }
  const { signal, done } = interruptible();
  const progress = showRows();
  try {
    const at = { now: systemClock.now(), ids: createIds(systemClock) };
    const report = await restore(file, config.databaseUrl, at, { ...values, signal, progress: progress.rows });
    progress.end();
    for (const line of linesOf(report, values.move)) console.log(line);
    const key = keyProblem(config, report);
    if (key) console.error(key);
    return 0;
  } finally {
    progress.end();
    done();
  }
}

function linesOf({ backup, rows, counts, kept }: RestoreReport, move: boolean): readonly string[] {
  const lines = [`✓ restored as it was on ${new Date(backup.at).toISOString()}: ${rows} rows`];
  if (kept) lines.push(`The database that was here before is kept: ${kept}`);
  if (!move) {
    lines.push(
      `${counts.asked} messages may have been sent already: they wait for your word (GET /api/outbox), nothing is sent twice`,
      `${counts.expired} messages were too old to be sent; ${counts.dropped} alerts are not sent again; ${counts.unknown} web services have an unknown outcome; ${counts.again} other tasks are done again`,
    );
  }
  lines.push(`${counts.mail} events are waiting to be applied, ${counts.timers} timers are set`);
  return lines;
}

/** Credentials in the database open only with the key that sealed them; the server would refuse to start. */
function keyProblem(config: Config, { sealed }: RestoreReport): string | null {
  if (!sealed) return null;
  const key = findKey(config.secretKey, config.dataDir);
  if (key) {
    try {
      createSecrets(key).open(sealed.value, sealed.context);
      return null;
    } catch {
      // Told below: a wrong key and a missing one ask for the same.
    }
  }
  return `! The key that this backup was written with is not here. Before you start, set SECRET_KEY to it, or put the file secret-key of that installation into ${config.dataDir}.`;
}
