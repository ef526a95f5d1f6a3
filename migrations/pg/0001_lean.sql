ALTER TABLE "conversations" ADD COLUMN "run_state" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "timers" text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "timer_due_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "recipient" text;--> statement-breakpoint
UPDATE "conversations" c SET "run_state" = r.state FROM "runs" r WHERE r.workspace_id = c.workspace_id AND r.id = c.run_id;--> statement-breakpoint
UPDATE "conversations" c SET "timers" = t.list, "timer_due_at" = t.first FROM (
	SELECT workspace_id, conversation_id, MIN(due_at) AS first,
		json_agg(json_build_object('name', name, 'generation', generation, 'dueAt', due_at))::text AS list
	FROM "timers" GROUP BY workspace_id, conversation_id) t
	WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id;--> statement-breakpoint
CREATE INDEX "conversations_timers" ON "conversations" USING btree ("timer_due_at") WHERE timer_due_at IS NOT NULL;--> statement-breakpoint
DROP TABLE "timers" CASCADE;--> statement-breakpoint
ALTER TABLE "runs" DROP COLUMN "state";--> statement-breakpoint
DROP INDEX "messages_recent";--> statement-breakpoint
DROP INDEX "effects_open_sends";--> statement-breakpoint
DROP INDEX "effects_due";--> statement-breakpoint
ALTER TABLE "effects" DROP COLUMN "lease_until";--> statement-breakpoint
ALTER TABLE "effects" ADD COLUMN "started_at" bigint;--> statement-breakpoint
UPDATE "effects" e SET "started_at" = a.started_at FROM "attempts" a
	WHERE e.state = 'running' AND a.workspace_id = e.workspace_id AND a.effect_id = e.id AND a.n = e.attempts;--> statement-breakpoint
CREATE INDEX "effects_open" ON "effects" USING btree ("workspace_id","conversation_id","ord") WHERE state IN ('pending', 'running', 'unknown', 'asked');--> statement-breakpoint
CREATE INDEX "effects_due" ON "effects" USING btree ("due_at") WHERE state IN ('pending', 'unknown');
