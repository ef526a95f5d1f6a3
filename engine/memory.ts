import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives back what starting needed: V8 would keep 35 MB of it until it is short of memory. Stops everything for some
 * 60 ms, so it is for the moment before the first customer.
 */
export function releaseMemory(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect !== "function") return;
  // What the first round frees is given back by the second.
  for (let round = 0; round < 2; round++) collect();
}
