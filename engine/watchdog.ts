import { Worker } from "node:worker_threads";

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
  const worker = new Worker(WATCH, {
    eval: true,
    workerData: { beats, pid: process.pid, stallSeconds: STALL_SECONDS },
  });
  worker.unref();
  return () => {
    clearInterval(beat);
    void worker.terminate();
  };
}

/** As plain text: a module of its own would be compiled a second time in the thread, for another 15 MB. */
const WATCH = `
const { writeSync } = require("node:fs");
const { beats, pid, stallSeconds } = require("node:worker_threads").workerData;
let last = -1;
let still = 0;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  still = now === last ? still + 1 : 0;
  last = now;
  if (still < stallSeconds) return;
  // The thread's own stderr passes through the main thread, which does not answer any more.
  writeSync(2, "the main thread stood still for " + stallSeconds + " seconds: ending the process\\n");
  process.kill(pid, "SIGKILL");
}, 1000);
`;
