import type { ChannelType } from "../domain/channel.ts";

/** Words that have a meaning by law on text messages only. */
const SMS_STOP = new Set(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"]);
const SMS_START = new Set(["start", "yes", "unstop"]);
const SMS_HELP = new Set(["help", "info", "aide"]);
/** Elsewhere "cancel", "end", "yes" and "info" are ordinary answers to a question. */
const STOP = new Set(["stop", "stopall", "unsubscribe", "arret", "desabonner", "desinscrire", "desabonnement"]);
const START = new Set(["start", "unstop"]);

/** What a whole message asks of us by law, whatever the flow says; null: nothing. The web chat and e-mail have no such words. */
export function consentWord(text: string, channel: ChannelType): "stop" | "start" | "help" | null {
  if (channel === "web" || channel === "form" || channel === "email") return null;
  if (text.length > 20) return null;
  const word = text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  if (STOP.has(word)) return "stop";
  if (START.has(word)) return "start";
  if (channel !== "sms") return null;
  if (SMS_STOP.has(word)) return "stop";
  if (SMS_START.has(word)) return "start";
  return SMS_HELP.has(word) ? "help" : null;
}
