import type { Command } from "commander";
import { isDigest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { commentOnModel } from "@/lib/server/model-versions/comment";
import { modelDetails, modelsOverview } from "@/lib/server/model-versions/overview";
import type { PublishDependencies } from "@/lib/server/model-versions/publish";
import { approvePromotion, type ReviewVerdict, rejectPromotion } from "@/lib/server/model-versions/review";
import { revokeModelVersion } from "@/lib/server/model-versions/revoke";
import { rollBackModelVersion } from "@/lib/server/model-versions/roll-back";
import { distrustKey, rotateSigningKey } from "@/lib/server/model-versions/rotate-key";
import { verifyEverything } from "@/lib/server/model-versions/verify-all";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

interface Person {
  by: string;
  reason: string;
}

/** What a subcommand says: an object for --json, lines for a person, and its exit code. */
interface Answer {
  json: unknown;
  lines: string[];
  exitCode?: number;
}

const program = newCommand(
  "models",
  "Look at, approve, publish again, revoke and verify model versions.",
).addHelpText(
  "after",
  "\nActs on the database of this machine, or on DATABASE_URL. docs/publishing.md tells what each step changes and who" +
    "\nchecks it.",
);

subcommand("list", "every version, what waits for approval, and the signing keys", async ({ db }) => {
  const overview = await modelsOverview(db);
  return { json: overview, lines: overviewLines(overview) };
});

subcommand("show <name>", "all that is on record about a version or a run", async ({ db }, name) => {
  const details = await modelDetails(db, name);
  return { json: details, lines: detailLines(details) };
});

personal(
  "approve <run> <digest>",
  "approve the exact manifest that a run asks for, and publish it",
  async (d, [run, digest], p) => {
    const outcome = await approvePromotion(d, verdict(run, digest, p));
    const { published, approvedBy, approvalsNeeded } = outcome;
    const line = published
      ? publishedLine(published)
      : `Approved by ${approvedBy.join(", ")}; ${approvalsNeeded} different admins are needed before it is published.`;
    return { json: { approvedBy, approvalsNeeded, published: published && named(published) }, lines: [line] };
  },
);

personal("reject <run> <digest>", "end a review without a publication", async ({ db }, [run, digest], p) => {
  await rejectPromotion(db, verdict(run, digest, p));
  return { json: { rejected: run }, lines: [`The promotion of ${run} is rejected.`] };
});

personal(
  "comment <name>",
  "add a remark about a version or a run to the audit trail",
  async ({ db }, [about], p) => {
    await commentOnModel(db, { about, actor: p.by, text: p.reason });
    return { json: { commented: about }, lines: [`Noted about ${about}.`] };
  },
);

personal(
  "rollback <version>",
  "publish an older version's weights again, under a higher serial",
  async (d, [toVersion], p) => {
    const published = await rollBackModelVersion(d, { toVersion, actor: p.by, reason: p.reason });
    return { json: { published: named(published) }, lines: [publishedLine(published)] };
  },
);

personal(
  "revoke <version>",
  "withdraw a version, and all with its weights, for good",
  async (d, [version], p, options) => {
    const outcome = await revokeModelVersion(d, {
      version,
      actor: p.by,
      reason: p.reason,
      successor: typeof options.successor === "string" ? options.successor : undefined,
      withoutSuccessor: options.successor === false,
    });
    const { revoked, successor } = outcome;
    const lines = [
      `Revoked: ${revoked.join(", ")}. Open pages stop it within a minute, others at their next contact.`,
    ];
    if (successor) lines.push(publishedLine(successor));
    return { json: { revoked, successor: successor && named(successor) }, lines };
  },
)
  .option(
    "--successor <version>",
    "what takes over where it is in use (default: the newest version that is left)",
  )
  .option("--no-successor", "leave pages without a model where it is in use");

personal("rotate-key", "make a new signing key the one in use", async (d, _, p, options) => {
  if (typeof options.distrust === "string") {
    const { distrust: keyId } = options;
    const made = await distrustKey(d, { keyId, actor: p.by, reason: p.reason });
    const lines = [
      `Nothing that ${keyId} signed is accepted any more.`,
      ...(made ? [publishedLine(made)] : []),
    ];
    return { json: { distrusted: keyId, published: made && named(made) }, lines };
  }
  const change = await rotateSigningKey(d, {
    actor: p.by,
    reason: p.reason,
    compromised: options.compromised === true,
  });
  const lines = [
    `Key ${change.keyId} signs from now on${change.before ? `, in place of ${change.before}` : ""}.`,
  ];
  if (!change.endorsed)
    lines.push("The key before is not on this machine, so open pages take it after a reload.");
  if (change.republished) lines.push(publishedLine(change.republished));
  const { republished, ...rest } = change;
  return { json: { ...rest, published: republished && named(republished) }, lines };
})
  .option("--compromised", "distrust the key before: nothing it signed is accepted any more")
  .option("--distrust <key>", "distrust an earlier key instead; makes no new one");

subcommand("verify", "check every manifest, weights file and trust list again", async ({ db, store }) => {
  const results = await verifyEverything(db, store);
  const failed = results.filter(({ problem }) => problem !== null);
  const lines = results.map(
    ({ name, problem }) => `${problem === null ? "ok  " : "FAIL"} ${name}${problem ? `: ${problem}` : ""}`,
  );
  lines.push(`${results.length - failed.length} of ${results.length} hold.`);
  return { json: { ok: failed.length === 0, results }, lines, exitCode: failed.length > 0 ? 1 : 0 };
});

await program.parseAsync();

function subcommand(
  usage: string,
  description: string,
  body: (
    dependencies: PublishDependencies,
    argument: string,
    options: Record<string, unknown>,
  ) => Promise<Answer>,
): Command {
  return program
    .command(usage)
    .description(description)
    .option("--json", "print one JSON object")
    .action((...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const options: Record<string, unknown> = command.opts();
      return runCommand(async () => {
        const answer = await withDependencies((d) => body(d, command.args[0] ?? "", options));
        const text = options.json ? JSON.stringify(answer.json) : answer.lines.join("\n");
        process.stdout.write(`${text}\n`);
        return answer.exitCode ?? 0;
      });
    });
}

/** A subcommand that a named person answers for. */
function personal(
  usage: string,
  description: string,
  body: (
    dependencies: PublishDependencies,
    args: [string, string],
    person: Person,
    options: Record<string, unknown>,
  ) => Promise<Answer>,
): Command {
  const command: Command = subcommand(usage, description, (dependencies, _, options) => {
    const [first = "", second = ""] = command.args;
    return body(
      dependencies,
      [first, second],
      { by: text(options.by), reason: text(options.reason) },
      options,
    );
  });
  return command
    .requiredOption("--by <name>", "who decides; goes into the audit trail")
    .requiredOption("--reason <text>", "why; goes into the audit trail");
}

function text(value: unknown): string {
  const trimmed = typeof value === "string" ? value.trim() : "";
  if (trimmed) return trimmed;
  throw new PneumoscopeError("CONFIG_INVALID", "--by and --reason may not be empty.");
}

async function withDependencies(
  body: (dependencies: PublishDependencies) => Promise<Answer>,
): Promise<Answer> {
  enterProjectFolder();
  const database = await connectDatabase();
  try {
    const store = localArtifactStore();
    await reconcile({ database: async () => database, store });
    return await body({ db: database.db, store, signingKey: await manifestSigningKey() });
  } finally {
    await database.close();
  }
}

function verdict(runId: string, digest: string, { by, reason }: Person): ReviewVerdict {
  if (!isDigest(digest)) {
    throw new PneumoscopeError(
      "REVIEW_REFUSED",
      `“${digest}” is not a manifest digest (sha256: and 64 hex digits). “npm run models -- list” names it.`,
    );
  }
  return { runId, manifestDigest: digest, actor: by, note: reason };
}

function named({ version, serial, restoresVersion }: ModelManifest) {
  return { version, serial, restores: restoresVersion ?? null };
}

function publishedLine({ version, serial, restoresVersion }: ModelManifest): string {
  const restores = restoresVersion ? `, with the weights of ${restoresVersion}` : "";
  return `${version} (serial ${serial}) is published${restores}.`;
}

function overviewLines({ versions, waiting, keys }: Awaited<ReturnType<typeof modelsOverview>>): string[] {
  return [
    ...versions.map(({ version, state, revoked, restores, auc, publishedAt, runId }) =>
      [
        version.padEnd(10),
        (revoked === null ? state : "revoked").padEnd(8),
        publishedAt,
        auc === null ? "" : `AUC ${auc.toFixed(4)}`,
        runId ?? "",
        restores ? `restores ${restores}` : "",
        revoked ?? "",
      ]
        .filter(Boolean)
        .join("  "),
    ),
    ...waiting.map(
      ({ runId, manifestDigest, approvedBy, approvalsNeeded }) =>
        `waits for approval (${approvedBy.length} of ${approvalsNeeded}): ${runId} ${manifestDigest}`,
    ),
    ...keys.map(
      ({ keyId, role, state, lastSerial }) =>
        `key ${keyId}  ${role}  ${state}${lastSerial === null ? "" : ` after serial ${lastSerial}`}`,
    ),
  ];
}

function detailLines(details: Awaited<ReturnType<typeof modelDetails>>): string[] {
  const { name, state, run, manifest, revocation, review, decision, events } = details;
  const lines = [`${name}${state ? `: ${revocation ? "revoked" : state}` : ""}`];
  if (revocation) lines.push(`revoked ${revocation.revokedAt}: ${revocation.reason}`);
  if (run) lines.push(`run ${run.id}: ${run.state}${run.reason ? `. ${run.reason}` : ""}`);
  if (manifest) {
    const { weights, metrics, dataset } = manifest;
    lines.push(`weights ${weights.digest}`, `dataset ${dataset.digest}`);
    lines.push(`AUC ${metrics.auc.value} on ${metrics.patients} held-out patients`);
  }
  if (decision)
    lines.push(`decision: ${decision.outcome}`, ...decision.reasons.map((reason) => `  ${reason}`));
  if (review) {
    lines.push(`review: ${review.state}, manifest ${review.manifestDigest}`);
    for (const { approvedBy, note } of review.approvals) lines.push(`  approved by ${approvedBy}: ${note}`);
    if (review.state === "rejected") lines.push(`  rejected by ${review.reviewedBy}: ${review.note}`);
  }
  return [
    ...lines,
    ...events.map(
      ({ at, action, actor, details: told }) =>
        `${at.toISOString()}  ${action}  ${actor}  ${JSON.stringify(told)}`,
    ),
  ];
}
