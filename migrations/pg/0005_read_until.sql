ALTER TABLE "conversations" ADD COLUMN "delivered_until" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "read_until" bigint;