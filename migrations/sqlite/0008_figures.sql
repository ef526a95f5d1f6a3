CREATE TABLE `flow_counts` (
	`workspace_id` text NOT NULL,
	`flow` text NOT NULL,
	`day` text NOT NULL,
	`channel` text NOT NULL,
	`node` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `flow`, `day`, `channel`, `node`, `kind`, `name`)
);
--> statement-breakpoint
CREATE TABLE `flow_marks` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`counted_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `steps_at` ON `steps` (`workspace_id`,`created_at`);