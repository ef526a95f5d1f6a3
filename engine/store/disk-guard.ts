import { randomBytes } from "node:crypto";
import { existsSync, rmSync, statfsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import type { Clock, Room, Store } from "../ports.ts";
import type { Database } from "./sql.ts";

const LOOK_MS = 1000;
const MB = 1_048_576;
/** Below this, and on a small disk below this part of it, nothing new is taken. */
const LOW_BYTES = 32 * MB;
const LOW_PART = 0.05;
/** From here on work goes on by itself; more than the reserve, so that the reserve can be made again. */
const ENOUGH_BYTES = 256 * MB;
const ENOUGH_PART = 0.25;
/** On a small disk the reserve is smaller, too. */
const RESERVE_PART = 0.1;
const PIECE_BYTES = MB;

export interface DiskOptions {
  readonly clock: Clock;
  /** How much is kept free for recording what is under way; smaller on a small disk, 0: nothing. */
  readonly reserveBytes: number;
  readonly log: (message: string) => void;
}

/**
 * Watches the disk under a SQLite file. When it is full nothing is taken in and nothing is begun whose result could not
 * be recorded; a file that was kept in reserve is dropped, so that what is under way can still be recorded. Goes on by
 * itself when there is room again.
 */
export interface DiskGuard {
  database(db: Database): Database;
  store(store: Store): Store;
}

export function guardDisk(file: string, options: DiskOptions): DiskGuard {
  const { clock, log } = options;
  const reserve = `${file}.reserve`;
  const folder = dirname(file);
  const totalBytes = ((disk) => disk.blocks * disk.bsize)(statfsSync(folder));
  const freeBytes = (): number => ((disk) => disk.bavail * disk.bsize)(statfsSync(folder));
  const lowBytes = Math.min(LOW_BYTES, totalBytes * LOW_PART);
  const enoughBytes = Math.min(ENOUGH_BYTES, totalBytes * ENOUGH_PART);
  const reserveBytes = Math.min(
    options.reserveBytes,
    Math.floor((totalBytes * RESERVE_PART) / PIECE_BYTES) * PIECE_BYTES,
  );
  let hasRoom = true;
  let tell: (room: Room) => void = () => {};
  let cancel = (): void => {};
  const room = (): Room => ({ hasRoom, freeBytes: freeBytes(), path: folder });

  const full = (): void => {
    if (!hasRoom) return;
    hasRoom = false;
    rmSync(reserve, { force: true });
    log(`the disk under ${folder} is full: nothing is taken in and nothing is sent until there is room`);
    tell(room());
  };
  const look = async (): Promise<void> => {
    const free = freeBytes();
    if (hasRoom && free < lowBytes) return full();
    if (hasRoom) {
      if (free > reserveBytes + enoughBytes) await keepReserve(reserve, reserveBytes);
      return;
    }
    if (free < enoughBytes || !(await keepReserve(reserve, reserveBytes))) return;
    hasRoom = true;
    log(`there is room again on the disk under ${folder}`);
    tell(room());
  };
  const again = (): void => {
    cancel = clock.after(LOOK_MS, () => {
      look()
        .catch((error: unknown) => log(`the disk could not be looked at: ${String(error)}`))
        .finally(again);
    });
  };
  if (freeBytes() < lowBytes) full();
  again();

  return {
    database: (db) => ({
      ...db,
      async write(script) {
        try {
          return await db.write(script);
        } catch (error) {
          if (error instanceof Sqlite.SqliteError && error.code === "SQLITE_FULL") full();
          throw error;
        }
      },
      close() {
        cancel();
        return db.close();
      },
    }),
    store(store) {
      tell = ({ hasRoom: isFree, freeBytes: free }) => {
        void store.workspaces
          .all()
          .then((all) =>
            Promise.all(
              all.map(({ id }) =>
                store.operations.notice(id, {
                  severity: isFree ? "info" : "error",
                  code: isFree ? "disk.roomAgain" : "disk.full",
                  text: isFree
                    ? "There is room on the disk again: what waited goes on."
                    : "The disk is full: providers are told to come again later, and nothing is sent. Make room.",
                  accountId: null,
                  conversationId: null,
                  facts: { path: folder, freeBytes: free },
                }),
              ),
            ),
          )
          .catch((error: unknown) => log(`a notice could not be stored: ${String(error)}`));
      };
      return withRoom(store, room, () => hasRoom);
    },
  };
}

/** The store that takes nothing in and begins nothing while there is no room. What is under way is still recorded. */
function withRoom(store: Store, room: () => Room, hasRoom: () => boolean): Store {
  const { inbox, mailbox, outbox, operations } = store;
  return {
    ...store,
    inbox: {
      async accept(delivery) {
        if (!hasRoom()) throw new Error("the disk is full");
        return inbox.accept(delivery);
      },
    },
    mailbox: {
      ...mailbox,
      fireTimers: async (limit) => (hasRoom() ? mailbox.fireTimers(limit) : []),
      step: async (ref, decide, claim) =>
        hasRoom()
          ? mailbox.step(ref, decide, (effect) => hasRoom() && claim(effect))
          : { type: "idle", nextDueAt: null },
    },
    outbox: {
      ...outbox,
      claim: async (limit, claim) => (hasRoom() ? outbox.claim(limit, claim) : []),
      settle: (effect, end, claim) => outbox.settle(effect, end, (next) => hasRoom() && claim(next)),
      overdueUnknown: async (limit) => (hasRoom() ? outbox.overdueUnknown(limit) : []),
    },
    operations: { ...operations, room },
  };
}

/** Bytes that really take room: of chance, because some file systems keep nothing for zeros. Whether they are there. */
async function keepReserve(file: string, bytes: number): Promise<boolean> {
  if (bytes === 0 || (existsSync(file) && statSync(file).size === bytes)) return true;
  try {
    const handle = await open(file, "w", 0o600);
    try {
      const piece = randomBytes(PIECE_BYTES);
      for (let written = 0; written < bytes; written += PIECE_BYTES) await handle.write(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  } catch {
    rmSync(file, { force: true });
    return false;
  }
}
