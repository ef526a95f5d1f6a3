import type { Call, CallResponse, Settled } from "../../engine/core/domain/channel.ts";
import { settle as settleMessage } from "../shared/twilio-settle.ts";
import { foundTemplate } from "./template.ts";

/** A new template must be found soon after it was approved; one that is found stays for a day. */
const TEMPLATE_MS = 24 * 3_600_000;

/** What Twilio's answer means: a list of templates that was asked for, else as for every message. */
export function settle(response: CallResponse, call: Call): Settled {
  const found = response.status < 300 ? foundTemplate(jsonOf(response.body), call) : undefined;
  if (found === undefined) return settleMessage(response, call);
  if (found !== null) return { type: "uploaded", remoteId: found, expiresAfterMs: TEMPLATE_MS };
  return {
    type: "failed",
    error: { code: "messageInvalid", providerCode: "63027", detail: `Twilio has no ${call.uploadKey ?? "template"}` },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
