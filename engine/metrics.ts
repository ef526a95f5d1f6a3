import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ChannelType } from "./core/domain/channel.ts";
import type { Operations } from "./ports.ts";

/** What Prometheus reads; names carry their units. */
export interface Metrics {
  webhook(channel: ChannelType | "unknown", verdict: string, durationMs: number): void;
  effectEnded(type: string, end: string, durationMs: number): void;
  purged(table: string, rows: number, heldMs: number): void;
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export function createMetrics(
  gauges: () => ReturnType<Operations["gauges"]>,
  room?: () => ReturnType<Operations["room"]>,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "relais_" });
  const registers = [registry];
  const webhooks = new Counter({
    name: "relais_webhooks_total",
    help: "Webhooks by channel and verdict",
    labelNames: ["channel", "verdict"],
    registers,
  });
  const webhookTime = new Histogram({
    name: "relais_webhook_seconds",
    help: "Time until a webhook was answered",
    labelNames: ["channel"],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const effects = new Counter({
    name: "relais_effects_total",
    help: "Attempts of effects by type and how they ended",
    labelNames: ["type", "end"],
    registers,
  });
  const effectTime = new Histogram({
    name: "relais_effect_seconds",
    help: "Time of an attempt",
    labelNames: ["type"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const purged = new Counter({
    name: "relais_purged_rows_total",
    help: "Rows of old history that were removed or compressed, by table",
    labelNames: ["table"],
    registers,
  });
  const purgeTime = new Histogram({
    name: "relais_purge_slice_seconds",
    help: "How long a slice of the purge held the database",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
    registers,
  });
  const level = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const due = level("relais_mailbox_due", "Conversations with an event to apply");
  const pending = level("relais_outbox_pending", "Effects that wait or are being done");
  const unknown = level("relais_outbox_unknown", "Sends of which nobody knows whether they arrived");
  const quarantined = level("relais_events_quarantined", "Events that could not be applied");
  const timers = level("relais_timers_armed", "Timers that will fire");
  const diskFull = level("relais_disk_full", "1: the disk is full, nothing is taken in and nothing is begun");
  const diskFree = level("relais_disk_free_bytes", "Bytes left on the disk of the database, where it is ours");
  const oldest = level("relais_outbox_oldest_seconds", "Age of the oldest effect that waits");
  return {
    webhook(channel, verdict, durationMs) {
      webhooks.inc({ channel, verdict });
      webhookTime.observe({ channel }, durationMs / 1000);
    },
    effectEnded(type, end, durationMs) {
      effects.inc({ type, end });
      effectTime.observe({ type }, durationMs / 1000);
    },
    purged(table, rows, heldMs) {
      purged.inc({ table }, rows);
      purgeTime.observe(heldMs / 1000);
    },
    async text() {
      const now = await gauges();
      due.set(now.mailboxDue);
      pending.set(now.outboxPending);
      unknown.set(now.outboxUnknown);
      quarantined.set(now.quarantined);
      timers.set(now.timers);
      const { hasRoom = true, freeBytes = null } = room?.() ?? {};
      diskFull.set(hasRoom ? 0 : 1);
      if (freeBytes !== null) diskFree.set(freeBytes);
      oldest.set(now.oldestOutboxAt === null ? 0 : (Date.now() - Date.parse(now.oldestOutboxAt)) / 1000);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
