ALTER TABLE "dataset_versions" ADD COLUMN "dvc_md5" text;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD COLUMN "current_since" timestamp with time zone;