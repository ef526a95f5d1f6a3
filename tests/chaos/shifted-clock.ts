import { readFileSync } from "node:fs";

/**
 * Loaded before the program (`node --import`): its wall clock is off by the seconds that a file holds, read again and
 * again, as if somebody set the clock of the machine. Timers of the runtime go on as they do on a real machine.
 */
const file = process.env.CLOCK_SHIFT_FILE;
const RealDate = Date;
const realNow = Date.now;
let shiftMs = 0;

function read(): void {
  try {
    shiftMs = Number(readFileSync(file ?? "", "utf8")) * 1000 || 0;
  } catch {
    shiftMs = 0;
  }
}

class ShiftedDate extends RealDate {
  constructor(...parameters: readonly unknown[]) {
    // What a date can be made of is the language's own affair.
    if (parameters.length === 0) super(realNow() + shiftMs);
    else super(...(parameters as [string]));
  }
  static override now(): number {
    return realNow() + shiftMs;
  }
}

if (file) {
  read();
  setInterval(read, 50).unref();
  globalThis.Date = ShiftedDate as DateConstructor;
}
