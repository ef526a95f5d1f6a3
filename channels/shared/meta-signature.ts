import { createHmac, timingSafeEqual } from "node:crypto";

const HEADER = /^sha256=([0-9a-f]{64})$/;

/** Whether Meta's `X-Hub-Signature-256` is this secret's over these very bytes. An empty secret signs nothing. */
export function isSignedBy(appSecret: string, header: string | undefined, body: Uint8Array): boolean {
  const given = HEADER.exec(header ?? "")?.[1];
  if (!given || appSecret === "") return false;
  const expected = createHmac("sha256", appSecret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(given, "hex"));
}

/** Compares texts without telling by time how much of them fits. */
export function sameText(a: string, b: string): boolean {
  const left = createHmac("sha256", "compare").update(a).digest();
  const right = createHmac("sha256", "compare").update(b).digest();
  return timingSafeEqual(left, right);
}

/** Text that every database takes: PostgreSQL refuses NUL, and half of a surrogate pair is no character. */
export function storable(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

/** Whether brackets are nested deeper than this: looked at before JSON.parse, which has no limit of its own. */
export function isNestedDeeper(text: string, depth: number): boolean {
  let open = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === 92) index++;
      else if (char === 34) inString = false;
    } else if (char === 34) inString = true;
    else if (char === 123 || char === 91) {
      if (++open > depth) return true;
    } else if (char === 125 || char === 93) open--;
  }
  return false;
}
