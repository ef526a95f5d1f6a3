import type Sqlite from "better-sqlite3";
import type { Store } from "../../../engine/ports.ts";
import type { Faults } from "../faults.ts";
import type { Simulation } from "../simulation.ts";

/** A bug that is put in on purpose, to see whether the simulation finds it. Production code is never touched. */
export interface Planted {
  readonly name: string;
  /** What it is here; says so when the bug of the list cannot exist literally in this design. */
  readonly what: string;
  /** Faults without which it cannot be seen. */
  readonly faults?: Partial<Faults>;
  /** Changes the database after its migration. */
  readonly prepare?: (db: Sqlite.Database) => void;
  /** Another text for a statement. */
  readonly statement?: (sql: string, simulation: Simulation) => string | undefined;
  /** Another store, around the real one. */
  readonly store?: (store: Store, simulation: Simulation) => Store;
  /** Statements that succeed although the disk is full. */
  readonly survivesFull?: (sql: string) => boolean;
  /** Before a decision: may throw, or end the process. */
  readonly decides?: (simulation: Simulation, state: string, die: () => void) => void;
  /** Texts of SQL that must be met at least once, or the bug is not there at all. */
  readonly rewrites?: readonly Rewrite[];
}

/** A piece of SQL that is said differently. */
export interface Rewrite {
  readonly name: string;
  readonly text: (sql: string, simulation: Simulation) => string | undefined;
  met: number;
}

/** Replaces a stable piece of the engine's SQL; counts how often it was met. */
export function rewrite(piece: RegExp, other: string | ((sql: string, simulation: Simulation) => string)): Rewrite {
  const one: Rewrite = {
    name: String(piece),
    met: 0,
    text(sql, simulation) {
      if (!piece.test(sql)) return undefined;
      one.met++;
      return typeof other === "string" ? sql.replace(piece, other) : other(sql, simulation);
    },
  };
  return one;
}

/** A statement that takes the same parameters and does nothing. */
export function nothing(sql: string): string {
  const count = sql.split("?").length - 1;
  return `SELECT ${Array.from({ length: count }, () => "?").join(", ") || "1"} WHERE 0`;
}

/** A bug that consists of other SQL. */
export function plantedSql(planted: Omit<Planted, "statement" | "rewrites">, ...rewrites: readonly Rewrite[]): Planted {
  return {
    ...planted,
    rewrites,
    statement(sql, simulation) {
      let text: string | undefined;
      for (const one of rewrites) text = one.text(text ?? sql, simulation) ?? text;
      return text;
    },
  };
}
