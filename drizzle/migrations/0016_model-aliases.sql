CREATE TABLE "model_aliases" (
	"alias" text PRIMARY KEY NOT NULL,
	"serial" integer NOT NULL,
	"set_by" text NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_serial_model_versions_serial_fk" FOREIGN KEY ("serial") REFERENCES "public"."model_versions"("serial") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_aliases_serial" ON "model_aliases" USING btree ("serial");