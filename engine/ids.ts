import { randomBytes } from "node:crypto";
import { ID_ALPHABET, ID_PREFIX, type IdKind, type IdOf, stampOf } from "./core/domain/ids.ts";
import type { Clock, Ids } from "./ports.ts";

const SPEAKABLE = "ABCDEFGHJKMNPQRTUVWXY346789";
const RANDOM_CHARS = 16;

/** Ids that sort by the time they were made: ten characters of time, sixteen of chance. */
export function createIds(clock: Clock): Ids {
  let pool = Buffer.alloc(0);
  let used = 0;
  const chance = (count: number): Buffer => {
    if (used + count > pool.length) {
      pool = randomBytes(4096);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  };
  return {
    make<K extends IdKind>(kind: K): IdOf[K] {
      let rest = "";
      for (const byte of chance(RANDOM_CHARS)) rest += ID_ALPHABET[byte & 31];
      return `${ID_PREFIX[kind]}_${stampOf(clock.now())}${rest}` as IdOf[K];
    },
    token: () => randomBytes(32).toString("base64url"),
    speakable() {
      let code = "";
      while (code.length < 6) {
        const [byte = 0] = chance(1);
        // Bytes beyond the last whole alphabet would make some letters likelier.
        if (byte < SPEAKABLE.length * 9) code += SPEAKABLE[byte % SPEAKABLE.length];
      }
      return `${code.slice(0, 3)}-${code.slice(3)}`;
    },
  };
}
