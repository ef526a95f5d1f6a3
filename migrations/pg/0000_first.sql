CREATE TABLE "attempts" (
	"workspace_id" text NOT NULL,
	"effect_id" text NOT NULL,
	"n" bigint NOT NULL,
	"started_at" bigint NOT NULL,
	"ended_at" bigint,
	"outcome" text,
	"error" text,
	"process" text NOT NULL,
	CONSTRAINT "attempts_workspace_id_effect_id_n_pk" PRIMARY KEY("workspace_id","effect_id","n")
);
--> statement-breakpoint
CREATE TABLE "channel_accounts" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"channel" text NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"config" text NOT NULL,
	"secrets" text NOT NULL,
	"status" text NOT NULL,
	"status_detail" text,
	"bot_enabled" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "channel_accounts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "contact_identities" (
	"workspace_id" text NOT NULL,
	"account_id" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"contact_id" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "contact_identities_workspace_id_account_id_kind_value_pk" PRIMARY KEY("workspace_id","account_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"first_name" text NOT NULL,
	"language" text,
	"phone" text,
	"email" text,
	"fields" text NOT NULL,
	"labels" text NOT NULL,
	"opted_out" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "contacts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"account_id" text NOT NULL,
	"channel" text NOT NULL,
	"contact_id" text NOT NULL,
	"owner" text NOT NULL,
	"status" text NOT NULL,
	"bot_enabled" bigint NOT NULL,
	"handover" text,
	"language" text,
	"version" bigint NOT NULL,
	"last_seq" bigint NOT NULL,
	"applied_seq" bigint NOT NULL,
	"last_position" bigint NOT NULL,
	"run_id" text,
	"window_expires_at" bigint,
	"last_inbound_at" bigint,
	"last_inbound_external_id" text,
	"memory" text NOT NULL,
	"last_text" text,
	"last_direction" text,
	"last_message_at" bigint,
	"unread" bigint NOT NULL,
	"due_at" bigint,
	"created_at" bigint NOT NULL,
	CONSTRAINT "conversations_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "current_flows" (
	"workspace_id" text NOT NULL,
	"flow" text NOT NULL,
	"version_id" text NOT NULL,
	CONSTRAINT "current_flows_workspace_id_flow_pk" PRIMARY KEY("workspace_id","flow")
);
--> statement-breakpoint
CREATE TABLE "dedupe_keys" (
	"workspace_id" text NOT NULL,
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"message_id" text,
	"body_hash" text,
	"at" bigint NOT NULL,
	CONSTRAINT "dedupe_keys_workspace_id_scope_key_pk" PRIMARY KEY("workspace_id","scope","key")
);
--> statement-breakpoint
CREATE TABLE "effects" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"account_id" text NOT NULL,
	"contact_id" text NOT NULL,
	"type" text NOT NULL,
	"ord" bigint NOT NULL,
	"payload" text NOT NULL,
	"state" text NOT NULL,
	"attempts" bigint NOT NULL,
	"due_at" bigint NOT NULL,
	"expires_at" bigint,
	"lease_until" bigint,
	"lease_by" text,
	"error" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "effects_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"workspace_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"payload" text NOT NULL,
	"status" text NOT NULL,
	"attempts" bigint NOT NULL,
	"available_at" bigint NOT NULL,
	"late" bigint NOT NULL,
	"error" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "events_workspace_id_conversation_id_seq_pk" PRIMARY KEY("workspace_id","conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "flow_versions" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"flow" text NOT NULL,
	"number" bigint NOT NULL,
	"source" text NOT NULL,
	"playbook" text,
	"note" text NOT NULL,
	"by" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "flow_versions_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"contact_id" text NOT NULL,
	"account_id" text NOT NULL,
	"position" bigint NOT NULL,
	"direction" text NOT NULL,
	"author" text NOT NULL,
	"content" text NOT NULL,
	"text" text NOT NULL,
	"external_id" text,
	"status" text NOT NULL,
	"error" text,
	"maybe_duplicate" bigint NOT NULL,
	"node" text,
	"created_at" bigint NOT NULL,
	"sent_at" bigint,
	CONSTRAINT "messages_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"text" text NOT NULL,
	"by" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "notes_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"at" bigint NOT NULL,
	"severity" text NOT NULL,
	"code" text NOT NULL,
	"text" text NOT NULL,
	"account_id" text,
	"conversation_id" text,
	"facts" text NOT NULL,
	CONSTRAINT "notices_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"number" text NOT NULL,
	"effect_id" text NOT NULL,
	"contact_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"status" text NOT NULL,
	"lines" text NOT NULL,
	"total_cents" bigint NOT NULL,
	"currency" text NOT NULL,
	"note" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "orders_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "orphan_statuses" (
	"workspace_id" text NOT NULL,
	"account_id" text NOT NULL,
	"external_id" text NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"at" bigint NOT NULL,
	CONSTRAINT "orphan_statuses_workspace_id_account_id_external_id_status_pk" PRIMARY KEY("workspace_id","account_id","external_id","status")
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" bigint NOT NULL,
	"beat_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "products" (
	"workspace_id" text NOT NULL,
	"sku" text NOT NULL,
	"category" text NOT NULL,
	"names" text NOT NULL,
	"descriptions" text NOT NULL,
	"price_cents" bigint NOT NULL,
	"currency" text NOT NULL,
	"stock" bigint,
	"image_url" text,
	"active" bigint NOT NULL,
	"words" text NOT NULL,
	"rank" bigint NOT NULL,
	CONSTRAINT "products_workspace_id_sku_pk" PRIMARY KEY("workspace_id","sku")
);
--> statement-breakpoint
CREATE TABLE "raw_deliveries" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"channel" text NOT NULL,
	"headers" text NOT NULL,
	"body" "bytea" NOT NULL,
	"received_at" bigint NOT NULL,
	CONSTRAINT "raw_deliveries_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"flow" text NOT NULL,
	"version_id" text NOT NULL,
	"state" text NOT NULL,
	"status" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "runs_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "set_aside" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"delivery_id" text NOT NULL,
	"channel" text NOT NULL,
	"reason" text NOT NULL,
	"part" text NOT NULL,
	"account_id" text,
	"received_at" bigint NOT NULL,
	CONSTRAINT "set_aside_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "steps" (
	"workspace_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"version" bigint NOT NULL,
	"event" text NOT NULL,
	"path" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "steps_workspace_id_conversation_id_version_pk" PRIMARY KEY("workspace_id","conversation_id","version")
);
--> statement-breakpoint
CREATE TABLE "timers" (
	"workspace_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"name" text NOT NULL,
	"generation" bigint NOT NULL,
	"due_at" bigint,
	CONSTRAINT "timers_workspace_id_conversation_id_name_pk" PRIMARY KEY("workspace_id","conversation_id","name")
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"workspace_id" text NOT NULL,
	"account_id" text NOT NULL,
	"key" text NOT NULL,
	"remote_id" text NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "uploads_workspace_id_account_id_key_pk" PRIMARY KEY("workspace_id","account_id","key")
);
--> statement-breakpoint
CREATE TABLE "usages" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"conversation_id" text,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"ok" bigint NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "usages_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" text PRIMARY KEY NOT NULL,
	"settings" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "channel_accounts_name" ON "channel_accounts" USING btree ("workspace_id","channel","name");--> statement-breakpoint
