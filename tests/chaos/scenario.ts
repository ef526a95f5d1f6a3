import type { Stopping } from "./kills.ts";
import type { Result } from "./result.ts";

/** What a scenario is told. */
export interface Setting {
  readonly seed: number;
  readonly db: "sqlite" | "pg";
  /** Kills to make, where a scenario kills. */
  readonly kills: number;
  /** Houses side by side. */
  readonly parallel: number;
  /** Messages of customers per second, over all houses. */
  readonly perSecond: number;
  /** Whether reports with our own ids come in. */
  readonly evidence: boolean;
  readonly isShort: boolean;
  readonly stopping: Stopping;
  readonly progress: (line: string) => void;
}

export type Scenario = (setting: Setting) => Promise<readonly Result[]>;
