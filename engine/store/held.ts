import type { ChannelType } from "../core/domain/channel.ts";
import type { OutboxEffect } from "../core/domain/effect.ts";

/**
 * What becomes of an effect that another installation may have done already, because this database is a copy of its
 * (restore): what people would get a second time waits for a person; a web service that must not be asked twice counts
 * as asked with an unknown outcome; everything that is harmless to repeat is done.
 */
export function heldState(effect: OutboxEffect, channel: ChannelType): "pending" | "asked" | "unknown" | "failed" {
  switch (effect.type) {
    case "send":
      // The web chat shows a message by its position: shown twice, it is one.
      return channel === "web" ? "pending" : "asked";
    case "http":
      return isRepeatable(effect) ? "pending" : "unknown";
    case "alert":
    case "notify":
      return "failed";
    default:
      return "pending";
  }
}

/** Whether a request may be made a second time: by its method, or because the owner said so. */
export function isRepeatable(effect: { readonly method: string; readonly repeatable: boolean }): boolean {
  return effect.repeatable || effect.method === "GET" || effect.method === "PUT" || effect.method === "DELETE";
}
