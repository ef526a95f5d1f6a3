import { writeSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** How long the main thread may stand still: a step that loops for ever would block every conversation (C-9). */
const STALL_SECONDS = 5;

/**
 * Ends the process when its main thread stands still for five seconds. The event that did it has its attempt on
 * record, so that after the restart it is set aside instead of stopping everything again. A machine that slept is
 * not a stall: only seconds in which this thread itself ran are counted.
 */
export function watchMainThread(): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const beat = setInterval(() => Atomics.add(beats, 0, 1), 500);
  beat.unref();
  const worker = new Worker(new URL(import.meta.url), { workerData: { beats, pid: process.pid } });
  worker.unref();
  return () => {
    clearInterval(beat);
    void worker.terminate();
  };
}

if (!isMainThread) watch(workerData as { readonly beats: Int32Array; readonly pid: number });

function watch({ beats, pid }: { readonly beats: Int32Array; readonly pid: number }): void {
  let last = -1;
  let still = 0;
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    still = now === last ? still + 1 : 0;
    last = now;
    if (still < STALL_SECONDS) return;
    // The thread's own stderr passes through the main thread, which does not answer any more.
    writeSync(2, `the main thread stood still for ${STALL_SECONDS} seconds: ending the process\n`);
    process.kill(pid, "SIGKILL");
  }, 1000);
}
