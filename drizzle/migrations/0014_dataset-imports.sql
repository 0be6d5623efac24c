CREATE TABLE "dataset_jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"phase" text,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"input" jsonb NOT NULL,
	"title" text NOT NULL,
	"actor" text NOT NULL,
	"dataset_digest" text,
	"summary" jsonb,
	"error_code" text,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"heartbeat_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "dataset_upload_chunks" (
	"upload_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"digest" text NOT NULL,
	CONSTRAINT "dataset_upload_chunks_upload_id_index_pk" PRIMARY KEY("upload_id","index")
);
--> statement-breakpoint
CREATE TABLE "dataset_uploads" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'receiving' NOT NULL,
	"size_bytes" bigint NOT NULL,
	"chunk_bytes" integer NOT NULL,
	"files" jsonb NOT NULL,
	"fingerprint" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD COLUMN "name" text;--> statement-breakpoint
ALTER TABLE "dataset_upload_chunks" ADD CONSTRAINT "dataset_upload_chunks_upload_id_dataset_uploads_id_fk" FOREIGN KEY ("upload_id") REFERENCES "public"."dataset_uploads"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dataset_jobs_created_at" ON "dataset_jobs" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_jobs_open_check" ON "dataset_jobs" USING btree ("dataset_digest") WHERE "dataset_jobs"."kind" = 'check' and "dataset_jobs"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "dataset_uploads_state" ON "dataset_uploads" USING btree ("state");--> statement-breakpoint
CREATE INDEX "dataset_versions_created_at" ON "dataset_versions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "dataset_versions_current" ON "dataset_versions" USING btree ("current_since") WHERE "dataset_versions"."current_since" is not null;--> statement-breakpoint
CREATE TRIGGER "dataset_jobs_live" AFTER INSERT OR UPDATE ON "dataset_jobs" FOR EACH ROW EXECUTE FUNCTION "notify_live"('dataset-job', 'id');
--> statement-breakpoint
CREATE TRIGGER "dataset_uploads_live" AFTER INSERT OR UPDATE OF "state" ON "dataset_uploads" FOR EACH ROW EXECUTE FUNCTION "notify_live"('dataset-job', 'id');
