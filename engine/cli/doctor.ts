import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { openWorkspace } from "../main.ts";

/** Checks the promises on the live database. Ends with 1 when one is broken. */
export async function doctor(config: Config): Promise<number> {
  const { store } = await openWorkspace(config, createLog("warn", config.secretValues));
  try {
    const findings = await store.operations.doctor();
    for (const { invariant, message, ids } of findings) console.log(`✗ ${invariant}: ${message}: ${ids.join(", ")}`);
    if (findings.length === 0) console.log("✓ every promise that the database can show holds");
    return findings.length > 0 ? 1 : 0;
  } finally {
    await store.close();
  }
}
