import type { ConversationMemory } from "../domain/conversation.ts";
import type { SendEffect } from "../domain/effect.ts";
import { LIMITS } from "../domain/limits.ts";
import { textOf } from "../domain/message.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const REMEMBERED_CHARS = 200;

/** What may go out, and what to remember for the next step. */
export interface Mannered {
  readonly sends: readonly SendEffect[];
  readonly memory: ConversationMemory;
  /** The bot spoke more than it ever should: the rest was dropped and a person must look. */
  readonly tooMany: boolean;
}

/**
 * Keeps the bot from talking in circles: the same text twice in a row, unless the contact spoke in between, is said
 * once; beyond the limits per minute and per day nothing more goes out.
 */
export function mind(
  sends: readonly SendEffect[],
  memory: ConversationMemory,
  now: string,
  contactSpoke: boolean,
): Mannered {
  const at = Date.parse(now);
  let minute = counter(memory.minute, at, MINUTE_MS);
  let day = counter(memory.day, at, DAY_MS);
  let lastText = contactSpoke ? undefined : memory.lastText;
  let tooMany = false;
  const kept: SendEffect[] = [];
  for (const send of sends) {
    const text = textOf(send.content).slice(0, REMEMBERED_CHARS);
    const repeated = text !== "" && send.content.type === "text" && lastText?.text === text;
    if (repeated && !send.handover) continue;
    if (!send.handover && (minute.count >= LIMITS.botMessagesPerMinute || day.count >= LIMITS.botMessagesPerDay)) {
      tooMany = true;
      break;
    }
    minute = { ...minute, count: minute.count + 1 };
    day = { ...day, count: day.count + 1 };
    if (text !== "") lastText = { text, times: 1 };
    kept.push(send);
  }
  const { submission } = memory;
  const next: ConversationMemory = {
    minute,
    day,
    ...(lastText ? { lastText } : {}),
    ...(submission ? { submission } : {}),
  };
  return { sends: kept, memory: next, tooMany };
}

function counter(
  kept: { readonly startedAt: string; readonly count: number } | undefined,
  at: number,
  lengthMs: number,
): { readonly startedAt: string; readonly count: number } {
  const fresh = !kept || at - Date.parse(kept.startedAt) >= lengthMs || Date.parse(kept.startedAt) > at;
  return fresh ? { startedAt: new Date(at).toISOString(), count: 0 } : kept;
}
