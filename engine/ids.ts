import { randomBytes } from "node:crypto";
import { ID_PREFIX, type IdKind, type IdOf } from "./core/domain/ids.ts";
import type { Clock, Ids } from "./ports.ts";

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
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
      let time = clock.now();
      let stamp = "";
      for (let index = 0; index < 10; index++) {
        stamp = ALPHABET[time % 32] + stamp;
        time = Math.floor(time / 32);
      }
      let rest = "";
      for (const byte of chance(RANDOM_CHARS)) rest += ALPHABET[byte & 31];
      return `${ID_PREFIX[kind]}_${stamp}${rest}` as IdOf[K];
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
