import type { ChannelAccount } from "../../engine/ports.ts";
import type { Change } from "./deliveries.ts";
import type { Simulation } from "./simulation.ts";

/** The provider tells what became of a message: late, in any order, more than once, or not at all. */
export function tellStatuses(
  simulation: Simulation,
  account: ChannelAccount,
  to: string,
  externalId: string,
  evidence: string | null,
): void {
  const { faults, random, scheduler, deliveries } = simulation;
  if (faults.statuses === "none" || (faults.statuses === "some" && random.chance(0.5)))
    return simulation.count("evidence suppressed");
  const failed = !simulation.healed && random.chance(faults.statusFails);
  const statuses = failed
    ? ["sent", "failed"]
    : random.shuffled(["sent", "delivered", "read"]).slice(0, 1 + random.int(3));
  const whatsappStatus = (status: string): Change => ({
    account,
    value: {
      statuses: [
        {
          id: externalId,
          status,
          timestamp: String(Math.floor(scheduler.now() / 1000)),
          recipient_id: to.slice(1),
          ...(evidence ? { biz_opaque_callback_data: evidence } : {}),
          ...(status === "failed" ? { errors: [{ code: 131026, title: "undeliverable" }] } : {}),
        },
      ],
    },
    expected: [
      {
        accountId: account.id,
        dedupeKey: `status:${externalId}:${status}`,
        ...(evidence ? { evidence } : {}),
      },
    ],
  });
  if (account.channel === "whatsapp") {
    const changes = statuses.map((status): Change => whatsappStatus(status));
    if (random.chance(0.5)) {
      scheduler.after(random.wait(faults.statusMs), "statuses", () => deliveries.whatsapp(changes, 0));
      return;
    }
    for (const change of changes)
      scheduler.after(random.wait(faults.statusMs), "status", () => deliveries.whatsapp([change], 0));
    return;
  }
  const { from } = account.config as { readonly from: string };
  for (const status of statuses) {
    const code = status === "failed" ? { ErrorCode: "30003" } : {};
    const fields = { MessageSid: externalId, From: from, To: to, MessageStatus: status, ...code };
    const key = `status:${externalId}:${status}:${status === "failed" ? "30003" : ""}`;
    const expected = [{ accountId: account.id, dedupeKey: key, ...(evidence ? { evidence } : {}) }];
    const query = evidence ? `e=${encodeURIComponent(evidence)}` : "";
    scheduler.after(random.wait(faults.statusMs), "status", () => deliveries.sms(account, fields, expected, 0, query));
  }
}
