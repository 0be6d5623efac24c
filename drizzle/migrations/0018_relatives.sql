ALTER TABLE "model_versions" ADD COLUMN "previous_version" text GENERATED ALWAYS AS ("model_versions"."signed_manifest"->'manifest'->>'previousVersion') STORED;--> statement-breakpoint
CREATE INDEX "decisions_champion" ON "decisions" USING btree ("champion_serial","decided_at");--> statement-breakpoint
CREATE INDEX "model_versions_previous" ON "model_versions" USING btree ("previous_version");--> statement-breakpoint
CREATE INDEX "model_versions_restores" ON "model_versions" USING btree ("restores_version");