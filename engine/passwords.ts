import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { type Passwords, PasswordsBusy } from "./ports.ts";

/** OWASP's first choice for argon2id (cheat sheet "Password Storage", read 2026-11): 19 MiB, 2 passes, 1 lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Node hashes on the threads that also read files and look up names: half of them stay free. */
const AT_ONCE = 2;
/** Whoever comes after these waits for seconds: better told to come again. */
const WAITING = 40;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,})\$([A-Za-z0-9+/]{43})$/;

const derive = promisify(argon2);

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** argon2id on other threads. `cost` is the machine's own business: what was hashed with another one is still known. */
export function createPasswords(cost: Cost = COST): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING) throw new PasswordsBusy("too many passwords at once");
      await new Promise<void>((done) => waiting.push(done));
    } else running++;
    try {
      return await work();
    } finally {
      // The place goes to the next one, or is given back.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  const hashed = (plain: string, salt: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> =>
    derive("argon2id", {
      message: plain.normalize("NFC"),
      nonce: salt,
      parallelism,
      tagLength: HASH_BYTES,
      memory,
      passes,
    }) as Promise<Buffer>;
  return {
    async hash(plain) {
      const salt = randomBytes(SALT_BYTES);
      const hash = await inTurn(() => hashed(plain, salt, cost));
      const { memory, passes, parallelism } = cost;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plainBase64(salt)}$${plainBase64(hash)}`;
    },
    async verify(plain, hash) {
      const [, memory, passes, parallelism, salt, expected] = PHC.exec(hash ?? "") ?? [];
      if (salt === undefined || expected === undefined) {
        await inTurn(() => hashed(plain, randomBytes(SALT_BYTES), cost));
        return false;
      }
      const own = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
      const given = await inTurn(() => hashed(plain, Buffer.from(salt, "base64"), own));
      return timingSafeEqual(given, Buffer.from(expected, "base64"));
    },
  };
}

function plainBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
