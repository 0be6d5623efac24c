"use client";

import { useEffect, useMemo, useRef } from "react";
import { createPortal } from "react-dom";
import { useLocale, useTranslations } from "use-intl";
import type { Reading } from "@/lib/browser/predict/reading";
import { caseReportOf } from "@/lib/browser/report/case-report-of";
import { rememberManifest } from "@/lib/browser/report/known-manifests";
import { paintCase } from "@/lib/browser/report/paint-case";
import type { ActivationMap } from "@/lib/prediction/outcome";
import type { ScaleWords } from "@/lib/report/case-words";
import type { Radiograph } from "@/lib/xray/radiograph";
import { caseWords } from "./case-words";

interface PrintSheetProps {
  reading: Reading;
  number: number;
  radiograph: Radiograph | null;
}

/** Longest side of a printed picture: 200 dpi on half of A4. */
const printedSide = 700;

/**
 * The page that comes out of the printer, whether by the dialog's button, Ctrl P or the browser's menu: one case, in
 * black on white, without the patient's identity. It is in the document all the time and shown only in print.
 */
export default function PrintSheet({ reading, number, radiograph }: PrintSheetProps) {
  const t = useTranslations("report");
  const locale = useLocale();
  const words = useMemo(() => {
    const now = new Date();
    const manifests = rememberManifest({ phase: "checking" });
    return caseWords(
      caseReportOf(reading, number, { manifests, includeIdentity: false, now }),
      locale,
      t,
      now,
    );
  }, [reading, number, locale, t]);

  return createPortal(
    <section
      data-print-sheet=""
      aria-hidden="true"
      lang={locale}
      className="hidden text-[10pt] leading-[1.35] text-[#101418] print:block"
    >
      <h1 className="text-[14pt] font-semibold">{words.title}</h1>
      <p className="text-[#4c5560]">{words.subject}</p>
      <p className="border-b border-[#d5d9df] pb-2 font-semibold">{words.researchUse}</p>
      {radiograph && (
        <div className="mt-3 grid grid-cols-2 gap-3">
          <Picture radiograph={radiograph} map={null} caption={words.imageCaption} />
          {reading.prediction && (
            <Picture radiograph={radiograph} map={reading.prediction.map} caption={words.mapCaption ?? ""} />
          )}
        </div>
      )}
      <h2 className="mt-4 text-[20pt] leading-[1.4] font-semibold">{words.verdict.heading}</h2>
      {words.verdict.probability && <p className="text-[12pt]">{words.verdict.probability}</p>}
      {words.scale && <PrintedScale scale={words.scale} />}
      {words.warnings.map((warning) => (
        <p key={warning} className="font-semibold">
          {warning}
        </p>
      ))}
      {words.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <dl className="mt-3 grid grid-cols-[max-content_1fr] gap-x-4 text-[8pt]">
        {words.details.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-[#4c5560]">{label}</dt>
            <dd className="break-all">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 border-t border-[#d5d9df] pt-2 text-[8pt]">{words.disclaimer}</p>
      <p className="text-[8pt] text-[#4c5560]">{words.footer}</p>
    </section>,
    document.body,
  );
}

/** Painted when printing begins, and only then: it would cost time on every image otherwise. */
function Picture({
  radiograph,
  map,
  caption,
}: {
  radiograph: Radiograph;
  map: ActivationMap | null;
  caption: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const paint = () => canvas.current && paintCase(canvas.current, radiograph, map, printedSide);
    window.addEventListener("beforeprint", paint);
    return () => window.removeEventListener("beforeprint", paint);
  }, [radiograph, map]);
  return (
    <figure>
      <canvas ref={canvas} className="max-h-[95mm] max-w-full" />
      <figcaption className="mt-1 text-[8pt] text-[#4c5560]">{caption}</figcaption>
    </figure>
  );
}

function PrintedScale({ scale }: { scale: ScaleWords }) {
  const { band, threshold, probability } = scale;
  const at = (share: number) => `${share * 100}%`;
  return (
    <svg width="100%" height="64" className="my-2 overflow-visible text-[8pt]" aria-hidden="true">
      <text
        x={at(threshold)}
        y="10"
        textAnchor={threshold < 0.2 ? "start" : threshold > 0.8 ? "end" : "middle"}
      >
        {scale.thresholdLabel}
      </text>
      <rect x="0" y="22" width="100%" height="14" fill="none" stroke="#767f8a" />
      {band && <rect x={at(band.low)} y="22" width={at(band.high - band.low)} height="14" fill="#bfc5cc" />}
      <line x1={at(threshold)} x2={at(threshold)} y1="14" y2="42" stroke="#101418" strokeWidth="2" />
      <svg x={at(probability)} y="29" overflow="visible" aria-hidden="true">
        <path d="M0 -12 L8 0 L0 12 L-8 0 Z" fill="#101418" stroke="#fff" strokeWidth="2" />
      </svg>
      <text x="0" y="56">
        {scale.start}
      </text>
      <text x="100%" y="56" textAnchor="end">
        {scale.end}
      </text>
      {band && (
        <text x={at((band.low + band.high) / 2)} y="56" textAnchor="middle">
          {scale.bandLabel}
        </text>
      )}
    </svg>
  );
}
