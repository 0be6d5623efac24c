import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { CasePicture, ReportKind } from "@/lib/browser/report/messages";
import { paintCase } from "@/lib/browser/report/paint-case";
import { partsOf } from "./export-choice";

interface ExportPreviewProps {
  kind: ReportKind;
  name: string;
  includeIdentity: boolean;
  /** Whether the source is a DICOM file, or a list that may hold some. */
  isDicom: boolean;
  /** Null for a list. */
  picture: CasePicture | null;
  /** Label and value of each name that will leave. */
  identity: [label: string, value: string][];
}

/** What the file will hold, before it is made: its name, its parts, each name of a person, the picture itself. */
export function ExportPreview({
  kind,
  name,
  includeIdentity,
  isDicom,
  picture,
  identity,
}: ExportPreviewProps) {
  const t = useTranslations("report.dialog");
  const hasPicture = kind === "pdf" || kind === "secondary-capture";
  const hasMap = Boolean(picture?.map);
  const { contains, leftOut } = partsOf(kind, { includeIdentity, hasMap, isDicom });
  const told = (parts: typeof contains) => parts.map((part) => t(part)).join(", ");
  return (
    <section aria-label={t("preview")} className="rounded-panel border border-line bg-ground p-4">
      <h3 className="font-semibold">{t("preview")}</h3>
      <div className="mt-2 flex gap-4 max-sm:flex-col">
        {hasPicture && picture?.radiograph && <Thumbnail picture={picture} label={t("picture")} />}
        <div className="flex min-w-0 flex-1 flex-col gap-2 text-small">
          <dl className="flex flex-col gap-2">
            <Term title={t("fileName")}>
              <span className="break-all">{name}</span>
            </Term>
            <Term title={t("contains")}>{told(contains)}</Term>
            <Term title={t("leftOut")}>{told(leftOut) || t("nothing")}</Term>
            {identity.map(([label, value]) => (
              <Term key={label} title={label}>
                <strong className="font-semibold break-all text-amber">{value}</strong>
              </Term>
            ))}
          </dl>
          {hasPicture && <p className="text-ink-2">{t("pixelsStay")}</p>}
        </div>
      </div>
    </section>
  );
}

function Thumbnail({ picture: { radiograph, map }, label }: { picture: CasePicture; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current && radiograph) paintCase(canvas.current, radiograph, map, 280);
  }, [radiograph, map]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      className="max-h-44 max-w-36 shrink-0 self-start object-contain"
    />
  );
}

function Term({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-ink-2">{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
