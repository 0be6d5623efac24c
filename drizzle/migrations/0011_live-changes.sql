-- Says that a row changed, by its kind, transaction and id, and nothing of what is in it. Equal notifications of one
-- transaction are sent once. Arguments: the kind, and the column that has the id.
CREATE FUNCTION "notify_live"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "changed_id" text;
BEGIN
  EXECUTE format('select ($1).%I::text', TG_ARGV[1]) INTO "changed_id" USING coalesce(NEW, OLD);
  PERFORM pg_notify('pneumoscope_live', TG_ARGV[0] || ' ' || pg_current_xact_id()::text || ' ' || left("changed_id", 200));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "training_runs_live" AFTER INSERT OR UPDATE OR DELETE ON "training_runs" FOR EACH ROW EXECUTE FUNCTION "notify_live"('run', 'id');
--> statement-breakpoint
CREATE TRIGGER "run_steps_live" AFTER INSERT OR UPDATE OR DELETE ON "run_steps" FOR EACH ROW EXECUTE FUNCTION "notify_live"('run', 'run_id');
--> statement-breakpoint
CREATE TRIGGER "epoch_metrics_live" AFTER INSERT OR UPDATE ON "epoch_metrics" FOR EACH ROW EXECUTE FUNCTION "notify_live"('epoch', 'run_id');
--> statement-breakpoint
CREATE TRIGGER "decisions_live" AFTER INSERT OR UPDATE ON "decisions" FOR EACH ROW EXECUTE FUNCTION "notify_live"('decision', 'run_id');
--> statement-breakpoint
CREATE TRIGGER "promotion_reviews_live" AFTER INSERT OR UPDATE ON "promotion_reviews" FOR EACH ROW EXECUTE FUNCTION "notify_live"('review', 'run_id');
--> statement-breakpoint
CREATE TRIGGER "promotion_approvals_live" AFTER INSERT ON "promotion_approvals" FOR EACH ROW EXECUTE FUNCTION "notify_live"('review', 'run_id');
--> statement-breakpoint
CREATE TRIGGER "model_versions_live" AFTER INSERT OR UPDATE ON "model_versions" FOR EACH ROW EXECUTE FUNCTION "notify_live"('model-version', 'serial');
--> statement-breakpoint
CREATE TRIGGER "champion_live" AFTER INSERT OR UPDATE ON "champion" FOR EACH ROW EXECUTE FUNCTION "notify_live"('model-version', 'serial');
--> statement-breakpoint
CREATE TRIGGER "revocations_live" AFTER INSERT ON "revocations" FOR EACH ROW EXECUTE FUNCTION "notify_live"('revocation', 'serial');
--> statement-breakpoint
CREATE TRIGGER "dataset_versions_live" AFTER INSERT OR UPDATE OR DELETE ON "dataset_versions" FOR EACH ROW EXECUTE FUNCTION "notify_live"('dataset-version', 'digest');
--> statement-breakpoint
CREATE TRIGGER "dataset_reports_live" AFTER INSERT OR UPDATE ON "dataset_reports" FOR EACH ROW EXECUTE FUNCTION "notify_live"('dataset-report', 'dataset_digest');
--> statement-breakpoint
CREATE TRIGGER "user_sessions_live" AFTER UPDATE OF "ended_at" ON "user_sessions" FOR EACH ROW WHEN (NEW."ended_at" IS NOT NULL) EXECUTE FUNCTION "notify_live"('session', 'id');
--> statement-breakpoint
CREATE TRIGGER "users_live" AFTER UPDATE OF "deactivated_at" ON "users" FOR EACH ROW WHEN (NEW."deactivated_at" IS NOT NULL) EXECUTE FUNCTION "notify_live"('user', 'id');
