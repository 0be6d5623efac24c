CREATE TABLE "promotion_approvals" (
	"run_id" text NOT NULL,
	"approved_by" text NOT NULL,
	"manifest_digest" text NOT NULL,
	"note" text NOT NULL,
	"approved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promotion_approvals_run_id_approved_by_pk" PRIMARY KEY("run_id","approved_by")
);
--> statement-breakpoint
CREATE TABLE "revocations" (
	"serial" integer PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"manifest_digest" text NOT NULL,
	"weights_digest" text NOT NULL,
	"reason" text NOT NULL,
	"revoked_by" text NOT NULL,
	"revoked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"role" text NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"last_serial" integer,
	"endorsement" jsonb,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trust_lists" (
	"serial" integer PRIMARY KEY NOT NULL,
	"signed_trust_list" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "promotion_reviews" ADD COLUMN "approvals_needed" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "promotion_approvals" ADD CONSTRAINT "promotion_approvals_run_id_promotion_reviews_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."promotion_reviews"("run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revocations" ADD CONSTRAINT "revocations_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;