ALTER TABLE `conversations` ADD `delivered_until` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `read_until` integer;