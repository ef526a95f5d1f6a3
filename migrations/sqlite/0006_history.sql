CREATE TABLE `history_positions` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`read_until` integer NOT NULL,
	`looked_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`)
);
