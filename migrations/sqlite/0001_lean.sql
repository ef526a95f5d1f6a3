ALTER TABLE `conversations` ADD `run_state` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `timers` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `conversations` ADD `timer_due_at` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `recipient` text;--> statement-breakpoint
UPDATE `conversations` SET `run_state` = (SELECT r.state FROM runs r WHERE r.workspace_id = conversations.workspace_id AND r.id = conversations.run_id)
	WHERE `run_id` IS NOT NULL;--> statement-breakpoint
UPDATE `conversations` SET
	`timers` = (SELECT json_group_array(json_object('name', t.name, 'generation', t.generation, 'dueAt', t.due_at)) FROM timers t
		WHERE t.workspace_id = conversations.workspace_id AND t.conversation_id = conversations.id),
	`timer_due_at` = (SELECT MIN(t.due_at) FROM timers t WHERE t.workspace_id = conversations.workspace_id AND t.conversation_id = conversations.id)
	WHERE EXISTS (SELECT 1 FROM timers t WHERE t.workspace_id = conversations.workspace_id AND t.conversation_id = conversations.id);--> statement-breakpoint
CREATE INDEX `conversations_timers` ON `conversations` (`timer_due_at`) WHERE timer_due_at IS NOT NULL;--> statement-breakpoint
DROP TABLE `timers`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `state`;--> statement-breakpoint
DROP INDEX `messages_recent`;--> statement-breakpoint
DROP INDEX `effects_open_sends`;--> statement-breakpoint
DROP INDEX `effects_due`;--> statement-breakpoint
ALTER TABLE `effects` DROP COLUMN `lease_until`;--> statement-breakpoint
ALTER TABLE `effects` ADD `started_at` integer;--> statement-breakpoint
UPDATE `effects` SET `started_at` = (SELECT a.started_at FROM attempts a WHERE a.workspace_id = effects.workspace_id AND a.effect_id = effects.id AND a.n = effects.attempts)
	WHERE `state` = 'running';--> statement-breakpoint
CREATE INDEX `effects_open` ON `effects` (`workspace_id`,`conversation_id`,`ord`) WHERE state IN ('pending', 'running', 'unknown', 'asked');--> statement-breakpoint
CREATE INDEX `effects_due` ON `effects` (`due_at`) WHERE state IN ('pending', 'unknown');--> statement-breakpoint
CREATE TABLE `__dedupe_keys` (
	`workspace_id` text NOT NULL,
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`message_id` text,
	`body_hash` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `scope`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__dedupe_keys` SELECT workspace_id, scope, key, message_id, body_hash, at FROM `dedupe_keys`;--> statement-breakpoint
DROP TABLE `dedupe_keys`;--> statement-breakpoint
ALTER TABLE `__dedupe_keys` RENAME TO `dedupe_keys`;--> statement-breakpoint
CREATE TABLE `__steps` (
	`workspace_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`version` integer NOT NULL,
	`event` text NOT NULL,
	`path` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `conversation_id`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__steps` SELECT workspace_id, conversation_id, version, event, path, created_at FROM `steps`;--> statement-breakpoint
DROP TABLE `steps`;--> statement-breakpoint
ALTER TABLE `__steps` RENAME TO `steps`;--> statement-breakpoint
CREATE TABLE `__attempts` (
	`workspace_id` text NOT NULL,
	`effect_id` text NOT NULL,
	`n` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text,
	`error` text,
	`process` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `effect_id`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__attempts` SELECT workspace_id, effect_id, n, started_at, ended_at, outcome, error, process FROM `attempts`;--> statement-breakpoint
DROP TABLE `attempts`;--> statement-breakpoint
ALTER TABLE `__attempts` RENAME TO `attempts`;--> statement-breakpoint
CREATE TABLE `__contact_identities` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`contact_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__contact_identities` SELECT workspace_id, account_id, kind, value, contact_id, created_at FROM `contact_identities`;--> statement-breakpoint
DROP TABLE `contact_identities`;--> statement-breakpoint
ALTER TABLE `__contact_identities` RENAME TO `contact_identities`;--> statement-breakpoint
CREATE INDEX `contact_identities_contact` ON `contact_identities` (`workspace_id`,`contact_id`);
