DROP INDEX "channel_accounts_name";--> statement-breakpoint
ALTER TABLE "channel_accounts" ADD COLUMN "managed_by" text DEFAULT 'api' NOT NULL;--> statement-breakpoint
ALTER TABLE "channel_accounts" ADD COLUMN "is_default" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "channel_accounts" ADD COLUMN "deleted_at" bigint;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "person_id" text;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "link" text;--> statement-breakpoint
CREATE INDEX "contact_identities_value" ON "contact_identities" USING btree ("workspace_id","kind","value");--> statement-breakpoint
CREATE INDEX "contacts_person" ON "contacts" USING btree ("workspace_id","person_id") WHERE person_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "channel_accounts_name" ON "channel_accounts" USING btree ("workspace_id","channel","name") WHERE deleted_at IS NULL;