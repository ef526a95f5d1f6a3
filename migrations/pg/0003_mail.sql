CREATE TABLE "mail_positions" (
	"workspace_id" text NOT NULL,
	"account_id" text NOT NULL,
	"folder" text NOT NULL,
	"uid_validity" text NOT NULL,
	"uid" bigint NOT NULL,
	"since" bigint NOT NULL,
	"lease_by" text,
	"lease_until" bigint NOT NULL,
	CONSTRAINT "mail_positions_workspace_id_account_id_folder_pk" PRIMARY KEY("workspace_id","account_id","folder")
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"workspace_id" text NOT NULL,
	"message_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"position" bigint NOT NULL,
	"mail_id" text NOT NULL,
	"subject" text NOT NULL,
	"refs" text NOT NULL,
	"text" text NOT NULL,
	"html" text,
	"reply_to" text,
	"authentication" text,
	"automatic" text,
	CONSTRAINT "mails_workspace_id_message_id_pk" PRIMARY KEY("workspace_id","message_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "mails_position" ON "mails" USING btree ("workspace_id","conversation_id","position");