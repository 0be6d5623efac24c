import type { Sql, TransactionSql } from "postgres";
import type { Digest } from "@/lib/artifacts/store";
import type { DatasetCase } from "@/lib/dataset/listing";
import { configDigest } from "@/lib/training/config-digest";
import { daily } from "@/lib/training/presets/daily";
import { plan, seededCalibration } from "./plan";

/**
 * Runs with their steps, stages, lines and epochs, all made by the server from row numbers: `draw(n, what)` is a number
 * in [0, 1) that depends on nothing else.
 */
export async function seedRuns(sql: Sql, seed: number, until: Date, digests: Digest[]): Promise<void> {
  await sql.unsafe(`
    create or replace function pg_temp.draw(n bigint, what bigint) returns double precision language sql immutable as
    $$ select (hashint8extended(n, what * 1000003 + ${Math.trunc(seed)}) & 16777215)::double precision / 16777216 $$`);
  await sql`
    insert into training_runs (
      id, key, trigger, state, stage, reason, error_code, source, config, config_digest, engine, dataset_digest,
      weights_digest, created_at, started_at, finished_at, requested_by, tags, notes
    )
    select
      'run-seeded-' || lpad(i::text, 5, '0'),
      'seeded:' || i,
      case when i % 5 = 0 then 'person' else 'schedule' end,
      state::run_state,
      case when state = 'queued' then null when state = 'running' then 'train' when state = 'failed' then 'train'
        when state = 'skipped' then 'look' else 'notify' end,
      case state when 'failed' then 'The trainer gave no answer.' when 'skipped' then 'There is no new image.'
        when 'succeeded' then 'The challenger was compared with the model in use.' end,
      case when state = 'failed' then 'TRAINER_UNREACHABLE' end,
      'seeded/' || (i % 40),
      ${sql.json(JSON.parse(JSON.stringify(daily)))}::jsonb || jsonb_build_object(
        'preset', (array['daily', 'thorough', 'demo'])[1 + (i % 3)],
        'epochs', ${plan.epochs}::int,
        'seed', i,
        'learningRate', round((0.0001 + 0.002 * pg_temp.draw(i, 2))::numeric, 6),
        'dropout', round((0.5 * pg_temp.draw(i, 3))::numeric, 2)
      ),
      ${configDigest(daily)},
      (array['onnxruntime', 'tfjs-wasm', 'tfjs-webgpu'])[1 + floor(3 * pg_temp.draw(i, 4))::int],
      case when state in ('queued', 'skipped') then null
        else (${digests}::text[])[1 + (i * ${digests.length}::int / ${plan.runs + 1}::int)] end,
      case when state = 'succeeded' then 'sha256:' || encode(sha256(('weights ' || i)::bytea), 'hex') end,
      created_at,
      case when state = 'queued' then null else created_at + interval '5 seconds' end,
      case when state in ('queued', 'running') then null when state = 'skipped' then created_at + interval '9 seconds'
        else created_at + interval '20 minutes' + 5400 * pg_temp.draw(i, 5) * interval '1 second' end,
      case when i % 5 = 0 then 'user-' || (i % ${plan.users}::int) || '@example.org' end,
      case when i % 7 = 0 then array['kept'] when i % 11 = 0 then array['kept', 'night shift'] else '{}' end,
      case when i % 13 = 0 then 'Learning rate as in the run before, other augmentation.' else '' end
    from (
      select i, ${until}::timestamptz - (${plan.runs}::int - i) * ${plan.runEveryMinutes}::int * interval '1 minute'
          as created_at,
        case when i = ${plan.runs}::int then 'queued' when i = ${plan.runs - 1}::int then 'running'
          when pg_temp.draw(i, 1) < 0.04 then 'skipped' when pg_temp.draw(i, 1) < 0.09 then 'failed'
          when pg_temp.draw(i, 1) < 0.11 then 'cancelled' else 'succeeded' end as state
      from generate_series(1, ${plan.runs}::int) i
    ) numbered`;
  await sql`
    insert into run_steps (run_id, name, output, started_at, finished_at)
    select id, step, jsonb_build_object('value', jsonb_build_object('digest', weights_digest) || case when step = 'train'
        then ${sql.json(seededCalibration)}::jsonb else '{}' end), started_at, finished_at
    from training_runs cross join unnest(array['look', 'dataset version', 'check data', 'train', 'record', 'evaluate',
      'decide', 'publish', 'notify']) step
    where state = 'succeeded'`;
  await sql`
    insert into run_stages (run_id, stage, started_at, finished_at)
    select id, entered, started_at + n * interval '2 minutes', started_at + (n + 1) * interval '2 minutes'
    from training_runs cross join unnest(array['look', 'dataset version', 'check data', 'train', 'record', 'evaluate',
      'decide', 'publish', 'notify']) with ordinality stages(entered, n)
    where training_runs.state = 'succeeded'`;
  await sql`
    insert into run_log_lines (run_id, at, line)
    select id, started_at + n * interval '20 seconds', 'epoch ' || n || ' of 200 has ended'
    from training_runs cross join generate_series(1, 20) n
    where started_at is not null`;
  await seedEpochs(sql);
}

