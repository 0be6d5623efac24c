import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { ManifestText, useManifestText } from "@/components/i18n/manifest-text";
import { useFormat } from "@/components/i18n/use-format";
import type { Interval } from "@/components/ui/format";
import { PanelDialog } from "@/components/ui/panel-dialog";
import type { ModelManifest } from "@/lib/manifest";

interface ModelCardProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  manifest: ModelManifest;
}

/** What the signed manifest says of the model. */
export function ModelCard({ open, onOpenChange, manifest }: ModelCardProps) {
  const t = useTranslations("predict.modelCard");
  return (
    <PanelDialog open={open} onOpenChange={onOpenChange} title={t("title", { version: manifest.version })}>
      <div className="flex flex-col gap-6">
        <ModelCardBody manifest={manifest} />
      </div>
    </PanelDialog>
  );
}

/** The same without a dialog around it. */
export function ModelCardBody({ manifest }: PartProps) {
  const t = useTranslations("predict.modelCard");
  return (
    <>
      <Figures manifest={manifest} />
      <Decision manifest={manifest} />
      <Refusal manifest={manifest} />
      <Section title={t("limits")}>
        <ul className="flex list-disc flex-col gap-1 pl-4">
          {manifest.trainingData.limits.map((limit) => (
            <li key={limit}>
              <ManifestText>{limit}</ManifestText>
            </li>
          ))}
        </ul>
      </Section>
      <TrainingData manifest={manifest} />
      <RunRecord manifest={manifest} />
    </>
  );
}

interface PartProps {
  manifest: ModelManifest;
}

function Figures({ manifest: { metrics, dataset } }: PartProps) {
  const t = useTranslations("predict.modelCard");
  const format = useFormat();
  const share = (interval: Interval) => format.interval(interval, 1);
  return (
    <Section title={t("figures")}>
      <p className="mb-2 text-ink-2">
        {t("measuredOn", { images: dataset.heldOutImages, patients: dataset.heldOutPatients })}
      </p>
      <Rows
        rows={[
          [t("auc"), format.index(metrics.auc)],
          [t("sensitivity"), share(metrics.sensitivity)],
          [t("specificity"), share(metrics.specificity)],
          [t("accuracy"), share(metrics.accuracy)],
          [t("precision"), share(metrics.precision)],
          [t("f1"), format.index(metrics.f1)],
          [t("ece"), format.index(metrics.ece)],
        ]}
      />
    </Section>
  );
}

/** Threshold and uncertain band. */
function Decision({ manifest: { threshold, uncertainBand: band } }: PartProps) {
  const t = useTranslations("predict.modelCard");
  const translate = useManifestText();
  const format = useFormat();
  const share = (interval: Interval) => format.interval(interval, 1);
  return (
    <>
      <Section title={t("threshold")}>
        <p>
          {t("thresholdText", {
            threshold: format.percent(threshold.probability, 1),
            target: format.percent(threshold.targetSensitivity, 1),
            chosenOn: translate(threshold.chosenOn) ?? threshold.chosenOn,
          })}
        </p>
      </Section>
      <Section title={t("band")}>
        <p className="mb-2">
          {t("bandText", {
            low: format.percent(band.low, 1),
            high: format.percent(band.high, 1),
            missTarget: format.percent(1 - band.targetSensitivity, 1),
            falseTarget: format.percent(1 - band.targetSpecificity, 1),
            chosenOn: translate(band.chosenOn) ?? band.chosenOn,
          })}
        </p>
        <Rows
          rows={[
            [t("inside"), share(band.heldOut.inside)],
            [t("errorsInside"), share(band.heldOut.errorsInside)],
            [t("errorsBelow"), share(band.heldOut.errorsBelow)],
            [t("errorsAbove"), share(band.heldOut.errorsAbove)],
          ]}
        />
      </Section>
    </>
  );
}

function Refusal({ manifest: { refusal } }: PartProps) {
  const t = useTranslations("predict.modelCard");
  const format = useFormat();
  const { heldOut, foreign } = refusal;
  return (
    <Section title={t("refusal")}>
      <p className="mb-2">{t("refusalText", { limit: format.number(refusal.limit, 2) })}</p>
      <Rows
        rows={[
          [
            `${t("refusedRadiographs")} (${format.number(heldOut.images)})`,
            format.interval(heldOut.refused, 1),
          ],
          ...(foreign
            ? [
                [
                  `${t("refusedForeign")} (${format.number(foreign.images)})`,
                  format.interval(foreign.refused, 1),
                ] as const,
              ]
            : []),
        ]}
      />
      {foreign && (
        <p className="mt-2 text-small text-ink-2">{t("foreignMaterial", { material: foreign.material })}</p>
      )}
    </Section>
  );
}

function TrainingData({ manifest: { trainingData, dataset, population } }: PartProps) {
  const t = useTranslations("predict.modelCard");
  const format = useFormat();
  const [youngest, oldest] = population.ageYears;
  return (
    <Section title={t("trainingData")}>
      <p>
        <ManifestText>{trainingData.statement}</ManifestText>
      </p>
      <Rows
        rows={[
          [t("images"), format.number(dataset.images)],
          [t("patients"), format.number(dataset.patients)],
          [t("ages"), t("ageRange", { youngest, oldest })],
          [t("views"), population.views.join(", ")],
          [t("licence"), trainingData.licence],
          [t("source"), trainingData.source],
        ]}
      />
      <p className="mt-2 text-small text-ink-2">{trainingData.attribution}</p>
    </Section>
  );
}

function RunRecord({ manifest }: PartProps) {
  const t = useTranslations("predict.modelCard");
  const format = useFormat();
  const { trainingRun, weights, previousVersion, restoresVersion } = manifest;
  return (
    <Section title={t("record")}>
      <Rows
        rows={[
          ...(manifest.serial > 0
            ? [
                [t("serial"), String(manifest.serial)] as const,
                [t("made"), format.instant(manifest.createdAt)] as const,
              ]
            : []),
          [t("trainingRun"), trainingRun.id],
          [t("preset"), `${trainingRun.preset}, ${trainingRun.engine}`],
          [t("weights"), `${format.bytes(weights.sizeBytes)}, ${weights.format}`],
          ...(previousVersion ? [[t("previous"), previousVersion] as const] : []),
          ...(restoresVersion ? [[t("restores"), restoresVersion] as const] : []),
        ]}
      />
      <p className="mt-2 font-mono text-small break-all text-ink-2">{weights.digest}</p>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Rows({ rows }: { rows: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="tabular-nums">
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-6 border-t border-line py-1.5">
          <dt className="shrink-0 text-ink-2">{name}</dt>
          <dd className="min-w-0 text-right wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
