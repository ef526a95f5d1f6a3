CREATE TABLE "flow_counts" (
	"workspace_id" text NOT NULL,
	"flow" text NOT NULL,
	"day" text NOT NULL,
	"channel" text NOT NULL,
	"node" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "flow_counts_workspace_id_flow_day_channel_node_kind_name_pk" PRIMARY KEY("workspace_id","flow","day","channel","node","kind","name")
);
--> statement-breakpoint
CREATE TABLE "flow_marks" (
	"workspace_id" text NOT NULL,
	"counted_until" bigint NOT NULL,
	CONSTRAINT "flow_marks_workspace_id_pk" PRIMARY KEY("workspace_id")
);
--> statement-breakpoint
CREATE INDEX "steps_at" ON "steps" USING btree ("workspace_id","created_at");