import { hash, type Random } from "./random.ts";

/** Something that will run: a timer, a flush of the database, a byte that arrives. */
interface Task {
  readonly at: number;
  readonly order: number;
  readonly label: string;
  readonly run: () => void;
  /** Polls and heartbeats: they alone are no reason to let time pass slowly. */
  readonly idle: boolean;
  done: boolean;
}

/** Lines kept for the report of a failing seed. */
const KEPT_LINES = 60;

/** The only source of order and time: everything that could happen in a seed is a task here. */
export interface Scheduler {
  /** True time in ms since 1970; the engine's wall clock may be off. */
  now(): number;
  readonly steps: number;
  /** Runs once, not before `delayMs` have passed. Returns how to cancel. */
  after(delayMs: number, label: string, run: () => void, idle?: boolean): () => void;
  /** Runs one of the tasks that are due, chosen by the seed; lets time pass when none is. False: nothing is left before `until`. */
  step(until: number): Promise<boolean>;
  /** Ends the current round of `step`: nothing more runs. */
  readonly lastLabel: string;
  note(line: string): void;
  /** A mark of everything that happened, in order. */
  traceHash(): string;
  lastLines(): readonly string[];
}

export interface SchedulerOptions {
  readonly startAt: number;
  readonly random: Random;
  /** When only idle tasks stand before the next moment of interest, time may leap to it: the earliest of those moments. */
  readonly nextMoment: () => number;
  /** How often a leap is made when it could be. */
  readonly leap: number;
  readonly print: ((line: string) => void) | null;
}

export function createScheduler({ startAt, random, nextMoment, leap, print }: SchedulerOptions): Scheduler {
  const heap: Task[] = [];
  const ready: Task[] = [];
  let busy = 0;
  let now = startAt;
  let orders = 0;
  let steps = 0;
  let mark = 1;
  let lastLabel = "";
  const lines: string[] = [];
  const note = (line: string): void => {
    const whole = `${Math.round(now - startAt)} ${line}`;
    mark = hash(whole, mark);
    lines.push(whole);
    if (lines.length > KEPT_LINES * 2) lines.splice(0, KEPT_LINES);
    print?.(whole);
  };
  const drop = (task: Task): void => {
    task.done = true;
    if (!task.idle) busy--;
  };
  /** Tasks whose time has come, in no order but the seed's. */
  const gather = (): void => {
    for (let first = heap[0]; first && (first.at <= now || first.done); first = heap[0]) {
      popMin(heap);
      if (!first.done) ready.push(first);
    }
  };
  const nextBusyAt = (): number => {
    if (busy === 0) return Number.POSITIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (const task of heap) if (!task.idle && !task.done && task.at < least) least = task.at;
    return least;
  };
  return {
    now: () => now,
    get steps() {
      return steps;
    },
    get lastLabel() {
      return lastLabel;
    },
    after(delayMs, label, run, idle = false) {
      const task: Task = { at: now + Math.max(0, delayMs), order: orders++, label, run, idle, done: false };
      push(heap, task);
      if (!idle) busy++;
      return () => {
        if (!task.done) drop(task);
      };
    },
    async step(until) {
      gather();
      while (ready.length === 0) {
        const first = heap[0];
        if (!first) return false;
        let target = first.at;
        if (first.idle && random.chance(leap)) target = Math.max(target, Math.min(nextBusyAt(), nextMoment(), until));
        if (target > until) return false;
        now = Math.max(now, target);
        gather();
      }
      const index = random.int(ready.length);
      const task = ready[index] as Task;
      ready[index] = ready[ready.length - 1] as Task;
      ready.pop();
      if (task.done) return true;
      drop(task);
      steps++;
      lastLabel = task.label;
      note(task.label);
      task.run();
      // A whole turn of the event loop: every promise that this task settled has run its course.
      await new Promise<void>((done) => setImmediate(done));
      return true;
    },
    note,
    traceHash: () => `${steps}-${mark.toString(16)}`,
    lastLines: () => lines.slice(-KEPT_LINES),
  };
}

function before(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Task[], task: Task): void {
  let index = heap.length;
  heap.push(task);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Task;
    if (!before(task, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = task;
}

function popMin(heap: Task[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right && before(right, heap[child] as Task)) child++;
    const below = heap[child] as Task;
    if (!before(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