CREATE INDEX "channel_accounts_address" ON "channel_accounts" USING btree ("channel","address");--> statement-breakpoint
CREATE INDEX "contact_identities_contact" ON "contact_identities" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "contacts_created" ON "contacts" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_contact" ON "conversations" USING btree ("workspace_id","account_id","contact_id");--> statement-breakpoint
CREATE INDEX "conversations_due" ON "conversations" USING btree ("due_at") WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_recent" ON "conversations" USING btree ("workspace_id","last_message_at","id");--> statement-breakpoint
CREATE INDEX "conversations_of_contact" ON "conversations" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "effects_due" ON "effects" USING btree ("due_at") WHERE state IN ('pending', 'unknown', 'running');--> statement-breakpoint
CREATE INDEX "effects_open_sends" ON "effects" USING btree ("workspace_id","conversation_id","ord") WHERE type = 'send' AND state IN ('pending', 'running', 'unknown', 'asked');--> statement-breakpoint
CREATE INDEX "effects_failed" ON "effects" USING btree ("workspace_id","created_at") WHERE state IN ('failed', 'asked', 'unknown');--> statement-breakpoint
CREATE INDEX "events_quarantined" ON "events" USING btree ("workspace_id","status") WHERE status = 'quarantined';--> statement-breakpoint
CREATE UNIQUE INDEX "flow_versions_number" ON "flow_versions" USING btree ("workspace_id","flow","number");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_position" ON "messages" USING btree ("workspace_id","conversation_id","position");--> statement-breakpoint
CREATE INDEX "messages_external" ON "messages" USING btree ("workspace_id","external_id") WHERE external_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_recent" ON "messages" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "notes_conversation" ON "notes" USING btree ("workspace_id","conversation_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_number" ON "orders" USING btree ("workspace_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_effect" ON "orders" USING btree ("workspace_id","effect_id");--> statement-breakpoint
CREATE INDEX "orders_contact" ON "orders" USING btree ("workspace_id","contact_id","created_at");--> statement-breakpoint
CREATE INDEX "orders_recent" ON "orders" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_live" ON "runs" USING btree ("workspace_id","flow","version_id") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "timers_due" ON "timers" USING btree ("due_at") WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "usages_at" ON "usages" USING btree ("workspace_id","at");