import { ackBeforeCommit } from "./ack-before-commit.ts";
import { attemptAfterSend } from "./attempt-after-send.ts";
import { counterAfterAttempt } from "./counter-after-attempt.ts";
import { dropUnique } from "./drop-unique.ts";
import { leaseByWallClock } from "./lease-by-wall-clock.ts";
import { missingStateCrash } from "./missing-state-crash.ts";
import { noVersionCheck } from "./no-version-check.ts";
import { noWorkspace } from "./no-workspace.ts";
import { normalSync } from "./normal-sync.ts";
import type { Planted } from "./planted.ts";
import { readThenInsert } from "./read-then-insert.ts";
import { resultTwice } from "./result-twice.ts";
import { retryOnAmbiguous } from "./retry-on-ambiguous.ts";
import { sendOnFullDisk } from "./send-on-full-disk.ts";
import { seqByTimestamp } from "./seq-by-timestamp.ts";
import { takeoverNotCancelling } from "./takeover-not-cancelling.ts";
import { timerNotCancelled } from "./timer-not-cancelled.ts";

/** The sixteen bugs that the simulation must find (reliability contract, section 3). */
export const planted: readonly Planted[] = [
  ackBeforeCommit,
  dropUnique,
  readThenInsert,
  attemptAfterSend,
  resultTwice,
  noVersionCheck,
  timerNotCancelled,
  seqByTimestamp,
  leaseByWallClock,
  normalSync,
  retryOnAmbiguous,
  takeoverNotCancelling,
  noWorkspace,
  counterAfterAttempt,
  sendOnFullDisk,
  missingStateCrash,
];
