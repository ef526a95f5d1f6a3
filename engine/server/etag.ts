import { createHash } from "node:crypto";

/** Names one state of a text: 128 bits of its hash, in quotes. */
export function etagOf(source: string): string {
  return `"${createHash("sha256").update(source).digest("hex").slice(0, 32)}"`;
}
