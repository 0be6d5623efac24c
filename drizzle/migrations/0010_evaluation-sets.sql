CREATE TABLE "evaluation_sets" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"digest" text NOT NULL,
	"images" integer NOT NULL,
	"patients" integer NOT NULL,
	"positives" integer NOT NULL,
	"unreadable" integer NOT NULL,
	"source" text NOT NULL,
	"added_by" text NOT NULL,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_by" text,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "evaluations" (
	"weights_digest" text NOT NULL,
	"set_digest" text NOT NULL,
	"predictions_digest" text NOT NULL,
	"document_digest" text NOT NULL,
	"run_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "evaluations_weights_digest_set_digest_pk" PRIMARY KEY("weights_digest","set_digest")
);
--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "evaluation_sets_name" ON "evaluation_sets" USING btree ("name") WHERE "evaluation_sets"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "evaluation_sets_digest" ON "evaluation_sets" USING btree ("digest");