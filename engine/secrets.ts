import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Under DATA_DIR, when SECRET_KEY is not set. */
const KEY_FILE = "secret-key";

/** Encrypts what must not be read in the database. `context` binds a ciphertext to its row: swapped, it does not open. */
export interface Secrets {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
}

/** The key: from SECRET_KEY, else made once and kept readable for this user only. */
export function loadKey(secretKey: string | undefined, dataDir: string): Buffer {
  if (secretKey) return createHash("sha256").update(secretKey).digest();
  return createHash("sha256").update(keptSecret(dataDir, KEY_FILE)).digest();
}

/** The same key when there is one; null: it would be made by the next start. */
export function findKey(secretKey: string | undefined, dataDir: string): Buffer | null {
  return secretKey || existsSync(join(dataDir, KEY_FILE)) ? loadKey(secretKey, dataDir) : null;
}

/** A key for signatures: follows from the key, so that every machine has the same, and does not give it away. */
export function signingKey(key: Buffer): string {
  return createHmac("sha256", key).update("relais signatures").digest("base64url");
}

/** A random secret under DATA_DIR, made at the first start. */
export function keptSecret(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  if (existsSync(file)) {
    const kept = readFileSync(file, "utf8").trim();
    if (kept === "") throw new Error(`${file} is empty: put back what it held, or remove it to begin anew.`);
    return kept;
  }
  mkdirSync(dataDir, { recursive: true });
  const made = randomBytes(32).toString("base64url");
  // Whole before it has its name: nobody who starts at the same moment may find it empty.
  const unnamed = `${file}.${process.pid}`;
  try {
    writeFileSync(unnamed, `${made}\n`, { mode: 0o600, flush: true });
    linkSync(unnamed, file);
  } catch (error) {
    // Another process that starts at the same moment was faster: its secret is everybody's.
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return keptSecret(dataDir, name);
    throw error;
  } finally {
    rmSync(unnamed, { force: true });
  }
  return made;
}

/** What was sealed with another key; without that one it stays closed. */
export class WrongKeyError extends Error {
  override readonly name = "WrongKeyError";
}

/** Takes back a key that was made for a database which turned out to have another one: nothing was sealed with it. */
export function dropKey(dataDir: string): void {
  rmSync(join(dataDir, KEY_FILE), { force: true });
}

/** AES-256-GCM with the key's own mark in front, so that a wrong key is told from damage. */
export function createSecrets(key: Buffer): Secrets {
  const mark = createHash("sha256").update("relais key").update(key).digest("hex").slice(0, 8);
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return `${mark}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    open(sealed, context) {
      const [own, data = ""] = sealed.split(".");
      if (own !== mark) {
        throw new WrongKeyError(
          "SECRET_KEY is not the key that this database was written with. Put the right key back (or the file secret-key under DATA_DIR).",
        );
      }
      const bytes = Buffer.from(data, "base64url");
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      }).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
        "utf8",
      );
    },
  };
}
