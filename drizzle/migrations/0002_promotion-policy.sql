CREATE TABLE "alpha_ledger" (
	"look" integer PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"policy_digest" text NOT NULL,
	"level" double precision NOT NULL,
	"dataset_digest" text NOT NULL,
	"champion_weights_digest" text NOT NULL,
	"challenger_weights_digest" text NOT NULL,
	"entered_at" timestamp with time zone DEFAULT now() NOT NULL,
	"outcome" text,
	CONSTRAINT "alpha_ledger_run_id_unique" UNIQUE("run_id"),
	CONSTRAINT "alpha_ledger_look_positive" CHECK ("alpha_ledger"."look" >= 1),
	CONSTRAINT "alpha_ledger_level_in_range" CHECK ("alpha_ledger"."level" >= 0 and "alpha_ledger"."level" < 1)
);
--> statement-breakpoint
CREATE TABLE "promotion_policies" (
	"digest" text PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"first_used_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promotion_reviews" (
	"run_id" text PRIMARY KEY NOT NULL,
	"manifest_digest" text NOT NULL,
	"request" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"reviewed_by" text,
	"note" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"reviewed_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "policy_digest" text;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "look" integer;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "level" double precision;--> statement-breakpoint
ALTER TABLE "alpha_ledger" ADD CONSTRAINT "alpha_ledger_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alpha_ledger" ADD CONSTRAINT "alpha_ledger_policy_digest_promotion_policies_digest_fk" FOREIGN KEY ("policy_digest") REFERENCES "public"."promotion_policies"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_reviews" ADD CONSTRAINT "promotion_reviews_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_policy_digest_promotion_policies_digest_fk" FOREIGN KEY ("policy_digest") REFERENCES "public"."promotion_policies"("digest") ON DELETE no action ON UPDATE no action;