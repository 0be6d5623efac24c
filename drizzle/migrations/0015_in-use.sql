CREATE TABLE "feedback" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"revision" integer NOT NULL,
	"serial" integer,
	"probability_percent" smallint,
	"verdict" text,
	"opinion" text,
	"corrected_label" text,
	"hour" timestamp with time zone,
	CONSTRAINT "feedback_withdrawn_keeps_nothing" CHECK ("feedback"."opinion" is not null or ("feedback"."serial" is null and "feedback"."probability_percent" is null and "feedback"."verdict" is null and "feedback"."corrected_label" is null and "feedback"."hour" is null)),
	CONSTRAINT "feedback_whole_hour" CHECK (date_trunc('hour', "feedback"."hour", 'UTC') = "feedback"."hour")
);
--> statement-breakpoint
CREATE TABLE "feedback_days" (
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"changes" integer NOT NULL,
	CONSTRAINT "feedback_days_user_id_day_pk" PRIMARY KEY("user_id","day")
);
--> statement-breakpoint
CREATE TABLE "drift_states" (
	"serial" integer PRIMARY KEY NOT NULL,
	"drifted" boolean NOT NULL,
	"drift" jsonb NOT NULL,
	"measured_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "statistics_days" (
	"day" date NOT NULL,
	"serial" integer NOT NULL,
	"reports" integer NOT NULL,
	"probabilities" integer[] NOT NULL,
	"refusals" integer[] NOT NULL,
	"backends" integer[] NOT NULL,
	"speeds" integer[] NOT NULL,
	CONSTRAINT "statistics_days_day_serial_pk" PRIMARY KEY("day","serial"),
	CONSTRAINT "statistics_days_bins" CHECK (cardinality("statistics_days"."probabilities") = 20)
);
--> statement-breakpoint
CREATE TABLE "statistics_reports" (
	"id" text PRIMARY KEY NOT NULL,
	"day" date NOT NULL
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feedback_days" ADD CONSTRAINT "feedback_days_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_states" ADD CONSTRAINT "drift_states_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statistics_days" ADD CONSTRAINT "statistics_days_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "feedback_hour" ON "feedback" USING btree ("hour");