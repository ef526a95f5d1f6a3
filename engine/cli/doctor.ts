import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { examine } from "../store/examine.ts";
import { showRows } from "./progress.ts";

/** Checks the promises on the database, also while the server runs. Ends with 1 when one is broken. */
export async function doctor(config: Config, args: readonly string[]): Promise<number> {
  const quick = args[0] === "--quick";
  if (args.length > (quick ? 1 : 0)) {
    console.error("relais doctor takes no names; --quick looks at the newest rows only.");
    return 2;
  }
  const progress = showRows();
  try {
    const { findings, notes } = await examine(config.databaseUrl, {
      now: systemClock.now(),
      quick,
      progress: progress.rows,
    });
    progress.end();
    for (const { invariant, message, advice, ids } of findings) {
      console.log(`✗ ${message}${ids.length > 0 ? `: ${ids.join(", ")}` : ""} [${invariant}]`);
      console.log(`  ${advice}`);
    }
    if (findings.length === 0)
      console.log(`✓ every promise that the database can show holds${quick ? " for its newest rows" : ""}`);
    for (const note of notes) console.log(`· ${note}`);
    return findings.length > 0 ? 1 : 0;
  } finally {
    progress.end();
  }
}
