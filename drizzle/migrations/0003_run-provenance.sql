ALTER TABLE "training_runs" ADD COLUMN "initial_weights_digest" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "weights_digest" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "provenance" jsonb;