CREATE TABLE "history_positions" (
	"workspace_id" text NOT NULL,
	"account_id" text NOT NULL,
	"read_until" bigint NOT NULL,
	"looked_at" bigint NOT NULL,
	CONSTRAINT "history_positions_workspace_id_account_id_pk" PRIMARY KEY("workspace_id","account_id")
);
