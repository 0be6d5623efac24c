import type { Sql } from "postgres";
import type { Database } from "@/drizzle/client";
import { champion, modelVersions, promotionPolicies, signingKeys } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { type SigningKey, signManifest } from "@/lib/manifest";
import { readBaselineManifest } from "@/lib/node/current-model";
import { comparisonTemplates, defaultPolicy, policyDigest } from "./comparison-template";
import { plan } from "./plan";

interface Publisher {
  sql: Sql;
  db: Database;
  seed: number;
  signingKey: SigningKey;
}

/** Versions with manifests that verify, the last of them in use; some are revoked. */
export async function seedModelVersions({ sql, db, seed, signingKey }: Publisher): Promise<void> {
  const { signedManifest } = await readBaselineManifest();
  const shipped = signedManifest.manifest;
  const runs = await sql<{ id: string; weights: Digest; dataset: Digest; at: Date }[]>`
    select id, weights_digest as weights, dataset_digest as dataset, finished_at as at from (
      select *, row_number() over (order by created_at desc) as from_last from training_runs where state = 'succeeded'
    ) succeeded
    where from_last % 9 = 1 order by created_at desc limit ${plan.versions - 1}`;
  const published = runs.reverse().map((run, index) => {
    const serial = index + 2;
    const auc = 0.93 + (0.06 * ((serial * 7_919 + seed) % 1_000)) / 1_000;
    const isLast = index === runs.length - 1;
    const manifest = signManifest(
      {
        ...shipped,
        version: `v${serial}`,
        serial,
        createdAt: run.at.toISOString(),
        // The one in use can be read with: its weights are the shipped ones.
        weights: isLast ? shipped.weights : { ...shipped.weights, digest: run.weights },
        dataset: { ...shipped.dataset, digest: run.dataset },
        trainingRun: { ...shipped.trainingRun, id: run.id },
        metrics: { ...shipped.metrics, auc: { value: auc, low: auc - 0.01, high: Math.min(1, auc + 0.008) } },
        previousVersion: `v${serial - 1}`,
      },
      signingKey,
    );
    return {
      serial,
      version: `v${serial}`,
      runId: run.id,
      publishedAt: run.at,
      signedManifest: manifest,
      isLast,
    };
  });
  const first = published[0]?.publishedAt ?? new Date();
  await db.insert(modelVersions).values({
    serial: 1,
    version: shipped.version,
    weightsDigest: shipped.weights.digest,
    signedManifest,
    state: "retired",
    publishedAt: new Date(first.getTime() - 24 * 60 * 60_000),
  });
  for (let start = 0; start < published.length; start += 50)
    await db.insert(modelVersions).values(
      published.slice(start, start + 50).map(({ isLast, ...version }) => ({
        ...version,
        weightsDigest: version.signedManifest.manifest.weights.digest,
        state: isLast ? ("champion" as const) : ("retired" as const),
      })),
    );
  const last = published.at(-1);
  await db.insert(champion).values({ serial: last?.serial ?? 1, since: last?.publishedAt ?? first });
  await db
    .insert(signingKeys)
    .values({ keyId: signingKey.keyId, publicKey: signingKey.publicKey, role: "deployment", since: first })
    .onConflictDoNothing();
  await sql`
    insert into revocations (serial, version, manifest_digest, weights_digest, reason, revoked_by, revoked_at)
    select serial, version, weights_digest, weights_digest, 'Seeded: its training data were withdrawn.',
      'admin@example.org', published_at + interval '1 day'
    from model_versions where serial % 100 = 50`;
}

/** A decision for every run that ended well, and reviews of some of them; three wait. */
export async function seedDecisions({ sql, db, seed }: Publisher): Promise<void> {
  await db
    .insert(promotionPolicies)
    .values({ digest: policyDigest(defaultPolicy), document: defaultPolicy })
    .onConflictDoNothing();
  const { promote, keep } = comparisonTemplates(seed);
  const json = (value: unknown) => sql.json(JSON.parse(JSON.stringify(value)));
  await sql`
    insert into decisions (run_id, outcome, reasons, champion_serial, champion_weights_digest,
      challenger_weights_digest, comparison, policy_digest, look, level, decided_at)
    select run.id, case when version.serial is null then 'keep' else 'promote' end,
      ${json(["Seeded: every rule passed."])}::jsonb, coalesce(version.serial - 1, 1),
      coalesce(before.weights_digest, first.weights_digest), run.weights_digest,
      jsonb_set(case when version.serial is null then ${json(keep)}::jsonb else ${json(promote)}::jsonb end,
        '{challenger,auc,value}', to_jsonb(round((0.9 + 0.09 * pg_temp.draw(run.number, 11))::numeric, 4))),
      ${policyDigest(defaultPolicy)}, run.number, 0.01, run.finished_at
    from (
      select id, weights_digest, finished_at, row_number() over (order by created_at) as number
      from training_runs where state = 'succeeded'
    ) run
    left join model_versions version on version.run_id = run.id
    left join model_versions before on before.serial = version.serial - 1
    cross join (select weights_digest from model_versions where serial = 1) first`;
  await sql`
    insert into promotion_reviews (run_id, manifest_digest, request, state, approvals_needed, reviewed_by, note,
      created_at, reviewed_at)
    select run_id, weights_digest, jsonb_build_object('manifest', signed_manifest->'manifest',
        'expectedChampionSerial', serial - 1), 'approved', 1, 'admin@example.org', 'Seeded: looked at.',
      published_at - interval '1 hour', published_at
    from model_versions where run_id is not null and serial % 4 = 0`;
  await sql`
    insert into promotion_reviews (run_id, manifest_digest, request, state, approvals_needed, created_at)
    select waiting.id, waiting.weights_digest, jsonb_build_object('manifest', (select signed_manifest->'manifest'
        from model_versions order by serial desc limit 1), 'expectedChampionSerial', ${plan.versions}::int),
      'pending', 2, waiting.finished_at
    from (
      select run.id, run.weights_digest, run.finished_at from training_runs run
      left join model_versions version on version.run_id = run.id
      where run.state = 'succeeded' and version.serial is null order by run.created_at desc limit 3
    ) waiting`;
  await sql`update decisions set outcome = 'review'
    where run_id in (select run_id from promotion_reviews where state = 'pending')`;
  await sql`
    insert into promotion_approvals (run_id, approved_by, manifest_digest, note, approved_at)
    select run_id, 'admin@example.org', manifest_digest, 'Seeded: looked at.', reviewed_at
    from promotion_reviews where state = 'approved'`;
}
