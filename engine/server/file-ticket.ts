import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const kept = z.strictObject({
  path: z.string().regex(/^[0-9a-f]{64}$/),
  mimeType: z.string().max(100),
  sizeBytes: z.int().positive(),
});
/** A file that a visitor has uploaded and not said yet. */
export type KeptFile = z.infer<typeof kept>;

/** Names a file to the visitor who uploaded it: only they can say it, and what it is stays what we saw (S-9). */
export function ticketOf(key: string, visitorId: string, file: KeptFile): string {
  const said = Buffer.from(JSON.stringify(file)).toString("base64url");
  return `${said}.${signatureOf(key, visitorId, said)}`;
}

/** The file of a ticket; null: not made by us for this visitor. */
export function fileOfTicket(key: string, visitorId: string, ticket: string): KeptFile | null {
  const [said = "", signature = ""] = ticket.split(".");
  const expected = Buffer.from(signatureOf(key, visitorId, said));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const file = kept.safeParse(JSON.parse(Buffer.from(said, "base64url").toString("utf8")));
  return file.success ? file.data : null;
}

function signatureOf(key: string, visitorId: string, said: string): string {
  return createHmac("sha256", key).update(`file\n${visitorId}\n${said}`).digest("base64url");
}
