import { type NotificationContent, type NotificationKind, oneLine } from "./notification";

/** An audit event with what else the record knows about it. */
export interface DescribableEvent {
  action: string;
  actor: string;
  entityId: string;
  details: Record<string, unknown>;
  /** The decision about the event's run. */
  decision?: {
    rules: readonly { rule: string; status: string; blocks: boolean; detail: string }[];
    aucDifference: { champion: number | null; challenger: number | null };
  } | null;
  /** For a skipped scheduled run: how many were skipped in a row, this one included. */
  skippedInARow?: number;
}

interface Description {
  kind: NotificationKind;
  severity: NotificationContent["severity"];
  title: string;
  text?: string;
  facts?: Record<string, string | null>;
  /** What makes two of a kind the same; by default the entity. */
  sameness?: string;
  skippedInARow?: number;
}

/**
 * What the team is told about an audit event, or null where it is told nothing. Names of files never get in: they can
 * hold names of patients, and a notification leaves the hospital's own machines. Never throws.
 */
export function describeEvent(event: DescribableEvent): NotificationContent | null {
  const description = describe(event);
  if (!description) return null;
  const { kind, severity, title, text = "", facts = {}, sameness = event.entityId } = description;
  return {
    kind,
    severity,
    title: oneLine(title, 200),
    text: text.split("\n").map(cleanLine).join("\n").slice(0, 3000),
    facts: Object.entries(facts).flatMap(([name, value]) =>
      value ? [{ name, value: oneLine(value, 300) }] : [],
    ),
    fingerprint: `${kind}:${sameness}`,
    ...(description.skippedInARow ? { skippedInARow: description.skippedInARow } : {}),
  };
}

function describe(event: DescribableEvent): Description | null {
  const { action, entityId, actor, decision } = event;
  const text = (key: string) => textOf(event.details[key]);
  const by = { by: actor };
  switch (action) {
    case "model_version.published":
      return {
        kind: "promoted",
        severity: "info",
        title: `Model version ${entityId} was promoted`,
        text: decision ? reasons(decision.rules) : "",
        facts: { replaces: text("previousVersion"), run: text("runId"), ...aucFacts(decision), ...by },
      };
    case "model_version.kept":
      return {
        kind: "rejected",
        severity: "info",
        title: rejectedTitle(decision),
        text: decision ? reasons(decision.rules.filter((rule) => rule.blocks)) : "",
        facts: { run: entityId, "failed rule": failedRules(decision), ...aucFacts(decision) },
      };
    case "training_run.failed":
      return failedRun(event);
    case "training_run.skipped":
      return skippedRun(event);
    case "dataset_version.checked":
      return checkedData(event);
    case "model_version.review_requested":
      return {
        kind: "review-waiting",
        severity: "warning",
        title: "A better model waits for review",
        text: decision ? reasons(decision.rules) : "",
        facts: { run: entityId, "manifest digest": text("manifestDigest"), ...aucFacts(decision) },
      };
    case "model_version.rejected":
      return {
        kind: "review-closed",
        severity: "info",
        title: "A reviewer rejected a challenger",
        text: text("note") ?? "",
        facts: { run: entityId, ...by },
      };
    case "model_version.rolled_back":
      return {
        kind: "rolled-back",
        severity: "warning",
        title: `The model was rolled back: ${entityId} restores ${text("to") ?? "an older version"}`,
        text: text("reason") ?? "",
        facts: { from: text("from"), to: text("to"), ...by },
      };
    case "model_version.revoked":
      return {
        kind: "revoked",
        severity: "error",
        title: `Model version ${entityId} was revoked`,
        text: text("reason") ?? "",
        facts: { ...revokedFacts(event.details), ...by },
      };
    case "model_version.drifted":
      return {
        kind: "drift",
        severity: "warning",
        title: `Probabilities of model version ${entityId} have drifted`,
        text: "What doctors' browsers report is distributed otherwise than on the images that it is compared with. Look at “In use”.",
        facts: { PSI: text("psi"), KS: text("ks"), results: text("results"), until: text("until") },
      };
    case "signing_key.rotated":
    case "signing_key.distrusted":
      return {
        kind: "key-changed",
        severity: "warning",
        title: `A key that signs model versions was ${action.split(".")[1]}`,
        text: text("reason") ?? "",
        facts: { key: entityId, ...by },
      };
    default:
      return null;
  }
}

/** Errors about data name files; of these only the code leaves. */
const namesFiles = /^(DATASET|IMAGE|DICOM|FILE|ARCHIVE|DATA)_/;

