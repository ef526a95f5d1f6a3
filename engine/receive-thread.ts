import { parentPort } from "node:worker_threads";
import { channelOf } from "../channels/registry.ts";
import type { Account, ChannelType, WebhookRequest } from "./core/domain/channel.ts";

/** A thread on which `receive` reads what strangers wrote: it may be stopped at any moment (see `receive-aside.ts`). */
export interface ReceiveJob {
  readonly id: number;
  readonly channel: ChannelType;
  readonly request: WebhookRequest;
  readonly accounts: readonly Account[];
}

parentPort?.on("message", ({ id, channel, request, accounts }: ReceiveJob) => {
  try {
    parentPort?.postMessage({ id, received: channelOf(channel).receive(request, accounts) });
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) });
  }
});
