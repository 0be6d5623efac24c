CREATE TABLE "dataset_reports" (
	"dataset_digest" text PRIMARY KEY NOT NULL,
	"report_digest" text NOT NULL,
	"state" text NOT NULL,
	"problems" jsonb NOT NULL,
	"duration_ms" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "image_measures" (
	"digest" text PRIMARY KEY NOT NULL,
	"schema_version" integer NOT NULL,
	"measures" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dataset_reports" ADD CONSTRAINT "dataset_reports_dataset_digest_dataset_versions_digest_fk" FOREIGN KEY ("dataset_digest") REFERENCES "public"."dataset_versions"("digest") ON DELETE no action ON UPDATE no action;