/** What one text message costs on its way: carriers count and charge parts, not characters. */
export interface SmsSize {
  /** GSM-7 as long as every character is in its table; one that is not makes the whole message UCS-2. */
  readonly encoding: "GSM-7" | "UCS-2";
  /** Septets (GSM-7) or UTF-16 units (UCS-2). */
  readonly units: number;
  /** Parts that are sent and charged; an empty text is one. */
  readonly segments: number;
  /** Units that still fit into the last part. */
  readonly remaining: number;
}

/** GSM 03.38, basic table. */
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Its extension: an escape and the character, two septets. */
const EXTENDED = new Set("^{}\\[~]|€\f");

/** Units of one message alone, and of each part of several: a part gives up six bytes to say where it belongs. */
const ROOM = {
  "GSM-7": { alone: 160, part: 153 },
  "UCS-2": { alone: 70, part: 67 },
} as const;

/** Counts a text as carriers do. No character is torn between two parts, so some parts are not quite full. */
export function smsSize(text: string): SmsSize {
  const characters = [...text];
  const gsm = characters.every((character) => BASIC.has(character) || EXTENDED.has(character));
  const encoding = gsm ? "GSM-7" : "UCS-2";
  const costs = characters.map((character) => (gsm ? (EXTENDED.has(character) ? 2 : 1) : character.length));
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const room = ROOM[encoding];
  if (units <= room.alone) return { encoding, units, segments: 1, remaining: room.alone - units };
  let segments = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > room.part) {
      segments++;
      used = 0;
    }
    used += cost;
  }
  return { encoding, units, segments, remaining: room.part - used };
}
