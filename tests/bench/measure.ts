import { readFileSync } from "node:fs";

/** Latencies in microseconds, kept in buckets of about 2 %, so that a long run costs no memory. */
export class Latencies {
  readonly #buckets = new Map<number, number>();
  count = 0;
  max = 0;

  add(ms: number): void {
    const bucket = Math.round(Math.log(Math.max(0.001, ms)) * 50);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count++;
    if (ms > this.max) this.max = ms;
  }

  /** Milliseconds below which this share of all lies; 0 when there is none. */
  percentile(share: number): number {
    let left = this.count * share;
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      left -= this.#buckets.get(bucket) ?? 0;
      if (left <= 0) return Math.exp(bucket / 50);
    }
    return this.max;
  }
}

/** What a process has used: CPU in milliseconds since its start, memory in megabytes. Linux only. */
export function usageOf(pid: number): { readonly cpuMs: number; readonly rssMb: number; readonly peakMb: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  // Clock ticks are 10 ms on every Linux that we know.
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    rssMb: kilobytes("VmRSS") / 1024,
    peakMb: kilobytes("VmHWM") / 1024,
  };
}
