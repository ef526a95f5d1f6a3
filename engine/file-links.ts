import { createHmac, timingSafeEqual } from "node:crypto";
import type { FileLinks } from "./ports.ts";

/** A provider fetches a file within minutes; a person may tap on a link in a text message days later. */
const GOOD_FOR_MS = 7 * 24 * 3_600_000;
const NAME = /^[0-9a-f]{64}$/;
const TYPE = /^[a-z]+\/[a-z0-9.+-]{1,80}$/;

/** Signed addresses `/files/<name>?t=<type>&e=<until>&s=<signature>`: nobody can make one, and each ends by itself. */
export function createFileLinks(key: Uint8Array, publicUrl: string, now: () => number): FileLinks {
  const secret = createHmac("sha256", key).update("relais file links").digest();
  const sign = (path: string, type: string, until: string): Buffer =>
    createHmac("sha256", secret).update(`${path}\n${type}\n${until}`).digest();
  return {
    make(path, mimeType) {
      const type = mimeType && TYPE.test(mimeType) ? mimeType : "application/octet-stream";
      // By the day: the same file has the same address for a while, so a message that is tried again is the same.
      const day = 24 * 3_600_000;
      const until = String(Math.ceil((now() + GOOD_FOR_MS) / day) * day);
      const query = new URLSearchParams({ t: type, e: until, s: sign(path, type, until).toString("base64url") });
      return `${publicUrl}/files/${path}?${query}`;
    },
    check(path, query) {
      const [type, until, given] = [query.get("t") ?? "", query.get("e") ?? "", query.get("s") ?? ""];
      if (!NAME.test(path) || !TYPE.test(type) || !/^\d{1,15}$/.test(until) || Number(until) < now()) return null;
      const expected = sign(path, type, until);
      const bytes = Buffer.from(given, "base64url");
      return bytes.length === expected.length && timingSafeEqual(bytes, expected) ? { mimeType: type } : null;
    },
  };
}
