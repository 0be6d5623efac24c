ALTER TABLE "model_versions" ADD COLUMN "key_id" text GENERATED ALWAYS AS ("model_versions"."signed_manifest"->'signature'->>'keyId') STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "restores_version" text GENERATED ALWAYS AS ("model_versions"."signed_manifest"->'manifest'->>'restoresVersion') STORED;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "auc" double precision GENERATED ALWAYS AS (("model_versions"."signed_manifest"->'manifest'->'metrics'->'auc'->>'value')::double precision) STORED;--> statement-breakpoint
CREATE INDEX "audit_events_action" ON "audit_events" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_events_of_work" ON "audit_events" USING btree ("id") WHERE "audit_events"."action" !~ '^(user|api_token|feedback)[.]';--> statement-breakpoint
DO $$ BEGIN
	CREATE EXTENSION IF NOT EXISTS pg_trgm;
	CREATE INDEX "audit_events_search" ON "audit_events" USING gin ("actor" gin_trgm_ops, "entity_id" gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
	RAISE NOTICE 'no trigram index: a search reads every event';
END $$;
