import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { openWorkspace } from "../main.ts";

/** Brings the database to this version. Opening it does that; a copy of an older SQLite file is kept beside it. */
export async function migrate(config: Config): Promise<number> {
  const { store } = await openWorkspace(config, createLog("warn", config.secretValues));
  await store.close();
  console.log("✓ the database is at this version");
  return 0;
}
