import type { createTranslator } from "use-intl";
import type { Locale } from "@/components/i18n/locales";
import { formatOf } from "@/components/ui/format";
import type { CaseIdentity, CasePrediction, CaseReport } from "@/lib/report/case-report";
import { shortDigest } from "@/lib/report/case-report";
import type { CaseWords, ScaleWords } from "@/lib/report/case-words";
import type { Messages } from "@/messages/load";

export type ReportTranslator = ReturnType<typeof createTranslator<Messages, "report">>;

/** A report told in one language, for the PDF, the print and the caption of a secondary capture. */
export function caseWords(report: CaseReport, locale: Locale, t: ReportTranslator, now: Date): CaseWords {
  const format = formatOf(locale);
  const { file, prediction, identity } = report;
  return {
    language: locale,
    title: t("title"),
    subject: subjectOf(report, t),
    researchUse: t("researchUse"),
    disclaimer: t("disclaimer"),
    verdict: {
      label: t("result"),
      heading: t(headingOf(report)),
      probability:
        prediction && t("probability", { probability: format.probability(prediction.probability) }),
    },
    scale: prediction && scaleOf(prediction, locale, t),
    sentences: sentencesOf(report, locale, t),
    warnings: warningsOf(report, locale, t),
    imageCaption: t("image", {
      format: file.format ?? "–",
      width: format.number(file.width ?? 0),
      height: format.number(file.height ?? 0),
    }),
    mapCaption: prediction && t("map"),
    identity: identity ? identityRows(identity, t) : [],
    details: detailRows(report, locale, t),
    footer: t("footer", { instant: format.instant(now), identity: identity ? "yes" : "no" }),
    footerShort: ["Pneumoscope", report.model?.version, format.instant(report.readAt)]
      .filter(Boolean)
      .join(" · "),
  };
}

function subjectOf({ number, file }: CaseReport, t: ReportTranslator): string {
  const digest = file.digest ? ` · SHA-256 ${shortDigest(file.digest)}…` : "";
  return `${t("case", { number })}${digest}`;
}

type Heading = "pneumonia" | "normal" | "refused" | "failed" | "revoked";

function headingOf({ outcome, prediction, model }: CaseReport): Heading {
  if (model?.revoked) return "revoked";
  if (prediction) return prediction.label === "PNEUMONIA" ? "pneumonia" : "normal";
  return outcome === "refused" ? "refused" : "failed";
}

function scaleOf(prediction: CasePrediction, locale: Locale, t: ReportTranslator): ScaleWords {
  const { percent, probability } = formatOf(locale);
  const band = prediction.uncertainBand;
  return {
    probability: prediction.probability,
    threshold: prediction.threshold,
    band,
    thresholdLabel: t("threshold", { threshold: percent(prediction.threshold) }),
    probabilityLabel: t("probability", { probability: probability(prediction.probability) }),
    bandLabel: band && t("band", { low: percent(band.low), high: percent(band.high) }),
    start: "0",
    end: percent(1),
  };
}

function sentencesOf(
  { prediction, model, refusal, failure }: CaseReport,
  locale: Locale,
  t: ReportTranslator,
) {
  const { percent, interval } = formatOf(locale);
  const sentences = refusal.map(({ kind }) => t(`refusal.${kind}`));
  if (failure)
    sentences.push(t("failure", { code: failure.code }), ...(failure.message ? [failure.message] : []));
  if (!prediction) return sentences;
  const side = prediction.label === "PNEUMONIA" ? "above" : "below";
  const start = t(side, { threshold: percent(prediction.threshold) });
  const { sensitivity, specificity, heldOutPatients } = model ?? {};
  const rates =
    sensitivity?.value != null && specificity && heldOutPatients
      ? t("rates", {
          patients: heldOutPatients,
          sensitivity: interval(sensitivity),
          specificity: interval(specificity),
        })
      : null;
  return [...sentences, rates ? `${start} ${rates}` : start];
}

function warningsOf(
  { prediction, cautions, file, model }: CaseReport,
  locale: Locale,
  t: ReportTranslator,
): string[] {
  const { percent, instant } = formatOf(locale);
  const band = prediction?.uncertain ? prediction.uncertainBand : null;
  const revoked = model?.revoked;
  return [
    ...(revoked
      ? [
          t("revokedText", {
            version: model.version,
            instant: instant(revoked.revokedAt),
            reason: revoked.reason,
          }),
        ]
      : []),
    ...(file.synthetic ? [t("sample")] : []),
    ...(band ? [t("uncertain", { low: percent(band.low), high: percent(band.high) })] : []),
    ...cautions.map(({ kind, value }) => t(`caution.${kind}`, { value })),
  ];
}

function identityRows(identity: CaseIdentity, t: ReportTranslator): [string, string][] {
  const { patientName, birthDate, studyDate } = identity;
  const rows: [string, string | null][] = [
    [t("field.name"), patientName && readableName(patientName)],
    [t("field.patientId"), identity.patientId],
    [t("field.birthDate"), birthDate && readableDate(birthDate)],
    [t("field.sex"), identity.sex],
    [t("field.studyDate"), studyDate && readableDate(studyDate)],
    [t("field.accession"), identity.accessionNumber],
    [t("field.fileName"), [identity.folder, identity.fileName].filter(Boolean).join("/")],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

function detailRows({ file, model, prediction, readAt }: CaseReport, locale: Locale, t: ReportTranslator) {
  const format = formatOf(locale);
  const rows: [string, string | null][] = [
    [t("field.readAt"), format.instant(readAt)],
    [t("field.version"), model?.version ?? null],
    [t("field.serial"), model && String(model.serial)],
    [t("field.backend"), prediction && (backendNames[prediction.backend] ?? prediction.backend)],
    [t("field.logit"), prediction && format.number(prediction.logit, 4)],
    [
      t("field.frame"),
      file.frameCount > 1
        ? t("ofFrames", { frame: String(file.frame), count: String(file.frameCount) })
        : null,
    ],
    [t("field.file"), file.digest && bare(file.digest)],
    [t("field.manifest"), model && bare(model.manifestDigest)],
    [t("field.weights"), model?.weightsDigest ? bare(model.weightsDigest) : null],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

const backendNames: Record<string, string> = { wasm: "WebAssembly", webgpu: "WebGPU" };

function bare(digest: string): string {
  return digest.replace(/^sha256:/, "");
}

/** "Dupont^Élodie=…" → "Dupont, Élodie": the first of a DICOM name's spellings, family name first. */
function readableName(name: string): string {
  const [family = "", ...given] = (name.split("=")[0] ?? "").split("^");
  const rest = given.filter(Boolean).join(" ");
  return [family, rest].filter(Boolean).join(", ");
}

/** "20210704" → "2021-07-04": DICOM dates have no time zone, and ISO order is read alike everywhere. */
function readableDate(date: string): string {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}
