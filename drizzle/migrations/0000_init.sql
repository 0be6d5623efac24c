CREATE TYPE "public"."model_version_state" AS ENUM('champion', 'retired');--> statement-breakpoint
CREATE TYPE "public"."run_state" AS ENUM('queued', 'running', 'succeeded', 'failed', 'skipped');--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"action" text NOT NULL,
	"actor" text NOT NULL,
	"entity_id" text NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset_versions" (
	"digest" text PRIMARY KEY NOT NULL,
	"images" integer NOT NULL,
	"patients" integer NOT NULL,
	"splits" jsonb NOT NULL,
	"bad_files" jsonb NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"run_id" text PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"champion_serial" integer NOT NULL,
	"champion_weights_digest" text NOT NULL,
	"challenger_weights_digest" text NOT NULL,
	"comparison" jsonb NOT NULL,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "epoch_metrics" (
	"run_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"train_loss" double precision NOT NULL,
	"train_accuracy" double precision NOT NULL,
	"val_loss" double precision NOT NULL,
	"val_accuracy" double precision NOT NULL,
	"precision" double precision,
	"recall" double precision,
	"specificity" double precision,
	"f1" double precision,
	"auc" double precision,
	"learning_rate" double precision NOT NULL,
	"duration_ms" double precision NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "epoch_metrics_run_id_epoch_pk" PRIMARY KEY("run_id","epoch")
);
--> statement-breakpoint
CREATE TABLE "champion" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"serial" integer NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "champion_single_row" CHECK ("champion"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "model_versions" (
	"serial" integer PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"weights_digest" text NOT NULL,
	"signed_manifest" jsonb NOT NULL,
	"state" "model_version_state" NOT NULL,
	"run_id" text,
	"published_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "model_versions_version_unique" UNIQUE("version"),
	CONSTRAINT "model_versions_serial_positive" CHECK ("model_versions"."serial" >= 1)
);
--> statement-breakpoint
CREATE TABLE "predictions" (
	"weights_digest" text NOT NULL,
	"dataset_digest" text NOT NULL,
	"case_id" text NOT NULL,
	"patient_id" text NOT NULL,
	"split" text NOT NULL,
	"label" smallint NOT NULL,
	"logit" double precision NOT NULL,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "predictions_weights_digest_dataset_digest_case_id_pk" PRIMARY KEY("weights_digest","dataset_digest","case_id")
);
--> statement-breakpoint
CREATE TABLE "run_steps" (
	"run_id" text NOT NULL,
	"name" text NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"output" jsonb,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "run_steps_run_id_name_pk" PRIMARY KEY("run_id","name")
);
--> statement-breakpoint
CREATE TABLE "trainer_lock" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"run_id" text NOT NULL,
	"holder" text NOT NULL,
	"acquired_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "trainer_lock_single_row" CHECK ("trainer_lock"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"trigger" text NOT NULL,
	"state" "run_state" NOT NULL,
	"stage" text,
	"reason" text,
	"error_code" text,
	"source" text NOT NULL,
	"config" jsonb NOT NULL,
	"config_digest" text NOT NULL,
	"engine" text,
	"dataset_digest" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "training_runs_key_unique" UNIQUE("key")
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_champion_serial_model_versions_serial_fk" FOREIGN KEY ("champion_serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "epoch_metrics" ADD CONSTRAINT "epoch_metrics_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "champion" ADD CONSTRAINT "champion_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_dataset_digest_dataset_versions_digest_fk" FOREIGN KEY ("dataset_digest") REFERENCES "public"."dataset_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_steps" ADD CONSTRAINT "run_steps_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_dataset_digest_dataset_versions_digest_fk" FOREIGN KEY ("dataset_digest") REFERENCES "public"."dataset_versions"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_entity" ON "audit_events" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "audit_events_at" ON "audit_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "model_versions_weights" ON "model_versions" USING btree ("weights_digest");--> statement-breakpoint
CREATE INDEX "predictions_run" ON "predictions" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "training_runs_state" ON "training_runs" USING btree ("state");--> statement-breakpoint
CREATE INDEX "training_runs_created_at" ON "training_runs" USING btree ("created_at");