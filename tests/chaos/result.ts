import type { Verdict } from "./oracle.ts";

/** What a scenario gives back, and what the table at the end shows. */
export interface Result extends Verdict {
  readonly scenario: string;
  readonly kills: number;
  readonly slowestRecoveryMs: number;
}

const NOTHING: Verdict = { acked: 0, sent: 0, lost: 0, doubled: 0, badged: 0, violations: [] };

export function resultOf(
  scenario: string,
  kills: number,
  recoveriesMs: readonly number[],
  verdict: Partial<Verdict>,
  more: readonly string[] = [],
): Result {
  const whole = { ...NOTHING, ...verdict };
  return {
    ...whole,
    scenario,
    kills,
    slowestRecoveryMs: Math.max(0, ...recoveriesMs),
    violations: [...whole.violations, ...more],
  };
}

/** Results of the same scenario as one. */
export function sumOf(scenario: string, results: readonly Result[]): Result {
  const sum = (pick: (one: Result) => number): number => results.reduce((total, one) => total + pick(one), 0);
  return {
    scenario,
    kills: sum(({ kills }) => kills),
    acked: sum(({ acked }) => acked),
    sent: sum(({ sent }) => sent),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    badged: sum(({ badged }) => badged),
    slowestRecoveryMs: Math.max(0, ...results.map(({ slowestRecoveryMs }) => slowestRecoveryMs)),
    violations: results.flatMap(({ violations }) => violations),
  };
}

const COLUMNS: readonly (readonly [string, (one: Result) => string])[] = [
  ["scenario", ({ scenario }) => scenario],
  ["kills", ({ kills }) => String(kills)],
  ["deliveries acked", ({ acked }) => String(acked)],
  ["messages sent", ({ sent }) => String(sent)],
  ["lost", ({ lost }) => String(lost)],
  ["doubled", ({ doubled }) => String(doubled)],
  ["badged", ({ badged }) => String(badged)],
  ["slowest recovery", ({ slowestRecoveryMs }) => `${(slowestRecoveryMs / 1000).toFixed(1)} s`],
  ["", ({ violations }) => (violations.length === 0 ? "✓" : `✗ ${violations.length}`)],
];

/** A table for people, with what went wrong below it. */
export function tableOf(results: readonly Result[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...results.map((one) => COLUMNS.map(([, show]) => show(one)))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const wrong = results.flatMap(({ scenario, violations }) => violations.map((one) => `✗ ${scenario}: ${one}`));
  return [...table, ...wrong].join("\n");
}
