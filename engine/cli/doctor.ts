import type { Config } from "../config.ts";
import { examine } from "../store/open-store.ts";

/** Checks the promises on the database, also while the server runs. Ends with 1 when one is broken. */
export async function doctor(config: Config): Promise<number> {
  const findings = await examine(config.databaseUrl);
  for (const { invariant, message, ids } of findings) console.log(`✗ ${invariant}: ${message}: ${ids.join(", ")}`);
  if (findings.length === 0) console.log("✓ every promise that the database can show holds");
  return findings.length > 0 ? 1 : 0;
}
