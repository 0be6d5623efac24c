import { useMemo, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Reading } from "@/lib/browser/predict/reading";
import { currentReading, type SessionSnapshot } from "@/lib/browser/predict/session";
import { caseReportOf, isReportable } from "@/lib/browser/report/case-report-of";
import { rememberManifest } from "@/lib/browser/report/known-manifests";
import type { CasePicture, ReportJob, ReportKind } from "@/lib/browser/report/messages";
import { caseWords } from "./case-words";
import { type ExportScope, exportName, type KindChoice, obstacle } from "./export-choice";

/** What is chosen in the export dialog, and what follows from it. */
export function useExport(snapshot: SessionSnapshot) {
  const t = useTranslations("report");
  const locale = useLocale();
  const [wantedScope, setScope] = useState<ExportScope>("case");
  const [kinds, setKinds] = useState<KindChoice>({ case: "pdf", list: "csv" });
  const [includeIdentity, setIncludeIdentity] = useState(false);
  const [byteOrderMark, setByteOrderMark] = useState(true);

  const { readings, shown } = snapshot;
  const current = currentReading(snapshot);
  const reading = current && isReportable(current) ? current : null;
  const scope: ExportScope = reading ? wantedScope : "list";
  const kind = kinds[scope];
  const radiograph = reading && shown?.readingId === reading.id ? shown.radiograph : null;
  const picture: CasePicture = { radiograph, map: reading?.prediction?.map ?? null };
  const manifests = rememberManifest(snapshot.model);

  // Beside the choice only the reading changes what a case says: the time of the export is that of the choice.
  const told = useMemo(() => {
    if (scope === "list" || !reading) return null;
    const now = new Date();
    const number = readings.indexOf(reading) + 1;
    const report = caseReportOf(reading, number, { manifests, includeIdentity, now });
    return { report, words: caseWords(report, locale, t, now) };
  }, [scope, reading, readings, manifests, includeIdentity, locale, t]);

  /** What the file is made of. Names that were not asked for are not in it. */
  function job(): ReportJob {
    if (!told) return listJob(kind);
    // Facts that name the patient do not even reach the worker unless they were asked for.
    const facts = includeIdentity ? (reading?.facts?.dicom ?? null) : null;
    const wasDicom = Boolean(reading?.facts?.dicom);
    if (kind === "structured-report") return { kind, ...told, facts, wasDicom };
    if (kind === "secondary-capture") {
      const derivation = t(picture.map ? "derivation" : "derivationPlain");
      return { kind, ...told, facts, wasDicom, picture, derivation };
    }
    return { kind: "pdf", words: told.words, picture };
  }

  function listJob(wanted: ReportKind): ReportJob {
    const now = new Date();
    const reports = readings.flatMap((one, index) =>
      isReportable(one) ? [caseReportOf(one, index + 1, { manifests, includeIdentity, now })] : [],
    );
    return wanted === "json"
      ? { kind: wanted, reports, includeIdentity, disclaimer: t("disclaimer") }
      : { kind: "csv", reports, includeIdentity, byteOrderMark };
  }

  return {
    scope,
    setScope,
    kind,
    setKind: (chosen: ReportKind) => setKinds({ ...kinds, [scope]: chosen }),
    includeIdentity,
    setIncludeIdentity,
    byteOrderMark,
    setByteOrderMark,
    reading,
    count: readings.filter(isReportable).length,
    isDicom: isDicomSource(scope, reading),
    picture: told && picture,
    subject: told?.words.subject,
    identity: told?.words.identity ?? [],
    hindrance: told && obstacle(kind, reading, radiograph !== null),
    name: exportName(kind, told?.report ?? null, new Date()),
    job,
  };
}

function isDicomSource(scope: ExportScope, reading: Reading | null): boolean {
  return scope === "list" || Boolean(reading?.facts?.dicom);
}