function failedRun({ entityId, details }: DescribableEvent): Description {
  const code = textOf(details.errorCode) ?? "UNKNOWN";
  const reason = textOf(details.reason) ?? "";
  const facts = { run: entityId, code };
  if (namesFiles.test(code)) {
    return {
      kind: "data-problem",
      severity: "error",
      title: `Training run stopped: ${dataProblems[code] ?? "its data were refused"}`,
      text: "The record of the run names the files. The published model is untouched.",
      facts,
      sameness: code,
    };
  }
  return {
    kind: "failed",
    severity: "error",
    title: `Training run failed: ${code}`,
    text: `${withoutPaths(reason)}\nThe published model is untouched.`,
    facts,
    sameness: `${code} ${withoutNumbers(withoutPaths(reason))}`,
  };
}

const dataProblems: Record<string, string> = {
  DATASET_NOT_FOUND: "the data set is not there or holds no images",
  DATASET_INVALID: "the data set is not valid",
  DATASET_CHECK_FAILED: "its dataset version did not pass the checks",
  DATASET_TOO_MANY_BAD_FILES: "too many of its images cannot be read",
};

function skippedRun({ actor, skippedInARow = 0, entityId }: DescribableEvent): Description | null {
  if (actor !== "schedule" || skippedInARow < 1) return null;
  return {
    kind: "skipped",
    severity: "warning",
    title: `No new data: the last ${skippedInARow} scheduled runs were skipped`,
    text: "Is the source of images still connected?",
    facts: { "last run": entityId },
    skippedInARow,
  };
}

/** Of the report's problems the rules and their counts; the messages name files. */
function checkedData({ entityId, details }: DescribableEvent): Description | null {
  const problems = (Array.isArray(details.problems) ? details.problems : []).filter(
    (item: { level?: unknown }) => item?.level === "error" || item?.level === "warning",
  ) as { level: string; rule: unknown; count: unknown }[];
  if (problems.length === 0) return null;
  const isError = problems.some(({ level }) => level === "error");
  return {
    kind: "data-problem",
    severity: isError ? "error" : "warning",
    title: `A new dataset version ${isError ? "did not pass the checks" : "has something odd in it"}: ${problems.map(({ rule }) => String(rule)).join(", ")}`,
    text: problems.map(({ level, rule, count }) => `${level}: ${String(rule)} (${Number(count)})`).join("\n"),
    facts: { "dataset version": entityId },
  };
}

/** A revocation takes all versions with the same weights, and may put another in their place. */
function revokedFacts({ revoked, successor }: Record<string, unknown>): Record<string, string | null> {
  const names = Array.isArray(revoked) ? revoked.filter((name) => typeof name === "string").join(", ") : null;
  return { "all revoked": names, "now in use": textOf(successor) };
}

type Decision = DescribableEvent["decision"];

function rejectedTitle(decision: Decision): string {
  const failed = failedRules(decision);
  return failed ? `A challenger was rejected by ${failed}` : "A challenger was rejected";
}

function failedRules(decision: Decision): string | null {
  const names = decision?.rules.filter((rule) => rule.blocks).map((rule) => rule.rule) ?? [];
  return names.length > 0 ? names.join(", ") : null;
}

function reasons(rules: readonly { rule: string; status: string; detail: string }[]): string {
  return rules.map(({ rule, status, detail }) => `${rule} ${status}: ${detail}`).join("\n");
}

function aucFacts(decision: Decision): Record<string, string | null> {
  const { champion = null, challenger = null } = decision?.aucDifference ?? {};
  if (champion === null || challenger === null) return {};
  return { "AUC of the challenger": challenger.toFixed(4), "AUC of the champion": champion.toFixed(4) };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

const quotedPath = /(['"«“])[^'"«»“”\n]*[/\\][^'"«»“”\n]*(['"»”])/g;
const path = /(?<![\w:/.])(?:[A-Za-z]:\\|~?\/)[^\s'"«»“”,;]+/g;
const imageFile = /[^\s'"«»“”,;]+\.(?:dcm|dicom|jpe?g|png|webp|bmp|tiff?|zip)\b/gi;

/** Paths and names of image files can hold names of patients. Addresses (https://…) stay. */
export function withoutPaths(text: string): string {
  return text
    .replaceAll(quotedPath, "$1a path$2")
    .replaceAll(path, "(a path)")
    .replaceAll(imageFile, "(a file)");
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/[0-9a-f]*\d[0-9a-f]*/gi, "#").slice(0, 500);
}

function cleanLine(line: string): string {
  return oneLine(line, 1000);
}
