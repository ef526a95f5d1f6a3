import type { Outcome } from "./simulation.ts";

/** What a range of seeds did, added up. */
export interface Summary {
  seeds: number;
  failures: number;
  steps: number;
  simulatedMs: number;
  cpuMs: number;
  slowest: { readonly seed: number; readonly cpuMs: number } | null;
  readonly counts: Map<string, number>;
}

export function newSummary(): Summary {
  return { seeds: 0, failures: 0, steps: 0, simulatedMs: 0, cpuMs: 0, slowest: null, counts: new Map() };
}

export function add(summary: Summary, outcome: Outcome): void {
  summary.seeds++;
  summary.steps += outcome.steps;
  summary.simulatedMs += outcome.simulatedMs;
  summary.cpuMs += outcome.cpuMs;
  if (outcome.broken) summary.failures++;
  if (outcome.cpuMs > (summary.slowest?.cpuMs ?? 0)) summary.slowest = { seed: outcome.seed, cpuMs: outcome.cpuMs };
  for (const [what, count] of Object.entries(outcome.counts))
    summary.counts.set(what, (summary.counts.get(what) ?? 0) + count);
}

const hours = (ms: number): string => (ms / 3_600_000).toFixed(1);

/** One line while it runs. */
export function progressLine(summary: Summary, total: number, wallMs: number): string {
  const { seeds, failures, simulatedMs } = summary;
  return `${seeds}/${total} seeds, ${((seeds / wallMs) * 1000).toFixed(1)}/s, ${hours(simulatedMs)} h simulated, ${failures} failed`;
}

/** The totals, then every kind of fault, crash point and edge with how often it was met. */
export function summaryText(summary: Summary, wallMs: number): string {
  const { seeds, failures, steps, simulatedMs, cpuMs, slowest, counts } = summary;
  const of = (what: string): number => counts.get(what) ?? 0;
  const totals: readonly (readonly [string, string])[] = [
    ["seeds", `${seeds} (${failures} failed)`],
    ["steps", String(steps)],
    [
      "simulated",
      `${hours(simulatedMs)} h (${((simulatedMs / Math.max(1, wallMs)) | 0).toString()} times as fast as the clock)`,
    ],
    ["wall time", `${(wallMs / 1000).toFixed(1)} s (${((seeds / wallMs) * 1000).toFixed(1)} seeds/s)`],
    [
      "CPU per seed",
      `${(cpuMs / Math.max(1, seeds)).toFixed(1)} ms (most: ${slowest?.cpuMs.toFixed(0)} ms, seed ${slowest?.seed})`,
    ],
    ["deliveries", String(of("deliveries"))],
    ["sends taken", String(of("sends taken"))],
    ["crashes", String(of("crashes"))],
    ["invariant checks", String(of("checks"))],
  ];
  const shown = new Set(["deliveries", "sends taken", "crashes", "checks"]);
  const rest = [...counts].filter(([what]) => !shown.has(what)).sort(([a], [b]) => a.localeCompare(b));
  const group = (title: string, rows: readonly (readonly [string, number])[]): readonly string[] =>
    rows.length === 0
      ? []
      : [`${title} (${rows.length} kinds):`, ...rows.map(([what, count]) => `  ${what.padEnd(34)} ${count}`)];
  const failpoints = rest.filter(([what]) => what.startsWith("crash "));
  const edges = rest.filter(([what]) => what.startsWith("edge "));
  const faults = rest.filter(([what]) => !what.startsWith("crash ") && !what.startsWith("edge "));
  return [
    ...totals.map(([what, value]) => `${what.padEnd(18)} ${value}`),
    ...group("failpoints hit", failpoints),
    ...group("effect state edges", edges),
    ...group("faults and acts", faults),
  ].join("\n");
}

/** What is needed to look into a seed that failed. */
export function failureText({ seed, broken, lines }: Outcome): string {
  return [
    `seed ${seed} failed: ${broken?.message ?? ""}`,
    ...lines.map((line) => `  ${line}`),
    `repeat: npm run simulate -- --seed ${seed} --trace`,
  ].join("\n");
}
