DROP INDEX `channel_accounts_name`;--> statement-breakpoint
ALTER TABLE `channel_accounts` ADD `managed_by` text DEFAULT 'api' NOT NULL;--> statement-breakpoint
ALTER TABLE `channel_accounts` ADD `is_default` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `channel_accounts` ADD `deleted_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `channel_accounts_name` ON `channel_accounts` (`workspace_id`,`channel`,`name`) WHERE deleted_at IS NULL;--> statement-breakpoint
ALTER TABLE `contacts` ADD `person_id` text;--> statement-breakpoint
ALTER TABLE `contacts` ADD `link` text;--> statement-breakpoint
CREATE INDEX `contacts_person` ON `contacts` (`workspace_id`,`person_id`) WHERE person_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `contact_identities_value` ON `contact_identities` (`workspace_id`,`kind`,`value`);