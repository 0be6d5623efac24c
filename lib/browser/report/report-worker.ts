import { type CaseWords, wordsText } from "@/lib/report/case-words";
import { subsetsFor } from "@/lib/report/report-fonts";
import { drawCapture, drawJpeg } from "./draw-case";
import { loadFonts } from "./load-fonts";
import type { CasePicture, DicomJob, FromReportWorker, ReportJob } from "./messages";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener("message", ({ data }: MessageEvent<ReportJob>) => void answer(data));

async function answer(job: ReportJob): Promise<void> {
  try {
    const bytes = await make(job);
    scope.postMessage({ kind: "made", bytes } satisfies FromReportWorker, [bytes.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: "failed", message } satisfies FromReportWorker);
  }
}

/** Each kind loads its own library, and only when it is asked for. */
async function make(job: ReportJob): Promise<Uint8Array<ArrayBuffer>> {
  const now = new Date();
  switch (job.kind) {
    case "csv": {
      const { writeReadingsCsv } = await import("@/lib/report/list-csv");
      return new TextEncoder().encode(writeReadingsCsv(job.reports, job));
    }
    case "json": {
      const { writeReadingsJson } = await import("@/lib/report/list-json");
      return new TextEncoder().encode(
        writeReadingsJson(job.reports, { ...job, createdAt: now.toISOString() }),
      );
    }
    case "pdf":
      return makePdf(job.words, job.picture, now);
    case "structured-report": {
      const { writeStructuredReport } = await import("@/lib/report/dicom/structured-report");
      return writeStructuredReport(job.report, dicomOptions(job, now));
    }
    case "secondary-capture": {
      const { writeSecondaryCapture } = await import("@/lib/report/dicom/secondary-capture");
      const { radiograph, map } = job.picture;
      if (!radiograph) throw new Error("there is no picture of this file");
      const pixels = drawCapture(radiograph, map, job.words);
      return writeSecondaryCapture(job.report, pixels, {
        ...dicomOptions(job, now),
        derivation: job.derivation,
      });
    }
  }
}

async function makePdf(words: CaseWords, { radiograph, map }: CasePicture, now: Date) {
  const [{ writePdf }, fonts] = await Promise.all([
    import("@/lib/report/write-pdf"),
    loadFonts(subsetsFor(wordsText(words))),
  ]);
  const image = radiograph && (await drawJpeg(radiograph, null));
  const overlay = radiograph && map && (await drawJpeg(radiograph, map));
  return writePdf({ words, image, overlay, fonts, createdAt: now });
}

function dicomOptions({ facts, wasDicom, words }: DicomJob, now: Date) {
  const { language, disclaimer } = words;
  return { facts, wasDicom, language, disclaimer, now };
}