/** Learning curves that fall and level off. The key is made once all rows are there, which is much quicker. */
async function seedEpochs(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`alter table epoch_metrics drop constraint epoch_metrics_run_id_epoch_pk`;
    await insertEpochs(tx);
    await tx`alter table epoch_metrics add constraint epoch_metrics_run_id_epoch_pk primary key (run_id, epoch)`;
  });
}

async function insertEpochs(sql: TransactionSql): Promise<void> {
  await sql`
    insert into epoch_metrics (run_id, epoch, train_loss, train_accuracy, val_loss, val_accuracy, precision, recall,
      specificity, f1, auc, learning_rate, duration_ms, recorded_at)
    select id, epoch,
      0.05 + 0.6 * exp(-epoch / 40.0) + 0.02 * noise,
      1 - 0.05 - 0.3 * exp(-epoch / 30.0) + 0.01 * noise,
      0.09 + 0.6 * exp(-epoch / 35.0) + 0.04 * noise,
      1 - 0.07 - 0.3 * exp(-epoch / 30.0) + 0.02 * noise,
      0.9 + 0.05 * noise, 0.91 + 0.05 * noise, 0.92 + 0.05 * noise, 0.9 + 0.05 * noise,
      0.99 - 0.2 * exp(-epoch / 25.0) + 0.005 * noise,
      0.001 * exp(-epoch / 60.0), 24000 + 4000 * noise, started_at + epoch * interval '24 seconds'
    from (
      select id, epoch, started_at, pg_temp.draw(row_number * 256 + epoch, 7) - 0.5 as noise
      from (
        select id, state, started_at, row_number() over (order by id) from training_runs
        where state in ('running', 'succeeded', 'failed', 'cancelled')
      ) trained cross join lateral generate_series(1, case when state = 'running' then 120
        when state = 'succeeded' then ${plan.epochs}::int else 60 end) epoch
      order by id, epoch
    ) numbered`;
}

/** What the last models said of the last version's held-out images. */
export async function seedPredictions(
  sql: Sql,
  digest: Digest,
  heldOut: readonly DatasetCase[],
): Promise<void> {
  const cases = sql.json(heldOut.map(({ caseId, patientId, label }) => ({ caseId, patientId, label })));
  await sql`
    insert into predictions (weights_digest, dataset_digest, case_id, patient_id, split, label, logit,
      perturbed_logits, run_id, created_at)
    select weights_digest, ${digest}, "caseId", "patientId", 'test', label, logit,
      array[logit + 0.1, logit - 0.1, logit + 0.2, logit - 0.2, logit + 0.3, logit - 0.3], id, finished_at
    from (
      select runs.*, cases.*,
        4 * (label - 0.5) + 3 * (pg_temp.draw(run_number * 100000 + case_number, 8)
          + pg_temp.draw(run_number * 100000 + case_number, 9) - 1) as logit
      from (
        select id, weights_digest, finished_at, row_number() over (order by created_at desc) as run_number
        from training_runs where state = 'succeeded' order by created_at desc limit ${plan.runsWithPredictions}
      ) runs
      cross join (
        select *, row_number() over () as case_number
        from jsonb_to_recordset(${cases}::jsonb) as given("caseId" text, "patientId" text, label smallint)
      ) cases
      order by weights_digest, "caseId"
    ) drawn`;
  await sql`
    update training_runs set dataset_digest = ${digest}
    where id in (select distinct run_id from predictions)`;
}
