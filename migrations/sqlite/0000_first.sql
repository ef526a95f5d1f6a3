CREATE TABLE `attempts` (
	`workspace_id` text NOT NULL,
	`effect_id` text NOT NULL,
	`n` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text,
	`error` text,
	`process` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `effect_id`, `n`)
);
--> statement-breakpoint
CREATE TABLE `channel_accounts` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`channel` text NOT NULL,
	`name` text NOT NULL,
	`address` text NOT NULL,
	`config` text NOT NULL,
	`secrets` text NOT NULL,
	`status` text NOT NULL,
	`status_detail` text,
	`bot_enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_accounts_name` ON `channel_accounts` (`workspace_id`,`channel`,`name`);--> statement-breakpoint
CREATE INDEX `channel_accounts_address` ON `channel_accounts` (`channel`,`address`);--> statement-breakpoint
CREATE TABLE `contact_identities` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`contact_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `contact_identities_contact` ON `contact_identities` (`workspace_id`,`contact_id`);--> statement-breakpoint
CREATE TABLE `contacts` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`first_name` text NOT NULL,
	`language` text,
	`phone` text,
	`email` text,
	`fields` text NOT NULL,
	`labels` text NOT NULL,
	`opted_out` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `contacts_created` ON `contacts` (`workspace_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `conversations` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`channel` text NOT NULL,
	`contact_id` text NOT NULL,
	`owner` text NOT NULL,
	`status` text NOT NULL,
	`bot_enabled` integer NOT NULL,
	`handover` text,
	`language` text,
	`version` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`applied_seq` integer NOT NULL,
	`last_position` integer NOT NULL,
	`run_id` text,
	`window_expires_at` integer,
	`last_inbound_at` integer,
	`last_inbound_external_id` text,
	`memory` text NOT NULL,
	`last_text` text,
	`last_direction` text,
	`last_message_at` integer,
	`unread` integer NOT NULL,
	`due_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_contact` ON `conversations` (`workspace_id`,`account_id`,`contact_id`);--> statement-breakpoint
CREATE INDEX `conversations_due` ON `conversations` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `conversations_recent` ON `conversations` (`workspace_id`,`last_message_at`,`id`);--> statement-breakpoint
CREATE INDEX `conversations_of_contact` ON `conversations` (`workspace_id`,`contact_id`);--> statement-breakpoint
CREATE TABLE `current_flows` (
	`workspace_id` text NOT NULL,
	`flow` text NOT NULL,
	`version_id` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `flow`)
);
--> statement-breakpoint
CREATE TABLE `dedupe_keys` (
	`workspace_id` text NOT NULL,
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`message_id` text,
	`body_hash` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `scope`, `key`)
);
--> statement-breakpoint
CREATE TABLE `effects` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`account_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`type` text NOT NULL,
	`ord` integer NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`expires_at` integer,
	`lease_until` integer,
	`lease_by` text,
	`error` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `effects_due` ON `effects` (`due_at`) WHERE state IN ('pending', 'unknown', 'running');--> statement-breakpoint
CREATE INDEX `effects_open_sends` ON `effects` (`workspace_id`,`conversation_id`,`ord`) WHERE type = 'send' AND state IN ('pending', 'running', 'unknown', 'asked');--> statement-breakpoint
CREATE INDEX `effects_failed` ON `effects` (`workspace_id`,`created_at`) WHERE state IN ('failed', 'asked', 'unknown');--> statement-breakpoint
CREATE TABLE `events` (
	`workspace_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`payload` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`available_at` integer NOT NULL,
	`late` integer NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `conversation_id`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `events_quarantined` ON `events` (`workspace_id`,`status`) WHERE status = 'quarantined';--> statement-breakpoint
CREATE TABLE `facts` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `flow_versions` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`flow` text NOT NULL,
	`number` integer NOT NULL,
	`source` text NOT NULL,
	`playbook` text,
	`note` text NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `flow_versions_number` ON `flow_versions` (`workspace_id`,`flow`,`number`);--> statement-breakpoint
CREATE TABLE `messages` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`account_id` text NOT NULL,
	`position` integer NOT NULL,
	`direction` text NOT NULL,
	`author` text NOT NULL,
	`content` text NOT NULL,
	`text` text NOT NULL,
	`external_id` text,
	`status` text NOT NULL,
	`error` text,
	`maybe_duplicate` integer NOT NULL,
	`node` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_position` ON `messages` (`workspace_id`,`conversation_id`,`position`);--> statement-breakpoint
CREATE INDEX `messages_external` ON `messages` (`workspace_id`,`external_id`) WHERE external_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_recent` ON `messages` (`workspace_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `notes` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`text` text NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `notes_conversation` ON `notes` (`workspace_id`,`conversation_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `notices` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`severity` text NOT NULL,
	`code` text NOT NULL,
	`text` text NOT NULL,
	`account_id` text,
	`conversation_id` text,
	`facts` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `orders` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`number` text NOT NULL,
	`effect_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`status` text NOT NULL,
	`lines` text NOT NULL,
	`total_cents` integer NOT NULL,
	`currency` text NOT NULL,
	`note` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_number` ON `orders` (`workspace_id`,`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `orders_effect` ON `orders` (`workspace_id`,`effect_id`);--> statement-breakpoint
CREATE INDEX `orders_contact` ON `orders` (`workspace_id`,`contact_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_recent` ON `orders` (`workspace_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `orphan_statuses` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`status` text NOT NULL,
	`error` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`, `external_id`, `status`)
);
--> statement-breakpoint
CREATE TABLE `processes` (
	`id` text PRIMARY KEY NOT NULL,
	`started_at` integer NOT NULL,
	`beat_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `products` (
	`workspace_id` text NOT NULL,
	`sku` text NOT NULL,
	`category` text NOT NULL,
	`names` text NOT NULL,
	`descriptions` text NOT NULL,
	`price_cents` integer NOT NULL,
	`currency` text NOT NULL,
	`stock` integer,
	`image_url` text,
	`active` integer NOT NULL,
	`words` text NOT NULL,
	`rank` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `sku`)
);
--> statement-breakpoint
CREATE TABLE `raw_deliveries` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`channel` text NOT NULL,
	`headers` text NOT NULL,
	`body` blob NOT NULL,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`flow` text NOT NULL,
	`version_id` text NOT NULL,
	`state` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `runs_live` ON `runs` (`workspace_id`,`flow`,`version_id`) WHERE status = 'active';--> statement-breakpoint
CREATE TABLE `set_aside` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`delivery_id` text NOT NULL,
	`channel` text NOT NULL,
	`reason` text NOT NULL,
	`part` text NOT NULL,
	`account_id` text,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `steps` (
	`workspace_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`version` integer NOT NULL,
	`event` text NOT NULL,
	`path` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `conversation_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `timers` (
	`workspace_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`name` text NOT NULL,
	`generation` integer NOT NULL,
	`due_at` integer,
	PRIMARY KEY(`workspace_id`, `conversation_id`, `name`)
);
--> statement-breakpoint
CREATE INDEX `timers_due` ON `timers` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `uploads` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`key` text NOT NULL,
	`remote_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`, `key`)
);
--> statement-breakpoint
CREATE TABLE `usages` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`ok` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `usages_at` ON `usages` (`workspace_id`,`at`);--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL
);
