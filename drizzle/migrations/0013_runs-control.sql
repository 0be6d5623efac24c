ALTER TYPE "public"."run_state" ADD VALUE 'cancelled';--> statement-breakpoint
CREATE TABLE "run_log_lines" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"line" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_stages" (
	"run_id" text NOT NULL,
	"stage" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "run_stages_run_id_stage_pk" PRIMARY KEY("run_id","stage")
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"page" text NOT NULL,
	"name" text NOT NULL,
	"query" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_views_name" UNIQUE("user_id","page","name")
);
--> statement-breakpoint
CREATE TABLE "training_schedule" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"cron" text NOT NULL,
	"preset" text NOT NULL,
	"paused" boolean NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_by" text NOT NULL,
	CONSTRAINT "training_schedule_single_row" CHECK ("training_schedule"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "challenger_auc" double precision GENERATED ALWAYS AS (("decisions"."comparison"->'challenger'->'auc'->>'value')::double precision) STORED;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "requested_by" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "retry_of" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "progress" jsonb;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "cancel_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "cancel_requested_by" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "cancel_reason" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "tags" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "notes" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "preset" text GENERATED ALWAYS AS ("training_runs"."config"->>'preset') STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "duration_ms" double precision GENERATED ALWAYS AS (extract(epoch from "training_runs"."finished_at" - "training_runs"."started_at") * 1000) STORED;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "search_text" text GENERATED ALWAYS AS (lower("training_runs"."id" || ' ' || coalesce("training_runs"."reason", '') || ' ' || "training_runs"."notes" || ' ' || "training_runs"."source" || ' ' || coalesce("training_runs"."weights_digest", '') || ' ' || coalesce("training_runs"."requested_by", ''))) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "run_log_lines" ADD CONSTRAINT "run_log_lines_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_stages" ADD CONSTRAINT "run_stages_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_log_lines_run" ON "run_log_lines" USING btree ("run_id","id");--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_retry_of_training_runs_id_fk" FOREIGN KEY ("retry_of") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decisions_outcome" ON "decisions" USING btree ("outcome");--> statement-breakpoint
CREATE INDEX "decisions_champion_weights" ON "decisions" USING btree ("champion_weights_digest");--> statement-breakpoint
CREATE INDEX "model_versions_run" ON "model_versions" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "training_runs_started_at" ON "training_runs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "training_runs_duration" ON "training_runs" USING btree ("duration_ms");--> statement-breakpoint
CREATE INDEX "training_runs_preset" ON "training_runs" USING btree ("preset");--> statement-breakpoint
CREATE INDEX "training_runs_engine" ON "training_runs" USING btree ("engine");--> statement-breakpoint
CREATE INDEX "training_runs_dataset" ON "training_runs" USING btree ("dataset_digest");--> statement-breakpoint
CREATE INDEX "training_runs_initial_weights" ON "training_runs" USING btree ("initial_weights_digest");--> statement-breakpoint
CREATE INDEX "training_runs_weights" ON "training_runs" USING btree ("weights_digest");--> statement-breakpoint
CREATE INDEX "training_runs_retry_of" ON "training_runs" USING btree ("retry_of");--> statement-breakpoint
CREATE INDEX "training_runs_tags" ON "training_runs" USING gin ("tags");--> statement-breakpoint
DO $$ BEGIN
	CREATE EXTENSION IF NOT EXISTS pg_trgm;
	CREATE INDEX "training_runs_search" ON "training_runs" USING gin ("search_text" gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
	RAISE NOTICE 'no trigram index: a search reads every run';
END $$;
--> statement-breakpoint
CREATE TRIGGER "run_log_lines_live" AFTER INSERT ON "run_log_lines" FOR EACH ROW EXECUTE FUNCTION "notify_live"('run', 'run_id');
