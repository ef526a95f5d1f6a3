CREATE TABLE `mail_positions` (
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`folder` text NOT NULL,
	`uid_validity` text NOT NULL,
	`uid` integer NOT NULL,
	`since` integer NOT NULL,
	`lease_by` text,
	`lease_until` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `account_id`, `folder`)
);
--> statement-breakpoint
CREATE TABLE `mails` (
	`workspace_id` text NOT NULL,
	`message_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`position` integer NOT NULL,
	`mail_id` text NOT NULL,
	`subject` text NOT NULL,
	`refs` text NOT NULL,
	`text` text NOT NULL,
	`html` text,
	`reply_to` text,
	`authentication` text,
	`automatic` text,
	PRIMARY KEY(`workspace_id`, `message_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mails_position` ON `mails` (`workspace_id`,`conversation_id`,`position`);